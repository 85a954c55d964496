"""Figures without counting: read from counters that follow the cases.

Where a figure is narrowed down in a way that no counter is kept for (one inspection, days that
begin in the midst of a stretch, a school's own cases) it is counted; then there are few cases,
or few ask. Both ways give the same numbers: tests count each by the other.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, Table, and_, case, func, select

from app.clock import local_date, today, utcnow
from app.db import db, transaction
from app.domain.case import Case
from app.domain.errors import Unavailable
from app.domain.people import Actor
from app.domain.process import Diagram, Process, Task
from app.domain.tally import ANY, COUNTED, FLOW_TALLY, KIND, STEP_TALLY, TALLIED, TALLY, Flow
from app.domain.vocabulary import Role
from app.services import _counting
from app.services._counting import ALL_TIME, BATCH, since_of
from app.services._scope import visible
from app.services.figures import FIGURES, day_of
from app.services.narrowing import FEBRUARY, SEPTEMBER, Narrowing, Period

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


def totals(actor: Actor, narrow: Narrowing) -> Counts:
    """Return how many cases that *actor* sees meet each figure."""
    row = db.session.execute(_summed(actor, narrow)).one()
    return {key: int(getattr(row, key) or 0) for key in COUNTED}


def total(actor: Actor, narrow: Narrowing, key: str) -> int | None:
    """Return one figure if the counters know it just now; ``None`` if it must be counted."""
    if key not in COUNTED or not _is_kept(actor, narrow, leads=True) or _is_behind():
        return None
    figure = select(func.sum(TALLY.c[key])).where(_kept(TALLY, actor, narrow))
    return int(db.session.scalar(figure) or 0)


def by(actor: Actor, narrow: Narrowing, axis: str) -> dict[Any, Counts]:
    """Return the same for each value of *axis*.

    The axis is ``lead_unit_id``, ``department_id``, ``category``, ``severity`` or
    ``source_level``.
    """
    rows = db.session.execute(_summed(actor, narrow, axis))
    return {row.axis: {key: int(getattr(row, key) or 0) for key in COUNTED} for row in rows}


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
    ask = _steps_kept if _is_kept(actor, narrow, leads=False) else _steps_counted
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


# Which counters tell it, if any do


def _is_kept(actor: Actor, narrow: Narrowing, *, leads: bool) -> bool:
    """Tell whether counters are kept for what is asked; some tell nothing of the lead unit."""
    if not (actor.sees_county or actor.roles == {Role.DEPARTMENT}):
        return False
    if not leads and narrow.asks_of_lead:
        return False
    if narrow.inspection:
        return False
    return narrow.period is None or narrow.period.stretches is not None


def _kept(
    table: Table, actor: Actor, narrow: Narrowing, *, axis: str | None = None
) -> ColumnElement[bool]:
    """Return the condition on a table of counters for what is asked, by *axis* if by any."""
    stretches = narrow.period.stretches if narrow.period else None
    scopes = [str(stretch) for stretch in stretches] if stretches else [ALL_TIME]
    of = table.c
    asked = {
        of.category: narrow.category,
        of.severity: narrow.severity,
        of.source_level: narrow.level,
        of.lasting: narrow.lasting,
    }
    conditions = [of.county_id == actor.county_id, of.scope.in_(scopes)]
    conditions += [column == value for column, value in asked.items() if value is not None]
    if narrow.department_id is not None:
        conditions.append(of.department_id == narrow.department_id)
    of_any = axis not in KIND and all(value is None for value in asked.values())
    conditions.append(of.category == ANY[0] if of_any else of.category != ANY[0])
    if not actor.sees_county:
        conditions.append(of.department_id == actor.unit_id)
    if "lead_unit_id" in of:
        conditions += narrow.leads(of.lead_unit_id)
    return and_(*conditions)


def _summed(actor: Actor, narrow: Narrowing, axis: str | None = None) -> Select[Any]:
    column: Any
    if _is_kept(actor, narrow, leads=True):
        sums = [func.sum(TALLY.c[key]).label(key) for key in COUNTED]
        found = _kept(TALLY, actor, narrow, axis=axis)
        column = TALLY.c[axis] if axis else None
    else:
        day = today()
        marks = {key: case((FIGURES[key].holds(day), 1), else_=0) for key in COUNTED}
        sums = [func.sum(mark).label(key) for key, mark in marks.items()]
        found = and_(visible(actor), *narrow.conditions())
        column = Case.__table__.c[axis] if axis else None
    if column is None:
        return select(*sums).where(found)
    return select(column.label("axis"), *sums).where(found).group_by(column)


def _flows(actor: Actor, narrow: Narrowing, since: date) -> Iterable[tuple[Flow, date, int]]:
    """Yield what happened since a day, in parts of weeks, and to how many cases."""
    if _is_kept(actor, narrow, leads=False):
        of = FLOW_TALLY.c
        found = and_(_kept(FLOW_TALLY, actor, narrow), of.since >= since_of(since))
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
        .where(_kept(STEP_TALLY, actor, narrow))
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
