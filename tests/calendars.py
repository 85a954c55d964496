"""The calendar that a new database has, and a notice that settles its next year."""

from datetime import date

from app.domain.calendar import Calendar, CalendarDay
from app.domain.holiday_notice import HolidayRow
from app.services import calendar_sources

SEEDED = Calendar.of((CalendarDay(**row) for row in calendar_sources.seed_days()), version=1)

#: Invented: for 国庆 a Saturday is worked.
NOTICE = [
    ("2027-01-01", "休", "元旦"),
    ("2027-02-05", "休", "春节"),
    ("2027-02-08", "休", "春节"),
    ("2027-02-14", "班", "春节调休"),
    ("2027-04-05", "休", "清明节"),
    ("2027-05-01", "休", "劳动节"),
    ("2027-05-03", "休", "劳动节"),
    ("2027-06-09", "休", "端午节"),
    ("2027-09-15", "休", "中秋节"),
    ("2027-10-01", "休", "国庆节"),
    ("2027-10-04", "休", "国庆节"),
    ("2027-10-09", "班", "国庆节调休"),
]


def rows(*cells) -> list[HolidayRow]:
    return [HolidayRow(number, *row) for number, row in enumerate(cells, start=1)]


def _days(first: str, last: str, flag: str, name: str) -> list[tuple[str, str, str]]:
    numbers = range(date.fromisoformat(first).toordinal(), date.fromisoformat(last).toordinal() + 1)
    return [(date.fromordinal(number).isoformat(), flag, name) for number in numbers]


#: Invented, in the form of the real ones: 13 days by law, weekends moved together, made up for.
WHOLE_NOTICE = [
    *_days("2027-01-01", "2027-01-03", "休", "元旦"),
    ("2027-01-31", "班", "春节调休"),
    *_days("2027-02-05", "2027-02-12", "休", "春节"),
    ("2027-02-20", "班", "春节调休"),
    *_days("2027-04-03", "2027-04-05", "休", "清明节"),
    *_days("2027-05-01", "2027-05-05", "休", "劳动节"),
    ("2027-05-08", "班", "劳动节调休"),
    ("2027-06-09", "休", "端午节"),
    ("2027-09-15", "休", "中秋节"),
    ("2027-09-26", "班", "国庆节调休"),
    *_days("2027-10-01", "2027-10-07", "休", "国庆节"),
    ("2027-10-09", "班", "国庆节调休"),
]
