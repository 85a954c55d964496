"""Walking through the cases of a past day, portion by portion, each folded from its lines."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from operator import itemgetter

from sqlalchemy import ColumnElement, and_, or_, select

from app.db import db
from app.domain.case import Case
from app.domain.deadlines import end_of
from app.domain.history import Event
from app.domain.past import Line, Standing
from app.domain.people import Actor
from app.services.past.reach import Asked, conditions

#: So many cases are folded at a time: what one query for their lines takes.
PORTION = 200

#: The moment at which a case entered the register, and its id.
Place = tuple[datetime, int]


@dataclass(slots=True)
class Stood:
    """A case with how it stood, and how it stood on the earlier day if there is one."""

    case_id: int
    place: Place
    standing: Standing
    #: ``None`` if it was not in the register by then, or no earlier day is asked for.
    before: Standing | None


def portions(
    asked: Asked, actor: Actor, after: Place | None = None, *, size: int = PORTION
) -> Iterator[list[Stood]]:
    """Yield the cases in the order in which they entered, portion by portion, all of them."""
    wanted = conditions(asked, actor)
    while True:
        rows = _some(wanted, after, size)
        if rows:
            yield list(_folded(asked, rows))
        if len(rows) < size:
            return
        after = (rows[-1][1], rows[-1][0])


def _some(
    wanted: Sequence[ColumnElement[bool]], after: Place | None, size: int
) -> Sequence[tuple[int, datetime]]:
    query = select(Case.id, Case.created_at).where(*wanted)
    if after is not None:
        at, case_id = after
        later = or_(Case.created_at > at, and_(Case.created_at == at, Case.id > case_id))
        query = query.where(Case.created_at >= at, later)
    query = query.order_by(Case.created_at, Case.id).limit(size)
    return [(row.id, row.created_at) for row in db.session.execute(query)]


def _folded(asked: Asked, rows: Sequence[tuple[int, datetime]]) -> Iterator[Stood]:
    lines = lines_of([case_id for case_id, _ in rows], asked.until)
    since = end_of(asked.since) if asked.since else None
    for case_id, at in rows:
        before, standing = None, Standing()
        for line in lines.get(case_id, ()):
            if since is not None and before is None and line.at >= since:
                before = standing.copy()
            standing.take(line)
        if since is not None and before is None:
            before = standing.copy()
        entered = before is not None and before.known_by is None
        yield Stood(case_id, (at, case_id), standing, None if entered else before)


def lines_of(case_ids: Sequence[int], until: datetime) -> dict[int, list[Line]]:
    """Return the lines of some cases written before *until*, oldest first."""
    query = (
        select(
            *(Event.case_id, Event.id, Event.seq, Event.at),
            *(Event.what, Event.params, Event.hash),
        )
        .where(Event.case_id.in_(case_ids), Event.at < until)
        .order_by(Event.case_id, Event.seq)
    )
    rows = db.session.execute(query)
    return {
        case_id: [Line(*row[1:]) for row in lines]
        for case_id, lines in groupby(rows, key=itemgetter(0))
    }
