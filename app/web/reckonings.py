"""The counting of a deadline in sentences, and as the months of a calendar to look at."""

from __future__ import annotations

from calendar import Calendar as Weeks
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from flask_babel import gettext, lazy_gettext

from app.clock import LOCAL
from app.deadline_texts import span_text
from app.domain.calendar import Calendar
from app.domain.deadlines import last_day
from app.domain.process import Timer
from app.domain.reckoning import Day, Part, Reckoning
from app.domain.rules import Anchor, Span, Unit
from app.services.timer_proof import Proof
from app.texts import local_moment

_WEEKDAYS = tuple(
    lazy_gettext(name) for name in ("周一", "周二", "周三", "周四", "周五", "周六", "周日")
)
SATURDAY = 5


@dataclass(frozen=True, slots=True)
class Line:
    """One day of the period, as a table tells it."""

    day: Day
    weekday: str
    #: What it counts for, and why.
    counts: str
    why: str
    source: str


@dataclass(frozen=True, slots=True)
class Cell:
    """One day of a month."""

    on: date
    is_inside: bool
    #: What the day is to the period: a word of `Part`, or nothing.
    part: str
    number: int | None
    #: 休 or 班 where the day is not what its weekday says.
    mark: str
    title: str


@dataclass(frozen=True, slots=True)
class Month:
    """A month with its weeks, Mondays first."""

    first: date
    weeks: list[list[Cell]]


def weekday(day: date) -> str:
    """Name the day of the week."""
    return str(_WEEKDAYS[day.weekday()])


def steps_of(proof: Proof) -> list[str]:
    """Say how the deadline was counted, step by step."""
    reckoning = proof.reckoning
    if reckoning is None:
        return [gettext("这一期限的规则无法重新计算，以登记的到期时间为准。")]
    timer, span = proof.timer, reckoning.rule.span
    if reckoning.start is None or span is None:
        return [gettext("到期日是办理中确定的日期，不另行计算。"), _end(reckoning)]
    if reckoning.nominal is None:
        start = local_moment(timer.base)
        text = gettext(
            "自 %(start)s 起满 %(span)s，按时刻计算。", start=start, span=span_text(span)
        )
        return [text, _end(reckoning)]
    told = [_start(reckoning, timer), _counting(reckoning, span), *_skipped(reckoning)]
    return [*told, *_rolled(reckoning, span), _end(reckoning)]


def _start(reckoning: Reckoning, timer: Timer) -> str:
    start = reckoning.start or timer.base.date()
    if reckoning.rule.on is not None:
        text = gettext("以 %(day)s（%(weekday)s）为准，当日不计入。")
    else:
        text = gettext("从 %(day)s（%(weekday)s）起算，当日不计入（民法典第二百零一条）。")
    return text % {"day": start.isoformat(), "weekday": weekday(start)}


def _counting(reckoning: Reckoning, span: Span) -> str:
    facts = {"span": span_text(span), "day": (reckoning.nominal or date.min).isoformat()}
    if reckoning.period is not None:
        text = gettext("每 %(span)s 为一期，第 %(period)s 期的最后一日是 %(day)s。")
        return text % {**facts, "period": reckoning.period}
    if reckoning.rule.anchor is Anchor.BEFORE:
        return gettext("往前数 %(span)s，数到 %(day)s。") % facts
    return gettext("自次日起数满 %(span)s，数到 %(day)s。") % facts


def _skipped(reckoning: Reckoning) -> list[str]:
    days = [day for day in reckoning.days if day.part is Part.SKIPPED]
    if not days:
        return []
    made_up = [day for day in reckoning.days if day.is_workday and day.name and day.number]
    text = gettext("其间 %(count)s 个休息日不计入。", count=len(days))
    if made_up:
        text += gettext("%(count)s 个调休上班日计入。", count=len(made_up))
    return [text]


def _rolled(reckoning: Reckoning, span: Span) -> list[str]:
    nominal = reckoning.nominal
    if nominal is None or reckoning.rule.anchor is Anchor.BEFORE:
        return []
    if nominal != reckoning.due.on:
        text = gettext(
            "最后一日是休息日，顺延到其后第一个工作日 %(day)s（民法典第二百零三条）。",
            day=reckoning.due.on.isoformat(),
        )
        return [text]
    if not span.rolls and span.unit is not Unit.WORKDAYS:
        return [gettext("按规则，最后一日遇休息日不顺延。")]
    return []


def _end(reckoning: Reckoning) -> str:
    text = gettext("于 %(moment)s 届满。")
    if reckoning.rule.anchor is Anchor.BEFORE:
        text = gettext("于 %(moment)s 到时。")
    return text % {"moment": ends_at(str(reckoning.rule), reckoning.due.at)}


def ends_at(rule: str, at: datetime) -> str:
    """Write when a deadline ends: at 24:00 of its last day; what is counted back begins a day."""
    counts_back = rule.startswith(Anchor.BEFORE)
    if counts_back or at.astimezone(LOCAL).time() != time.min:
        return local_moment(at)
    return f"{last_day(at).isoformat()} 24:00"


def lines_of(proof: Proof) -> list[Line]:
    """List the days of the period with what each counts for."""
    if proof.reckoning is None:
        return []
    return [
        Line(day, weekday(day.on), _counts(day), _why(day), proof.sources.get(day.on, ""))
        for day in proof.reckoning.days
    ]


def _counts(day: Day) -> str:
    if day.part is Part.START:
        return gettext("起算日，不计")
    if day.part is Part.SKIPPED:
        return gettext("不计")
    if day.part is Part.ROLLED:
        return gettext("顺延")
    if day.part is Part.LAST and day.number is None:
        return gettext("顺延到此，届满")
    number = gettext("第 %(n)s 日", n=day.number)
    if day.part is Part.LAST:
        return gettext("%(number)s，届满", number=number)
    return number


def _why(day: Day) -> str:
    """Say what kind of day it is."""
    if day.name:
        if day.is_workday:
            return gettext("%(name)s调休上班", name=gettext(day.name))
        return gettext("%(name)s放假", name=gettext(day.name))
    if day.is_workday:
        return gettext("工作日")
    return gettext("周末") if day.on.weekday() >= SATURDAY else gettext("休息日")


def months_of(proof: Proof) -> list[Month]:
    """Draw the months of the period."""
    if proof.reckoning is None or not proof.reckoning.days:
        return []
    days = {day.on: day for day in proof.reckoning.days}
    firsts = sorted({on.replace(day=1) for on in days})
    return [_month(first, days, proof.calendar) for first in firsts]


def _month(first: date, days: Mapping[date, Day], calendar: Calendar) -> Month:
    weeks = [
        [_cell(on, first, days.get(on), calendar) for on in week]
        for week in Weeks().monthdatescalendar(first.year, first.month)
    ]
    return Month(first, weeks)


def _cell(on: date, first: date, day: Day | None, calendar: Calendar) -> Cell:
    is_inside = on.month == first.month
    is_workday = calendar.is_workday(on)
    mark = ""
    if is_workday != (on.weekday() < SATURDAY):
        mark = gettext("班") if is_workday else gettext("休")
    part = str(day.part) if day and is_inside else ""
    title = f"{_counts(day)} · {_why(day)}" if day else ""
    return Cell(on, is_inside, part, day.number if day else None, mark, title)


def lasting(span: timedelta) -> str:
    """Say how long something took: to the second, or coarser the longer it is."""
    seconds = int(span.total_seconds())
    if seconds < 1:
        return gettext("不到 1 秒")
    if seconds < 60:
        return gettext("%(n)s 秒", n=seconds)
    minutes, seconds = divmod(seconds, 60)
    if minutes < 60:
        return gettext("%(minutes)s 分 %(seconds)s 秒", minutes=minutes, seconds=seconds)
    hours, minutes = divmod(minutes, 60)
    if hours < 24:
        return gettext("%(hours)s 小时 %(minutes)s 分", hours=hours, minutes=minutes)
    days, hours = divmod(hours, 24)
    return gettext("%(days)s 天 %(hours)s 小时", days=days, hours=hours)
