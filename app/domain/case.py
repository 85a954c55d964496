"""The rectification case: one problem of one unit, and the verbs that move it."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from sqlalchemy import ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.domain.base import Base, partial_index
from app.domain.deadlines import Due, end_of
from app.domain.errors import WrongStage
from app.domain.people import Unit, User
from app.domain.vocabulary import (
    Category,
    Light,
    Mode,
    Result,
    Rung,
    Severity,
    SourceLevel,
    Stage,
)

#: Where the work is still the unit's own.
_UNREPORTED = frozenset(
    {Stage.ISSUED, Stage.OBJECTION, Stage.PLANNING, Stage.PLAN_REVIEW}
    | {Stage.RECTIFYING, Stage.CONTINUING, Stage.REPORTING}
)


class Case(Base):
    """A problem one supervised unit must put right, from feedback to close-out.

    The diagram decides the order of the work; this class decides what each step means.
    """

    __tablename__ = "case"
    __table_args__ = (
        Index("ix_case_stage_due_on", "stage", "due_on", "id"),
        Index("ix_case_light_at", "light_at"),
        # What the counters of `Tally` have not taken in as it is now. The condition names no column
        # that every step changes: PostgreSQL then need not write all indexes of the case anew.
        partial_index("ix_case_uncounted", "id", rows="counted < 0"),
        # Whose day has come: overdue since midnight, due today.
        Index("ix_case_due_on", "due_on"),
        Index("ix_case_original_due_on", "original_due_on"),
        Index("ix_case_issued", "county_id", "issued_on"),
        Index("ix_case_inspection", "county_id", "inspection"),
        Index("ix_case_closed_out", "county_id", "closed_out_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    number: Mapped[str] = mapped_column(String(40), unique=True)
    #: 督导项目: the inspection that found the problem, and the letter that issued it.
    inspection: Mapped[str] = mapped_column(String(120), default="")
    letter_number: Mapped[str] = mapped_column(String(60), default="")
    source_level: Mapped[SourceLevel] = mapped_column(default=SourceLevel.OWN)
    #: The higher level's own number, where it found the problem.
    external_number: Mapped[str | None] = mapped_column(String(60))
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"), index=True)
    lead_unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"), index=True)
    #: The county of the unit, kept here because every list asks for it.
    county_id: Mapped[int] = mapped_column(ForeignKey("unit.id"), index=True)
    department_id: Mapped[int] = mapped_column(ForeignKey("unit.id"), index=True)
    co_units: Mapped[str] = mapped_column(String(200), default="")
    responsible: Mapped[str] = mapped_column(String(60), default="")
    category: Mapped[Category]
    severity: Mapped[Severity]
    problem: Mapped[str] = mapped_column(Text)
    basis: Mapped[str] = mapped_column(Text, default="")
    requirement: Mapped[str] = mapped_column(Text)
    location: Mapped[str] = mapped_column(String(120), default="")
    #: 备注: what the office notes in the ledger besides.
    remark: Mapped[str] = mapped_column(String(500), default="")
    mode: Mapped[Mode]
    issued_on: Mapped[date]
    limit_days: Mapped[int | None]
    #: As first set; extensions and relapses move `due_on` only.
    original_due_on: Mapped[date]
    due_on: Mapped[date]
    due_provisional: Mapped[bool] = mapped_column(default=False)
    #: The first day of the present period: the issue, the relapse, the hand-over to another unit;
    #: later by the days for which the case was suspended.
    counted_from: Mapped[date]
    stage: Mapped[Stage] = mapped_column(default=Stage.ISSUED)
    cycle: Mapped[int] = mapped_column(default=1)
    #: On the list of matters under the office's special watch.
    key_item: Mapped[bool] = mapped_column(default=False)
    percent: Mapped[int] = mapped_column(default=0)
    light: Mapped[Light] = mapped_column(default=Light.GREEN)
    #: When the light must be looked at again; ``None`` once the unit has reported.
    light_at: Mapped[datetime | None]
    #: The severest measure taken so far; ``None`` while none was needed.
    rung: Mapped[Rung | None]
    acknowledged_at: Mapped[datetime | None]
    reported_done_at: Mapped[datetime | None]
    verified_at: Mapped[datetime | None]
    verify_result: Mapped[Result | None]
    closed_out_at: Mapped[datetime | None]
    followed_up_at: Mapped[datetime | None]
    #: The first time a due date passed unreported; a later extension does not undo it.
    overdue_at: Mapped[datetime | None]
    #: While it is suspended: since when.
    suspended_at: Mapped[datetime | None]
    #: Where it stood when it was suspended, or ended without a close-out.
    stage_before: Mapped[Stage | None]
    created_at: Mapped[datetime]
    #: Head of the hash chain of `Event`, and how many lines it has.
    history_head: Mapped[str] = mapped_column(String(64), default="")
    history_length: Mapped[int] = mapped_column(default=0)
    #: How long its history was when the counters took it in; -1 if it has changed since.
    counted: Mapped[int] = mapped_column(default=-1)

    unit: Mapped[Unit] = relationship(foreign_keys=[unit_id])
    lead_unit: Mapped[Unit] = relationship(foreign_keys=[lead_unit_id])
    department: Mapped[Unit] = relationship(foreign_keys=[department_id])

    def enter(self, stage: Stage) -> None:
        """Move to *stage* because a task of that stage has opened."""
        if self.stage is Stage.SUSPENDED:
            self.stage_before = stage
        else:
            self.stage = self.stage_by(stage)

    def stage_by(self, stage: Stage) -> Stage:
        """Return where the case will stand once a task of *stage* opens."""
        if self.stage is Stage.SUSPENDED:
            return self.stage
        lasting = self.mode in (Mode.STAGED, Mode.STANDING)
        goes_on = self.verify_result is Result.R3 or self.stage is Stage.CONTINUING
        return Stage.CONTINUING if stage is Stage.RECTIFYING and lasting and goes_on else stage

    def make_standing(self) -> None:
        """Make it a matter of lasting effort, with a date for each review."""
        self.mode = Mode.STANDING
        if self.stage is Stage.RECTIFYING:
            self.stage = Stage.CONTINUING

    def acknowledge(self, at: datetime) -> None:
        """Take note that the unit has the notice in hand, by signature or by lapse of time."""
        self.acknowledged_at = self.acknowledged_at or at

    def report_progress(self, percent: int) -> None:
        """Take the unit's word on how far it is."""
        self.percent = percent

    def report_done(self, at: datetime) -> None:
        """Take the head's signature under the report: the unit says it is done."""
        self.note_overdue(at)
        self.reported_done_at = at
        self.percent = 100

    def resume(self) -> None:
        """Hand the case back to the unit: what it had reported counts no more."""
        self.reported_done_at = None

    def verify(self, result: Result, at: datetime, *, due_on: date | None) -> None:
        """Record what verification found; all but R1 send the unit back with a new date."""
        self.verify_result = result
        if result is Result.R1:
            self.verified_at = at
            return
        self.resume()
        if due_on is not None:
            # A date that somebody has set stands, whatever the holidays of its year will be.
            self.due_on, self.due_provisional = due_on, False

    def close_out(self, at: datetime) -> None:
        """Strike the case off the ledger: verified, and approved by the authority."""
        if self.verify_result is not Result.R1:
            raise WrongStage("%(number)s 未经核查认定“完成”，不得销号。", number=self.number)
        self.stage = Stage.CLOSED_OUT
        self.closed_out_at = at
        self.light = Light.GREEN
        self.light_at = None

    def draw_for_follow_up(self) -> None:
        """Pick a closed-out case to look back at."""
        if self.stage is not Stage.CLOSED_OUT:
            raise WrongStage("%(number)s 尚未销号，不能列入回头看。", number=self.number)
        self.stage = Stage.FOLLOW_UP

    def settle_follow_up(self, at: datetime) -> None:
        """Note that the problem stayed away."""
        self.stage = Stage.CLOSED_OUT
        self.followed_up_at = at

    def relapse(self, at: datetime, on: date, *, mode: Mode, due: Due) -> None:
        """Open the case anew: the problem came back. It keeps its number."""
        if not self.stage.is_closed_out:
            raise WrongStage("%(number)s 尚未销号，不能认定反弹。", number=self.number)
        self.cycle += 1
        self.mode = mode
        self.stage = Stage.RECTIFYING
        self.counted_from, self.due_on, self.due_provisional = on, due.on, due.provisional
        self.percent = 0
        self.followed_up_at = at
        self.verify_result = None
        self.reported_done_at = self.verified_at = self.closed_out_at = None

    def note_overdue(self, at: datetime) -> None:
        """Remember the first due date that passed unreported, if one has by *at*."""
        runs = not self.stage.is_over and self.stage is not Stage.SUSPENDED
        passed_at = end_of(self.due_on)
        if runs and self.overdue_at is None and self.reported_done_at is None and at >= passed_at:
            self.overdue_at = passed_at

    def move_due(self, until: date, *, provisional: bool, at: datetime) -> None:
        """Set another due date; that the old one has passed by now is not undone."""
        if self.stage.is_over:
            raise WrongStage("%(number)s 已结束，不能变更整改期限。", number=self.number)
        self.note_overdue(at)
        self.due_on, self.due_provisional = until, provisional

    def suspend(self, at: datetime) -> None:
        """Stop the case; no stage leads on until it is taken up again."""
        if self.stage.is_over or self.stage is Stage.SUSPENDED:
            raise WrongStage("%(number)s 已结束或已中止，不能再中止。", number=self.number)
        self.note_overdue(at)
        self.stage, self.stage_before, self.suspended_at = Stage.SUSPENDED, self.stage, at

    def take_up(self, *, put_off: int) -> None:
        """Go on where the case was suspended; its period begins and ends so many days later."""
        if self.stage is not Stage.SUSPENDED or self.stage_before is None:
            raise WrongStage("%(number)s 没有中止，无需恢复。", number=self.number)
        self.stage, self.stage_before, self.suspended_at = self.stage_before, None, None
        self.counted_from += timedelta(days=put_off)

    def end(self, stage: Stage) -> None:
        """End the case as *stage* without closing it out; where it stood stays known."""
        if self.stage.is_over:
            raise WrongStage("%(number)s 已结束，不能终结或撤销。", number=self.number)
        self.stage_before = self.stage_before or self.stage
        self.stage, self.suspended_at = stage, None

    def hand_to(self, unit: Unit, department: Unit, on: date) -> None:
        """Make *unit* answer for the case from now on; it begins anew, by the same due date."""
        if self.stage not in _UNREPORTED:
            raise WrongStage("%(number)s 已报结、已中止或已结束，不能转办。", number=self.number)
        self.lead_unit, self.lead_unit_id = unit, unit.id
        self.department, self.department_id = department, department.id
        self.counted_from, self.percent, self.acknowledged_at = on, 0, None

    def escalate(self, rung: Rung) -> None:
        """Note the severest measure taken."""
        order = list(Rung)
        if self.rung is None or order.index(rung) > order.index(self.rung):
            self.rung = rung


class Verification(Base):
    """核查: one look on site or into the papers, and what it found."""

    __tablename__ = "verification"

    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("case.id"), index=True)
    cycle: Mapped[int]
    method: Mapped[str] = mapped_column(String(16))
    #: Usernames, the lead first.
    verifiers: Mapped[list[str]]
    dispatched_at: Mapped[datetime]
    result: Mapped[Result | None]
    opinion: Mapped[str] = mapped_column(Text, default="")
    verified_at: Mapped[datetime | None]
    verified_by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))


class FollowUp(Base):
    """回头看: a closed-out case looked at again."""

    __tablename__ = "follow_up"

    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("case.id"), index=True)
    cycle: Mapped[int]
    reason: Mapped[str] = mapped_column(String(200))
    drawn_at: Mapped[datetime]
    drawn_by_id: Mapped[int] = mapped_column(ForeignKey("user.id"))
    result: Mapped[str | None] = mapped_column(String(32))
    settled_at: Mapped[datetime | None]


class Part(Base):
    """Who did what for a case in one cycle: what the separation of duties is judged on."""

    __tablename__ = "part"
    __table_args__ = (Index("uq_part", "case_id", "cycle", "duty", "user_id", unique=True),)

    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("case.id"))
    cycle: Mapped[int]
    duty: Mapped[str] = mapped_column(String(16))
    user_id: Mapped[int] = mapped_column(ForeignKey("user.id"), index=True)

    user: Mapped[User] = relationship()
