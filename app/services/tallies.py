"""Figures without counting: read from counters that follow the cases.

Where a figure is narrowed down in a way that no counter is kept for (one inspection, days that
begin in the midst of a stretch, a school's own cases) it is counted; then there are few cases,
or few ask. Both ways give the same numbers: tests count each by the other.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, case, func, select

from app.clock import local_date, today, utcnow
from app.db import db, transaction
from app.domain.case import Case
from app.domain.errors import Unavailable
from app.domain.people import Actor
from app.domain.process import Diagram, Process, Task
from app.domain.tally import (
    FLOW_TALLY,
    LENGTH_TALLY,
    OVERVIEW,
    STEP_TALLY,
    TALLIED,
    TALLY,
    Flow,
)
from app.domain.vocabulary import Category
from app.services import _counting
from app.services._counting import ALL_TIME, BATCH, since_of
from app.services._kept import is_kept, kept
from app.services._measured import LETTERS
from app.services._scope import visible
from app.services.figures import FIGURES, day_of
from app.services.narrowing import FEBRUARY, SEPTEMBER, Narrowing, Period
from app.services.statistics import durations
from app.services.statistics.durations import Lengths

#: How many cases meet each figure, by its key.
Counts = Mapping[str, int]
WEEKS = 26
#: Values of one kind that a form offers.
MOST_OFFERED = 300


@dataclass(frozen=True, slots=True)
class Week:
    """What happened in a week, to how many cases."""

    monday: date
    counts: Mapping[Flow, int]


@dataclass(frozen=True, slots=True)
class StepCount:
    """Open tasks at one step of a diagram, by the keys of both, and how many are overdue."""

    diagram: str
    step: str
    open: int
    overdue: int


@dataclass(frozen=True, slots=True)
class AsOf:
    """Up to when the counters have followed, and whether cases have changed since."""

    at: datetime | None
    behind: bool


def follow() -> None:
    """Take into the counters all that has changed; for the scheduler."""
    while _follow(BATCH) == BATCH:
        pass


def catch_up() -> AsOf:
    """Take in what changed just now, if that is not much; return how far the counters are."""
    if _is_behind():
        with suppress(Unavailable):  # a disk that is full keeps nobody from reading
            _follow(BATCH)
    at = db.session.scalar(select(TALLIED.c.at))
    return AsOf(at, _is_behind())


def _follow(limit: int) -> int:
    at = utcnow()
    if not _is_behind():
        return 0
    with transaction() as session:
        return _counting.follow(session, at, limit)


def _is_behind() -> bool:
    """Tell whether a case has changed, or a day begun, since the counters were kept up."""
    at = db.session.scalar(select(TALLIED.c.at))
    if at is None or local_date(at) != today():
        return True
    changed = select(Case.id).where(_counting.UNCOUNTED)
    # In order, or PostgreSQL reads all cases rather than the index of the few.
    return db.session.scalar(changed.order_by(Case.id).limit(1)) is not None


def totals(actor: Actor, narrow: Narrowing, keys: Sequence[str] = OVERVIEW) -> Counts:
    """Return how many cases that *actor* sees meet each figure."""
    row = db.session.execute(_summed(actor, narrow, keys)).one()
    return {key: int(getattr(row, key) or 0) for key in keys}


def known(actor: Actor, narrow: Narrowing, keys: Sequence[str]) -> int | None:
    """Return what figures add up to if the counters know it just now; ``None`` if not."""
    if not keys or not is_kept(actor, narrow, leads=True) or _is_behind():
        return None
    return sum(totals(actor, narrow, keys).values())


def by(actor: Actor, narrow: Narrowing, axis: str) -> dict[Any, Counts]:
    """Return the same for each value of *axis*, of the figures of the overview.

    The axis is ``lead_unit_id``, ``department_id``, ``category``, ``severity`` or
    ``source_level``.
    """
    rows = db.session.execute(_summed(actor, narrow, OVERVIEW, axis))
    return {row.axis: {key: int(getattr(row, key) or 0) for key in OVERVIEW} for row in rows}


def letters(actor: Actor, narrow: Narrowing) -> int:
    """Return how many expediting letters were sent about those cases."""
    if is_kept(actor, narrow, leads=True):
        query = select(func.sum(TALLY.c.letters)).where(kept(TALLY, actor, narrow))
    else:
        issued = FIGURES["issued"].holds(today())
        query = select(func.sum(LETTERS)).where(visible(actor), *narrow.conditions(), issued)
    return int(db.session.scalar(query) or 0)


def lengths(actor: Actor, narrow: Narrowing) -> Lengths:
    """Return how long it took to put those cases right."""
    if not is_kept(actor, narrow, leads=False):
        return Lengths.of(durations.took(visible(actor), *narrow.conditions()))
    of = LENGTH_TALLY.c
    query = select(of.category, of.days, func.sum(of.n).label("n"))
    query = query.where(kept(LENGTH_TALLY, actor, narrow, axis="category"))
    rows = db.session.execute(query.group_by(of.category, of.days))
    return Lengths.of((Category(row.category), row.days, int(row.n)) for row in rows)


def weekly(actor: Actor, narrow: Narrowing, weeks: int = WEEKS) -> list[Week]:
    """Return what happened in each of the last *weeks*, the present one last."""
    monday = today() - timedelta(days=today().weekday())
    mondays = [monday - timedelta(weeks=back) for back in range(weeks - 1, -1, -1)]
    counts: dict[date, dict[Flow, int]] = {one: dict.fromkeys(Flow, 0) for one in mondays}
    for flow, since, n in _flows(actor, narrow, mondays[0]):
        week = since - timedelta(days=since.weekday())
        if week in counts:
            counts[week][flow] += n
    return [Week(one, counts[one]) for one in mondays]


def this_month(actor: Actor, narrow: Narrowing, flow: Flow) -> int:
    """Return to how many cases it happened since the first of the month."""
    first = today().replace(day=1)
    found = _flows(actor, narrow, first)
    return sum(n for kind, since, n in found if kind is flow and since >= first)


def steps(actor: Actor, narrow: Narrowing) -> list[StepCount]:
    """List the steps at which cases wait, the busiest first."""
    ask = _steps_kept if is_kept(actor, narrow, leads=False) else _steps_counted
    query = ask(actor, narrow)
    found = [StepCount(*row) for row in db.session.execute(query) if row.open]
    return sorted(found, key=lambda one: (-one.open, -one.overdue, one.diagram, one.step))


def inspections(actor: Actor) -> list[str]:
    """List the inspections of the actor's county that cases came from, the last by name first."""
    found = _different(Case.inspection, Case.county_id == actor.county_id)
    return [name for name in found if name]


def periods(actor: Actor) -> list[Period]:
    """List the years, school years and terms in which cases were issued, the latest first."""
    found = _different(TALLY.c.scope, TALLY.c.county_id == actor.county_id)
    days = [date.fromisoformat(scope) for scope in found if scope != ALL_TIME]
    keys = dict.fromkeys(str(day.year) for day in days)
    for day in days:
        year = day.year if day.month >= SEPTEMBER else day.year - 1
        school_year = f"{year}-{year + 1}"
        term = 2 if day.month == FEBRUARY else 1
        keys |= dict.fromkeys((school_year, f"{school_year}-{term}"))
    return [Period.of(key) for key in keys]


def _different(column: Any, *conditions: ColumnElement[bool]) -> list[str]:
    """List the values of an indexed column, the last first: one step along the index for each."""
    last = select(func.max(column).label("value")).where(*conditions).cte(recursive=True)
    before = select(func.max(column)).where(*conditions, column < last.c.value).scalar_subquery()
    values = last.union_all(select(before).where(last.c.value.is_not(None)))
    found = select(values.c.value).where(values.c.value.is_not(None)).limit(MOST_OFFERED)
    return list(db.session.scalars(found))


# From the counters, or counted


def _summed(
    actor: Actor, narrow: Narrowing, keys: Sequence[str], axis: str | None = None
) -> Select[Any]:
    column: Any
    if is_kept(actor, narrow, leads=True):
        sums = [func.sum(TALLY.c[key]).label(key) for key in keys]
        found = kept(TALLY, actor, narrow, axis=axis)
        column = TALLY.c[axis] if axis else None
    else:
        day = today()
        marks = {key: case((FIGURES[key].holds(day), 1), else_=0) for key in keys}
        sums = [func.sum(mark).label(key) for key, mark in marks.items()]
        found = and_(visible(actor), *narrow.conditions())
        column = Case.__table__.c[axis] if axis else None
    if column is None:
        return select(*sums).where(found)
    return select(column.label("axis"), *sums).where(found).group_by(column)


def _flows(actor: Actor, narrow: Narrowing, since: date) -> Iterable[tuple[Flow, date, int]]:
    """Yield what happened since a day, in parts of weeks, and to how many cases."""
    if is_kept(actor, narrow, leads=False):
        of = FLOW_TALLY.c
        found = and_(kept(FLOW_TALLY, actor, narrow), of.since >= since_of(since))
        query = select(of.kind, of.since, func.sum(of.n)).where(found).group_by(of.kind, of.since)
        return [(Flow(kind), day, n) for kind, day, n in db.session.execute(query)]
    return [
        (flow, since_of(day), n)
        for flow in Flow
        for day, n in db.session.execute(_flow_counted(actor, narrow, flow, since))
    ]


def _flow_counted(actor: Actor, narrow: Narrowing, flow: Flow, since: date) -> Any:
    day = day_of(flow)
    conditions = (visible(actor), *narrow.conditions(), day >= since)
    return select(day, func.count()).select_from(Case).where(*conditions).group_by(day)


def _steps_kept(actor: Actor, narrow: Narrowing) -> Any:
    of = STEP_TALLY.c
    return (
        select(of.diagram, of.step, func.sum(of.open).label("open"), func.sum(of.overdue))
        .where(kept(STEP_TALLY, actor, narrow))
        .group_by(of.diagram, of.step)
    )


def _steps_counted(actor: Actor, narrow: Narrowing) -> Any:
    late = func.sum(case((Task.sort_at < utcnow(), 1), else_=0))
    return (
        select(Diagram.key, Task.key, func.count().label("open"), late)
        .select_from(Task)
        .join(Case, Case.id == Task.case_id)
        .join(Process, Process.id == Task.process_id)
        .join(Diagram, Diagram.id == Process.diagram_id)
        .where(Task.closed_at.is_(None), visible(actor), *narrow.conditions())
        .group_by(Diagram.key, Task.key)
    )
