"""Counting issued deadlines anew when the calendar has changed.

Whoever calls it decides what to do with the outcome: an issued deadline is only ever put off.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from app.clock import LOCAL
from app.domain.calendar import Calendar
from app.domain.deadlines import Due, due, last_day, next_occurrence
from app.domain.rules import Anchor, Rule, Span, Unit


@dataclass(frozen=True, slots=True)
class Period:
    """What a case's own due date was counted from, and that date."""

    counted_from: date
    #: ``None`` where the office named the date itself.
    limit_days: int | None
    due_on: date

    def counted(self, calendar: Calendar) -> date | None:
        """Return the date that *calendar* gives; ``None`` where nothing was counted."""
        if self.limit_days is None:
            return None
        rule = Rule(Anchor.AFTER, Span(Unit.DAYS, self.limit_days), self.counted_from)
        return due(rule, _noon(self.counted_from), calendar).on

    def recounted(self, before: Calendar, after: Calendar) -> date:
        """Return the due date by the calendar *after*, where it stood by the one *before*.

        A date that was not counted, or no more (extended, set by a verification), is put off only
        where it has become a day of rest (民法典 §203).
        """
        if self.counted(before) == self.due_on:
            return self.counted(after) or self.due_on
        if before.is_workday(self.due_on):
            return after.next_workday(self.due_on)
        return self.due_on


def recounted(rule: Rule, base: datetime, armed_at: datetime, calendar: Calendar) -> Due:
    """Return when a timer that was armed at *armed_at* is due by *calendar*.

    Of a cycle that is the first occurrence after it was armed, as it was then.

    Raises:
        Uncountable: the rule leads beyond the year 9999.
    """
    if rule.anchor is not Anchor.EVERY:
        return due(rule, base, calendar)
    armed = Due(armed_at, last_day(armed_at), provisional=False)
    return next_occurrence(rule, base, armed, now=armed_at, calendar=calendar)[0]


def _noon(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, 12, tzinfo=LOCAL)
