"""变更 and 异议 through the pages: what is offered, what it would do, what is refused."""

from datetime import date
from io import BytesIO

import pytest

from app.domain.vocabulary import ChangeKind, ChangeState, Stage
from app.services import accounts, changes, evidence, objections
from tests.integration.test_changes import files, grants, signs
from tests.integration.test_objections import MATTER
from tests.web.visiting import Visitor

FORM = {
    "asked_until": "2026-04-20",
    "extension_ground": "procurement",
    "reason": "设备招标流标，须重新采购。",
    "done_so_far": "已完成现场清理。",
    "safeguards": "安排专人值守，每周报告。",
}


@pytest.fixture
def owner(client, clock):
    return Visitor(client, "lyxx_owner")


@pytest.fixture
def case(cast):
    return cast.starts_work()


def new(case, kind="extension"):
    return f"/cases/{case.number}/changes/new?kind={kind}"


def test_the_case_offers_what_one_may_ask_for_and_greys_out_the_rest(owner, case):
    page = owner.get(f"/cases/{case.number}")

    links = [a.get("href") for a in page.all("//details[contains(@class, 'change-menu')]//a")]
    assert new(case) in links
    assert new(case, "resumption") not in links
    assert "该事项没有中止" in page.text


def test_who_may_ask_for_nothing_is_offered_nothing(client, case):
    page = Visitor(client, "zhangjing").get(f"/cases/{case.number}")

    assert page.all("//details[contains(@class, 'change-menu')]") == []


def test_an_extension_is_filed_and_its_date_shown_beside_the_first(client, cast, owner, case):
    page = owner.follow(owner.post(new(case), **FORM))
    assert "“延期”申请已提交" in page.text
    assert "审批中" in page.text

    signs(cast, case)
    grants(cast, case)
    page = owner.get(f"/cases/{case.number}")

    assert [s.text for s in page.all("//section[@aria-labelledby='facts-title']//s")] == [
        "2026-04-01"
    ]
    assert "同意延期，由2026-04-01延至2026-04-20" in page.text


def test_the_effect_on_every_clock_is_shown_before_sending(owner, case):
    address = f"/cases/{case.number}/changes/effects?kind=extension"

    assert "填写新期限后" in owner.get(new(case)).text
    page = owner.post(address, 200, **FORM)

    assert "整改期限" in page.text
    assert "2026-04-20" in page.text
    assert changes.of_case(case) == []


def test_a_fault_brings_the_form_back_as_it_was_typed(owner, case):
    page = owner.post(new(case), 422, **FORM | {"asked_until": "2026-03-20", "reason": "短"})

    assert page.value("done_so_far").strip() == FORM["done_so_far"]
    assert "处需要修改" in page.text
    assert changes.of_case(case) == []


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/cases/{}/changes/new", 404),
        ("/cases/{}/changes/new?kind=party", 404),
        ("/cases/{}/changes/new?kind=resumption", 422),
        ("/cases/{}/changes/new?kind=reassignment", 403),
        ("/cases/QL-0/changes/new?kind=extension", 404),
        ("/cases/{}/objection/new", 403),
    ],
)
def test_what_cannot_be_asked_for_is_refused_at_the_door(owner, case, path, status):
    owner.get(path.format(case.number), status=status)


def test_a_second_request_of_a_kind_is_a_conflict_and_loses_no_word(owner, case):
    files(case)

    page = owner.post(new(case), 409, **FORM)

    assert "已有一件“延期”申请正在审批。" in page.text
    assert "没有提交" in page.text
    assert FORM["reason"] in page.text
    assert page.all("//form[@id='change']") == []


def test_a_second_objection_is_a_conflict_and_loses_no_word(app, cast, case):
    head = Visitor(app.test_client(), "lyxx_head")
    objections.file_objection(case.number, accounts.actor("lyxx_head"), MATTER)

    page = head.post(f"/cases/{case.number}/objection/new", 409, **MATTER)

    assert "异议正在复查。" in page.text
    assert MATTER["reason"] in page.text


@pytest.mark.parametrize(
    ("who", "path", "form"),
    [
        ("lyxx_owner", "/cases/{}/changes/new?kind=extension", FORM),
        ("lyxx_head", "/cases/{}/objection/new", MATTER),
    ],
)
def test_a_file_keeps_its_name_when_the_form_comes_back(client, case, who, path, form):
    visitor = Visitor(client, who)
    file = evidence.store(BytesIO("批复".encode()), "批复.txt", accounts.actor(who)).id

    page = visitor.post(path.format(case.number), 422, **form | {"reason": "短", "files": file})

    assert [a.text for a in page.all("//gov-upload[@name='files']//a")] == ["批复.txt"]


def test_who_asks_too_late_is_told_so_before(owner, cast, case):
    assert "逾期申请" not in owner.get(new(case)).text

    cast.until(date(2026, 4, 2))

    assert "会标注“逾期申请”" in Visitor(owner.client, "lyxx_owner").get(new(case)).text


def test_who_signs_or_decides_reads_what_is_asked_for(client, case):
    files(case, ChangeKind.SUSPENSION, suspension_ground="litigation")
    head = Visitor(client, "lyxx_head")
    link = head.get("/inbox").one("//a[contains(@class, 'row-task')]").get("href")

    assert "申请中止" in head.get(link).one("//article/header").text_content()


def test_what_ends_is_not_said_to_stand_still(owner, case):
    path = f"/cases/{case.number}/changes/effects?kind="

    ends = owner.post(path + "termination", 200)
    stops = owner.post(path + "suspension", 200)

    first = "(//table[contains(@class, 'effects')]//tbody/tr)[1]/td[2]"
    assert ends.one(first).text_content().strip() == "终止"
    assert stops.one(first).text_content().strip() == "停止计时"


def test_beside_the_form_it_is_said_which_unit_cannot_be(client, case):
    head = Visitor(client, "lyxx_head")
    path = f"/cases/{case.number}/changes/effects?kind=reassignment"

    page = head.post(path, 200, to_unit=case.lead_unit.name)

    assert "该单位已是责任单位，请另选单位。" in page.text


def test_while_a_case_stands_still_nobody_is_told_that_its_period_runs(client, cast, case):
    files(case, ChangeKind.SUSPENSION, suspension_ground="litigation")
    signs(cast, case)
    cast.does(case, "decide_by_office_head", granted="yes", opinion="同意。", signature="陈")
    owner = Visitor(client, "lyxx_owner")

    form = owner.get(new(case, "resumption"))
    filed = owner.follow(owner.post(new(case, "resumption"), reason="判决已经生效，可以恢复整改。"))

    for page in (form, filed):
        assert "批准前仍停止计时" in page.text
        assert "照常计算" not in page.one("//main").text_content()


def test_a_refusal_leads_back_to_the_case(owner, case):
    page = owner.get(new(case, "resumption"), status=422)

    assert f"/cases/{case.number}" in [a.get("href") for a in page.all("//main//a")]


def test_a_filter_that_fits_nothing_does_not_say_there_is_nothing(owner, case):
    files(case)

    assert "没有符合条件的变更申请" in owner.get("/changes?state=granted").text
    assert "没有符合条件的督办函" in owner.get("/letters?state=signed").text


def test_a_stranger_finds_nothing(client, case):
    change = files(case)
    stranger = Visitor(client, "sgzx_owner")

    stranger.get(new(case), status=404)
    stranger.post(f"/changes/{change.id}/withdraw", 404)
    assert "没有变更申请" in stranger.get("/changes").text


def test_who_decides_sees_what_the_date_does(client, cast, case):
    files(case)
    signs(cast, case)
    head = Visitor(client, "chenjianguo")
    task = cast.task(case, "decide_by_office_head")

    page = head.get(f"/tasks/{task.id}")
    assert page.value("granted_until") == "2026-04-20"
    assert "对期限的影响" in page.text

    table = head.post(f"/tasks/{task.id}/effects", 200, granted="yes", granted_until="2026-04-10")
    assert "2026-04-10" in table.text


def test_a_suspended_case_says_since_when_and_what_remains(client, cast, case):
    cast.until(date(2026, 3, 12))
    files(case, ChangeKind.SUSPENSION, suspension_ground="litigation")
    signs(cast, case)
    cast.does(case, "decide_by_office_head", granted="yes", opinion="同意。", signature="陈")
    cast.passes(days=5)
    assert case.stage is Stage.SUSPENDED

    page = Visitor(client, "lyxx_owner").get(f"/cases/{case.number}")

    assert "已中止，停止计时" in page.text
    assert "恢复后还剩 20 日" in page.text


def test_the_register_is_narrowed_down_by_its_address(client, case):
    files(case)
    office = Visitor(client, "wangmin")

    assert case.number in office.get("/changes?kind=extension&state=pending").text
    assert case.number not in office.get("/changes?state=granted").text
    assert case.number in office.get("/changes?kind=x&state=y&after=z").text


def test_a_request_is_taken_back_by_a_button(owner, case):
    change = files(case)

    page = owner.follow(owner.post(f"/changes/{change.id}/withdraw"))

    assert "申请已撤回" in page.text
    assert change.state is ChangeState.WITHDRAWN


def test_an_objection_is_raised_shown_and_taken_back(client, cast):
    case = cast.open_case()
    cast.does(case, "acknowledge")
    head = Visitor(client, "lyxx_head")

    page = head.follow(head.post(f"/cases/{case.number}/objection/new", **MATTER))
    assert "异议复查中" in page.text
    assert case.number in head.get("/changes?view=objections").text

    (objection,) = objections.of_case(case)
    page = head.follow(head.post(f"/objections/{objection.id}/withdraw"))
    assert "复查申请已撤回" in page.text


def test_an_objection_without_reasons_comes_back(client, cast):
    case = cast.open_case()
    cast.does(case, "acknowledge")
    head = Visitor(client, "lyxx_head")

    page = head.post(f"/cases/{case.number}/objection/new", 422, matter="问题定性有误。")

    assert page.value("matter").strip() == "问题定性有误。"
    assert objections.of_case(case) == []


def test_pages_speak_english(client, case):
    files(case)
    owner = Visitor(client, "lyxx_owner")
    assert accounts.actor("lyxx_owner").name
    owner.post("/locale", 302, locale="en")

    assert "Extension" in owner.get("/changes").text


def test_what_cannot_be_done_now_is_not_called_a_mistake_in_a_form(owner, case):
    page = owner.get(f"/cases/{case.number}/changes/new?kind=resumption", status=422)

    assert "现在不能办理" in page.text
    assert "填写有误" not in page.text
