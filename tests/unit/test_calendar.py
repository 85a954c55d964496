"""The working calendar as a value."""

from dataclasses import FrozenInstanceError
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.calendar import Calendar, CalendarDay
from tests.calendars import SEEDED

NATIONAL_DAY = date(2026, 10, 1)
MADE_UP_SATURDAY = date(2026, 10, 10)
BEYOND = date(2040, 10, 1)

EMPTY = Calendar.of([], version=0)

ANY_DAY = st.dates(date(1999, 1, 1), date(2041, 12, 31))


def test_a_make_up_saturday_is_worked_and_a_holiday_is_not():
    assert SEEDED.is_workday(MADE_UP_SATURDAY)
    assert not SEEDED.is_workday(NATIONAL_DAY)


def test_a_day_knows_the_holiday_it_belongs_to_or_is_made_up_for():
    assert SEEDED.name_of(NATIONAL_DAY) == "国庆节"
    assert SEEDED.name_of(MADE_UP_SATURDAY) == "国庆节调休"
    assert SEEDED.name_of(date(2026, 10, 12)) is None


def test_the_first_year_without_a_notice_is_provisional_and_knows_its_statutory_holidays():
    assert not SEEDED.is_provisional(date(2026, 12, 31))
    assert SEEDED.is_provisional(date(2027, 1, 1))
    assert not SEEDED.is_workday(date(2027, 1, 1))


def test_a_stretch_is_provisional_when_any_of_its_years_is_whichever_way_it_is_read():
    inside = date(2026, 11, 1), date(2026, 12, 31)
    across = date(2026, 11, 1), date(2027, 1, 1)

    assert not SEEDED.is_provisional_between(*inside)
    assert SEEDED.is_provisional_between(*across)
    assert SEEDED.is_provisional_between(*reversed(across))


@pytest.mark.parametrize("calendar", [SEEDED, EMPTY])
def test_beyond_the_table_weekends_are_off_and_everything_is_provisional(calendar):
    week = [BEYOND + timedelta(days=n) for n in range(7)]  # a Monday is the first

    assert [calendar.is_workday(day) for day in week] == [True] * 5 + [False] * 2
    assert all(calendar.is_provisional(day) for day in week)


def test_a_gap_in_the_table_is_filled_with_ordinary_provisional_days():
    calendar = Calendar.of([_holiday("2026-09-25"), _holiday("2028-10-03")], version=7)

    assert calendar.is_workday(date(2027, 9, 15))
    assert not calendar.is_workday(date(2028, 10, 3))
    assert calendar.is_provisional(date(2027, 9, 15))


def test_one_provisional_day_makes_its_year_provisional():
    calendar = Calendar.of(
        [_holiday("2028-10-03"), _holiday("2028-01-01", provisional=True)], version=1
    )

    assert calendar.is_provisional(date(2028, 10, 3))


def test_a_calendar_cannot_be_changed():
    with pytest.raises(FrozenInstanceError):
        SEEDED.version = 2
    with pytest.raises(TypeError):
        SEEDED._names[NATIONAL_DAY] = "中秋节"


def test_counting_out_of_time_is_an_overflow_not_a_wrong_day():
    with pytest.raises(OverflowError):
        SEEDED.add_workdays(date(9999, 12, 1), 100)
    with pytest.raises(OverflowError):
        SEEDED.add_workdays(date(1, 1, 10), -100)


@given(day=ANY_DAY, n=st.integers(-300, 300))
def test_adding_workdays_agrees_with_walking_day_by_day(day, n):
    assert SEEDED.add_workdays(day, n) == _walk(day, n)


@given(day=ANY_DAY)
def test_the_next_workday_is_the_day_itself_or_the_first_after_it(day):
    assert SEEDED.next_workday(day) == _walk(day - timedelta(days=1), 1)


@given(a=ANY_DAY, days=st.integers(0, 900))
def test_workdays_between_two_days_exclude_the_first_and_include_the_last(a, days):
    b = a + timedelta(days=days)

    count = sum(SEEDED.is_workday(a + timedelta(days=n)) for n in range(1, days + 1))

    assert SEEDED.workdays_between(a, b) == count
    assert SEEDED.workdays_between(b, a) == -count


def _walk(day: date, n: int) -> date:
    step = timedelta(days=1 if n > 0 else -1)
    left = abs(n)
    while left:
        day += step
        left -= SEEDED.is_workday(day)
    return day


def _holiday(day: str, *, provisional: bool = False) -> CalendarDay:
    return CalendarDay(
        day=date.fromisoformat(day),
        is_workday=False,
        name="中秋节",
        source="通知",
        provisional=provisional,
    )
