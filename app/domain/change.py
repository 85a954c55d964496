"""变更申请与异议: what a unit asks for while its case runs, and what was decided."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import ForeignKey, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.domain.base import Base
from app.domain.case import Case
from app.domain.errors import SeparationOfDuties, WrongStage
from app.domain.people import Unit, User
from app.domain.vocabulary import ChangeKind, ChangeState, ObjectionState, Term


class TimerFate(Term):
    """What a change does to a running clock."""

    MOVED = "moved", "改期"
    KEPT = "kept", "不变"
    STOPS = "stops", "停止计时"
    ENDS = "ends", "终止"
    ARMED = "armed", "开始计时"


class ChangeRequest(Base):
    """变更申请: more time, another unit, a pause, or an end. Only a decision changes the case."""

    __tablename__ = "change_request"

    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("case.id"), index=True)
    cycle: Mapped[int]
    kind: Mapped[ChangeKind]
    state: Mapped[ChangeState] = mapped_column(default=ChangeState.PENDING)
    #: Why, as one of a list, and in words.
    ground: Mapped[str] = mapped_column(String(32))
    reason: Mapped[str] = mapped_column(Text)
    #: What was done so far, and what keeps people safe meanwhile.
    done_so_far: Mapped[str] = mapped_column(Text, default="")
    safeguards: Mapped[str] = mapped_column(Text, default="")
    #: Filed when the time to ask was over: may be granted, and a date that passed stays missed.
    late: Mapped[bool] = mapped_column(default=False)
    #: The due date when it was filed, the one asked for and the one granted.
    due_on: Mapped[date]
    asked_until: Mapped[date | None]
    granted_until: Mapped[date | None]
    #: Of a reassignment.
    to_unit_id: Mapped[int | None] = mapped_column(ForeignKey("unit.id"))
    filed_at: Mapped[datetime]
    filed_by_id: Mapped[int] = mapped_column(ForeignKey("user.id"))
    decided_at: Mapped[datetime | None]
    decided_by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    opinion: Mapped[str] = mapped_column(Text, default="")

    case: Mapped[Case] = relationship()
    to_unit: Mapped[Unit | None] = relationship()
    filed_by: Mapped[User] = relationship(foreign_keys=[filed_by_id])
    decided_by: Mapped[User | None] = relationship(foreign_keys=[decided_by_id])

    def decide(self, by: int, at: datetime, opinion: str) -> None:
        """Take down what was decided, by somebody else than who asked for it."""
        if by == self.filed_by_id:
            raise SeparationOfDuties("申请人不得审批自己提出的申请。")
        self.decided_by_id, self.decided_at, self.opinion = by, at, opinion

    def settle(self, state: ChangeState, at: datetime) -> None:
        """End as *state*; only what is pending can end."""
        if self.state is not ChangeState.PENDING:
            raise WrongStage("该申请已经办结。")
        self.state, self.decided_at = state, self.decided_at or at


class Objection(Base):
    """异议: the unit asks for the finding itself to be looked at again.

    It runs beside the case and stops only those clocks that the county's rule set names.
    """

    __tablename__ = "objection"

    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("case.id"), index=True)
    cycle: Mapped[int]
    state: Mapped[ObjectionState] = mapped_column(default=ObjectionState.FILED)
    matter: Mapped[str] = mapped_column(Text)
    reason: Mapped[str] = mapped_column(Text)
    filed_at: Mapped[datetime]
    filed_by_id: Mapped[int] = mapped_column(ForeignKey("user.id"))
    admitted_at: Mapped[datetime | None]
    decided_at: Mapped[datetime | None]
    decided_by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    conclusion: Mapped[str] = mapped_column(Text, default="")
    #: Of one that changes the case: what is demanded now, and by when; else empty.
    new_requirement: Mapped[str] = mapped_column(Text, default="")
    new_due_on: Mapped[date | None]
    served_at: Mapped[datetime | None]
    #: 申诉 to the higher office or the government: noted, not decided here.
    appeal_body: Mapped[str] = mapped_column(String(80), default="")
    appealed_on: Mapped[date | None]
    appeal_result: Mapped[str] = mapped_column(Text, default="")

    case: Mapped[Case] = relationship()
    filed_by: Mapped[User] = relationship(foreign_keys=[filed_by_id])
    decided_by: Mapped[User | None] = relationship(foreign_keys=[decided_by_id])

    def settle(self, state: ObjectionState, at: datetime) -> None:
        """End as *state*; only an open one can end."""
        if not self.state.is_open:
            raise WrongStage("该异议已经办结。")
        self.state, self.decided_at = state, self.decided_at or at
