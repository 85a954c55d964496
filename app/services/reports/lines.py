"""The lists of a report: what is overdue, which letters were sent, what was closed, what relapsed.

They are taken by the ids that the census found, so that lists and figures agree.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from app.clock import local_date
from app.db import db
from app.domain.case import Case, FollowUp
from app.domain.letter import Letter
from app.domain.people import Unit
from app.services.narrowing import Period
from app.services.reports.census import Census
from app.services.reports.marks import RELAPSES, within

#: Lines of a list that are kept; nobody reads more in a Word file, and the count is told.
MOST = 500
_AT_ONCE = 400

Line = dict[str, Any]


def overdue(census: Census, day: date) -> list[Line]:
    """Return the cases that are overdue on that day, the longest first."""
    ids = census.ids_of("stock.overdue")
    return [
        {**_case(one), "days": (day - one.due_on).days, "rung": _word(one.rung)}
        for one in _first(ids, Case.due_on)
    ]


def warned(census: Census) -> list[Line]:
    """Return the cases with a red or a yellow light that are not overdue yet."""
    late = set(census.ids_of("stock.overdue"))
    ids = [of for of in census.ids_of("stock.red", "stock.yellow") if of not in late]
    return [_case(one) for one in _first(ids, Case.due_on)]


def closed(census: Census) -> list[Line]:
    """Return the cases closed out in the days of the report."""
    return [
        {**_case(one), "closed_on": _day(one.closed_out_at and local_date(one.closed_out_at))}
        for one in _first(census.ids_of("days.closed_out"), Case.closed_out_at)
    ]


def letters(census: Census, days: Period) -> list[Line]:
    """Return the expediting letters sent in those days."""
    found: list[Line] = []
    for ids in _parts(census.ids_of("days.letters")):
        query = (
            select(Letter, Case.number)
            .join(Case, Case.id == Letter.case_id)
            .where(Letter.case_id.in_(ids), Letter.number.is_not(None))
            .where(Letter.issued_on.between(days.starts_on, days.ends_on))
        )
        found += [
            {
                "letter": letter.number,
                "issued_on": _day(letter.issued_on),
                "to": letter.to,
                "number": number,
                "state": str(letter.state),
            }
            for letter, number in db.session.execute(query)
        ]
    return sorted(found, key=lambda line: (line["issued_on"], line["letter"]))[:MOST]


def relapses(census: Census, days: Period) -> list[Line]:
    """Return the cases that relapsed in those days, by what was found then."""
    found: list[Line] = []
    for ids in _parts(census.ids_of("days.relapsed")):
        query = (
            select(Case, FollowUp)
            .join(FollowUp, FollowUp.case_id == Case.id)
            .options(joinedload(Case.lead_unit))
            .where(Case.id.in_(ids), FollowUp.result.in_(RELAPSES))
            .where(within(FollowUp.settled_at, days))
            .order_by(FollowUp.id)
        )
        last = {one.id: (one, look) for one, look in db.session.execute(query)}
        found += [
            {**_case(one), "found": _word(look.result), "cycle": one.cycle}
            for one, look in last.values()
        ]
    return sorted(found, key=lambda line: str(line["number"]))[:MOST]


def numbers(ids: Sequence[int], most: int) -> list[str]:
    """Return the numbers of the first cases, in their order."""
    found = [
        number
        for part in _parts(ids[:most])
        for number in db.session.scalars(select(Case.number).where(Case.id.in_(part)))
    ]
    return sorted(found)


def _case(one: Case) -> Line:
    return {
        "number": one.number,
        "unit": one.lead_unit.name,
        "problem": one.problem,
        "category": str(one.category),
        "severity": str(one.severity),
        "due_on": _day(one.due_on),
        "light": str(one.light),
        "stage": str(one.stage),
    }


def _day(day: date | None) -> str:
    return str(day) if day else ""


def _word(term: object) -> str:
    return str(term) if term else ""


def _first(ids: Sequence[int], order: Any) -> list[Case]:
    """Return the first cases by a column and by number; of the rest only that column is read."""
    told: list[tuple[Any, str, int]] = []
    for part in _parts(ids):
        query = select(order, Case.number, Case.id).where(Case.id.in_(part))
        told += [(by, number, of) for by, number, of in db.session.execute(query)]
    wanted = [of for _, _, of in sorted(told)[:MOST]]
    found: dict[int, Case] = {}
    for part in _parts(wanted):
        cases = select(Case).options(joinedload(Case.lead_unit)).where(Case.id.in_(part))
        found |= {one.id: one for one in db.session.scalars(cases)}
    return [found[of] for of in wanted]


def _parts(ids: Sequence[int]) -> Iterator[Sequence[int]]:
    for start in range(0, len(ids), _AT_ONCE):
        yield ids[start : start + _AT_ONCE]


def units(county_id: int) -> Sequence[Unit]:
    """Return every unit of the county."""
    query = select(Unit).where(Unit.path.startswith(f"/{county_id}/")).order_by(Unit.path)
    return db.session.scalars(query).all()
