"""异常提示: what may be form without substance, put as a question; and what the office did."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.domain.base import Base, BigId
from app.domain.errors import Conflict, Invalid
from app.domain.people import Unit, User
from app.domain.vocabulary import Term


class SignalState(Term):
    """What the office made of a question."""

    OPEN = "open", "待核实"
    CLEARED = "cleared", "已核实无碍"
    REMINDED = "reminded", "已提醒"
    FOLLOW_UP = "follow_up", "列入回头看"


class SignalAct(Term):
    """What happened to a question."""

    FOUND = "found", "发现"
    GREW = "grew", "有新情况"
    CLEARED = "cleared", "已核实无碍"
    REMINDED = "reminded", "已提醒"
    FOLLOW_UP = "follow_up", "列入回头看"
    REOPENED = "reopened", "有新情况，重新待核实"


class Signal(Base):
    """One question: why something looks as it does. It is no verdict; only the office sees it."""

    __tablename__ = "signal"
    __table_args__ = (
        UniqueConstraint("county_id", "kind", "key"),
        Index("ix_signal_latest", "county_id", "state", "changed_at", "id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    county_id: Mapped[int] = mapped_column(ForeignKey("unit.id"))
    #: Names the function that finds it.
    kind: Mapped[str] = mapped_column(String(32))
    #: What it is about: found again, it is the same question.
    key: Mapped[str] = mapped_column(String(120))
    #: ``None`` if it is about several units.
    unit_id: Mapped[int | None] = mapped_column(ForeignKey("unit.id"))
    state: Mapped[SignalState] = mapped_column(default=SignalState.OPEN)
    #: The question as a packed sentence, and what it rests on.
    question: Mapped[dict[str, Any]]
    facts: Mapped[list[dict[str, Any]]]
    found_at: Mapped[datetime]
    changed_at: Mapped[datetime]
    #: Guards against two people deciding at once.
    version: Mapped[int] = mapped_column()

    unit: Mapped[Unit | None] = relationship(foreign_keys=[unit_id])
    steps: Mapped[list[SignalStep]] = relationship(
        cascade="all, delete-orphan", order_by="SignalStep.id"
    )

    __mapper_args__ = {"version_id_col": version}

    def decide(self, state: SignalState, note: str, at: datetime, by: User) -> None:
        """Note what the office did with the question, and why.

        Raises:
            Invalid: nothing was decided, or no reason given.
            Conflict: it has been decided.
        """
        if state is SignalState.OPEN:
            raise Invalid(fields={"state": ["请选择处理结果。"]})
        if not note.strip():
            raise Invalid(fields={"note": ["请写明核实了什么、依据是什么。"]})
        if self.state is not SignalState.OPEN:
            raise Conflict("该提示已有人处理，请刷新后查看。")
        self.state = state
        self.note(SignalAct(state.value), at, note.strip(), by)

    def grow(self, at: datetime) -> None:
        """Take note of new facts: what was decided was decided without them."""
        act = SignalAct.GREW if self.state is SignalState.OPEN else SignalAct.REOPENED
        self.state = SignalState.OPEN
        self.note(act, at)

    def note(self, act: SignalAct, at: datetime, note: str = "", by: User | None = None) -> None:
        """Write down what happened to the question; nothing of it is ever changed."""
        self.changed_at = at
        name = by.name if by else ""
        self.steps.append(
            SignalStep(act=act, at=at, by_id=by.id if by else None, by_name=name, note=note)
        )


class SignalStep(Base):
    """One thing that happened to a question, and who did it."""

    __tablename__ = "signal_step"

    id: Mapped[int] = mapped_column(primary_key=True)
    signal_id: Mapped[int] = mapped_column(ForeignKey("signal.id"), index=True)
    act: Mapped[SignalAct]
    at: Mapped[datetime]
    #: ``None`` for the system.
    by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    by_name: Mapped[str] = mapped_column(String(64))
    note: Mapped[str] = mapped_column(Text)


class SignalCase(Base):
    """A case that a question is about: one that is not here yet is a new fact."""

    __tablename__ = "signal_case"

    signal_id: Mapped[int] = mapped_column(ForeignKey("signal.id"), primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("case.id"), primary_key=True, index=True)


class Wording(Base):
    """A text that a unit handed in, as far as it takes to find others like it."""

    __tablename__ = "wording"
    __table_args__ = (Index("ix_wording_exact", "county_id", "exact"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    submission_id: Mapped[int] = mapped_column(ForeignKey("submission.id"), unique=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("case.id"))
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"))
    county_id: Mapped[int] = mapped_column(ForeignKey("unit.id"))
    form_key: Mapped[str] = mapped_column(String(64))
    #: SHA-256 of the text without spaces, signs and figures.
    exact: Mapped[str] = mapped_column(String(64))


class WordingBand(Base):
    """One band of a text's MinHash: texts that share one are probably alike."""

    __tablename__ = "wording_band"

    band: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    wording_id: Mapped[int] = mapped_column(ForeignKey("wording.id"), primary_key=True)


class SignalMark(Base):
    """How far a kind of signal has looked: rows up to this one need no second look."""

    __tablename__ = "signal_mark"

    kind: Mapped[str] = mapped_column(String(32), primary_key=True)
    upto: Mapped[int] = mapped_column(BigInteger)
    at: Mapped[datetime]
