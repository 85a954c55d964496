"""When a rule is due: periods counted as 民法典 §§200–204 and the working calendar say.

The starting day is not counted, a period ends at 24:00 in Beijing, and one that would end on a
day of rest ends on the next working day.
"""

from __future__ import annotations

from bisect import bisect_right
from calendar import monthrange
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import NamedTuple

from app.clock import LOCAL, local_date
from app.domain.calendar import Calendar
from app.domain.errors import Invalid
from app.domain.rules import Anchor, Rule, Unit

#: Spans that are exact lengths of time; the calendar has no say in them.
_LENGTHS = {Unit.HOURS: timedelta(hours=1), Unit.MINUTES: timedelta(minutes=1)}


@dataclass(frozen=True, slots=True)
class Due:
    """The outcome of counting."""

    #: The moment it runs out, in UTC: 24:00 of a day is 00:00 of the next.
    at: datetime
    #: The last day of the period in Beijing, the date that people are told.
    on: date
    #: 暂定: a day that was counted may still change with the year's holiday notice.
    provisional: bool


class _Start(NamedTuple):
    """Where counting starts, for units counted in days and for exact ones."""

    day: date
    at: datetime


class Uncountable(Invalid):
    """期限超出可计算的日期范围。"""


def due(rule: Rule, base: datetime, calendar: Calendar) -> Due:
    """Return when *rule*, armed at *base*, is due.

    Raises:
        Uncountable: the rule leads beyond the year 9999 or repeats without moving on.
    """
    if base.tzinfo is None:
        raise ValueError(f"naive datetime {base!r}")
    try:
        if rule.anchor is Anchor.EVERY:
            return _occurrence(rule, base, 1, calendar)
        if rule.span is None:
            return _on(rule, base, calendar)
        start, span = _start(rule, base), rule.span
        if rule.anchor is Anchor.BEFORE:
            return _before(start, span.unit, span.number, calendar)
        return _after(start, span.unit, span.number, calendar, rolls=span.rolls)
    except OverflowError as error:
        raise Uncountable from error


def next_occurrence(
    rule: Rule, base: datetime, previous: Due, *, now: datetime, calendar: Calendar
) -> tuple[Due, int]:
    """Return the next time an ``every(…)`` rule is due, and how often it was missed meanwhile.

    Counted from *base* each time, so that months do not drift: 31 January, 28 February, 31 March.
    Days that roll to the same working day are one occurrence.

    Raises:
        Uncountable: there is no next one before the year 9999.
    """

    def at(number: int) -> datetime:
        return _occurrence(rule, base, number, calendar).at

    try:
        first = _first_after(previous.at, at)
        coming = _first_after(max(previous.at, now), at)
        if rule.span and rule.span.unit in _LENGTHS:
            missed = coming - first
        else:
            missed = len({at(number) for number in range(first, coming)})
        return _occurrence(rule, base, coming, calendar), missed
    except OverflowError as error:
        raise Uncountable from error


def last_day(at: datetime) -> date:
    """Return the day in Beijing on which a deadline ends; midnight belongs to the day before."""
    return local_date(at - timedelta.resolution)


def days_left(due_on: date, today: date) -> int:
    """Count the natural days that remain; negative when *due_on* is past."""
    return (due_on - today).days


def overdue_workdays(due_at: datetime, now: datetime, calendar: Calendar) -> int:
    """Count the working days since the deadline, today included; 0 until it has run out."""
    if now < due_at:
        return 0
    return calendar.workdays_between(last_day(due_at), local_date(now))


def _on(rule: Rule, base: datetime, calendar: Calendar) -> Due:
    """Take the date as it is written: it was rolled past holidays when it was set."""
    if rule.on is None:
        raise ValueError(f"{rule.anchor} needs a date or a span")
    if isinstance(rule.on, datetime):
        at = rule.on.astimezone(UTC)
        on = last_day(at)
    else:
        at, on = end_of(rule.on), rule.on
    return Due(at, on, calendar.is_provisional_between(local_date(base), on))


def _start(rule: Rule, base: datetime) -> _Start:
    if rule.on is None:
        return _Start(local_date(base), base)
    if isinstance(rule.on, datetime):
        return _Start(last_day(rule.on), rule.on)
    return _Start(rule.on, end_of(rule.on))


def _after(
    start: _Start, unit: Unit, number: int, calendar: Calendar, *, rolls: bool = True
) -> Due:
    if unit in _LENGTHS:
        return _exactly(start.at + _LENGTHS[unit] * number)
    last = _shift(start.day, unit, number, calendar)
    if rolls:
        last = calendar.next_workday(last)
    return Due(end_of(last), last, calendar.is_provisional_between(start.day, last))


def _before(start: _Start, unit: Unit, number: int, calendar: Calendar) -> Due:
    """Count back to the beginning of a day: whoever is to be warned has the whole of it."""
    if unit in _LENGTHS:
        return _exactly(start.at - _LENGTHS[unit] * number)
    day = _shift(start.day, unit, -number, calendar)
    return Due(_beginning_of(day), day, calendar.is_provisional_between(day, start.day))


def _occurrence(rule: Rule, base: datetime, number: int, calendar: Calendar) -> Due:
    if rule.span is None or rule.span.number == 0:
        raise Uncountable("循环周期须大于零。")
    start = _start(rule, base)
    return _after(start, rule.span.unit, rule.span.number * number, calendar)


def _first_after(moment: datetime, at: Callable[[int], datetime]) -> int:
    """Return the number of the first occurrence later than *moment*, in logarithmic time."""
    bound = 1
    while at(bound) <= moment:
        bound *= 2
    return bisect_right(range(1, bound + 1), moment, key=at) + 1


def _shift(day: date, unit: Unit, number: int, calendar: Calendar) -> date:
    match unit:
        case Unit.WORKDAYS:
            return calendar.add_workdays(day, number)
        case Unit.DAYS:
            return day + timedelta(days=number)
        case Unit.MONTHS:
            return _add_months(day, number)
        case Unit.YEARS:
            return _add_months(day, 12 * number)
        case _:
            raise ValueError(f"{unit} are not counted in days")


def _add_months(day: date, number: int) -> date:
    """Move to the corresponding day, or the last of its month where there is none (民法典 §202)."""
    year, month0 = divmod(day.year * 12 + day.month - 1 + number, 12)
    if not date.min.year <= year <= date.max.year:
        raise OverflowError(f"the year {year}")
    last = monthrange(year, month0 + 1)[1]
    return date(year, month0 + 1, min(day.day, last))


def _exactly(at: datetime) -> Due:
    return Due(at.astimezone(UTC), last_day(at), provisional=False)


def _beginning_of(day: date) -> datetime:
    return datetime.combine(day, time.min, LOCAL).astimezone(UTC)


def end_of(day: date) -> datetime:
    """Return the moment at which *day* is over in Beijing, 24:00."""
    return _beginning_of(day + timedelta(days=1))
