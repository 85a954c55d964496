"""工作日历: a year as printed calendars show it, the source of each day, who changed what."""

from __future__ import annotations

from calendar import Calendar
from dataclasses import dataclass
from datetime import date, timedelta

from flask import Blueprint, flash, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import format_date, gettext, lazy_gettext

from app.clock import today
from app.services import calendar_moves, calendar_years, calendars
from app.services.calendar_years import YEARS, Mark, Year
from app.services.calendars import SEEDED
from app.texts import language, timer_name
from app.web import moves

bp = Blueprint("calendar", __name__, url_prefix="/calendar")
bp.add_app_template_global(moves.name_of, "move_name")
bp.add_app_template_global(timer_name)

WEEKDAYS = ("周一", "周二", "周三", "周四", "周五", "周六", "周日")


@dataclass(frozen=True, slots=True)
class Month:
    """One month: its weeks, with ``None`` where a day belongs to another month."""

    name: str
    weeks: list[list[Mark | None]]


@bp.get("")
def page() -> ResponseReturnValue:
    """Show one year."""
    asked = request.args.get("year", "")
    number = int(asked) if asked.isascii() and asked.isdecimal() and len(asked) == 4 else 0
    number = number if number in YEARS else today().year
    found = calendar_years.year(number, g.actor.county_id)
    return render_template(
        "calendar/page.html",
        here="calendar",
        year=found,
        months=_months(found),
        starts={
            one.first.day + timedelta(days=n): one.first.day
            for one in found.stretches
            for n in range(one.days)
        },
        weekdays=[_heading(name) for name in WEEKDAYS],
        today=today(),
        before=number - 1 if number - 1 in YEARS else None,
        after=number + 1 if number + 1 in YEARS else None,
        revisions=calendar_years.revisions(g.actor),
        may_keep=calendars.may_keep(g.actor),
    )


def _heading(weekday: str) -> str:
    """Shorten the name of a weekday as far as calendars do."""
    name = gettext(weekday)
    return name[:2] if language() == "en" else name[1:]


def _months(year: Year) -> list[Month]:
    weeks = Calendar(firstweekday=0)
    return [
        Month(
            format_date(date(year.number, number, 1), "LLLL"),
            [
                [year.marks.get(day) if day.month == number else None for day in week]
                for week in weeks.monthdatescalendar(year.number, number)
            ],
        )
        for number in range(1, 13)
    ]


@bp.get("/versions/<int:number>")
def revision(number: int) -> ResponseReturnValue:
    """Show what one version changed: days, and the deadlines that the person may see."""
    found, changes = calendar_years.revision(number, g.actor)
    return render_template(
        "calendar/revision.html",
        here="calendar",
        version=found,
        changes=changes,
        moves=calendar_moves.moves_of(number, g.actor),
        may_keep=calendars.may_keep(g.actor),
    )


@bp.post("/versions/<int:number>/apply")
def resume(number: int) -> ResponseReturnValue:
    """Go on moving deadlines where something had stopped it."""
    adopted = calendar_moves.resume(number, g.actor)
    tell(adopted)
    return redirect(url_for("calendar.revision", number=number), 303)


def tell(adopted: calendar_moves.Adopted) -> None:
    """Say in a note what came of an adoption."""
    if adopted.moved is None:
        flash(
            gettext("日历第 %(version)s 版已采用，期限正在后台逐件调整。", version=adopted.version)
        )
    else:
        said = gettext("日历第 %(version)s 版已采用，", version=adopted.version)
        flash(said + gettext("顺延 %(count)s 项期限。", count=adopted.moved))


#: What the program brings along, by the name of the package that it comes from.
_SOURCES = {
    SEEDED: lazy_gettext("随程序提供"),
    "chinesecalendar": lazy_gettext("国务院办公厅历年放假通知（chinesecalendar 汇编）"),
    "holidays": lazy_gettext("全国年节及纪念日放假办法（holidays 推算）"),
}
_FESTIVALS = ("元旦", "农历除夕", "春节", "清明节", "劳动节", "端午节", "中秋节", "国庆节")


@bp.app_template_global()
def source_name(source: str) -> str:
    """Name what a day or a version rests on in the reader's language."""
    return str(_SOURCES.get(source, source))


@bp.app_template_global()
def day_name(name: str | None) -> str:
    """Name the holiday that a day belongs to in the reader's language."""
    if not name or language() != "en":
        return name or ""
    # Packages write 清明 where the law writes 清明节; the first two characters tell them all.
    festival = next((one for one in _FESTIVALS if name.startswith(one[:2])), None)
    if festival is None:
        return name
    made_up = gettext("（调休、补假）") if len(name) > len(festival) else ""
    return gettext(festival) + made_up


@bp.app_template_global()
def weekday_name(day: date) -> str:
    """Name the day of the week."""
    return gettext(WEEKDAYS[day.weekday()])
