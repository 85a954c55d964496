"""What the register of a past day came to: counted at once, or by a job that keeps the result."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError

from app.clock import today, utcnow
from app.db import db, transaction
from app.domain.case import Case
from app.domain.errors import Conflict, Sentence
from app.domain.job import Job
from app.domain.past_day import PastDay
from app.domain.people import Actor, User
from app.services import jobs
from app.services.narrowing import Narrowing
from app.services.past.anchors import last_event_id
from app.services.past.reach import Asked, Sieve, conditions, marks, sees_all
from app.services.past.walk import portions

#: So many are counted while one waits for the page.
MOST_AT_ONCE = 2_000
KIND = "past_totals"


@dataclass(frozen=True, slots=True)
class Totals:
    """How many cases stood how at the end of a day."""

    day: date
    cases: int
    #: By what a list may show apart.
    counts: Mapping[str, int]
    made_at: datetime


def totals(asked: Asked, actor: Actor) -> Totals | None:
    """Return the totals of the day; ``None`` where there are so many that a job must count.

    Raises:
        NotAllowed: the past is none of the actor's business.
    """
    asked = asked.on(asked.day)
    kept = _kept(asked, actor)
    if kept is not None:
        figures = kept.figures
        return Totals(asked.day, figures["cases"], figures["counts"], kept.made_at)
    if is_much(asked, actor):
        return None
    return _count(asked, actor)


def is_much(asked: Asked, actor: Actor) -> bool:
    """Tell whether there are so many cases that one should not wait for them."""
    some = select(Case.id).where(*conditions(asked, actor)).limit(MOST_AT_ONCE + 1).subquery()
    return (db.session.scalar(select(func.count()).select_from(some)) or 0) > MOST_AT_ONCE


def _count(asked: Asked, actor: Actor, progress: Callable[[int], None] | None = None) -> Totals:
    sieve, counts, cases = Sieve(asked), Counter[str](), 0
    done = 0
    for portion in portions(asked, actor):
        done += len(portion)
        for one in portion:
            if sieve.keeps(one.standing):
                cases += 1
                counts.update(marks(one.standing, asked.day))
        if progress is not None:
            progress(done)
    return Totals(asked.day, cases, dict(counts), utcnow())


def _kept(asked: Asked, actor: Actor) -> PastDay | None:
    query = select(PastDay).filter_by(
        county_id=actor.county_id, day=asked.day, reach=reach_of(asked, actor)
    )
    return db.session.scalars(query).first()


def reach_of(asked: Asked, actor: Actor) -> str:
    """Return by which name the totals of these cases are kept."""
    # What those who audit may see grows from day to day.
    told = ["all" if sees_all(actor) else f"over:{today()}", asked.narrow.written()]
    text = json.dumps(told, sort_keys=True, ensure_ascii=False)
    return text if len(text) <= 200 else hashlib.sha256(text.encode()).hexdigest()


def order(asked: Asked, actor: Actor) -> Job:
    """Have a job count the totals of the day, if none does so yet.

    Raises:
        NotAllowed: the past is none of the actor's business.
    """
    reach = hashlib.sha256(reach_of(asked, actor).encode()).hexdigest()[:24]
    # Today is not over: each time it is counted anew.
    moment = f":{utcnow():%H%M}" if asked.day == today() else ""
    key = f"{KIND}:{actor.id}:{asked.day}{moment}:{reach}"
    params = {"day": asked.day.isoformat(), "narrow": asked.narrow.written()}
    return jobs.start(jobs.Order(kind=KIND, params=params, actor=actor, key=key))


@jobs.job(KIND, label="统计往日台账", counted="已统计 %(amount)s 件")
def _run(params: Mapping[str, Any], progress: jobs.Progress) -> jobs.Result:
    actor = Actor.of(db.session.get_one(User, progress.made_by_id))
    asked = Asked(date.fromisoformat(params["day"]), Narrowing.read(params["narrow"]))
    last, made = last_event_id(), _count(asked, actor, progress)
    if asked.day < today():
        _keep(asked, actor, made, last)
    told = Sentence("%(day)s台账共 %(count)s 件。", day=asked.day, count=made.cases)
    return jobs.Result(told, {"cases": made.cases, "counts": dict(made.counts)})


def _keep(asked: Asked, actor: Actor, made: Totals, last: int) -> None:
    """Keep the totals; if somebody else has just counted the same, those are as good."""
    row = PastDay(
        county_id=actor.county_id,
        day=asked.day,
        reach=reach_of(asked, actor),
        figures={"cases": made.cases, "counts": dict(made.counts)},
        last_event_id=last,
        made_at=made.made_at,
    )
    if _kept(asked, actor) is not None:
        return
    try:
        with transaction() as session:
            session.add(row)
    except (IntegrityError, Conflict):
        return
