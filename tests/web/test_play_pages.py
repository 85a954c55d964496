"""试走 on pages: from a beginning to a scenario, without JavaScript."""

import json

import pytest

from tests.web.visiting import Visitor

PLAY = "/designer/rectification/play"


@pytest.fixture
def analyst(client, clock):
    return Visitor(client, "fenxi")


def script(page):
    return page.all("//input[@name='_script']")[0].get("value")


def begins(analyst, **facts):
    return analyst.post(PLAY, status=200, _act="start", _day="2026-09-01", **facts)


def makes(analyst, page, act, status=200, **fields):
    return analyst.post(PLAY, status=status, _act=act, _script=script(page), **fields)


def test_a_play_begins_on_a_chosen_day_with_the_first_task(analyst):
    page = begins(analyst, severity="major")

    assert "“签收”到达" in page.text
    assert "2026-09-01 周二" in page.text
    assert json.loads(script(page))["facts"]["severity"] == "major"


@pytest.mark.parametrize("days", ["三十", "-5", "30.5", "99999"])
def test_what_is_no_number_is_refused_and_comes_back_as_it_was_typed(analyst, days):
    page = analyst.post(
        PLAY, status=422, _act="start", _day="2026-09-01", limit_days=days, severity="major"
    )

    assert "“整改天数”请填 0 至 9999 的整数，或留空。" in page.text
    assert page.value("limit_days") == days
    assert page.value("_day") == "2026-09-01"
    assert page.all("//select[@name='severity']/option[@selected]")[0].get("value") == "major"


def test_a_plan_that_was_never_returned_counts_nought(analyst):
    page = begins(analyst, plan_returns="0")

    assert json.loads(script(page))["facts"]["plan_returns"] == 0


def test_the_next_clock_strikes_when_it_is_due(analyst):
    page = makes(analyst, begins(analyst), "strike")

    assert "期限届满：签收：2个工作日" in page.text
    assert "2026-09-04" in page.text


def test_answers_are_checked_by_the_form_and_kept_as_typed(analyst):
    page = makes(analyst, begins(analyst), "answer:acknowledge", status=422, signed_by="")

    assert "有 1 处需要修改" in page.text
    assert json.loads(script(page))["moves"] == []

    page = makes(analyst, page, "answer:acknowledge", signed_by="张三")

    assert "“制定整改方案”到达" in page.text


def test_a_year_is_one_move_and_can_be_taken_back(analyst):
    page = makes(analyst, begins(analyst), "until", _day="2027-07-01")

    assert "起草督办函" in page.text
    assert "休" in page.text

    page = makes(analyst, page, "goto:0")

    assert "起草督办函" not in page.text


def test_a_play_is_saved_as_a_scenario_and_run_again(analyst):
    page = makes(analyst, begins(analyst), "strike")

    saved = makes(analyst, page, "save", status=303, _name="无人签收")

    page = analyst.follow(saved)
    assert "无人签收" in page.text
    assert "全部与预期一致" in page.text
    assert "覆盖率" in page.text


def test_a_script_that_is_none_is_refused_in_words(analyst):
    page = analyst.post(PLAY, status=422, _act="strike", _script='{"moves": 1}')

    assert "试走记录已损坏" in page.text


def test_only_those_who_draw_may_play(client, clock):
    Visitor(client, "wangmin").get(PLAY, status=403)


def test_the_head_of_the_office_plays_but_keeps_nothing(client, clock):
    head = Visitor(client, "chenjianguo")
    page = begins(head)

    assert page.all("//button[@value='save']") == []
    makes(head, page, "save", status=403, _name="不许")
