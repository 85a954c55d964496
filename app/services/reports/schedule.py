"""Reports that make themselves: each Friday, each 25th, if the office has switched it on."""

from __future__ import annotations

from sqlalchemy import delete, select

from app.clock import utcnow
from app.db import db, transaction
from app.domain.errors import Invalid, Sentence
from app.domain.job import Job
from app.domain.people import Actor
from app.domain.report import ReportKind, ReportSchedule
from app.services import jobs
from app.services.jobs import Order
from app.services.reports import making
from app.services.reports.rights import require_maker, require_reader
from app.services.reports.spans import SCHEDULED, due_last


def switched_on(actor: Actor) -> set[ReportKind]:
    """Return which kinds of report the county has made by themselves.

    Raises:
        NotAllowed: reports are none of the actor's business.
    """
    require_reader(actor)
    query = select(ReportSchedule.kind).filter_by(county_id=actor.county_id)
    return set(db.session.scalars(query))


def switch(kind: ReportKind, actor: Actor, *, on: bool) -> None:
    """Have reports of a kind made by themselves from now on, or no longer.

    Raises:
        NotAllowed: only the office does that.
        Invalid: that kind is made by hand.
    """
    require_maker(actor)
    if kind not in SCHEDULED:
        raise Invalid(fields={"kind": [Sentence("只有周报和月报可以自动编制。")]})
    with transaction() as session:
        of = {"county_id": actor.county_id, "kind": kind}
        there = session.get(ReportSchedule, (actor.county_id, kind))
        if on and there is None:
            session.add(ReportSchedule(**of, since=utcnow(), set_by_id=actor.id))
        elif not on:
            session.execute(delete(ReportSchedule).filter_by(**of))


def sweep() -> int:
    """Start the job of every report that has fallen due; return how many were started."""
    started = 0
    for of in db.session.scalars(select(ReportSchedule)).all():
        moment, span = due_last(of.kind, utcnow())
        key = f"report:{of.county_id}:{of.kind}:{span.days.key}"
        known = db.session.scalar(select(Job.id).filter_by(key=key))
        if moment < of.since or known is not None:
            continue
        params = {
            "kind": str(of.kind),
            "day": str(span.days.starts_on),
            "county": of.county_id,
        }
        jobs.start(Order(kind=making.KIND, params=params, key=key))
        started += 1
    return started
