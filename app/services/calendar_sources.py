"""Where the days come from before a notice is imported: two packages of public holidays."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, timedelta
from typing import Any

import chinese_calendar

#: What chinesecalendar knows, make-up workdays included; outside of it, it raises.
SETTLED_YEARS = range(2004, 2027)
#: What we guess meanwhile, from the statutory holidays alone.
PROVISIONAL_YEARS = range(2027, 2036)

WEEKEND = (5, 6)
#: How `holidays` marks a day given for a festival that fell on a weekend.
MADE_UP = "（补假）"


def seed_days() -> Iterator[dict[str, Any]]:
    """Yield the rows of the calendar that a new database begins with."""
    for year in SETTLED_YEARS:
        yield from map(_settled_day, days_of(year))
    for year in PROVISIONAL_YEARS:
        yield from _provisional_year(year)


def days_of(year: int) -> Iterator[date]:
    """Yield every day of *year*."""
    day = date(year, 1, 1)
    while day.year == year:
        yield day
        day += timedelta(days=1)


def festivals(year: int) -> Mapping[str, Sequence[date]]:
    """Return the weekdays of each statutory festival, without the days made up for weekends."""
    days: dict[str, list[date]] = {}
    for day, name in _statutory(year).items():
        if not name.endswith(MADE_UP) and day.weekday() not in WEEKEND:
            days.setdefault(name, []).append(day)
    return days


def _settled_day(day: date) -> dict[str, Any]:
    off, made_up = chinese_calendar.holidays.get(day), chinese_calendar.workdays.get(day)
    return {
        "day": day,
        "is_workday": made_up is not None or (off is None and day.weekday() not in WEEKEND),
        "name": f"{_chinese(made_up)}调休" if made_up else off and _chinese(off),
        "source": "chinesecalendar",
        "provisional": False,
    }


def _chinese(festival: str) -> str:
    return str(chinese_calendar.Holiday(festival).chinese)


def _provisional_year(year: int) -> Iterator[dict[str, Any]]:
    statutory = _statutory(year)
    for day in days_of(year):
        yield {
            "day": day,
            "is_workday": day not in statutory and day.weekday() not in WEEKEND,
            "name": statutory.get(day),
            "source": "holidays",
            "provisional": True,
        }


def _statutory(year: int) -> dict[date, str]:
    import holidays  # a slow import that most starts of the program can do without

    return dict(sorted(holidays.China(years=year, language="zh_CN").items()))
