"""The totals of a past day, counted once and kept: the day will not change any more."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.domain.base import Base
from app.domain.case import Case

#: The register of a past day is walked in the order in which the cases entered it.
Index("ix_case_entered", Case.county_id, Case.created_at, Case.id)


class PastDay(Base):
    """What the register of one county came to at the end of one day."""

    __tablename__ = "past_day"
    __table_args__ = (UniqueConstraint("county_id", "day", "reach"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    county_id: Mapped[int] = mapped_column(ForeignKey("unit.id"))
    day: Mapped[date]
    #: Which cases were counted: what they were narrowed down to, and how far the reader may see.
    reach: Mapped[str] = mapped_column(String(400))
    figures: Mapped[dict[str, Any]]
    #: The latest line of history that was there when it was counted.
    last_event_id: Mapped[int]
    made_at: Mapped[datetime]
