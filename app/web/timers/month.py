"""月历: how much is due on each day of a month, with 休 and 班, each a link to that day's list."""

from __future__ import annotations

import re
from calendar import Calendar as Weeks
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta

from flask import g, render_template, request
from flask_babel import format_date, gettext

from app.clock import today
from app.domain.calendar import Calendar
from app.domain.errors import Invalid, Sentence
from app.services import calendars, timer_list
from app.services.calendar_years import YEARS
from app.services.timer_list import Asked
from app.texts import language
from app.web.reckonings import SATURDAY, weekday
from app.web.timers.asking import address, asked
from app.web.timers.listing import figure


@dataclass(frozen=True, slots=True)
class Cell:
    """One day of the month."""

    on: date
    is_inside: bool
    is_workday: bool
    #: 休 or 班 where the day is not what its weekday says, and the holiday.
    mark: str
    name: str
    #: ``late``, ``today`` or ``ahead``.
    state: str
    count: int
    figure: str
    url: str
    #: All of it in a sentence, for who does not see the grid.
    title: str


def draw() -> str:
    """Draw one month."""
    first = _month()
    what = replace(asked("month"), window=None, day=None)
    weeks = Weeks().monthdatescalendar(first.year, first.month)
    days = [day for week in weeks for day in week if day.month == first.month]
    counts = timer_list.by_day(g.actor, what, days)
    calendar = calendars.current(g.actor.county_id)
    before, after = _first(first - timedelta(days=1)), _first(first + timedelta(days=31))
    kept = {"view": "month", "after": None}
    return render_template(
        "timers/month.html",
        here="timers",
        carried=what.within.written(),
        view="month",
        asked=what,
        hidden={"view": "month", "month": _key(first)},
        name=format_date(first, gettext("y年M月")),
        weeks=[[_cell(day, first, counts, what, calendar) for day in week] for week in weeks],
        weekdays=[_heading(weekday(day)) for day in weeks[0]],
        before=address(what, **kept, month=_key(before)) if before.year in YEARS else None,
        after=address(what, **kept, month=_key(after)) if after.year in YEARS else None,
        now=address(what, **kept) if first != _first(today()) else None,
        plain=address(Asked(), view="month", month=_key(first)),
        narrowed=what != Asked(),
        overdue=figure(sum(n for day, n in counts.items() if day < today())),
        ahead=figure(sum(n for day, n in counts.items() if day >= today())),
    )


def _month() -> date:
    text = request.args.get("month", "")
    if not text:
        return _first(today())
    if re.fullmatch(r"\d{4}-(0[1-9]|1[0-2])", text) and int(text[:4]) in YEARS:
        return date.fromisoformat(f"{text}-01")
    told = Sentence("“%(text)s”不是月份，可用 2026-12。", text=text[:40])
    raise Invalid(fields={"month": [told]})


def _first(day: date) -> date:
    return day.replace(day=1)


def _key(month: date) -> str:
    return month.isoformat()[:7]


def _heading(name: str) -> str:
    """Shorten the name of a weekday as far as calendars do."""
    return name[:3] if language() == "en" else name[1:]


def _cell(
    day: date, first: date, counts: Mapping[date, int], what: Asked, calendar: Calendar
) -> Cell:
    now, count = today(), counts.get(day, 0)
    state = "late" if day < now else "today" if day == now else "ahead"
    is_workday, name = calendar.is_workday(day), calendar.name_of(day)
    mark = ""
    if is_workday != (day.weekday() < SATURDAY):
        mark = gettext("班") if is_workday else gettext("休")
    return Cell(
        on=day,
        is_inside=day.month == first.month,
        is_workday=is_workday,
        mark=mark,
        name=gettext(name) if name and not is_workday else "",
        state=state,
        count=count,
        figure=figure(count),
        url=address(what, day=day.isoformat()),
        title=_said(day, state, figure(count)),
    )


def _said(day: date, state: str, count: str) -> str:
    told = {"day": day.isoformat(), "weekday": weekday(day), "n": count}
    if state == "late":
        return gettext("%(day)s（%(weekday)s）到期未办 %(n)s 项", **told)
    return gettext("%(day)s（%(weekday)s）到期 %(n)s 项", **told)
