"""公文: official letters, drafted by the process and signed by people."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.domain.base import Base
from app.domain.case import Case
from app.domain.errors import WrongStage
from app.domain.people import User
from app.domain.vocabulary import LetterKind, LetterState


class Letter(Base):
    """One letter about one case. It has a number only once it was signed."""

    __tablename__ = "letter"

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[LetterKind]
    state: Mapped[LetterState] = mapped_column(default=LetterState.DRAFT)
    case_id: Mapped[int] = mapped_column(ForeignKey("case.id"), index=True)
    cycle: Mapped[int]
    #: Why it was drafted, and the due date that was missed: one letter for one date.
    reason: Mapped[str] = mapped_column(String(32))
    missed_due_on: Mapped[date]
    number: Mapped[str | None] = mapped_column(String(60), unique=True)
    to: Mapped[str] = mapped_column(String(200))
    cc: Mapped[str] = mapped_column(String(200), default="")
    subject: Mapped[str] = mapped_column(Text)
    demand: Mapped[str] = mapped_column(Text)
    #: By when the unit must now be done; the case's own due date stays.
    new_due_on: Mapped[date | None]
    drafted_at: Mapped[datetime]
    signed_at: Mapped[datetime | None]
    drafter_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    signer_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    issued_on: Mapped[date | None]
    served_at: Mapped[datetime | None]
    replied_at: Mapped[datetime | None]
    reply: Mapped[str] = mapped_column(Text, default="")

    case: Mapped[Case] = relationship()
    signer: Mapped[User | None] = relationship(foreign_keys=[signer_id])

    def sign(self, by: int, at: datetime) -> None:
        """Take the chief's signature. A program never signs."""
        self.state, self.signer_id, self.signed_at = LetterState.SIGNED, by, at

    def issue(self, number: str, on: date) -> None:
        """Send the letter out under its number."""
        if self.state is not LetterState.SIGNED:
            raise WrongStage("督办函未经审签，不得印发。")
        self.state, self.number, self.issued_on = LetterState.ISSUED, number, on


class LetterCounter(Base):
    """The last number given under one 机关代字 in one year: gap-free, allocated at signing."""

    __tablename__ = "letter_counter"
    __table_args__ = (UniqueConstraint("prefix", "year"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    prefix: Mapped[str] = mapped_column(String(40))
    year: Mapped[int]
    last: Mapped[int] = mapped_column(default=0)
