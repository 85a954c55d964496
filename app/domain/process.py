"""Diagrams, the processes that run on them, and what those wait for."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.domain.base import Base, BigId, partial_index
from app.domain.case import Case
from app.domain.people import Unit, User
from app.domain.vocabulary import DiagramState, MoveCause, Outcome, ProcessStatus, TimerState

#: Of a timer, as its indexes have it.
GOES_ON = "state IN ('armed', 'suspended')"
IS_PAST = "state IN ('fired', 'disarmed')"
#: The condition on `Timer` by which it runs; it begins as an index does, for databases that use an
#: index of some rows only where they are asked for in its words.
IS_ARMED = text(f"timer.{GOES_ON} AND timer.state = 'armed'")


class Diagram(Base):
    """One version of a process as drawn, with its forms and decision tables. Then immutable."""

    __tablename__ = "diagram"
    __table_args__ = (UniqueConstraint("key", "version"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(String(64))
    version: Mapped[int]
    name: Mapped[str] = mapped_column(String(120))
    state: Mapped[DiagramState]
    xml: Mapped[str] = mapped_column(Text, deferred=True)
    #: Form JSON by form key.
    forms: Mapped[dict[str, Any]] = mapped_column(deferred=True)
    #: DMN text by decision id.
    decisions: Mapped[dict[str, Any]] = mapped_column(deferred=True)
    sha256: Mapped[str] = mapped_column(String(64))
    created_at: Mapped[datetime]
    author_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    published_at: Mapped[datetime | None]
    approver_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    #: Why it was made, in the author's words.
    note: Mapped[str] = mapped_column(Text, default="")
    #: From when new processes run on it, once approved.
    effective_at: Mapped[datetime | None]

    author: Mapped[User | None] = relationship(foreign_keys=[author_id])
    approver: Mapped[User | None] = relationship(foreign_keys=[approver_id])


class Process(Base):
    """One running process. Its state is the engine's, opaque to all others."""

    __tablename__ = "process"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    diagram_id: Mapped[int] = mapped_column(ForeignKey("diagram.id"), index=True)
    case_id: Mapped[int | None] = mapped_column(ForeignKey("case.id"), index=True)
    #: The case's cycle when the process began.
    cycle: Mapped[int] = mapped_column(default=1)
    #: What this process is about, by the effect that began it.
    letter_id: Mapped[int | None] = mapped_column(ForeignKey("letter.id"))
    follow_up_id: Mapped[int | None] = mapped_column(ForeignKey("follow_up.id"))
    change_request_id: Mapped[int | None] = mapped_column(ForeignKey("change_request.id"))
    objection_id: Mapped[int | None] = mapped_column(ForeignKey("objection.id"))
    status: Mapped[ProcessStatus] = mapped_column(default=ProcessStatus.RUNNING)
    state: Mapped[str] = mapped_column(Text, deferred=True)
    #: Guards against two people moving the process at once.
    revision: Mapped[int] = mapped_column(default=1)
    started_at: Mapped[datetime]
    started_by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    finished_at: Mapped[datetime | None]
    #: Of a process about no case: for which unit of which county it runs.
    unit_id: Mapped[int | None] = mapped_column(ForeignKey("unit.id"))
    county_id: Mapped[int | None] = mapped_column(ForeignKey("unit.id"))
    #: Of such a process: what tells it from others of its kind, as its forms have it.
    title: Mapped[str] = mapped_column(String(120), default="")
    #: Of such a process: head of the hash chain of its `Event`s, and how many there are.
    history_head: Mapped[str] = mapped_column(String(64), default="")
    history_length: Mapped[int] = mapped_column(default=0)

    diagram: Mapped[Diagram] = relationship()
    case: Mapped[Case | None] = relationship()
    unit: Mapped[Unit | None] = relationship(foreign_keys=[unit_id])
    started_by: Mapped[User | None] = relationship(foreign_keys=[started_by_id])

    __table_args__ = (
        # 流程办理: the processes of a county that are about no case, latest first.
        partial_index("ix_process_standalone", "county_id", "id", rows="case_id IS NULL"),
        # The versions of a diagram that something still runs on.
        partial_index("ix_process_going", "diagram_id", rows="status IN ('running', 'suspended')"),
    )


class Task(Base):
    """One human task: a line of somebody's inbox while open, of 我已办 when done."""

    __tablename__ = "task"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    process_id: Mapped[int] = mapped_column(ForeignKey("process.id"), index=True)
    #: Those of a case are found by its processes: one index less for every step to write.
    case_id: Mapped[int | None] = mapped_column(ForeignKey("case.id"))
    #: The engine's number for the task, unique within its process.
    engine_id: Mapped[int]
    key: Mapped[str] = mapped_column(String(64))
    name: Mapped[str] = mapped_column(String(120))
    role: Mapped[str] = mapped_column(String(32))
    #: The unit whose people with that role it waits for.
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"))
    assignee_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    form_key: Mapped[str | None] = mapped_column(String(64))
    opened_at: Mapped[datetime]
    due_at: Mapped[datetime | None]
    due_provisional: Mapped[bool] = mapped_column(default=False)
    #: `due_at`, or the end of time: what lists sort by.
    sort_at: Mapped[datetime]
    closed_at: Mapped[datetime | None]
    outcome: Mapped[Outcome | None]
    closed_by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    #: What was typed but not yet sent.
    draft: Mapped[dict[str, Any] | None] = mapped_column(deferred=True)
    draft_at: Mapped[datetime | None]
    revision: Mapped[int] = mapped_column(default=1)

    process: Mapped[Process] = relationship()
    case: Mapped[Case | None] = relationship()
    unit: Mapped[Unit] = relationship()
    assignee: Mapped[User | None] = relationship(foreign_keys=[assignee_id])
    closed_by: Mapped[User | None] = relationship(foreign_keys=[closed_by_id])
    #: The clocks that are its deadline, oldest first. By process too: that is what is indexed.
    deadlines: Mapped[list[Timer]] = relationship(
        primaryjoin="and_(Task.process_id == foreign(Timer.process_id), "
        "Task.id == foreign(Timer.task_id), Timer.is_deadline)",
        order_by="Timer.id",
        viewonly=True,
    )

    @property
    def suspended(self) -> bool:
        """Whether it waits for its case to be taken up again."""
        return self.closed_at is None and self.process.status is ProcessStatus.SUSPENDED

    @property
    def deadline(self) -> Timer | None:
        """The clock by which it is due; ``None`` for a task without a deadline."""
        return self.deadlines[-1] if self.deadlines else None

    __table_args__ = (
        # The inbox: what waits for this role of this unit, most urgent first.
        partial_index(
            "ix_task_inbox", "role", "unit_id", "sort_at", "id", rows="closed_at IS NULL"
        ),
        # 期限清单: what is open, the longest overdue first.
        partial_index("ix_task_due", "sort_at", "id", rows="closed_at IS NULL"),
        # 我已办.
        partial_index("ix_task_done", "closed_by_id", "closed_at", rows="closed_by_id IS NOT NULL"),
        # What waits at a step, the longest first; and what was last completed at it.
        partial_index("ix_task_waiting", "key", "opened_at", "id", rows="closed_at IS NULL"),
        partial_index("ix_task_dwell", "key", "closed_at", rows="outcome = 'done'"),
    )


class Timer(Base):
    """One deadline: by which rule, from when, when due, and the proof that it fired once."""

    __tablename__ = "timer"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    process_id: Mapped[int] = mapped_column(ForeignKey("process.id"), index=True)
    case_id: Mapped[int | None] = mapped_column(ForeignKey("case.id"))
    task_id: Mapped[int | None] = mapped_column(ForeignKey("task.id"))
    engine_id: Mapped[int]
    key: Mapped[str] = mapped_column(String(64))
    name: Mapped[str] = mapped_column(String(120))
    #: Its number in the rule book (T05) and the article it rests on.
    code: Mapped[str] = mapped_column(String(16), default="")
    article: Mapped[str] = mapped_column(String(120), default="")
    #: The rule set that fixed how long and by which article; empty where the diagram did.
    ruled_by: Mapped[str] = mapped_column(String(32), default="")
    rule: Mapped[str] = mapped_column(String(120))
    #: What the rule counts from: for a cycle, the moment the first period began.
    base: Mapped[datetime]
    calendar_version: Mapped[int]
    due_at: Mapped[datetime]
    provisional: Mapped[bool]
    is_deadline: Mapped[bool] = mapped_column(default=False)
    state: Mapped[TimerState] = mapped_column(default=TimerState.ARMED)
    armed_at: Mapped[datetime]
    disarmed_at: Mapped[datetime | None]
    #: Since when it stands still because its case is suspended; what remains stays as it is.
    suspended_at: Mapped[datetime | None]
    #: The worker that is about to fire it, and until when others leave it alone.
    claimed_by: Mapped[str | None] = mapped_column(String(80))
    claimed_until: Mapped[datetime | None]
    fired_at: Mapped[datetime | None]
    fired_by: Mapped[str | None] = mapped_column(String(80))
    #: Periods of a cycle that passed while nobody swept.
    missed: Mapped[int] = mapped_column(default=0)
    #: When the sweep looks next: `due_at`, or later after a failure.
    try_at: Mapped[datetime]
    attempts: Mapped[int] = mapped_column(default=0)

    case: Mapped[Case | None] = relationship()
    process: Mapped[Process] = relationship()
    moves: Mapped[list[TimerMove]] = relationship(order_by="TimerMove.id", viewonly=True)

    __table_args__ = (
        # The sweep and 期限台账: what runs, the earliest due first; what is over, the latest.
        *(
            partial_index(name, "due_at", "id", rows=of)
            for name, of in (("ix_timer_going", GOES_ON), ("ix_timer_past", IS_PAST))
        ),
    )


class TimerMove(Base):
    """One time that a deadline was moved: from when to when, by which rule, and why."""

    __tablename__ = "timer_move"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    timer_id: Mapped[int] = mapped_column(ForeignKey("timer.id"), index=True)
    at: Mapped[datetime]
    cause: Mapped[MoveCause]
    #: The notice number, the request's decision: what entitles to it.
    reason: Mapped[str] = mapped_column(String(200), default="")
    by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    from_at: Mapped[datetime]
    to_at: Mapped[datetime]
    from_rule: Mapped[str] = mapped_column(String(120))
    to_rule: Mapped[str] = mapped_column(String(120))
    calendar_version: Mapped[int]

    timer: Mapped[Timer] = relationship()
    by: Mapped[User | None] = relationship()


class Submission(Base):
    """What a form was answered with. Written once, never changed."""

    __tablename__ = "submission"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    task_id: Mapped[int] = mapped_column(ForeignKey("task.id"))
    case_id: Mapped[int | None] = mapped_column(ForeignKey("case.id"), index=True)
    cycle: Mapped[int]
    form_key: Mapped[str] = mapped_column(String(64))
    diagram_id: Mapped[int] = mapped_column(ForeignKey("diagram.id"))
    answers: Mapped[dict[str, Any]]
    at: Mapped[datetime]
    by_id: Mapped[int] = mapped_column(ForeignKey("user.id"))

    task: Mapped[Task] = relationship()
    by: Mapped[User] = relationship()

    # Those about a case are found by the case.
    __table_args__ = (partial_index("ix_submission_standalone", "task_id", rows="case_id IS NULL"),)


class Incident(Base):
    """Something that failed again and again, for a person to see, mend and retry."""

    __tablename__ = "incident"

    id: Mapped[int] = mapped_column(primary_key=True)
    #: ``None`` for what is no process's fault: a notice, a job. Then `subject` says what it is.
    process_id: Mapped[int | None] = mapped_column(ForeignKey("process.id"), index=True)
    timer_id: Mapped[int | None] = mapped_column(ForeignKey("timer.id"), index=True)
    #: ``delivery:7``, ``job:12``.
    subject: Mapped[str] = mapped_column(String(80), default="")
    at: Mapped[datetime]
    #: What happened and what to do; and the same so that it can be said in another language.
    cause: Mapped[str] = mapped_column(Text)
    sentence: Mapped[dict[str, Any] | None]
    #: What the program said, for whoever mends it.
    detail: Mapped[str] = mapped_column(Text, default="")
    #: How often it was tried.
    attempts: Mapped[int] = mapped_column(default=0)
    #: What like incidents have in common: the kind of failure, without its particulars.
    likeness: Mapped[str] = mapped_column(String(120), default="", index=True)
    resolved_at: Mapped[datetime | None]
    resolved_by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    #: ``retried``, ``skipped``, or ``passed``: it went by itself; and the reason given for a skip.
    resolution: Mapped[str | None] = mapped_column(String(16))
    reason: Mapped[str] = mapped_column(String(400), default="")

    process: Mapped[Process | None] = relationship()
    timer: Mapped[Timer | None] = relationship()
    resolved_by: Mapped[User | None] = relationship()

    __table_args__ = (
        # What waits for somebody; the sweep looks every second.
        partial_index("ix_incident_open", "id", rows="resolved_at IS NULL"),
    )
