"""The calendar of a database: seeded, imported into, read by everyone who counts."""

from datetime import UTC, date, datetime, timedelta

import chinese_calendar
import pytest
from sqlalchemy import delete, event, func, select

from app.db import db
from app.domain.calendar import CalendarDay, CalendarVersion
from app.domain.deadlines import due
from app.domain.errors import Invalid
from app.domain.rules import Rule
from app.services import calendars
from tests.calendars import NOTICE, rows

ADOPTED_AT = datetime(2026, 11, 22, 2, tzinfo=UTC)
NUMBER = "国办发明电〔2026〕7号"


@pytest.fixture
def unseeded(app):
    """A database in which nobody has yet put a calendar."""
    db.session.execute(delete(CalendarDay))
    db.session.execute(delete(CalendarVersion))
    db.session.commit()


def adopt(*cells) -> int:
    return calendars.import_notice(rows(*cells), source=NUMBER, at=ADOPTED_AT)


# Seeding.


def test_from_2004_to_2026_every_day_is_as_chinesecalendar_has_it(app):
    calendar = calendars.current()
    days = [date(2004, 1, 1) + timedelta(days=n) for n in range(8401)]

    assert days[-1] == date(2026, 12, 31)
    assert [
        day for day in days if calendar.is_workday(day) != chinese_calendar.is_workday(day)
    ] == []
    assert not any(calendar.is_provisional(day) for day in days)


def test_from_2027_to_2035_weekends_and_statutory_holidays_are_off_for_the_time_being(app):
    calendar = calendars.current()

    assert calendar.is_provisional(date(2035, 12, 31))
    assert calendar.name_of(date(2035, 10, 1)) == "国庆节"
    assert not calendar.is_workday(date(2035, 10, 1))
    assert not calendar.is_workday(date(2035, 10, 6))


def test_seeding_twice_changes_nothing(unseeded):
    assert calendars.seed() == 11_688
    seeded = calendars.current()

    assert calendars.seed() == 0
    assert calendars.current() is seeded


def test_a_database_without_a_calendar_counts_weekdays_provisionally(unseeded):
    moment = due(Rule.parse("workdays(5)"), ADOPTED_AT, calendars.current())

    assert calendars.current().version == 0
    assert (moment.on, moment.provisional) == (date(2026, 11, 27), True)


def test_the_calendar_is_read_once_a_version(app):
    calendar = calendars.current()

    statements = []
    event.listen(db.engine, "before_cursor_execute", lambda *args: statements.append(args[2]))

    assert calendars.current() is calendar
    assert [s for s in statements if "calendar_day" in s] == []


# Importing a notice.


def test_a_notice_settles_its_year_under_a_new_version(app):
    assert calendars.current().is_provisional(date(2027, 10, 9))

    assert adopt(*NOTICE) == 2

    calendar = calendars.current()
    assert calendar.version == 2
    assert calendar.is_workday(date(2027, 10, 9))
    assert calendar.name_of(date(2027, 10, 4)) == "国庆节"
    assert not calendar.is_provisional(date(2027, 7, 7))
    assert calendar.is_provisional(date(2028, 1, 1))


def test_what_we_had_guessed_of_the_year_is_gone(app):
    assert not calendars.current().is_workday(date(2027, 10, 5))

    adopt(*NOTICE)

    assert calendars.current().is_workday(date(2027, 10, 5))
    assert calendars.current().name_of(date(2027, 10, 5)) is None


def test_deadlines_set_afterwards_follow_the_notice(app):
    workdays = Rule.parse("workdays(5)")
    base = datetime(2027, 9, 30, 2, tzinfo=UTC)
    before = due(workdays, base, calendars.current())

    adopt(*NOTICE)
    after = due(workdays, base, calendars.current())

    assert (before.on, before.provisional) == (date(2027, 10, 12), True)
    assert (after.on, after.provisional) == (date(2027, 10, 9), False)


def test_a_version_says_which_notice_and_when(app):
    adopt(*NOTICE)

    version = db.session.get(CalendarVersion, 2)
    day = db.session.get(CalendarDay, date(2027, 10, 9))
    assert (version.note, version.adopted_at) == (NUMBER, ADOPTED_AT)
    assert (day.source, day.name) == (NUMBER, "国庆节调休")


def test_a_settled_year_takes_a_few_changed_days_and_keeps_the_others(app):
    adopt(("2026-11-30", False, "延长放假"), ("2026-12-05", True, "调休"))

    calendar = calendars.current()
    assert not calendar.is_workday(date(2026, 11, 30))
    assert calendar.is_workday(date(2026, 12, 5))
    assert calendar.name_of(date(2026, 10, 1)) == "国庆节"


def test_a_year_beyond_the_table_can_be_settled_too(app):
    notice = [(f"2036-{day}", "休", "节") for day in FESTIVALS_OF_2036]

    adopt(*notice)

    assert not calendars.current().is_provisional(date(2036, 12, 31))
    assert calendars.current().is_workday(date(2036, 12, 31))


FESTIVALS_OF_2036 = ["01-01", "01-28", "01-29", "04-04", "05-01", "05-30", "10-01", "10-04"]


def test_a_notice_with_one_wrong_row_changes_nothing(app):
    with pytest.raises(Invalid):
        adopt(*NOTICE, ("10月1日", "休", None))

    assert calendars.current().version == 1
    assert db.session.scalar(select(func.count()).select_from(CalendarVersion)) == 1
    assert calendars.current().is_provisional(date(2027, 1, 1))


def test_a_notice_without_its_number_is_refused(app):
    with pytest.raises(Invalid) as refusal:
        calendars.import_notice(rows(*NOTICE), source=" ", at=ADOPTED_AT)

    assert list(refusal.value.fields) == ["source"]
