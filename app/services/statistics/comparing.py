"""Which period comes before another, and how much a figure rose or fell from that to this."""

from __future__ import annotations

import re
from datetime import date, timedelta
from enum import StrEnum

from app.services.narrowing import Period
from app.services.statistics.indicators import Share


class Way(StrEnum):
    """Where a figure went."""

    UP = "up"
    DOWN = "down"
    SAME = "same"


def before(period: Period) -> Period:
    """Return the period of the same kind that ended when *period* began."""
    if re.fullmatch(r"\d{4}", period.key):
        return Period.of(str(int(period.key) - 1))
    if found := re.fullmatch(r"(\d{4})-(\d{4})(-[12])?", period.key):
        return _school(int(found[1]), found[3])
    days = period.ends_on - period.starts_on
    last = period.starts_on - timedelta(days=1)
    return Period.between(last - days, last)


def _school(year: int, term: str | None) -> Period:
    if term == "-2":
        return Period.of(f"{year}-{year + 1}-1")
    suffix = "-2" if term else ""
    return Period.of(f"{year - 1}-{year}{suffix}")


def current(day: date) -> tuple[Period, Period, Period]:
    """Return the term, the school year and the calendar year in which *day* lies."""
    year = day.year if day.month >= 9 else day.year - 1
    school = f"{year}-{year + 1}"
    term = "2" if 2 <= day.month <= 8 else "1"
    return Period.of(f"{school}-{term}"), Period.of(school), Period.of(str(day.year))


def change(now: Share, then: Share) -> tuple[Way, float] | None:
    """Return where a rate went, and by how many percentage points; ``None`` if either is none."""
    if now.percent is None or then.percent is None:
        return None
    points = round(now.percent - then.percent, 1)
    return _way(points), abs(points)


def _way(points: float) -> Way:
    if points == 0:
        return Way.SAME
    return Way.UP if points > 0 else Way.DOWN
