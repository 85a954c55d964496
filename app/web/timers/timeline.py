"""时间轴: cases as bars from issue to due date over working days, with what was extended apart."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from flask import g, render_template, request
from flask_babel import format_date, gettext

from app.clock import local_date, today
from app.domain.calendar import Calendar
from app.domain.case import Case
from app.domain.vocabulary import Stage
from app.services import calendars, timer_timeline
from app.services.timer_list import Asked
from app.web import cursor, narrowing
from app.web.timers.asking import address, asked

PAGE = 40


class Zoom(StrEnum):
    """How much of the year is seen at once."""

    WEEK = "week"
    MONTH = "month"


#: How many weeks are shown, and how many of them lie before this one.
_WEEKS = {Zoom.WEEK: (8, 2), Zoom.MONTH: (30, 8)}


@dataclass(frozen=True, slots=True)
class Window:
    """The days that are seen."""

    first: date
    days: int
    zoom: Zoom

    @property
    def last(self) -> date:
        """The last day."""
        return self.first + timedelta(days=self.days - 1)

    def at(self, day: date) -> float:
        """Return where a day begins, in percent of the width."""
        return round(100 * (day - self.first).days / self.days, 3)


@dataclass(frozen=True, slots=True)
class Bar:
    """One part of a case's row."""

    kind: str
    left: float
    width: float
    #: What is written on it, for paper without colours.
    letter: str = ""


@dataclass(frozen=True, slots=True)
class Tick:
    """One heading above the bars."""

    left: float
    width: float
    name: str


@dataclass(frozen=True, slots=True)
class Row:
    """One case."""

    case: Case
    bars: tuple[Bar, ...]
    #: Where the days that are seen end before or begin after its time.
    beyond: str
    says: str


def draw() -> str:
    """Draw a stretch of cases."""
    what = asked("zoom", "since")
    window = _window()
    after = cursor.read_day(request.args.get("after"))
    found = timer_timeline.page(g.actor, what, limit=PAGE, after=after)
    kept = {"view": "timeline", "zoom": window.zoom.value}
    here = kept | {"since": request.args.get("since") or None}
    step = timedelta(days=window.days // 2 // 7 * 7)
    end = cursor.write(*found.next) if found.next else None
    return render_template(
        "timers/timeline.html",
        here="timers",
        carried=what.within.written(),
        view="timeline",
        asked=what,
        hidden=here,
        window=window,
        rows=[_row(case, window) for case in found.items],
        ticks=_ticks(window),
        shading=_shading(window, calendars.current(g.actor.county_id)),
        today_at=window.at(today()) if window.first <= today() <= window.last else None,
        zooms=[(one, address(what, **(here | {"zoom": one.value}))) for one in Zoom],
        before=address(what, **kept, since=(window.first - step).isoformat()),
        after=address(what, **kept, since=(window.first + step).isoformat()),
        now=address(what, **kept) if request.args.get("since") else None,
        next_url=address(what, **here, after=end) if end else None,
        first_url=address(what, **here) if after else None,
        plain=address(Asked(), **here),
        narrowed=what != Asked(),
    )


def _window() -> Window:
    zoom = narrowing.word(Zoom, "zoom") or Zoom.WEEK
    weeks, before = _WEEKS[zoom]
    since = narrowing.day("since") or today() - timedelta(weeks=before)
    return Window(since - timedelta(days=since.weekday()), weeks * 7, zoom)


def _row(case: Case, window: Window) -> Row:
    bars = tuple(bar for bar in _bars(case, window) if bar is not None)
    beyond = "" if bars else "before" if case.due_on < window.first else "after"
    return Row(case, bars, beyond, _said(case))


def _bars(case: Case, window: Window) -> list[Bar | None]:
    """Return the parts of a row: the period as set, what was added to it, how far it is, too late.

    A period that began anew, after a relapse or for another unit, is drawn from there.
    """
    start, until = case.counted_from, case.due_on
    first_set = case.original_due_on if start <= case.original_due_on < until else until
    done = start + (until - start) * case.percent // 100
    found = [_bar("set", start, first_set, window)]
    if first_set < until:
        extended = first_set + timedelta(days=1)
        found.append(_bar("extended", extended, until, window, gettext("延")))
    if case.percent:
        found.append(_bar("done", start, done, window))
    ended = local_date(case.reported_done_at) if case.reported_done_at else today()
    if ended > until and case.stage is not Stage.SUSPENDED:
        found.append(_bar("late", until + timedelta(days=1), ended, window, gettext("逾")))
    if case.reported_done_at is not None:
        found.append(_bar("reported", ended, ended, window, gettext("报")))
    return found


def _bar(kind: str, first: date, last: date, window: Window, letter: str = "") -> Bar | None:
    """Return the part between two days as far as it is seen."""
    first, last = max(first, window.first), min(last, window.last)
    if first > last:
        return None
    left = window.at(first)
    return Bar(kind, left, round(window.at(last + timedelta(days=1)) - left, 3), letter)


def _said(case: Case) -> str:
    """Say a row in a sentence."""
    told = gettext(
        "%(start)s 起，%(due)s 到期，进度 %(percent)s%%",
        start=case.counted_from.isoformat(),
        due=case.due_on.isoformat(),
        percent=case.percent,
    )
    if case.counted_from <= case.original_due_on < case.due_on:
        told += gettext("，原定 %(day)s", day=case.original_due_on.isoformat())
    if case.reported_done_at is not None:
        told += gettext("，%(day)s 报结", day=local_date(case.reported_done_at).isoformat())
    if case.stage is Stage.SUSPENDED:
        told += gettext("，已中止")
    return told


def _ticks(window: Window) -> list[Tick]:
    """Return the headings: of each week its Monday, or of each month its name."""
    if window.zoom is Zoom.MONTH:
        return _months(window)
    width = round(700 / window.days, 3)
    mondays = [window.first + timedelta(weeks=n) for n in range(window.days // 7)]
    pattern = gettext("M月d日")
    return [Tick(window.at(day), width, format_date(day, pattern)) for day in mondays]


def _months(window: Window) -> list[Tick]:
    found: list[Tick] = []
    first = window.first
    while first <= window.last:
        coming = (first.replace(day=1) + timedelta(days=31)).replace(day=1)
        end = min(coming, window.last + timedelta(days=1))
        name, short = format_date(first, gettext("y年M月")), format_date(first, gettext("M月"))
        wide = (end - first).days > 20
        told = name if wide and (not found or first.month == 1) else short
        told = told if (end - first).days > 6 else ""
        found.append(Tick(window.at(first), round(window.at(end) - window.at(first), 3), told))
        first = coming
    return found


def _shading(window: Window, calendar: Calendar) -> str:
    """Return the days of rest as the stops of a gradient, which the style sheet lays behind."""
    stops, day = ["transparent 0"], window.first
    while day <= window.last:
        end = day
        while end <= window.last and calendar.is_workday(end) == calendar.is_workday(day):
            end += timedelta(days=1)
        if not calendar.is_workday(day):
            left, right = window.at(day), window.at(end)
            stops += [f"transparent {left}%", f"var(--rest) {left}%"]
            stops += [f"var(--rest) {right}%", f"transparent {right}%"]
        day = end
    return f"linear-gradient(to right, {', '.join(stops)})"
