"""Who sees which case, and who may touch which task. Somebody else's is as if it were not there."""

import pytest

from app.domain.errors import NotAllowed, NotFound, TaskNotFound
from app.domain.vocabulary import Role
from app.services import accounts, cases, dossier, inbox, opening, tasks

SCHOOLS = {
    "柳塬镇中心小学": "lyxx",
    "柳塬镇初级中学": "lyzx",
    "石鼓坪镇初级中学": "sgzx",
    "青岚县财政局": "czj",
}


@pytest.fixture
def opened(cast):
    """A case of two schools of one town, of a school of another town, and of a department."""
    return {code: cast.open_case(unit=name) for name, code in SCHOOLS.items()}


def sees(username, opened):
    actor = accounts.actor(username)
    found = {case.number for case in cases.page(actor, cases.Filter()).items}
    return {code for code, case in opened.items() if case.number in found}


@pytest.mark.parametrize(
    "username", ["wangmin", "chenjianguo", "zhoulan", "liuzheng", "sunwei", "tangbo"]
)
def test_office_chief_committee_and_team_see_the_whole_county(opened, username):
    assert sees(username, opened) == {"lyxx", "lyzx", "sgzx", "czj"}


@pytest.mark.parametrize("post", ["clerk", "owner", "head"])
def test_a_school_sees_its_own(opened, post):
    assert sees(f"lyxx_{post}", opened) == {"lyxx"}


def test_a_town_sees_its_schools(opened):
    assert sees("ly_clerk", opened) == {"lyxx", "lyzx"}
    assert sees("sg_head", opened) == {"sgzx"}


def test_a_department_sees_what_it_is_competent_for(opened):
    assert sees("zhangjing", opened) == {"lyxx", "lyzx", "sgzx"}
    assert sees("huangtao", opened) == {"czj"}


@pytest.mark.parametrize("username", ["xitong", "anquan", "shenji", "fenxi"])
def test_administrators_and_the_analyst_see_no_case(opened, username):
    actor = accounts.actor(username)

    assert sees(username, opened) == set()
    assert cases.page(actor, cases.Filter()).total == 0
    with pytest.raises(NotFound):
        cases.get(opened["lyxx"].number, actor)


def test_the_lead_unit_and_the_supervised_unit_both_see_a_case(cast):
    case = cast.open_case(lead_unit="青岚县教育局", department="青岚县人民政府")

    for username in ("lyxx_head", "jyj_clerk", "huangtao"):
        assert cases.get(case.number, accounts.actor(username)).id == case.id
    with pytest.raises(NotFound):
        cases.get(case.number, accounts.actor("zhangjing"))


def test_somebody_elses_case_is_not_found(opened):
    with pytest.raises(NotFound):
        cases.get(opened["lyxx"].number, accounts.actor("sgzx_head"))


def test_somebody_elses_task_is_not_found(cast, opened):
    task, stranger = cast.task(opened["lyxx"], "acknowledge"), accounts.actor("sgzx_clerk")

    for touch in (
        lambda: inbox.get_task(task.id, stranger),
        lambda: tasks.claim(task.id, stranger),
        lambda: tasks.release(task.id, stranger),
        lambda: tasks.hand_over(task.id, stranger, "lyxx_clerk"),
        lambda: tasks.save_draft(task.id, stranger, {}),
        lambda: tasks.complete_task(task.id, stranger, {"signed_by": "外人"}),
    ):
        with pytest.raises(TaskNotFound):
            touch()
    assert cast.open_tasks(opened["lyxx"]) == ["acknowledge"]


def test_a_task_that_does_not_exist_is_not_found_either(cast):
    with pytest.raises(TaskNotFound):
        inbox.get_task(4711, accounts.actor("wangmin"))


def test_who_sees_a_case_may_look_at_its_tasks_but_not_do_them(cast, opened):
    task, office = cast.task(opened["lyxx"], "acknowledge"), accounts.actor("wangmin")

    assert inbox.get_task(task.id, office).id == task.id
    assert inbox.why_not(task, office)
    with pytest.raises(NotAllowed):
        tasks.complete_task(task.id, office, {"signed_by": "王敏"})


def test_who_sees_a_case_but_does_not_hold_its_task_keeps_no_draft_of_it(cast, opened):
    task = cast.task(opened["lyxx"], "acknowledge")

    with pytest.raises(NotAllowed):
        tasks.save_draft(task.id, accounts.actor("wangmin"), {"signed_by": "王敏"})


def test_an_inbox_holds_only_ones_own(cast, opened):
    mine = inbox.page(accounts.actor("lyxx_clerk")).items

    assert [task.case.number for task in mine] == [opened["lyxx"].number]
    assert inbox.page(accounts.actor("lyxx_owner")).items == []
    assert inbox.page(accounts.actor("xitong")).items == []


def test_only_the_office_opens_cases(cast, opened):
    feedback = opening.Feedback(
        **{name: getattr(opened["lyxx"], name) for name in ("problem", "requirement", "category")},
        unit="柳塬镇中心小学",
        severity=opened["lyxx"].severity,
        issued_on=opened["lyxx"].issued_on,
    )

    for username in ("lyxx_head", "zhangjing", "sunwei", "xitong"):
        with pytest.raises(NotAllowed):
            opening.open_case(feedback, accounts.actor(username))


def test_the_team_of_the_county_is_offered_and_nobody_else(cast, opened):
    people = dossier.people_with(Role.TEAM, accounts.actor("wangmin").county_id)
    assert {one.username for one in people} == {
        "sunwei",
        "limei",
        "gaofeng",
        "xujing",
        "tangbo",
        "luoyun",
    }
