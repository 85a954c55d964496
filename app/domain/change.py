"""变更申请与异议: what a unit asks for while its case runs, and what was decided."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import ForeignKey, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.domain.base import Base
from app.domain.case import Case
from app.domain.people import Unit, User
from app.domain.vocabulary import ChangeKind, ChangeState, ObjectionState


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
    #: Filed after the date had passed: may be granted, and is overdue all the same.
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


class Objection(Base):
    """异议: the unit asks for the finding itself to be looked at again. It stops no clock."""

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
    served_at: Mapped[datetime | None]
    #: 申诉 to the higher office or the government: noted, not decided here.
    appeal_body: Mapped[str] = mapped_column(String(80), default="")
    appealed_on: Mapped[date | None]
    appeal_result: Mapped[str] = mapped_column(Text, default="")

    case: Mapped[Case] = relationship()
    filed_by: Mapped[User] = relationship(foreign_keys=[filed_by_id])
    decided_by: Mapped[User | None] = relationship(foreign_keys=[decided_by_id])
