"""报告: what the office reports, with the figures as they stood, and the templates it writes into.

A report is frozen: its figures, and which cases stood behind each, are kept with it and are never
counted anew.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, LargeBinary, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.domain.base import Base, BigId
from app.domain.people import User
from app.domain.vocabulary import Term


class ReportKind(Term):
    """What a report covers."""

    WEEKLY = "weekly", "周报"
    MONTHLY = "monthly", "月报"
    TERM = "term", "学期报告"
    ANNUAL = "annual", "年度报告"


class Report(Base):
    """One report: of which days, with which figures, and the document that says them."""

    __tablename__ = "report"
    __table_args__ = (Index("ix_report_county_id", "county_id", "id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    county_id: Mapped[int] = mapped_column(ForeignKey("unit.id"))
    kind: Mapped[ReportKind]
    #: The days it tells of, both within; and the period in which the cases were issued that its
    #: indicators are about, as addresses name it.
    starts_on: Mapped[date]
    ends_on: Mapped[date]
    base: Mapped[str] = mapped_column(String(24))
    #: The moment at which everything was counted.
    as_of: Mapped[datetime]
    #: What was counted, how, and what it came to; see `app.services.reports.figures`.
    figures: Mapped[dict[str, Any]] = mapped_column(deferred=True)
    #: The job that makes it: one job, one report.
    job_id: Mapped[int | None] = mapped_column(ForeignKey("job.id"), unique=True)
    #: ``None`` for one that was made by schedule.
    made_by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    #: The Word file; ``None`` until it was written.
    document: Mapped[bytes | None] = mapped_column(LargeBinary, deferred=True)
    size: Mapped[int] = mapped_column(default=0)
    sha256: Mapped[str] = mapped_column(String(64), default="")
    #: What the template it was written into is called; empty for the one that is shipped.
    template: Mapped[str] = mapped_column(String(120), default="")

    made_by: Mapped[User | None] = relationship()


class ReportCase(Base):
    """A case that a report counted, and in which of its figures."""

    __tablename__ = "report_case"

    report_id: Mapped[int] = mapped_column(
        ForeignKey("report.id", ondelete="CASCADE"), primary_key=True
    )
    case_id: Mapped[int] = mapped_column(ForeignKey("case.id"), primary_key=True)
    #: A bit for each figure, in the order that the report's figures name.
    marks: Mapped[int] = mapped_column(BigId)


class ReportTemplate(Base):
    """A Word template that an office has put in the place of the shipped one."""

    __tablename__ = "report_template"
    __table_args__ = (UniqueConstraint("county_id", "kind"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    county_id: Mapped[int] = mapped_column(ForeignKey("unit.id"))
    kind: Mapped[ReportKind]
    #: What the file is called, and its bytes.
    name: Mapped[str] = mapped_column(String(120))
    document: Mapped[bytes] = mapped_column(LargeBinary, deferred=True)
    sha256: Mapped[str] = mapped_column(String(64))
    uploaded_at: Mapped[datetime]
    uploaded_by_id: Mapped[int] = mapped_column(ForeignKey("user.id"))

    uploaded_by: Mapped[User] = relationship()


class ReportSchedule(Base):
    """That a county has its reports of one kind made by themselves."""

    __tablename__ = "report_schedule"

    county_id: Mapped[int] = mapped_column(ForeignKey("unit.id"), primary_key=True)
    kind: Mapped[ReportKind] = mapped_column(primary_key=True)
    #: Reports that fell due before are not made up for.
    since: Mapped[datetime]
    set_by_id: Mapped[int] = mapped_column(ForeignKey("user.id"))
