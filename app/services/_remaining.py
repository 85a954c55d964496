"""What remains of a deadline that stood still, counted in its own unit. Shared by the services."""

from dataclasses import dataclass
from datetime import date, datetime

from app.clock import local_date
from app.domain.calendar import Calendar
from app.domain.case import Case
from app.domain.deadlines import Due, due, end_of, last_day
from app.domain.process import Timer
from app.domain.rules import Anchor, Rule, Span, Unit

#: Exact lengths of time: what remains of them is a moment.
_EXACT = (Unit.HOURS, Unit.MINUTES)


@dataclass(frozen=True, slots=True)
class Place:
    """Where a clock comes to stand: the moment, and the rule and base that give it."""

    rule: str
    base: datetime
    due: Due


def what_remains(timer: Timer, at: datetime, calendar: Calendar) -> Place:
    """Tell where a suspended clock comes to stand when it goes on at *at*.

    As many working days, natural days (then rolled past a rest) or exact hours remain as when it
    was suspended; that day is over, as the starting day of a period is. What had run out stays.
    """
    since, rule = timer.suspended_at, Rule.parse(timer.rule)
    stays = Place(
        timer.rule, timer.base, Due(timer.due_at, last_day(timer.due_at), timer.provisional)
    )
    if since is None or timer.due_at <= since:
        return stays
    if (rule.span and rule.span.unit in _EXACT) or isinstance(rule.on, datetime):
        moment = Rule(Anchor.ON, None, at + (timer.due_at - since))
        place = Place(str(moment), at, due(moment, at, calendar))
    else:
        left = Rule(Anchor.AFTER, _left(rule, since, timer.due_at, calendar))
        place = Place(str(left), at, due(left, at, calendar))
    if place.due.at == timer.due_at:
        return stays
    return _one_of_many(rule, place, calendar) if rule.anchor is Anchor.EVERY else place


def due_on_after_suspension(case: Case, at: datetime, calendar: Calendar) -> date:
    """Return when a suspended case is due if it goes on at *at*: as many natural days remain."""
    since = case.suspended_at
    if since is None or end_of(case.due_on) <= since or local_date(since) == local_date(at):
        return case.due_on
    left = Span(Unit.DAYS, (case.due_on - local_date(since)).days)
    return due(Rule(Anchor.AFTER, left), at, calendar).on


def _left(rule: Rule, since: datetime, due_at: datetime, calendar: Calendar) -> Span:
    """Count what is left after the day of *since*, in working days or natural days."""
    start, end = local_date(since), last_day(due_at)
    rolls = rule.anchor is not Anchor.BEFORE and (rule.span is None or rule.span.rolls)
    if rule.span and rule.span.unit is Unit.WORKDAYS:
        return Span(Unit.WORKDAYS, calendar.workdays_between(start, end), rolls)
    return Span(Unit.DAYS, (end - start).days, rolls)


def _one_of_many(rule: Rule, place: Place, calendar: Calendar) -> Place:
    """Let a cycle go on from *place*, as if it had begun one period before."""
    exact = rule.span is not None and rule.span.unit in _EXACT
    before = Rule(Anchor.BEFORE, rule.span, place.due.at if exact else place.due.on)
    return Place(str(rule), due(before, place.base, calendar).at, place.due)
