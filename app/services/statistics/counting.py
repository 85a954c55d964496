"""How many cases meet each figure: from the counters as far as they go, else counted in SQL."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from sqlalchemy import case, func, select

from app.clock import today
from app.db import db
from app.domain.case import Case
from app.domain.people import Actor
from app.services import tallies
from app.services._scope import visible
from app.services.narrowing import LASTING, Narrowing
from app.services.statistics.measured import MEASURED
from app.services.tallies import Counts


def totals(actor: Actor, narrow: Narrowing) -> Counts:
    """Return how many cases that *actor* sees meet each figure of statistics."""
    counted = _counted(actor, narrow)
    return {**tallies.totals(actor, narrow), **together(counted[False], counted[True])}


def apart(actor: Actor, narrow: Narrowing) -> tuple[Counts, Counts]:
    """Return the same for cases that end by a date, and for staged and standing ones."""
    counted = _counted(actor, narrow)
    plain, lasting = (
        {**tallies.totals(actor, replace(narrow, lasting=sort)), **counted[sort]}
        for sort in (False, True)
    )
    return plain, lasting


def _counted(actor: Actor, narrow: Narrowing) -> dict[bool, Counts]:
    """Count what no counter is kept for, in one pass for both sorts of cases."""
    day, lasting = today(), Case.mode.in_(LASTING)
    sums: list[Any] = [
        func.sum(case((one.holds(day), 1), else_=0)).label(one.key) for one in MEASURED
    ]
    query = select(lasting.label("lasting"), *sums).where(visible(actor), *narrow.conditions())
    rows = {bool(row.lasting): row for row in db.session.execute(query.group_by(lasting))}
    return {
        sort: {one.key: int(getattr(rows.get(sort), one.key, 0)) for one in MEASURED}
        for sort in (False, True)
    }


def together(one: Counts, other: Counts) -> Counts:
    """Add up what two sets of cases come to."""
    return {key: one[key] + other[key] for key in one}
