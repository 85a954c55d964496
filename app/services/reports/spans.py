"""Which days a report of a kind is about, and when the next one is to be made.

Reports are made on Fridays and on the 25th (domain §9.1); a week ends on the Thursday before and a
month on the 24th, so that all its days are over and none falls between two reports.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from app.clock import LOCAL, local_date
from app.domain.errors import Invalid, Sentence
from app.domain.report import ReportKind
from app.services.narrowing import YEARS, Period
from app.services.statistics import comparing

THURSDAY = 3
LAST_OF_MONTH = 24
#: At that hour of the day after its last a report is made by schedule.
MADE_AT = time(16)
#: Kinds that can be made by schedule.
SCHEDULED = (ReportKind.WEEKLY, ReportKind.MONTHLY)


@dataclass(frozen=True, slots=True)
class Span:
    """The days of a report, and what it is compared with."""

    kind: ReportKind
    #: What happened in these days, and in those before.
    days: Period
    days_before: Period
    #: The indicators are about the cases issued in this period; what they are compared with.
    base: Period
    base_before: Period


def span(kind: ReportKind, day: date) -> Span:
    """Return the span of the report of that kind that *day* falls into."""
    days = _DAYS[kind](day)
    before = _DAYS[kind](days.starts_on - timedelta(days=1))
    if kind in SCHEDULED:
        ends_on = days.ends_on
        base = Period.between(date(ends_on.year, 1, 1), ends_on)
        base_before = Period.between(date(ends_on.year - 1, 1, 1), _year_before(ends_on))
    else:
        base, base_before = days, comparing.before(days)
    return Span(kind, days, before, base, base_before)


def _week(day: date) -> Period:
    thursday = day + timedelta(days=(THURSDAY - day.weekday()) % 7)
    return Period.between(thursday - timedelta(days=6), thursday)


def _month(day: date) -> Period:
    last = day.replace(day=LAST_OF_MONTH)
    if day.day > LAST_OF_MONTH:
        last = (last.replace(day=1) + timedelta(days=32)).replace(day=LAST_OF_MONTH)
    first = last.replace(day=1) - timedelta(days=1)
    return Period.between(first.replace(day=LAST_OF_MONTH + 1), last)


_DAYS: Mapping[ReportKind, Callable[[date], Period]] = {
    ReportKind.WEEKLY: _week,
    ReportKind.MONTHLY: _month,
    ReportKind.TERM: lambda day: comparing.current(day)[0],
    ReportKind.ANNUAL: lambda day: comparing.current(day)[2],
}


def _year_before(day: date) -> date:
    try:
        return day.replace(year=day.year - 1)
    except ValueError:  # 29 February
        return day.replace(year=day.year - 1, day=28)


def begun(kind: ReportKind, day: date, today: date) -> Span:
    """Return the span that *day* falls into.

    Raises:
        Invalid: it has not begun yet, or was before there were figures.
    """
    if day.year not in YEARS:
        raise Invalid(fields={"day": ["年份不合理，请核对。"]})
    found = span(kind, day)
    if found.days.starts_on > today:
        told = Sentence("%(day)s 还没有到，不能编制。", day=found.days.starts_on)
        raise Invalid(fields={"day": [told]})
    return found


def due_last(kind: ReportKind, at: datetime) -> tuple[datetime, Span]:
    """Return when a report of that kind was last to be made by schedule, and about which days."""
    found = span(kind, local_date(at))
    while _made_at(found) > at:
        found = span(kind, found.days.starts_on - timedelta(days=1))
    return _made_at(found), found


def _made_at(found: Span) -> datetime:
    return datetime.combine(found.days.ends_on + timedelta(days=1), MADE_AT, LOCAL)
