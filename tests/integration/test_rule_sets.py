"""By which rule a deadline is set: the county's rule set, from the day it is chosen."""

import shutil
from datetime import date

import pytest
from sqlalchemy import select

from app.cli import cli
from app.clock import LOCAL, local_date
from app.db import db
from app.domain.deadlines import last_day
from app.domain.errors import Conflict, NotAllowed, NotFound
from app.domain.history import Event
from app.domain.process import Timer
from app.domain.rule_sets import BY_DESIGN
from app.services import accounts, diagrams, processes, rule_sets
from tests.engine.drawing import diagram, node, on_boundary, timed

HEAD = "chenjianguo"
NATIONAL = "《教育督导条例》第二十二条；天数为本办法默认（可由督导办调整）"


def chooses(name, who=HEAD, **options):
    return rule_sets.choose(name, accounts.actor(who), **options)


def deadline(cast, case, key):
    """The clock by which the open task *key* is due."""
    return cast.task(case, key).deadline


def told(timer):
    return timer.rule, timer.article, timer.ruled_by, last_day(timer.due_at).isoformat()


def drawn_with(code, rule="days(99)"):
    """A diagram that waits for the office, with a deadline of this code."""
    mark = "".join(
        f'<camunda:property name="{name}" value="{value}" />'
        for name, value in {"deadline": "true", "code": code, "article": "图上所写"}.items()
    )
    marked = f"<~extensionElements><camunda:properties>{mark}</camunda:properties>"
    body = on_boundary(
        "timerEventDefinition",
        timed("timeDuration", rule),
        host=node("task", "wait", camunda__candidateGroups="office"),
    ).replace("<~timerEvent", f"{marked}</~extensionElements><~timerEvent", 1)
    text = diagram(body, attributes='id="window" isExecutable="true" name="期限"')
    return diagrams.Bundle("window", text, {}, {})


def started(code, rule="days(99)"):
    diagrams.publish(drawn_with(code, rule))
    process_id = processes.start("window", accounts.actor("wangmin"), {})
    return db.session.scalars(select(Timer).filter_by(process_id=process_id)).one()


def test_a_county_that_has_not_chosen_works_by_the_default(cast):
    case = cast.starts_work()
    cast.walks(case, "rectify")

    assert rule_sets.of_actor(accounts.actor(HEAD)).key == "default"
    assert told(deadline(cast, case, "sign_report")) == (
        "days(10)",
        NATIONAL,
        "default",
        "2026-03-12",
    )


def test_in_chongqing_the_report_is_due_ten_natural_days_after_the_work_by_article_28(cast):
    chooses("chongqing")

    case = cast.starts_work()
    cast.walks(case, "rectify")

    found = deadline(cast, case, "sign_report")
    assert told(found) == (
        "days(10)",
        "《重庆市教育督导条例》第二十八条",
        "chongqing",
        "2026-03-12",
    )
    assert cast.task(case, "sign_report").due_at == found.due_at


@pytest.mark.parametrize(
    ("province", "code", "rule", "due_on"),
    [
        ("chongqing", "T01", "days(5)", "2026-03-09"),  # 7 March is a Saturday
        ("zhejiang", "T01", "days(10)", "2026-03-12"),
        ("shanghai", "T01", "workdays(10)", "2026-03-16"),
        ("zhejiang", "T04", "days(10)", "2026-03-12"),
        ("shandong", "T04", "days(15)", "2026-03-17"),
        ("shandong", "T04b", "months(1)", "2026-04-02"),
        ("zhejiang", "T04b", "days(30)", "2026-04-01"),
        ("shanghai", "T02", "days(30)", "2026-04-01"),
    ],
)
def test_each_province_has_its_own_window(cast, province, code, rule, due_on):
    chosen = chooses(province)

    timer = started(code)

    assert told(timer) == (rule, chosen.limits[code].article.zh, province, due_on)


def test_running_deadlines_stay_when_another_set_is_chosen(cast):
    timer = started("T01")
    before = told(timer)

    chooses("shanghai")
    db.session.expire_all()

    assert told(timer) == before
    assert told(started("T01"))[0] == "workdays(10)"


def test_what_the_rule_book_lacks_is_as_drawn(cast):
    assert told(started("T99")) == ("days(99)", "图上所写", "", "2026-06-09")


def test_a_time_that_a_person_sets_is_no_matter_of_the_rule_book(cast):
    case = cast.awaits_verification()

    found = deadline(cast, case, "verify")
    assert (found.code, found.rule, found.ruled_by) == ("T12", "workdays(15)", "")


def test_counting_back_from_a_date_stays_as_drawn(cast):
    timer = started("T01", "before(`2026-04-01`, days(3))".replace("`", "'"))

    assert (timer.ruled_by, timer.article) == ("", "图上所写")


def test_what_counts_from_a_date_has_the_length_of_the_rule_book(cast):
    timer = started("T01", "after('2026-03-20', days(99))")

    assert told(timer)[0] == "after(2026-03-20, days(10))"


def test_a_county_of_its_own_rules(cast, tmp_path, monkeypatch):
    """A province that an office adds by a file: five days that stay on a Saturday."""
    folder = tmp_path / "rules"
    shutil.copytree(rule_sets.FOLDER, folder)
    (folder / "jia.toml").write_text(
        'name = "甲省"\nname_en = "A"\n[rules.T15]\nnumber = 5\nunit = "days"\nroll = false\n'
        'article = "《甲省条例》第一条"\narticle_en = "A, Art. 1"\n',
        encoding="utf-8",
    )
    monkeypatch.setattr(rule_sets, "FOLDER", folder)
    rule_sets.all_sets.cache_clear()
    try:
        chooses("jia")
        case = cast.starts_work()
        cast.walks(case, "rectify")

        assert told(deadline(cast, case, "sign_report")) == (
            "days(5, stays)",
            "《甲省条例》第一条",
            "jia",
            "2026-03-07",
        )
        # Named 10日 in the drawing, which is not true here.
        assert deadline(cast, case, "sign_report").name == "整改情况报告"
    finally:
        rule_sets.all_sets.cache_clear()


def test_every_clock_with_a_length_of_its_own_names_its_rule(cast):
    case = cast.closes_out()

    query = select(Timer).where(Timer.case_id == case.id)
    for timer in db.session.scalars(query):
        assert timer.code, timer.key
        assert timer.article, timer.key
        assert rule_sets.get("default").limit(timer.code), timer.code


def test_the_rule_of_a_plan_is_a_default_and_says_so(cast):
    case = cast.open_case()
    cast.walks(case, "acknowledge")

    assert told(deadline(cast, case, "draft_plan"))[:3] == (
        "workdays(10)",
        BY_DESIGN.zh,
        "default",
    )


@pytest.mark.parametrize("who", ["wangmin", "zhoulan", "fenxi", "ly_head", "anquan", "shenji"])
def test_only_the_head_of_the_office_and_the_system_administrator_choose(app, who):
    with pytest.raises(NotAllowed):
        chooses("zhejiang", who)

    assert rule_sets.of_actor(accounts.actor(who)).key == "default"


@pytest.mark.parametrize("who", [HEAD, "xitong"])
def test_who_may_choose_chooses_for_the_county(app, who):
    chooses("zhejiang", who)

    assert rule_sets.of_actor(accounts.actor("wangmin")).key == "zhejiang"


def test_a_set_that_is_not_there_is_not_chosen(app):
    with pytest.raises(NotFound):
        chooses("hunan")

    assert rule_sets.of_actor(accounts.actor(HEAD)).key == "default"


def test_whoever_compared_with_an_older_choice_is_told(app):
    chooses("zhejiang", instead_of="default")

    with pytest.raises(Conflict):
        chooses("chongqing", instead_of="default")


def test_the_history_says_which_rule_ran_out(cast):
    case = cast.starts_work()
    cast.walks(case, "rectify")

    cast.until(date(2026, 3, 13))

    query = select(Event).filter_by(case_id=case.id, what="timer_fired")
    lines = {event.params["code"]: event for event in db.session.scalars(query)}
    assert lines["T15"].params["rule"] == "days(10)"
    assert local_date(lines["T15"].at.astimezone(LOCAL)) == date(2026, 3, 13)


def test_the_command_line_lists_shows_and_changes(app):
    run = app.test_cli_runner().invoke
    county = rule_sets.counties()[0][0]

    listed = run(cli, ["rules", "list"])
    shown = run(cli, ["rules", "show", "chongqing"])
    used = run(cli, ["rules", "use", county, "chongqing"])

    assert f"default\t默认\t{county}" in listed.output
    assert (
        "T15\t整改情况报告：整改结束之日起十日内（自然日，遇休息日顺延）——依据《重庆市教育督导条例》第二十八条"
        in shown.output
    )
    assert used.exit_code == 0, used.output
    assert rule_sets.counties() == [(county, "chongqing")]


@pytest.mark.parametrize(
    "command",
    [["show", "hunan"], ["use", "没有的县", "default"], ["use", "柳塬镇中心小学", "default"]],
)
def test_the_command_line_says_what_is_not_there(app, command):
    result = app.test_cli_runner().invoke(cli, ["rules", *command])

    assert result.exit_code != 0
    assert "没有" in str(result.exception)
