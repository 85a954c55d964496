"""Who signs, plans and reviews late; how long things take; on both databases."""

from datetime import date, time

import pytest

from app.services import accounts, cases
from app.services._measured import MEASURED
from app.services.figures import FIGURES
from app.services.narrowing import Narrowing, Period
from app.services.statistics import board
from tests.cast import PLANNING

ALL = Narrowing()


@pytest.fixture
def office(app):
    return accounts.actor("wangmin")


@pytest.fixture
def counts(office):
    return lambda *keys: [board.board(office, ALL).counts[key] for key in keys]


def test_who_lets_the_notice_lapse_has_not_signed_in_time(cast, counts):
    cast.open_case()
    cast.does(cast.open_case(), "acknowledge")

    assert counts("signed_in_time", "to_sign") == [1, 1]
    cast.until(date(2026, 3, 5), time(0))
    assert counts("signed_in_time", "to_sign") == [1, 2]


def test_a_plan_is_late_from_the_day_after_its_last(cast, counts):
    cast.walks(cast.open_case(), *PLANNING[:2])
    slow = cast.open_case()
    cast.does(slow, "acknowledge")

    cast.until(date(2026, 3, 16))
    assert counts("planned_in_time", "to_plan") == [1, 1]
    cast.until(date(2026, 3, 17))
    assert counts("planned_in_time", "to_plan") == [1, 2]
    cast.does(slow, "draft_plan")
    assert counts("planned_in_time", "to_plan") == [1, 2]


def test_a_department_that_reviews_late_is_told(cast, counts):
    cast.awaits_verification()
    slow = cast.starts_work()
    cast.walks(slow, "rectify", "sign_report")

    assert counts("reviewed_late", "to_review") == [0, 1]
    cast.passes(days=10)
    assert counts("reviewed_late", "to_review") == [1, 2]


def test_every_figure_lists_the_cases_it_counts(cast, office):
    cast.closes_out()
    cast.starts_work()
    cast.passes(days=45)

    found = board.board(office, ALL).counts

    keys = [one.key for one in MEASURED]
    assert set(keys) <= set(FIGURES)
    listed = {key: cases.page(office, cases.Filter(figure=key)).total for key in keys}
    assert listed == {key: found[key] for key in keys}
    assert (found["to_look_back_at"], found["got_letter"], found["ever_overdue"]) == (1, 0, 1)


def test_days_are_counted_from_the_issue_to_the_verification(cast, office):
    case = cast.starts_work()
    cast.passes(days=9)
    cast.walks(case, "rectify", "sign_report", "first_review", "dispatch", "verify")
    cast.starts_work()
    cast.until(date(2026, 4, 21))

    found = board.board(office, ALL)

    assert (found.lengths.rectified.mean, found.lengths.rectified.median) == (9.0, 9.0)
    assert list(found.lengths.by_category) == [case.category]
    (late,) = cases.page(office, cases.Filter(figure="overdue")).items
    assert found.late.mean == (date(2026, 4, 21) - late.due_on).days > 0


def test_who_belongs_to_another_period_is_in_no_figure_of_this_one(cast, office):
    cast.open_case()

    found = board.board(office, Narrowing(period=Period.of("2026-2027")))

    assert found.counts["issued"] == 0
    assert [line.share.percent for _, lines in found.groups for line in lines] == [None] * 18
    assert found.groups[0][1][0].before.of == 1


def test_a_school_sees_its_own_figures_and_no_ranking(cast, office):
    cast.open_case()
    cast.open_case(unit="石鼓坪镇初级中学")
    school = accounts.actor("sgzx_head")

    assert board.board(school, ALL).counts["issued"] == 1
    assert board.board(office, ALL).counts["issued"] == 2
    assert not board.may_rank(school)
