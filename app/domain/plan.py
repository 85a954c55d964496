"""整改方案: what a unit means to do about its case, measure by measure."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from sqlalchemy import ForeignKey, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.domain.base import Base


class Plan(Base):
    """整改方案: what the unit means to do, in one cycle. A new version replaces the older."""

    __tablename__ = "plan"

    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("case.id"), index=True)
    cycle: Mapped[int]
    cause: Mapped[str] = mapped_column(Text)
    goal: Mapped[str] = mapped_column(Text)
    leader: Mapped[str] = mapped_column(String(60))
    created_at: Mapped[datetime]
    created_by_id: Mapped[int] = mapped_column(ForeignKey("user.id"))

    measures: Mapped[list[Measure]] = relationship(
        cascade="all, delete-orphan", order_by="Measure.position"
    )

    def planned_percent(self, day: date) -> int:
        """Return how much should be done by the end of *day*: the measures whose time is up."""
        total = sum(measure.weight for measure in self.measures)
        if not total:
            return 0
        return 100 * sum(m.weight for m in self.measures if m.ends_on <= day) // total

    def put_off(self, days: int) -> None:
        """Let the measures that are not done yet begin and end so many days later."""
        for measure in self.measures:
            if measure.percent < 100:
                measure.starts_on += timedelta(days=days)
                measure.ends_on += timedelta(days=days)


class Measure(Base):
    """整改措施: one line of a plan."""

    __tablename__ = "measure"

    id: Mapped[int] = mapped_column(primary_key=True)
    plan_id: Mapped[int] = mapped_column(ForeignKey("plan.id", ondelete="CASCADE"), index=True)
    position: Mapped[int]
    text: Mapped[str] = mapped_column(Text)
    owner: Mapped[str] = mapped_column(String(60))
    #: 万元.
    fund: Mapped[float | None]
    starts_on: Mapped[date]
    ends_on: Mapped[date]
    weight: Mapped[int] = mapped_column(default=100)
    percent: Mapped[int] = mapped_column(default=0)
