"""Making a report: counted once and frozen, then written into the template; all by a job."""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Mapping
from datetime import date
from typing import Any

from sqlalchemy import delete, func, insert, select, update
from sqlalchemy.orm import undefer

from app.clock import today, utcnow
from app.db import db, still, transaction
from app.domain.errors import Invalid, Sentence
from app.domain.job import Job
from app.domain.people import Actor, Unit
from app.domain.report import Report, ReportCase, ReportKind
from app.services import jobs
from app.services.jobs import Order, Progress, Result
from app.services.reports import figures, pictures, spans, templates, wording
from app.services.reports.census import Census
from app.services.reports.rendering import render
from app.services.reports.rights import require_maker
from app.services.reports.spans import Span

log = logging.getLogger(__name__)

KIND = "report"


def order(kind: ReportKind, day: date, actor: Actor) -> Job:
    """Have the report made of the days that *day* falls into.

    Raises:
        NotAllowed: only the office makes reports.
        Invalid: those days have not begun yet.
    """
    require_maker(actor)
    spans.begun(kind, day, today())
    params = {"kind": str(kind), "day": str(day), "county": actor.county_id}
    return jobs.start(Order(kind=KIND, params=params, actor=actor))


@jobs.job(KIND, label="编制报告", counted="已记下 %(amount)s 件")
def make(params: Mapping[str, Any], progress: Progress) -> Result:
    """Freeze the figures unless an earlier attempt did, and write the document."""
    report_id = _frozen(progress.job_id) or _freeze(params, progress)
    return Result(write(report_id), {"report": report_id})


def _frozen(job_id: int) -> int | None:
    """Return the report of a job if its cases were all kept; what is half done is undone."""
    query = select(Report).options(undefer(Report.figures)).filter_by(job_id=job_id)
    found = db.session.scalars(query).first()
    if found is None:
        return None
    of = ReportCase.report_id == found.id
    kept = db.session.scalar(select(func.count()).select_from(ReportCase).where(of))
    if kept == found.figures["cases"]:
        return found.id
    with transaction() as session:
        session.execute(delete(ReportCase).where(of))
        session.execute(delete(Report).where(Report.id == found.id))
    return None


def _freeze(params: Mapping[str, Any], progress: Progress) -> int:
    span = spans.span(ReportKind(params["kind"]), date.fromisoformat(params["day"]))
    county, at = still().get_one(Unit, params["county"]), utcnow()
    gathered, census = figures.gather(county, span, at)
    report = Report(
        county_id=county.id,
        kind=span.kind,
        starts_on=span.days.starts_on,
        ends_on=span.days.ends_on,
        base=span.base.key,
        as_of=at,
        figures=gathered,
        job_id=progress.job_id,
        made_by_id=progress.made_by_id,
    )
    with transaction() as session:
        session.add(report)
        session.flush()
        report_id = report.id
    _keep(report_id, census, progress)
    return report_id


def _keep(report_id: int, census: Census, progress: Progress) -> None:
    """Keep which cases were counted; a stretch at a time, so that others can write meanwhile."""
    done = 0
    for rows in census.rows():
        with transaction() as session:
            session.execute(insert(ReportCase), [{"report_id": report_id, **row} for row in rows])
        done += len(rows)
        progress(done, len(census.ids))


def write(report_id: int) -> Sentence:
    """Write the document from the frozen figures; tell what was written.

    Raises:
        Invalid: the template does not go with the figures.
    """
    wanted = [undefer(Report.figures)]
    report = db.session.get_one(Report, report_id, options=wanted, populate_existing=True)
    name, template = templates.current(report.county_id, report.kind)
    told = wording.values(report.figures, report.as_of)
    days = {"starts": str(report.starts_on), "ends": str(report.ends_on)}
    done = Sentence(
        "%(kind)s（%(starts)s 至 %(ends)s）已编制。", kind=Sentence(report.kind.label), **days
    )
    drawn = pictures.drawings(report.figures)
    try:
        document = render(template, told, drawn)
    except Exception as error:  # a template can break anything; the log tells what
        log.warning("report %s does not go into its template", report_id, exc_info=error)
        raise Invalid(
            "模板“%(name)s”填不进数字（%(why)s）。数字已经保存；请改模板或换回内置模板后重试。",
            name=name or Sentence("内置模板"),
            why=str(error)[:200],
        ) from error
    with transaction() as session:
        session.execute(
            update(Report)
            .where(Report.id == report_id)
            .values(
                document=document,
                size=len(document),
                sha256=hashlib.sha256(document).hexdigest(),
                template=name,
            )
        )
    return done


def span_of(report: Report) -> Span:
    """Return which days a report is about, and what it was compared with."""
    return spans.span(report.kind, report.starts_on)
