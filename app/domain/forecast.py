"""逾期预测: what was learned from cases that ended, what is said of open ones, what came true."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.domain.base import Base, BigId
from app.domain.case import Case
from app.domain.vocabulary import Term


class ModelState(Term):
    """Whether anything is foretold by a model."""

    #: Too few periods have ended.
    SILENT = "silent", "历史不足"
    #: On cases it had not seen it did no better than the plain rate.
    NO_BETTER = "no_better", "不优于基准"
    IN_USE = "in_use", "使用中"


class ForecastModel(Base):
    """What one county's history taught on one day; the latest of a county is in force."""

    __tablename__ = "forecast_model"
    __table_args__ = (Index("ix_forecast_model_latest", "county_id", "id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    county_id: Mapped[int] = mapped_column(ForeignKey("unit.id"))
    made_at: Mapped[datetime]
    state: Mapped[ModelState]
    #: Periods of rectification whose end is known, and how many of them ended overdue.
    ended: Mapped[int]
    missed: Mapped[int]
    #: Weights, the record of like cases, and how it did on cases that it had not seen.
    facts: Mapped[dict[str, Any]]


class Forecast(Base):
    """The chance that an open case misses its due date, as last reckoned."""

    __tablename__ = "forecast"
    __table_args__ = (Index("ix_forecast_highest", "county_id", "chance", "case_id"),)

    case_id: Mapped[int] = mapped_column(
        ForeignKey("case.id"), primary_key=True, autoincrement=False
    )
    county_id: Mapped[int] = mapped_column(ForeignKey("unit.id"))
    model_id: Mapped[int] = mapped_column(ForeignKey("forecast_model.id"))
    made_at: Mapped[datetime]
    due_on: Mapped[date]
    #: In thousandths: whole numbers compare alike everywhere.
    chance: Mapped[int]
    #: The strongest contributions, strongest first: ``group``, ``told``, ``share``, ``up``.
    why: Mapped[list[dict[str, Any]]]
    #: What would help, as a kept sentence.
    advice: Mapped[dict[str, Any]]
    #: How long the case's history was; a longer one by now means that it has changed.
    history_length: Mapped[int]

    case: Mapped[Case] = relationship()


class ForecastRecord(Base):
    """What was foretold of a case in one week, never changed; judged when its period has ended."""

    __tablename__ = "forecast_record"
    __table_args__ = (
        UniqueConstraint("case_id", "week"),
        Index("ix_forecast_record_judged", "county_id", "missed", "chance"),
        Index(
            "ix_forecast_record_open",
            "county_id",
            "case_id",
            sqlite_where=text("judged_at IS NULL"),
            postgresql_where=text("judged_at IS NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("case.id"))
    county_id: Mapped[int] = mapped_column(ForeignKey("unit.id"))
    model_id: Mapped[int] = mapped_column(ForeignKey("forecast_model.id"))
    #: Its Monday.
    week: Mapped[date]
    made_at: Mapped[datetime]
    due_on: Mapped[date]
    chance: Mapped[int]
    #: ``None``: not judged yet; or, judged, never to be known: handed on, ended otherwise.
    missed: Mapped[bool | None]
    judged_at: Mapped[datetime | None]
