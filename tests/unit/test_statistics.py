"""The arithmetic of statistics: mean and median, ranks and ties, one period before another."""

import pytest

from app.services.narrowing import Period
from app.services.statistics import comparing, rankings
from app.services.statistics.comparing import Way
from app.services.statistics.durations import Days
from app.services.statistics.indicators import INDICATORS, Share
from app.services.statistics.rankings import Entry

RECTIFIED, OVERDUE = INDICATORS["rectified"], INDICATORS["overdue"]


def entry(name, verified, issued, overdue=0):
    counts = {"verified": verified, "issued": issued, "overdue": overdue}
    return Entry(len(name), name, counts)


def test_the_median_lies_between_the_two_in_the_middle():
    days = Days.of({10: 1, 20: 2, 31: 1})

    assert (days.cases, days.mean, days.median) == (4, 20.2, 20.0)
    assert Days.of({3: 1, 8: 1}).median == 5.5
    assert Days.of({}) is None


def test_a_rate_of_nothing_is_none():
    assert Share(0, 0).percent is None
    assert Share(1, 3).percent == 33.3


def test_ties_share_a_rank_by_the_exact_rate_and_the_next_is_counted_on():
    found = rankings.rank(
        [entry("甲", 2, 6), entry("乙", 5, 5), entry("丙", 3, 9), entry("丁", 0, 8)], RECTIFIED, 5
    )

    assert [(one.rank, one.entry.name) for one in found.ranked] == [
        *((1, "乙"), (2, "丙"), (2, "甲"), (4, "丁"))
    ]


def test_who_has_too_few_cases_is_listed_apart_without_a_rank():
    found = rankings.rank([entry("甲", 4, 4), entry("乙", 1, 5), entry("丙", 0, 0)], RECTIFIED, 5)

    assert [one.entry.name for one in found.ranked] == ["乙"]
    assert [(one.rank, one.entry.name) for one in found.below] == [(None, "甲")]


def test_of_what_is_bad_the_least_comes_first():
    found = rankings.rank([entry("甲", 0, 5, 3), entry("乙", 0, 5, 1)], OVERDUE, 5)

    assert [one.entry.name for one in found.ranked] == ["乙", "甲"]


@pytest.mark.parametrize(
    ("key", "before"),
    [
        ("2026", "2025"),
        ("2026-2027", "2025-2026"),
        ("2026-2027-2", "2026-2027-1"),
        ("2026-2027-1", "2025-2026-2"),
        ("2026-03-01..2026-03-31", "2026-01-29..2026-02-28"),
    ],
)
def test_each_period_has_one_of_its_kind_before(key, before):
    assert comparing.before(Period.of(key)).key == before


def test_a_change_is_told_in_percentage_points():
    assert comparing.change(Share(1, 2), Share(1, 3)) == (Way.UP, 16.7)
    assert comparing.change(Share(1, 2), Share(2, 4)) == (Way.SAME, 0.0)
    assert comparing.change(Share(1, 2), Share(0, 0)) is None
