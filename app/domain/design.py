"""Drawing processes: drafts, what was done to versions, scenarios, and moving running processes."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.domain.base import Base, BigId
from app.domain.design_terms import DiagramAct, Migration, PlanState
from app.domain.job import Job
from app.domain.people import User
from app.domain.process import Diagram, Process


class Draft(Base):
    """A process being drawn: diagram, forms and tables together. One for each process."""

    __tablename__ = "draft"

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(String(64), unique=True)
    name: Mapped[str] = mapped_column(String(120))
    #: The version it was drawn from; ``None`` for a new process.
    base_id: Mapped[int | None] = mapped_column(ForeignKey("diagram.id"))
    xml: Mapped[str] = mapped_column(Text, deferred=True)
    #: Form JSON by form key.
    forms: Mapped[dict[str, Any]] = mapped_column(deferred=True)
    #: DMN text by decision id.
    decisions: Mapped[dict[str, Any]] = mapped_column(deferred=True)
    #: What was changed when it came from another modeler, as sentences.
    converted: Mapped[list[str]]
    revision: Mapped[int] = mapped_column(default=1)
    made_at: Mapped[datetime]
    made_by_id: Mapped[int] = mapped_column(ForeignKey("user.id"))
    saved_at: Mapped[datetime]
    saved_by_id: Mapped[int] = mapped_column(ForeignKey("user.id"))

    base: Mapped[Diagram | None] = relationship()
    saved_by: Mapped[User] = relationship(foreign_keys=[saved_by_id])

    __mapper_args__ = {"version_id_col": revision}


class DraftSave(Base):
    """A draft as it was at one time, to look at and to go back to."""

    __tablename__ = "draft_save"

    id: Mapped[int] = mapped_column(primary_key=True)
    draft_id: Mapped[int] = mapped_column(ForeignKey("draft.id", ondelete="CASCADE"), index=True)
    at: Mapped[datetime]
    by_id: Mapped[int] = mapped_column(ForeignKey("user.id"))
    #: Empty for one that was kept by itself.
    note: Mapped[str] = mapped_column(String(200), default="")
    xml: Mapped[str] = mapped_column(Text, deferred=True)
    forms: Mapped[dict[str, Any]] = mapped_column(deferred=True)
    decisions: Mapped[dict[str, Any]] = mapped_column(deferred=True)

    by: Mapped[User] = relationship()


class DiagramEvent(Base):
    """What was done to a version, by whom and why: its history. Never changed."""

    __tablename__ = "diagram_event"

    id: Mapped[int] = mapped_column(primary_key=True)
    diagram_id: Mapped[int] = mapped_column(ForeignKey("diagram.id"), index=True)
    at: Mapped[datetime]
    #: ``None`` when the program did it: a version came into force on its day.
    by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    act: Mapped[DiagramAct]
    note: Mapped[str] = mapped_column(Text, default="")

    diagram: Mapped[Diagram] = relationship()
    by: Mapped[User | None] = relationship()


class Scenario(Base):
    """A way through a process, played again on every new version: its regression test."""

    __tablename__ = "scenario"

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(String(64), index=True)
    name: Mapped[str] = mapped_column(String(120))
    #: The moment it begins, and the variables it begins with.
    starts_at: Mapped[datetime]
    variables: Mapped[dict[str, Any]]
    #: What is done: the element, the answers, or that its clock runs out.
    moves: Mapped[list[dict[str, Any]]]
    #: What must come of it: letters, notices, deadlines, in order.
    expects: Mapped[list[dict[str, Any]]]
    made_at: Mapped[datetime]
    #: ``None`` for one that came with the program.
    made_by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))

    made_by: Mapped[User | None] = relationship()


class MigrationPlan(Base):
    """How running processes move from older versions to a newer: what goes where, and what of
    their clocks.
    """

    __tablename__ = "migration_plan"

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(String(64), index=True)
    to_id: Mapped[int] = mapped_column(ForeignKey("diagram.id"))
    #: Old element id → new element id, by old version.
    mapping: Mapped[dict[str, Any]]
    #: Whether running clocks keep their moments, or are set anew by the new rules.
    keeps_timers: Mapped[bool] = mapped_column(default=True)
    note: Mapped[str] = mapped_column(Text, default="")
    state: Mapped[PlanState]
    made_at: Mapped[datetime]
    made_by_id: Mapped[int] = mapped_column(ForeignKey("user.id"))
    applied_at: Mapped[datetime | None]
    job_id: Mapped[int | None] = mapped_column(ForeignKey("job.id"))

    to: Mapped[Diagram] = relationship()
    job: Mapped[Job | None] = relationship()


class Migrated(Base):
    """One process under one plan: moved, refused with the reason, or taken back."""

    __tablename__ = "migrated"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    plan_id: Mapped[int] = mapped_column(ForeignKey("migration_plan.id"), index=True)
    process_id: Mapped[int] = mapped_column(ForeignKey("process.id"), index=True)
    at: Mapped[datetime]
    outcome: Mapped[Migration]
    reason: Mapped[str] = mapped_column(Text, default="")
    #: What to go back to while the process has not moved on.
    from_id: Mapped[int] = mapped_column(ForeignKey("diagram.id"))
    state_before: Mapped[str] = mapped_column(Text, deferred=True)
    revision_after: Mapped[int]

    process: Mapped[Process] = relationship()


class Signer(Base):
    """An office whose signature under a diagram we trust; our own, which signs, among them."""

    __tablename__ = "signer"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(120))
    #: Ed25519, base64.
    public_key: Mapped[str] = mapped_column(String(44), unique=True)
    #: Of our own office only; never shown, and in no export.
    private_key: Mapped[str | None] = mapped_column(String(44), deferred=True)
    trusted_at: Mapped[datetime]
    #: ``None`` when it was done at the console.
    trusted_by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))

    trusted_by: Mapped[User | None] = relationship()

    @property
    def is_own(self) -> bool:
        """Whether it is our own office."""
        return self.private_key is not None
