"""Issued deadlines counted anew, against a recount that knows nothing of ranks and arrays."""

from datetime import date, datetime, time, timedelta

from hypothesis import given
from hypothesis import strategies as st

from app.clock import LOCAL, local_date
from app.domain.calendar import Calendar
from app.domain.recounting import Period, recounted
from app.domain.rules import Rule
from app.services._calendar import Day
from tests.calendars import SEEDED, WHOLE_NOTICE

FIRST = date(2026, 10, 1)
DAYS = [FIRST + timedelta(days=n) for n in range(500)]
FLAGS = {date.fromisoformat(day): flag == "班" for day, flag, _ in WHOLE_NOTICE}

spans = st.integers(min_value=1, max_value=90)
bases = st.sampled_from(DAYS[:150]).map(lambda day: datetime.combine(day, time(10), LOCAL))
notices = st.dictionaries(st.sampled_from(DAYS), st.booleans(), max_size=30)


def calendar_with(flags: dict[date, bool]) -> Calendar:
    """The seeded calendar with some days the other way; other 2027 days are as the week has it."""
    days = [
        Day(day, flags.get(day, SEEDED.is_workday(day)), None, SEEDED.is_provisional(day))
        for day in DAYS
    ]
    return Calendar.of(days, version=2)


def is_worked(day: date, flags: dict[date, bool]) -> bool:
    return flags.get(day, SEEDED.is_workday(day) if day in DAYS else day.weekday() < 5)


def counted_by_hand(kind: str, number: int, start: date, flags: dict[date, bool]) -> date:
    """Turn the pages one by one, as a clerk would."""
    day, left = start, number
    while left:
        day += timedelta(days=1)
        left -= 1 if kind == "days" or is_worked(day, flags) else 0
    while not is_worked(day, flags):
        day += timedelta(days=1)
    return day


@given(st.sampled_from(["days", "workdays"]), spans, bases, notices)
def test_a_timer_is_recounted_as_a_clerk_would(kind, number, base, flags):
    moment = recounted(Rule.parse(f"{kind}({number})"), base, base, calendar_with(flags))

    assert moment.on == counted_by_hand(kind, number, local_date(base), flags)


@given(spans, st.integers(min_value=1, max_value=5), bases, notices)
def test_a_cycle_stands_at_its_first_occurrence_after_it_was_armed(number, nth, base, flags):
    calendar, rule = calendar_with(flags), Rule.parse(f"every(days({number}))")
    armed_at = base + timedelta(days=number * (nth - 1), hours=15)

    moment = recounted(rule, base, armed_at, calendar)

    start = local_date(base)
    beats = (counted_by_hand("days", number * n, start, flags) for n in range(1, 500))
    expected = next(day for day in beats if day >= local_date(armed_at))
    assert moment.on == expected


@given(spans, bases, notices)
def test_a_counted_due_date_is_recounted_and_never_guessed(number, base, flags):
    start, after = local_date(base), calendar_with(flags)
    stands = counted_by_hand("days", number, start, {})
    period = Period(start, number, stands)

    assert period.recounted(calendar_with({}), after) == counted_by_hand(
        "days", number, start, flags
    )


@given(bases, st.integers(min_value=0, max_value=90), notices)
def test_a_date_somebody_named_moves_only_off_a_day_that_became_one_of_rest(base, ahead, flags):
    start = local_date(base)
    named = start + timedelta(days=ahead)

    found = Period(start, None, named).recounted(calendar_with({}), calendar_with(flags))

    became_rest = is_worked(named, {}) and not is_worked(named, flags)
    assert found == (counted_by_hand("days", 0, named, flags) if became_rest else named)


def test_the_whole_notice_is_what_a_notice_looks_like():
    worked = [day for day, flag in FLAGS.items() if flag]
    off = [day for day, flag in FLAGS.items() if not flag]
    made_up_for = [day for day in off if day.weekday() < 5]

    assert all(day.weekday() > 4 for day in worked)
    assert len(made_up_for) == 13 + len(worked)
