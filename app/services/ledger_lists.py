"""Lists of the ledger: which cases, in which order, page by page or all of them in batches."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, func, or_, select, true

from app.clock import local_date, utcnow
from app.db import db
from app.domain.case import Case
from app.domain.people import Actor
from app.domain.vocabulary import Light, Stage
from app.services._scope import visible
from app.services.cases import Filter
from app.services.ledger_entries import CASE_COLUMNS, CaseRow, Entry, gather
from app.services.ledger_fields import needs_of
from app.services.ledger_layouts import Shape
from app.services.narrowing import Narrowing

#: Rows that are read at once when all of them are wanted.
BATCH = 1_000
#: Further nobody counts for a page.
MOST_COUNTED = 10_000


class Sort(StrEnum):
    """In which order the cases come."""

    ISSUED = "issued"
    LATEST = "latest"
    DUE = "due"


Cursor = tuple[date, int]


@dataclass(frozen=True, slots=True)
class Asking:
    """What somebody wants to see of the ledger."""

    narrow: Filter = field(default_factory=Filter)
    shape: Shape = field(default_factory=Shape.of)
    sort: Sort = Sort.ISSUED


@dataclass(frozen=True, slots=True)
class Page:
    """A stretch of the ledger, and where the next begins."""

    entries: list[Entry]
    next: Cursor | None


def page(
    actor: Actor | None,
    asking: Asking,
    *,
    limit: int = 50,
    after: Cursor | None = None,
    place: int = 0,
) -> Page:
    """Return the next *limit* lines after the cursor *after*, numbered on from *place*.

    Whoever has no actor is at the terminal of the installation and sees everything.
    """
    found = _rows(actor, asking, limit + 1, after)
    rows = found[:limit]
    entries = gather(db.session(), rows, needs_of(asking.shape.columns), after=place)
    return Page(entries, _cursor(rows[-1], asking.sort) if len(found) > limit else None)


def batches(actor: Actor | None, asking: Asking, *, size: int = BATCH) -> Iterator[list[Entry]]:
    """Yield all lines, *size* at a time; what was yielded is not kept."""
    after, place = None, 0
    while True:
        found = page(actor, asking, limit=size, after=after, place=place)
        if found.entries:
            yield found.entries
        if found.next is None:
            return
        after, place = found.next, place + len(found.entries)


def count(actor: Actor | None, asking: Asking, *, most: int = MOST_COUNTED) -> int:
    """Count the lines, but not beyond one more than *most*."""
    some = select(Case.id).where(*_conditions(actor, asking)).limit(most + 1).subquery()
    return db.session.scalar(select(func.count()).select_from(some)) or 0


def _rows(actor: Actor | None, asking: Asking, limit: int, after: Cursor | None) -> list[CaseRow]:
    day = _day(asking.sort)
    order: tuple[Any, ...] = (day, Case.id)
    if asking.sort is Sort.LATEST:
        order = (day.desc(), Case.id.desc())
    query: Select[Any] = select(*CASE_COLUMNS).where(*_conditions(actor, asking))
    if after is not None:
        query = query.where(_beyond(day, after, later=asking.sort is not Sort.LATEST))
    return list(db.session.execute(query.order_by(*order).limit(limit)))


def _conditions(actor: Actor | None, asking: Asking) -> list[ColumnElement[bool]]:
    seen = visible(actor) if actor is not None else true()
    return [seen, *asking.narrow.conditions(local_date(utcnow()))]


def _day(sort: Sort) -> Any:
    return Case.due_on if sort is Sort.DUE else Case.issued_on


def _beyond(day: Any, after: Cursor, *, later: bool) -> ColumnElement[bool]:
    on, row_id = after
    if later:
        return and_(day >= on, or_(day > on, Case.id > row_id))
    return and_(day <= on, or_(day < on, Case.id < row_id))


def _cursor(row: CaseRow, sort: Sort) -> Cursor:
    return (row.due_on if sort is Sort.DUE else row.issued_on), row.id


def written(asking: Asking) -> dict[str, str]:
    """Return what is asked for as the address of the ledger holds it."""
    narrow = asking.narrow
    told: dict[str, object] = {
        "layout": asking.shape.layout.key,
        "columns": "" if asking.shape.is_its_own else ",".join(asking.shape.keys),
        "sort": asking.sort if asking.sort is not Sort.ISSUED else "",
        "q": narrow.text,
        "stage": narrow.stage,
        "light": narrow.light,
        "figure": narrow.figure,
    }
    own = {name: str(value) for name, value in told.items() if value not in (None, "")}
    return own | narrow.within.written()


def read(params: Mapping[str, str]) -> Asking:
    """Return what `written` wrote down.

    Raises:
        Invalid: it names a sheet or a column that there is no more.
    """
    narrow = Filter(
        text=params.get("q", ""),
        stage=_term(Stage, params, "stage"),
        light=_term(Light, params, "light"),
        figure=params.get("figure", ""),
        within=Narrowing.read(params),
    )
    columns = [key for key in params.get("columns", "").split(",") if key]
    shape = Shape.of(params.get("layout", ""), columns)
    return Asking(narrow, shape, Sort(params.get("sort") or Sort.ISSUED))


def _term(vocabulary: Any, params: Mapping[str, str], name: str) -> Any:
    return vocabulary(params[name]) if name in params else None
