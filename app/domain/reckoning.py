"""Why a deadline is on that day: the counting of `app.domain.deadlines` told day by day."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from enum import StrEnum

from app.clock import local_date
from app.domain.calendar import Calendar
from app.domain.deadlines import Due, due, last_day
from app.domain.recounting import recounted
from app.domain.rules import Anchor, Rule, Span, Unit

#: Of a longer period only the last days are told one by one.
TOLD = 92
#: No deadline of a year repeats more often in days.
_MOST_PERIODS = 2000


class Part(StrEnum):
    """What a day is to the period."""

    START = "start"  #: the day it is counted from, which is not counted itself
    COUNTED = "counted"
    SKIPPED = "skipped"  #: a day of rest among working days
    ROLLED = "rolled"  #: a day of rest at the end, which puts the end off
    LAST = "last"


@dataclass(frozen=True, slots=True)
class Day:
    """One day of the period."""

    on: date
    part: Part
    #: Which of the days that count it is.
    number: int | None
    is_workday: bool
    #: The holiday it belongs to or is made up for.
    name: str | None


@dataclass(frozen=True, slots=True)
class Reckoning:
    """The counting of one deadline."""

    rule: Rule
    due: Due
    #: The day from which it is counted, in Beijing; ``None`` for a date that was set.
    start: date | None
    #: Where the period ends before it is put off past days of rest; ``None`` for hours.
    nominal: date | None
    #: Of a rule that repeats: which period this is.
    period: int | None
    days: tuple[Day, ...]

    @property
    def is_cut(self) -> bool:
        """Whether the first days are left out."""
        return bool(self.days) and self.days[0].part is not Part.START


def reckon(rule: Rule, base: datetime, armed_at: datetime, calendar: Calendar) -> Reckoning:
    """Tell how *rule*, armed at *armed_at* and counted from *base*, comes to its moment.

    Raises:
        Uncountable: it leads beyond the year 9999.
    """
    found = recounted(rule, base, armed_at, calendar)
    if rule.anchor is Anchor.ON or rule.span is None:
        return Reckoning(rule, found, None, None, None, ())
    start = _start(rule, base)
    if rule.span.unit in (Unit.HOURS, Unit.MINUTES):
        return Reckoning(rule, found, start, None, None, ())
    period = _period(rule, base, found, calendar) if rule.anchor is Anchor.EVERY else None
    nominal = _nominal(rule, base, calendar, period)
    days = tuple(_days(rule, start, nominal, found.on, calendar))
    return Reckoning(rule, found, start, nominal, period, days[-TOLD:])


def _start(rule: Rule, base: datetime) -> date:
    if rule.on is None:
        return local_date(base)
    return last_day(rule.on) if isinstance(rule.on, datetime) else rule.on


def _nominal(rule: Rule, base: datetime, calendar: Calendar, period: int | None) -> date:
    """Return where the period ends if days of rest don't put it off."""
    if rule.span is None or rule.anchor is Anchor.BEFORE:
        return due(rule, base, calendar).on
    span = Span(rule.span.unit, rule.span.number * (period or 1), rolls=False)
    return due(replace(rule, anchor=Anchor.AFTER, span=span), base, calendar).on


def _period(rule: Rule, base: datetime, found: Due, calendar: Calendar) -> int:
    """Return the number of the period that ends at *found*."""
    span = rule.span
    for number in range(1, _MOST_PERIODS):
        whole = replace(rule, anchor=Anchor.AFTER, span=span and _times(span, number))
        if due(whole, base, calendar).at >= found.at:
            return number
    return 1


def _times(span: Span, number: int) -> Span:
    return replace(span, number=span.number * number)


def _days(rule: Rule, start: date, nominal: date, end: date, calendar: Calendar) -> list[Day]:
    """Tell each day from the start to the end, in the order in which they are counted."""
    step = timedelta(days=-1 if nominal < start else 1)
    by_workdays = rule.span is not None and rule.span.unit is Unit.WORKDAYS
    told = [_day(start, Part.START, None, calendar)]
    number = 0
    day = start
    while day != end:
        day += step
        is_workday = calendar.is_workday(day)
        is_over = abs(day - start) > abs(nominal - start)
        counts = not is_over and (is_workday or not by_workdays)
        number += counts
        told.append(
            _day(day, _part(day, end, counts, is_over), number if counts else None, calendar)
        )
    return told


def _part(day: date, end: date, counts: bool, is_over: bool) -> Part:
    if day == end:
        return Part.LAST
    if is_over:
        return Part.ROLLED
    return Part.COUNTED if counts else Part.SKIPPED


def _day(on: date, part: Part, number: int | None, calendar: Calendar) -> Day:
    return Day(on, part, number, calendar.is_workday(on), calendar.name_of(on))
