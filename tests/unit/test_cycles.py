"""Rules that come again: ``every(…)``."""

from datetime import date, datetime, timedelta, timezone

import pytest

from app.domain.deadlines import Due, Uncountable, due, next_occurrence
from app.domain.rules import Rule
from tests.calendars import SEEDED

BEIJING = timezone(timedelta(hours=8))


def at(text: str) -> datetime:
    """Read a moment of Beijing; a bare date is ten in the morning."""
    moment = datetime.fromisoformat(text if "T" in text else f"{text}T10:00")
    return moment.replace(tzinfo=BEIJING)


def due_of(rule: str, base: str = "2026-11-22") -> Due:
    return due(Rule.parse(rule), at(base), SEEDED)


def after(rule: str, base: str, *, previous: Due, now: str) -> tuple[str, int]:
    moment, missed = next_occurrence(
        Rule.parse(rule), at(base), previous, now=at(now), calendar=SEEDED
    )
    return moment.on.isoformat(), missed


def test_months_of_a_cycle_hold_on_to_the_day_they_began_with():
    moment = due_of("every(months(1))", "2022-12-31")
    days = [moment.on]
    for _ in range(4):
        moment, _missed = next_occurrence(
            Rule.parse("every(months(1))"),
            at("2022-12-31"),
            moment,
            now=moment.at,
            calendar=SEEDED,
        )
        days.append(moment.on)

    assert [day.isoformat() for day in days] == [
        "2023-01-31",
        "2023-02-28",
        "2023-03-31",
        "2023-05-04",  # 04-30 is 劳动节
        "2023-05-31",
    ]


def test_a_cycle_comes_first_one_span_after_its_base():
    assert due_of("every(workdays(5))", "2026-09-28") == due_of("workdays(5)", "2026-09-28")


def test_after_a_stop_of_three_weeks_a_weekly_cycle_is_due_once_and_counts_what_was_missed():
    first = due_of("every(days(7))", "2026-11-06")

    coming = after("every(days(7))", "2026-11-06", previous=first, now="2026-12-05")

    assert coming == ("2026-12-11", 3)


def test_a_cycle_fired_in_time_has_missed_nothing():
    first = due_of("every(days(7))", "2026-11-06")

    assert after("every(days(7))", "2026-11-06", previous=first, now="2026-11-14T00:00") == (
        "2026-11-20",
        0,
    )


def test_days_of_a_cycle_that_roll_to_one_workday_are_one_occurrence():
    first = due_of("every(days(1))", "2026-09-29")

    assert first.on == date(2026, 9, 30)
    assert after("every(days(1))", "2026-09-29", previous=first, now="2026-10-01T00:00") == (
        "2026-10-08",
        0,
    )
    assert after("every(days(1))", "2026-09-29", previous=first, now="2026-10-09T00:00") == (
        "2026-10-09",
        1,
    )


def test_a_minute_by_minute_cycle_catches_up_with_ten_years_at_once():
    first = due_of("every(minutes(1))", "2016-11-22")

    moment, missed = next_occurrence(
        Rule.parse("every(minutes(1))"),
        at("2016-11-22"),
        first,
        now=at("2026-11-22"),
        calendar=SEEDED,
    )

    assert moment.at == at("2026-11-22T10:01")
    assert missed == 3652 * 24 * 60 - 1


@pytest.mark.parametrize("unit", ["workdays", "days", "months", "years", "hours", "minutes"])
def test_a_cycle_that_never_moves_on_is_refused(unit):
    with pytest.raises(Uncountable, match="周期"):
        due_of(f"every({unit}(0))")
