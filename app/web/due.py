"""Due dates in words: how long there is, or how long it has been overdue, in working days."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from flask import g
from flask_babel import gettext, ngettext

from app.clock import LOCAL, local_date, utcnow
from app.domain.calendar import Calendar
from app.domain.case import Case
from app.domain.deadlines import last_day, overdue_workdays
from app.domain.process import Task, Timer
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


def due_of_task(task: Task) -> Due | None:
    """Say when a task is due; of a completed one, whether it was in time."""
    if task.due_at is None:
        return None
    if task.closed_at is not None:
        late = task.closed_at > task.due_at
        return Due(
            "over", gettext("逾期办结") if late else gettext("按期办结"), _exact(task.due_at)
        )
    return due_in_words(task.due_at, provisional=task.due_provisional)


def due_of_timer(timer: Timer) -> Due:
    """Say when a timer runs out."""
    return due_in_words(timer.due_at, provisional=timer.provisional)


def due_of_case(case: Case) -> Due:
    """Say when a case is due; once the unit has reported, only the date is left."""
    at = _end_of(case.due_on)
    if case.reported_done_at is not None or case.stage.is_closed_out:
        return Due("over", case.due_on.isoformat(), _exact(at))
    return due_in_words(at, provisional=case.due_provisional)


def due_in_words(at: datetime, *, provisional: bool = False) -> Due:
    """Say how long there is until *at*, or how long ago it was."""
    now, calendar = utcnow(), _calendar()
    day, today = last_day(at), local_date(now)
    if now >= at:
        return Due("late", _overdue(at, now, calendar), _exact(at))
    if day == today:
        return Due("today", gettext("今日到期"), _exact(at), provisional)
    left = calendar.workdays_between(today, day)
    state = "soon" if left <= SOON else "ok"
    return Due(state, _left(left, (day - today).days), _exact(at), provisional)


def _overdue(at: datetime, now: datetime, calendar: Calendar) -> str:
    days = overdue_workdays(at, now, calendar)
    if not days:
        return gettext("已逾期")
    return ngettext("逾期 %(num)s 个工作日", "逾期 %(num)s 个工作日", days)


def _left(workdays: int, days: int) -> str:
    if workdays:
        return ngettext("还剩 %(num)s 个工作日", "还剩 %(num)s 个工作日", workdays)
    return ngettext("还剩 %(num)s 天", "还剩 %(num)s 天", days)


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
        g.calendar = calendars.current()
    found: Calendar = g.calendar
    return found
