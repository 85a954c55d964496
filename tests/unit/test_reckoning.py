"""Why a deadline is on that day, told day by day."""

from datetime import date, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.clock import LOCAL
from app.domain.deadlines import due
from app.domain.reckoning import TOLD, Part, reckon
from app.domain.rules import Rule
from tests.calendars import SEEDED

CALENDAR = SEEDED


def counted(rule, year, month, day, *, armed=None):
    base = datetime(year, month, day, 9, tzinfo=LOCAL)
    return reckon(Rule.parse(rule), base, armed or base, CALENDAR)


def parts(found):
    return [(day.on.isoformat()[5:], day.part.value, day.number) for day in found.days]


def test_the_first_day_is_not_counted_and_days_of_rest_are_left_out():
    assert parts(counted("workdays(2)", 2026, 3, 6)) == [
        ("03-06", "start", None),
        ("03-07", "skipped", None),
        ("03-08", "skipped", None),
        ("03-09", "counted", 1),
        ("03-10", "last", 2),
    ]


def test_a_make_up_workday_counts_and_says_what_for():
    found = counted("workdays(2)", 2026, 9, 18)

    sunday = next(day for day in found.days if day.on == date(2026, 9, 20))
    assert (sunday.part, sunday.number, sunday.is_workday) == (Part.COUNTED, 1, True)
    assert sunday.name


def test_natural_days_count_whatever_they_are_and_the_end_is_put_off():
    found = counted("days(5)", 2026, 9, 28)

    assert [day.number for day in found.days[:6]] == [None, 1, 2, 3, 4, 5]
    assert found.nominal == date(2026, 10, 3)
    assert {day.part for day in found.days[6:-1]} == {Part.ROLLED}
    assert (found.days[-1].on, found.days[-1].part) == (date(2026, 10, 8), Part.LAST)


def test_what_is_counted_back_is_told_backwards():
    assert parts(counted("before(2026-03-10, workdays(2))", 2026, 3, 2)) == [
        ("03-10", "start", None),
        ("03-09", "counted", 1),
        ("03-08", "skipped", None),
        ("03-07", "skipped", None),
        ("03-06", "last", 2),
    ]


def test_of_a_cycle_the_period_is_named():
    armed = datetime(2026, 5, 7, tzinfo=LOCAL)

    found = counted("every(months(1))", 2026, 3, 2, armed=armed)

    assert (found.period, found.due.on) == (3, date(2026, 6, 2))


@pytest.mark.parametrize("rule", ["2026-04-01", "hours(3)", "2026-04-01T10:00:00+08:00"])
def test_dates_and_hours_have_no_days_to_count(rule):
    assert counted(rule, 2026, 3, 2).days == ()


def test_of_a_long_period_only_the_end_is_told():
    found = counted("days(400)", 2026, 3, 2)

    assert (len(found.days), found.is_cut) == (TOLD, True)
    assert found.days[-1].on == found.due.on


@settings(max_examples=300, deadline=None)
@given(
    st.sampled_from(["workdays({})", "days({})", "months({})", "before(2026-10-09, workdays({}))"]),
    st.integers(1, 60),
    st.dates(date(2025, 1, 1), date(2026, 12, 31)),
)
def test_the_last_day_told_is_the_day_it_is_due(rule, number, day):
    base = datetime(day.year, day.month, day.day, 9, tzinfo=LOCAL)
    whole = Rule.parse(rule.format(number))

    found = reckon(whole, base, base, CALENDAR)

    assert found.due == due(whole, base, CALENDAR)
    assert found.days[-1].on == found.due.on
    steps = [b.on - a.on for a, b in zip(found.days, found.days[1:], strict=False)]
    assert set(steps) <= {timedelta(days=1)} or set(steps) <= {timedelta(days=-1)}
    if rule.startswith(("workdays", "before")) and not found.is_cut:
        assert max(day.number or 0 for day in found.days) == number
