"""Deadlines against an oracle that counts on its fingers, slow and plain."""

import calendar as civil
from datetime import date, datetime, timedelta, timezone

import chinese_calendar
from hypothesis import given, settings
from hypothesis import strategies as st

from app.domain.deadlines import Due, due, next_occurrence
from app.domain.rules import Rule
from tests.calendars import SEEDED

BEIJING = timezone(timedelta(hours=8))
WORKED = frozenset(chinese_calendar.get_workdays(date(2004, 1, 1), date(2026, 12, 31)))


def _oracle(base: date, unit: str, number: int) -> date:
    day = base
    if unit == "workdays":
        while number:
            day += timedelta(days=1)
            number -= day in WORKED
    elif unit == "days":
        for _ in range(number):
            day += timedelta(days=1)
    else:
        months = number * (12 if unit == "years" else 1)
        year, month = base.year, base.month
        for _ in range(months):
            year, month = (year + 1, 1) if month == 12 else (year, month + 1)
        day = date(year, month, min(base.day, civil.monthrange(year, month)[1]))
    while day not in WORKED:
        day += timedelta(days=1)
    return day


@given(
    base=st.dates(date(2004, 1, 1), date(2024, 12, 31)),
    hour=st.times(),
    span=st.one_of(
        st.tuples(st.just("workdays"), st.integers(0, 250)),
        st.tuples(st.just("days"), st.integers(0, 400)),
        st.tuples(st.just("months"), st.integers(0, 20)),
        st.tuples(st.just("years"), st.integers(0, 1)),
    ),
)
def test_counting_agrees_with_walking_day_by_day(base, hour, span):
    unit, number = span
    expected = _oracle(base, unit, number)

    moment = due(Rule.parse(f"{unit}({number})"), datetime.combine(base, hour, BEIJING), SEEDED)

    midnight = datetime.combine(expected + timedelta(days=1), datetime.min.time(), BEIJING)
    assert moment == Due(midnight, expected, False)


@settings(max_examples=40, deadline=None)  # the oracle begins anew for each occurrence
@given(
    base=st.dates(date(2004, 1, 1), date(2020, 1, 1)),
    span=st.sampled_from(["days(1)", "days(7)", "workdays(3)", "months(1)", "years(1)"]),
    stop=st.integers(0, 400),
)
def test_a_cycle_agrees_with_going_through_its_occurrences_one_by_one(base, span, stop):
    unit, number = span[:-1].split("(")
    began = datetime.combine(base, datetime.min.time(), BEIJING)
    now = began + timedelta(days=stop)
    rule = Rule.parse(f"every({span})")
    first = due(rule, began, SEEDED)

    coming, missed = next_occurrence(rule, began, first, now=now, calendar=SEEDED)

    passed = []
    for n in range(1, 2_000):
        end = _oracle(base, unit, n * int(number))
        over = datetime.combine(end + timedelta(days=1), datetime.min.time(), BEIJING)
        if over > max(now, first.at):
            break
        passed.append(end)
    assert coming.on == end
    assert missed == len(set(passed) - {first.on})
