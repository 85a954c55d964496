"""Deadlines watched: the list of what runs, a month of it, and a timeline of cases."""

from __future__ import annotations

from datetime import date
from typing import Any

from flask import g
from marshmallow import fields

from app.api.schemas.cases import CaseOut, Paging
from app.api.schemas.fields import Day as DayIn
from app.api.schemas.fields import Flag, Out, Text, Word, absent, moment, told
from app.api.schemas.narrowing import Narrowed
from app.api.schemas.tasks import TaskOut
from app.clock import local_date, utcnow
from app.deadline_texts import unit_of
from app.domain.calendar import Calendar
from app.domain.deadlines import last_day
from app.domain.process import Task
from app.domain.rules import Unit
from app.services import calendars
from app.services.reminding import holder_of
from app.services.timer_ledger import Window
from app.texts import sentence, timer_name


class WatchedQuery(Narrowed, Paging):
    """Which deadlines."""

    window = Word(Window, load_default=absent)
    day = DayIn(load_default=absent)
    case = Text(40, load_default="", metadata={"description": "The case's number, or a part."})
    mine = Flag(load_default=False)
    letters = Flag(load_default=False)


class ComingOut(Out):
    """What happens by itself."""

    timer = fields.Integer(attribute="timer.id")
    name = told(lambda coming: timer_name(coming.timer), "string")
    at = moment(attribute="timer.due_at")
    does = told(
        lambda coming: coming.element.key if coming.element else None,
        ["string", "null"],
        description="Id of the element in the diagram that is then reached.",
    )


def _unit(task: Task) -> str:
    timer = task.deadline
    in_days = timer is not None and unit_of(timer) not in (None, Unit.WORKDAYS)
    return str(Unit.DAYS if in_days else Unit.WORKDAYS)


def days_over(task: Task, calendar: Calendar, today: date) -> int:
    """Count the days since a task was due in its deadline's own unit; negative: days left."""
    last = last_day(task.due_at or utcnow())
    if _unit(task) == Unit.DAYS:
        return (today - last).days
    return calendar.workdays_between(last, today)


def _over(task: Task) -> int:
    return days_over(task, calendars.current(g.actor.county_id), local_date(utcnow()))


class WatchedOut(TaskOut):
    """One open task with a deadline."""

    days_over = told(_over, "integer", description="In `unit_of_days`; negative: days left.")
    unit_of_days = told(_unit, "string", description="`workdays` or `days`.")
    held_by = told(lambda task: sentence(holder_of(task)), "string")
    draft_at = moment()
    next = fields.Nested(ComingOut, allow_none=True, attribute="coming")


class WatchedPage(Out):
    """A stretch of the list, the longest overdue first."""

    items = fields.List(fields.Nested(WatchedOut))
    next = fields.String(allow_none=True)


class DueMonthQuery(Narrowed):
    """Which month of which deadlines."""

    month = Text(7, load_default=absent, pattern=r"20\d\d-(0[1-9]|1[0-2])")
    case = Text(40, load_default="")


class DueDayOut(Out):
    """One day and how much is due on it."""

    on = fields.Date()
    is_workday = fields.Boolean()
    holiday = fields.String(allow_none=True)
    due = fields.Integer(metadata={"description": "Open tasks due that day; 1000 stands for more."})
    overdue = fields.Boolean(metadata={"description": "Whether they are overdue by now."})


class DueMonthOut(Out):
    """A month of deadlines."""

    month = fields.String()
    days = fields.List(fields.Nested(DueDayOut))


class TimelineQuery(Narrowed, Paging):
    """Which cases."""

    case = Text(40, load_default="")


class TimelinePage(Out):
    """A stretch of the cases that are not over, the earliest due first."""

    items = fields.List(fields.Nested(CaseOut))
    next = fields.String(allow_none=True)


def watched(task: Task, coming: Any) -> dict[str, Any]:
    """Return what a line of the list tells."""
    beside = {"coming": coming}
    only = ("next",)
    line: dict[str, Any] = WatchedOut(exclude=only).dump(task)
    line |= WatchedOut(only=only).dump(beside)
    return line
