"""When a rule is due: the vectors of the regulations and every kind of rule."""

import os
import time
from datetime import UTC, date, datetime, timedelta, timezone

import pytest

from app.domain.deadlines import (
    Due,
    Uncountable,
    days_left,
    due,
    last_day,
    overdue_workdays,
)
from app.domain.rules import Rule
from tests.calendars import SEEDED

BEIJING = timezone(timedelta(hours=8))


def at(text: str) -> datetime:
    """Read a moment of Beijing; a bare date is ten in the morning."""
    moment = datetime.fromisoformat(text if "T" in text else f"{text}T10:00")
    return moment.replace(tzinfo=BEIJING)


def due_of(rule: str, base: str = "2026-11-22") -> Due:
    return due(Rule.parse(rule), at(base), SEEDED)


def on(rule: str, base: str) -> str:
    return due_of(rule, base).on.isoformat()


@pytest.mark.parametrize(
    ("base", "rule", "expected"),
    [
        ("2026-09-21", "workdays(5)", "2026-09-29"),  # 09-25 中秋
        ("2026-09-28", "workdays(5)", "2026-10-10"),  # a Saturday, worked
        ("2026-09-28", "workdays(15)", "2026-10-23"),
        ("2026-02-12", "workdays(5)", "2026-02-26"),  # 春节 02-15…02-23, 02-14 worked
        ("2026-04-28", "workdays(3)", "2026-05-06"),
        ("2026-09-01", "days(30)", "2026-10-08"),
        ("2026-08-18", "days(45)", "2026-10-08"),
        ("2026-09-18", "days(15)", "2026-10-08"),
        ("2026-08-03", "days(60)", "2026-10-08"),
        ("2026-09-03", "days(3)", "2026-09-07"),  # a Sunday rolls
        ("2026-11-23", "workdays(15)", "2026-12-14"),
    ],
)
def test_the_vectors_of_the_regulations(base, rule, expected):
    moment = due_of(rule, base)

    assert moment.on == date.fromisoformat(expected)
    assert moment.at == at(f"{expected}T00:00") + timedelta(days=1)
    assert moment.at.tzinfo is UTC
    assert not moment.provisional


def test_sixty_workdays_from_november_answer_provisionally_instead_of_raising():
    moment = due_of("workdays(60)", "2026-11-23")

    assert moment.on.year == 2027
    assert moment.provisional


def test_a_demo_case_of_ninety_days_ends_on_a_provisional_monday():
    assert due_of("days(90)", "2026-10-12") == Due(at("2027-01-12T00:00"), date(2027, 1, 11), True)


def test_a_deadline_far_beyond_the_table_is_provisional_and_keeps_weekends():
    moment = due_of("days(30)", "2040-09-07")

    assert moment.on == date(2040, 10, 8)  # 10-07 is a Sunday
    assert moment.provisional


@pytest.mark.parametrize("hour", ["00:00", "23:59"])
def test_the_starting_day_is_not_counted_whatever_its_hour(hour):
    assert on("days(1)", f"2026-11-23T{hour}") == "2026-11-24"


def test_a_period_of_no_days_ends_with_the_day_and_still_not_on_a_day_of_rest():
    assert on("days(0)", "2026-11-23") == "2026-11-23"
    assert on("workdays(0)", "2026-11-22") == "2026-11-23"


@pytest.mark.parametrize(
    ("base", "rule", "expected"),
    [
        ("2025-12-31", "months(2)", "2026-02-28"),  # a Saturday, worked
        ("2024-01-31", "months(1)", "2024-02-29"),
        ("2026-03-31", "months(1)", "2026-04-30"),
        ("2024-02-29", "years(1)", "2025-02-28"),
        ("2026-08-05", "months(2)", "2026-10-08"),  # 10-05 rolls
        ("2026-11-15", "months(1)", "2026-12-15"),
    ],
)
def test_a_month_without_the_day_ends_on_its_last_and_then_rolls(base, rule, expected):
    assert on(rule, base) == expected


def test_hours_and_minutes_are_exact_and_do_not_mind_holidays():
    assert due_of("hours(48)", "2026-09-30T17:30").at == at("2026-10-02T17:30")
    assert due_of("minutes(90)", "2026-09-30T23:00").at == at("2026-10-01T00:30")
    assert not due_of("hours(1)", "2027-03-01").provisional


def test_an_exact_end_at_midnight_belongs_to_the_day_that_ends():
    assert due_of("hours(14)", "2026-11-22").on == date(2026, 11, 22)


def test_a_written_date_ends_at_its_midnight_even_on_a_holiday():
    assert due_of("2026-10-03") == Due(at("2026-10-04T00:00"), date(2026, 10, 3), False)


def test_a_written_moment_is_itself():
    moment = due_of("2026-10-03T09:30:00+08:00")

    assert moment == Due(at("2026-10-03T09:30"), date(2026, 10, 3), False)
    assert moment.at.tzinfo is UTC


def test_a_date_in_a_year_without_notice_is_provisional():
    assert due_of("2027-01-11").provisional


def test_a_span_after_a_date_counts_from_that_date_not_from_the_base():
    assert on("after(2026-09-28, workdays(5))", "2026-11-22") == "2026-10-10"
    assert on("after(2026-09-28, days(3))", "2026-11-22") == "2026-10-08"
    assert due_of("after(2026-09-28, hours(2))").at == at("2026-09-29T02:00")


def test_a_span_after_the_midnight_of_a_deadline_counts_from_its_last_day():
    deadline = due_of("days(30)", "2026-09-01")

    assert deadline.on == date(2026, 10, 8)
    assert due_of(f"after({deadline.at.isoformat()}, workdays(1))").on == date(2026, 10, 9)


@pytest.mark.parametrize(
    ("rule", "begins"),
    [
        ("before(2026-10-12, workdays(2))", "2026-10-09"),  # Saturday the 10th is worked
        ("before(2026-10-09, workdays(3))", "2026-09-29"),
        ("before(2026-10-09, days(3))", "2026-10-06"),
        ("before(2026-03-31, months(1))", "2026-02-28"),
        ("before(2026-10-09, days(0))", "2026-10-09"),
    ],
)
def test_a_warning_comes_at_the_beginning_of_its_day_and_does_not_roll(rule, begins):
    assert due_of(rule) == Due(at(f"{begins}T00:00"), date.fromisoformat(begins), False)


def test_hours_before_a_date_count_back_from_its_end():
    assert due_of("before(2026-10-09, hours(2))").at == at("2026-10-09T22:00")


def test_counting_back_through_a_provisional_year_is_provisional():
    moment = due_of("before(2027-01-04, workdays(10))", "2026-11-22")

    assert moment.on.year == 2026
    assert moment.provisional


@pytest.mark.parametrize("rule", ["years(9000)", "days(100000)", "workdays(100000)"])
def test_what_lies_beyond_the_year_9999_is_refused_in_words(rule):
    with pytest.raises(Uncountable, match="期限"):
        due_of(rule, "9900-01-01")


def test_a_warning_before_the_year_one_is_refused_in_words():
    with pytest.raises(Uncountable):
        due_of("before(2026-10-09, years(3000))")


def test_a_base_without_an_offset_is_refused():
    with pytest.raises(ValueError, match="naive"):
        due(Rule.parse("days(1)"), datetime(2026, 11, 22), SEEDED)  # noqa: DTZ001


# What is left, what is over.


def test_days_left_turn_negative_when_the_day_is_past():
    assert days_left(date(2026, 12, 11), date(2026, 11, 22)) == 19
    assert days_left(date(2026, 10, 28), date(2026, 11, 22)) == -25


@pytest.mark.parametrize(
    ("now", "days"),
    [
        ("2026-09-30T23:59", 0),
        ("2026-10-01T00:00", 0),  # over, but nobody works
        ("2026-10-08T09:00", 1),
        ("2026-10-10T09:00", 3),  # Saturday, worked
        ("2026-10-11T09:00", 3),
    ],
)
def test_a_deadline_is_overdue_by_the_working_days_since_its_last_day(now, days):
    deadline = due_of("2026-09-30")

    assert overdue_workdays(deadline.at, at(now), SEEDED) == days


def test_a_deadline_is_over_at_its_midnight_not_a_moment_later():
    deadline = due_of("2026-09-29")

    assert overdue_workdays(deadline.at, at("2026-09-30T00:00"), SEEDED) == 1


def test_midnight_belongs_to_the_day_it_ends():
    assert last_day(at("2026-10-09T00:00")) == date(2026, 10, 8)
    assert last_day(at("2026-10-09T00:01")) == date(2026, 10, 9)


# The machine's own time zone.


@pytest.fixture(params=["UTC", "America/New_York", "Asia/Shanghai"])
def zone(request):
    before = os.environ.get("TZ")
    os.environ["TZ"] = request.param
    time.tzset()
    yield request.param
    os.environ.pop("TZ") if before is None else os.environ.update(TZ=before)
    time.tzset()


@pytest.mark.parametrize("base", ["2026-09-28T15:59:59+00:00", "2026-09-27T16:00:00+00:00"])
def test_a_day_is_a_day_of_beijing_wherever_the_server_stands(zone, base):
    moment = due(Rule.parse("workdays(5)"), datetime.fromisoformat(base), SEEDED)

    assert moment == Due(datetime(2026, 10, 10, 16, tzinfo=UTC), date(2026, 10, 10), False)


def test_the_spring_night_of_new_york_is_as_long_as_any(zone):
    base = datetime.fromisoformat("2026-03-08T01:30:00-05:00")  # an hour later it is 03:30 there

    assert due(Rule.parse("hours(24)"), base, SEEDED).at - base == timedelta(hours=24)
    assert on("days(1)", "2026-03-08") == "2026-03-09"
