"""The next number of a series. Shared by the services."""

from __future__ import annotations

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.domain import numbering
from app.domain.case import Case
from app.domain.people import Unit

#: Names the lock of the counties' own numbers; the year is its second part.
_SERIES = 1


def next_of_cases(session: Session, county_id: int, year: int) -> str:
    """Return the next number of the county's own series of the year."""
    if session.get_bind().dialect.name == "postgresql":
        # Two at once would take the same number: the second waits until the first is committed.
        session.execute(select(func.pg_advisory_xact_lock(_SERIES, year)))
    county = session.get_one(Unit, county_id)
    series = numbering.series(county.case_prefix or numbering.CASE_PREFIX, year)
    digits = 4
    while (last := _last(session, series, digits)) >= 10**digits - 1:
        digits += 1
    return f"{series}{last + 1:04d}" if last or digits == 4 else f"{series}{10 ** (digits - 1)}"


def _last(session: Session, series: str, digits: int) -> int:
    """Return the greatest number of so many digits: one step down the index of numbers.

    What an earlier release let in under the series' name, and isn't one of its numbers, is passed.
    """
    query = (
        select(Case.number)
        .where(
            Case.number.between(series + "0" * digits, series + "9" * digits),
            Case.number.regexp_match(f"^{series}[0-9]{{{digits}}}$"),
        )
        .order_by(Case.number.desc())
        .limit(1)
    )
    found = session.scalar(query)
    return int(found.removeprefix(series)) if found else 0


def letter_prefix(session: Session, county_id: int | None) -> str:
    """Return the 机关代字 under which a county sends its 督办函."""
    county = session.get(Unit, county_id or 0)
    return (county.letter_prefix if county else None) or numbering.LETTER_PREFIX
