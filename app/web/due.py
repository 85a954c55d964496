"""Due dates in words: how long there is, or has been since, in the unit that the rule counts in."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta

from flask import g, url_for
from flask_babel import gettext, ngettext

from app.clock import LOCAL, local_date, utcnow
from app.deadline_texts import limit_of, timer_text, unit_of
from app.domain.calendar import Calendar
from app.domain.case import Case
from app.domain.deadlines import days_left, last_day, overdue_workdays
from app.domain.process import Task, Timer
from app.domain.rules import Unit
from app.domain.vocabulary import Stage, TimerState
from app.services import calendars
from app.texts import local_moment

#: With this many working days left or fewer, a deadline is near.
SOON = 3


@dataclass(frozen=True, slots=True)
class Due:
    """A deadline as people read it."""

    #: ``late``, ``today``, ``soon``, ``ok``; ``over`` when it no longer runs.
    state: str
    text: str
    #: The day and the moment it ends.
    exact: str
    provisional: bool = False
    #: Why it is provisional, in a sentence.
    why: str = ""
    #: Its rule with the law it rests on, and where the rule book has it.
    rule: str = ""
    rule_url: str = ""

    @property
    def title(self) -> str:
        """All of it, for whoever points at it."""
        return "\n".join(line for line in (self.rule, self.exact, self.why) if line)


def due_of_task(task: Task) -> Due | None:
    """Say when a task is due; of a completed one, whether it was in time."""
    if task.suspended:
        return Due("over", gettext("已中止"), gettext("恢复后再办理"))
    if task.due_at is None:
        return None
    if task.closed_at is not None:
        late = task.closed_at > task.due_at
        return Due(
            "over", gettext("逾期办结") if late else gettext("按期办结"), _exact(task.due_at)
        )
    timer = task.deadline
    unit = unit_of(timer) if timer else None
    due = due_in_words(task.due_at, provisional=task.due_provisional, unit=unit)
    return _ruled(due, timer) if timer else due


def due_of_timer(timer: Timer) -> Due:
    """Say when a timer runs out."""
    if timer.state is TimerState.SUSPENDED:
        return Due("over", gettext("已中止"), gettext("恢复后继续计算剩余时间"))
    due = due_in_words(timer.due_at, provisional=timer.provisional, unit=unit_of(timer))
    return _ruled(due, timer)


def _ruled(due: Due, timer: Timer) -> Due:
    """Add by which rule a deadline was set."""
    limit = limit_of(timer)
    at = limit and url_for("rules.rules", name=timer.ruled_by or None, _anchor=limit.code)
    return replace(due, rule=timer_text(timer), rule_url=at or "")


def due_of_case(case: Case) -> Due:
    """Say when a case is due; once the unit has reported, only the date is left."""
    at = _end_of(case.due_on)
    if case.stage is Stage.SUSPENDED:
        return Due("over", gettext("已中止"), gettext("恢复后继续计算剩余时间"))
    if case.reported_done_at is not None or case.stage.is_over:
        return Due("over", case.due_on.isoformat(), _exact(at))
    return due_in_words(at, provisional=case.due_provisional, unit=Unit.DAYS)


def due_in_words(at: datetime, *, provisional: bool = False, unit: Unit | None = None) -> Due:
    """Say how long there is until *at*, or how long ago it was, in the deadline's own unit.

    What is counted in working days is told in working days, all else in natural days.
    """
    now, calendar = utcnow(), _calendar()
    day, today = last_day(at), local_date(now)
    in_workdays = unit in (None, Unit.WORKDAYS)
    if now >= at:
        return Due("late", _overdue(at, now, calendar if in_workdays else None), _exact(at))
    why = _why(day) if provisional else ""
    if day == today:
        return Due("today", gettext("今日到期"), _exact(at), provisional, why)
    workdays = calendar.workdays_between(today, day)
    text = _left(workdays if in_workdays else 0, (day - today).days)
    return Due("soon" if workdays <= SOON else "ok", text, _exact(at), provisional, why)


def _why(day: date) -> str:
    return gettext(
        "暂定：%(year)s年的放假安排尚未公布；公布后如有变动，期限只会延后，不会提前。",
        year=day.year,
    )


def _overdue(at: datetime, now: datetime, calendar: Calendar | None) -> str:
    """Say how long ago *at* was: in working days if there is a calendar for it."""
    if calendar is None:
        days = -days_left(last_day(at), local_date(now))
        return ngettext("逾期 %(num)s 个自然日", "逾期 %(num)s 个自然日", days)
    days = overdue_workdays(at, now, calendar)
    if not days:
        return gettext("已逾期")
    return ngettext("逾期 %(num)s 个工作日", "逾期 %(num)s 个工作日", days)


def _left(workdays: int, days: int) -> str:
    if workdays:
        return ngettext("还剩 %(num)s 个工作日", "还剩 %(num)s 个工作日", workdays)
    return ngettext("还剩 %(num)s 个自然日", "还剩 %(num)s 个自然日", days)


def _exact(at: datetime) -> str:
    """Write the moment; what ends at midnight ends at 24:00 of the day before."""
    moment = at.astimezone(LOCAL)
    if moment.time() == time.min:
        return gettext("%(day)s 24:00 到期", day=last_day(at).isoformat())
    return gettext("%(moment)s 到期", moment=local_moment(at))


def _end_of(day: date) -> datetime:
    return datetime.combine(day + timedelta(days=1), time.min, LOCAL)


def _calendar() -> Calendar:
    """Return the calendar in force, read once a request."""
    if "calendar" not in g:
        g.calendar = calendars.current(g.actor.county_id if "actor" in g else None)
    found: Calendar = g.calendar
    return found
