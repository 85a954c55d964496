"""寒暑假: when schools are closed, and work on them goes otherwise than in term.

Winter and summer as they usually fall, not as a county enters its terms: those are often entered
late, and what was not known at a moment must not be learned from.
"""

from __future__ import annotations

from datetime import date, timedelta
from functools import cache

#: First and last day, month and day.
VACATIONS = (((1, 20), (2, 20)), ((7, 10), (8, 31)))


def is_vacation(day: date) -> bool:
    """Tell whether schools are usually closed."""
    return any(first <= (day.month, day.day) <= last for first, last in VACATIONS)


def vacation_share(since: date, until: date) -> float:
    """Return which part of the days after *since*, up to *until*, are days of vacation."""
    days = (until - since).days
    return (_before(until) - _before(since)) / days if days > 0 else 0.0


@cache
def _before(day: date) -> int:
    """Count the days of vacation of its century up to *day*."""
    year = date(day.year, 1, 1)
    inside = sum(is_vacation(year + timedelta(days=n)) for n in range((day - year).days + 1))
    return inside + sum(_in_year(earlier) for earlier in range(2000, day.year))


@cache
def _in_year(year: int) -> int:
    first = date(year, 1, 1)
    days = (date(year + 1, 1, 1) - first).days
    return sum(is_vacation(first + timedelta(days=n)) for n in range(days))
