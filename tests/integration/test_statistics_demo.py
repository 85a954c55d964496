"""The demo county's indicators, counted once more by hand: plain SQL that shares nothing with ours.

On SQLite; `test_statistics` compares both databases.
"""

import shutil

import pytest
from sqlalchemy import text

from app.db import db
from app.services import accounts, cases
from app.services.narrowing import Narrowing, Period
from app.services.statistics import board
from app.services.statistics.indicators import INDICATORS
from tests.conftest import opened

TODAY = "2026-11-22"
#: Every figure, as somebody would count it who knows the tables and the regulation.
BY_HAND = {
    "issued": "1",
    "verified": "verified_at IS NOT NULL",
    "stage_passed": "verify_result = 'r3'",
    "closed_out": "stage IN ('closed_out', 'follow_up')",
    "passing": "mode <> 'standing'",
    "passing_closed_out": "mode <> 'standing' AND stage IN ('closed_out', 'follow_up')",
    "within": f"reported_done_at IS NULL AND due_on >= '{TODAY}' AND {{runs}}",
    "overdue": f"reported_done_at IS NULL AND due_on < '{TODAY}' AND {{runs}}",
    "ever_overdue": "overdue_at IS NOT NULL",
    "due_as_first_set": f"original_due_on < '{TODAY}' OR verified_at IS NOT NULL",
    "in_time": "date(reported_done_at, '+8 hours') <= due_on AND {first_right}",
    "in_time_as_first_set": "date(reported_done_at, '+8 hours') <= original_due_on AND "
    "{first_right}",
    "extended": "id IN (SELECT case_id FROM change_request "
    "WHERE kind = 'extension' AND state = 'granted')",
    "to_sign": "{tasks} key = 'acknowledge' AND (outcome = 'done' OR {late}))",
    "signed_in_time": "{tasks} key = 'acknowledge' AND (outcome = 'done' OR {late})) "
    "AND NOT {tasks} key = 'acknowledge' AND {late})",
    "to_plan": "{tasks} key = 'draft_plan' AND (outcome = 'done' OR {late}))",
    "planned_in_time": "{tasks} key = 'draft_plan' AND (outcome = 'done' OR {late})) "
    "AND NOT {tasks} key = 'draft_plan' AND {late})",
    "to_review": "{tasks} key = 'first_review' AND (outcome = 'done' OR {late}))",
    "reviewed_late": "{tasks} key = 'first_review' AND {late})",
    "right_at_once": "{first_right}",
    "looked_at": "id IN (SELECT case_id FROM verification AS v WHERE result IS NOT NULL"
    ' AND v.cycle = "case".cycle)',
    "looked_back": "id IN (SELECT case_id FROM follow_up WHERE settled_at IS NOT NULL)",
    "to_look_back_at": "followed_up_at IS NOT NULL OR (stage IN ('closed_out', 'follow_up') "
    "AND date(closed_out_at, '+8 hours', '+30 days') <= '2026-11-22')",
    "relapsed": "cycle > 1",
    "ever_closed_out": "cycle > 1 OR stage IN ('closed_out', 'follow_up')",
    "got_letter": "id IN (SELECT case_id FROM letter WHERE number IS NOT NULL)",
}
PARTS = {
    "runs": "stage NOT IN ('closed_out', 'follow_up', 'terminated', 'revoked', 'suspended')",
    "first_right": "'r1' = (SELECT result FROM verification v WHERE v.case_id = \"case\".id "
    "AND result IS NOT NULL ORDER BY v.id LIMIT 1)",
    "tasks": 'EXISTS (SELECT 1 FROM task t WHERE t.case_id = "case".id AND',
    "late": "t.due_at IS NOT NULL AND "
    "coalesce(t.closed_at, '2026-11-21 16:00:00.000000') >= t.due_at",
}
PERIODS = {
    "": "1",
    "2026": "issued_on LIKE '2026-%'",
    "2026-2027-1": "issued_on BETWEEN '2026-09-01' AND '2027-01-31'",
}


@pytest.fixture(scope="module")
def office(demo_template, tmp_path_factory):
    folder = tmp_path_factory.mktemp("statistics")
    shutil.copy(demo_template, folder / "xiaohao.db")
    with opened(folder / "xiaohao.db", folder):
        yield accounts.actor("wangmin")


def by_hand(key, period):
    condition = BY_HAND[key].format(**PARTS)
    counted = f"stage <> 'revoked' AND ({condition}) AND {PERIODS[period]}"
    return db.session.scalar(text(f'SELECT count(*) FROM "case" WHERE {counted}'))  # noqa: S608


def narrowed(period):
    return Narrowing(period=Period.of(period) if period else None)


@pytest.mark.parametrize("period", PERIODS)
def test_every_number_agrees_with_a_count_by_hand(office, period):
    counts = board.board(office, narrowed(period)).counts

    assert {key: counts[key] for key in BY_HAND} == {key: by_hand(key, period) for key in BY_HAND}
    assert counts["issued"] > 20


@pytest.mark.parametrize("period", ["", "2026"])
def test_every_number_leads_to_as_many_cases(office, period):
    counts = board.board(office, narrowed(period)).counts
    keys = {key for one in INDICATORS.values() for key in (one.over, one.under)}

    listed = {
        key: cases.page(office, cases.Filter(figure=key, within=narrowed(period))).total
        for key in keys
    }

    assert listed == {key: counts[key] for key in keys}


def test_what_is_staged_or_standing_is_told_apart_and_adds_up(office):
    found = board.board(office, Narrowing())

    for _, lines in found.groups:
        for line in lines:
            assert line.plain.n + line.lasting.n == line.share.n
            assert line.plain.of + line.lasting.of == line.share.of
    assert found.groups[0][1][0].lasting.of == 2


def test_the_days_agree_with_a_count_by_hand(office):
    took = sorted(
        db.session.scalars(
            text(
                "SELECT julianday(date(verified_at, '+8 hours')) - julianday(counted_from) "
                'FROM "case" WHERE verified_at IS NOT NULL'
            )
        )
    )

    whole = board.board(office, Narrowing())
    found = whole.lengths

    assert found.rectified.cases == len(took) == sum(d.cases for d in found.by_category.values())
    assert found.rectified.mean == round(sum(took) / len(took), 1)
    assert found.rectified.median == took[len(took) // 2]
    assert whole.late.cases == by_hand("overdue", "")


def test_a_town_stands_for_its_schools(office):
    asked = board.Asked(axis=board.Axis.TOWNS, by="rectified", least=1)
    towns = board.ranking(office, Narrowing(), asked)

    for one in [*towns.ranked, *towns.below]:
        listed = cases.page(office, cases.Filter(within=Narrowing(lead_id=one.entry.id)))
        assert listed.total == one.entry.counts["issued"]
    assert len(towns.ranked) > 3
