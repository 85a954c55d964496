"""放假通知: the State Council's notice as somebody has typed it, and when it may be believed."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from app.domain.calendar import Calendar
from app.domain.errors import Invalid, Sentence

#: The years whose festivals can be worked out, and so checked.
YEARS = range(2004, 2101)
LONGEST_NAME = 40
#: Monday is 0.
FRIDAY = 4

YES = frozenset({"是", "true", "yes", "1"})
NO = frozenset({"否", "false", "no", "0"})
#: Says by itself that the day is worked to make up for a holiday.
MAKE_UP = frozenset({"班", "补班", "调休上班"})
WORK = YES | MAKE_UP | {"上班", "工作日"}
REST = NO | {"休", "放假", "休息", "节假日"}

_DATE = re.compile(r"(\d{4})(?:年|[-/.]|(?=\d{4}$))(\d{1,2})(?:月|[-/.]|(?=\d{2}$))(\d{1,2})日?")
_MADE_UP = re.compile(r"调休|补班")
_NO_YEAR = re.compile(r"(\d{1,2})[月\-/.](\d{1,2})日?")

#: The weekdays of each festival of a year, by its name.
Festivals = Callable[[int], Mapping[str, Sequence[date]]]


@dataclass(frozen=True, slots=True)
class HolidayRow:
    """One row as it was found in a file, whatever its cells hold."""

    #: Its place in the file, as a spreadsheet counts.
    number: int
    day: object
    is_workday: object
    name: object = None


@dataclass(frozen=True, slots=True)
class Holiday:
    """One day of a notice: off work, or a day that is worked to make up for it."""

    day: date
    is_workday: bool
    name: str | None


def read_notice(
    rows: Iterable[HolidayRow], calendar: Calendar, festivals: Festivals
) -> list[Holiday]:
    """Check every row and return what the notice says.

    A year that is still provisional is settled by its notice, so that notice must have all the
    festivals of the year; for a settled year a few changed days will do.

    Raises:
        Invalid: with all that is wrong, row by row; nothing may be adopted then.
    """
    rows = list(rows)
    wrong: dict[str, list[str]] = {}
    holidays: dict[date, Holiday] = {}
    seen: dict[date, int] = {}
    for row in rows:
        if holiday := _read_row(row, wrong):
            if holiday.day in seen:
                same = Sentence("与第 %(row)s 行是同一天。", row=seen[holiday.day])
                wrong[f"rows.{row.number}.day"] = [same]
            seen.setdefault(holiday.day, row.number)
            holidays[holiday.day] = holiday
    wrong |= _unexplained(rows, holidays, seen)
    if not wrong:
        wrong = _gaps(holidays, calendar, festivals)
    if wrong:
        raise Invalid("放假安排有误，未采用任何一行。", fields=wrong)
    return sorted(holidays.values(), key=lambda holiday: holiday.day)


def _unexplained(
    rows: Iterable[HolidayRow], holidays: Mapping[date, Holiday], seen: Mapping[date, int]
) -> dict[str, list[str]]:
    """Find the Saturdays and Sundays that are worked without being made up for any holiday."""
    flags = {row.number: plain_text(row.is_workday) for row in rows}
    names = {one.name for one in holidays.values() if one.name and not one.is_workday}
    return {
        f"rows.{seen[day]}.is_workday": ["周末上班须注明调休，如“国庆节调休”。"]
        for day, one in holidays.items()
        if one.is_workday and day.weekday() > FRIDAY and flags[seen[day]] not in MAKE_UP
        if not _is_made_up(one.name or "", names)
    }


def _is_made_up(name: str, holidays: Iterable[str]) -> bool:
    """Tell whether a working day is named for a holiday, as notices do, or says what it is."""
    if _MADE_UP.search(name):
        return True
    return any(name and (name in holiday or holiday in name) for holiday in holidays)


def settled_by(holidays: Iterable[Holiday], calendar: Calendar) -> list[int]:
    """Return the provisional years that these days settle."""
    years = {holiday.day.year for holiday in holidays}
    return sorted(year for year in years if calendar.is_provisional(date(year, 1, 1)))


def _read_row(row: HolidayRow, wrong: dict[str, list[str]]) -> Holiday | None:
    day, no_day = _read_day(row.day)
    is_workday = _read_flag(row.is_workday)
    name = "" if row.name is None else row.name
    faults = {
        "day": no_day,
        "is_workday": "请注明“上班”或“放假”。" if is_workday is None else None,
        "name": _name_fault(name),
    }
    found = {f"rows.{row.number}.{key}": [fault] for key, fault in faults.items() if fault}
    wrong.update(found)
    if found or day is None or is_workday is None:
        return None
    return Holiday(day, is_workday, str(name).strip() or None)


def _read_day(value: object) -> tuple[date | None, str | None]:
    """Return the day, or what is wrong with it."""
    if isinstance(value, datetime):
        value = value.date()
    if isinstance(value, str):
        value = _parse_day(plain_text(value))
    if isinstance(value, str):
        return None, value
    if not isinstance(value, date):
        return None, "请填写日期，如 2027-10-01。"
    if value.year not in YEARS:
        first, last = YEARS.start, YEARS.stop - 1
        return None, Sentence("只接受 %(first)s—%(last)s 年的日期。", first=first, last=last)
    return value, None


def _parse_day(text: str) -> date | str:
    if _NO_YEAR.fullmatch(text):
        return "缺少年份，请写成 2027-10-01。"
    match = _DATE.fullmatch(text)
    if match is None:
        return "请填写日期，如 2027-10-01。"
    year, month, day = (int(part) for part in match.groups())
    try:
        return date(year, month, day)
    except ValueError:
        return "没有这一天。"


def plain_text(cell: object) -> str:
    """Return what a cell says, however it was typed: ``True``, ``１``, ``1.0`` and ``" 是 "``."""
    if isinstance(cell, float) and cell.is_integer():
        cell = int(cell)
    return unicodedata.normalize("NFKC", str(cell)).strip().lower()


def _read_flag(cell: object) -> bool | None:
    """Tell 上班 from 放假; a bare “调休” may mean either, and is not guessed at."""
    text = plain_text(cell)
    if text in WORK:
        return True
    return False if text in REST else None


def _name_fault(name: object) -> str | None:
    if not isinstance(name, str):
        return "名称应为文字。"
    if len(name.strip()) > LONGEST_NAME:
        return Sentence("名称不超过 %(most)s 字。", most=LONGEST_NAME)
    return None


def _gaps(
    holidays: Mapping[date, Holiday], calendar: Calendar, festivals: Festivals
) -> dict[str, list[str]]:
    if not holidays:
        return {"rows": ["没有一行放假安排。"]}
    off = {holiday.day for holiday in holidays.values() if not holiday.is_workday}
    gaps: list[str] = [
        Sentence("%(year)s 年缺少%(name)s放假。", year=year, name=name)
        for year in settled_by(holidays.values(), calendar)
        for name, days in festivals(year).items()
        if off.isdisjoint(days)
    ]
    return {"rows": gaps} if gaps else {}
