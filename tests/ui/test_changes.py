"""Changes in the browser: asking for time, seeing what it does, deciding, reading the history."""

from datetime import date

import pytest
from playwright.sync_api import expect

from app.db import db
from tests.integration.test_changes import files, signs
from tests.integration.test_objections import objects
from tests.ui.test_pages import SIZES, barriers_of

REASON = "设备招标流标，须重新采购，现场不具备施工条件。"


@pytest.fixture
def case(cast):
    return cast.starts_work()


def test_an_extension_from_the_wish_to_the_moved_date(owner, office_head, cast, case):
    owner.opens(f"/cases/{case.number}")
    owner.page.get_by_text("申请变更", exact=True).click()
    expect(owner.page.locator(".change-menu")).to_contain_text("该事项没有中止")
    owner.page.get_by_role("link", name="延期", exact=True).click()

    effects = owner.page.locator("#effects")
    expect(effects).to_contain_text("填写新期限后")
    owner.fills({"asked_until": "2026-04-20", "extension_ground": "procurement"})
    owner.fills({"reason": REASON, "done_so_far": "已清理现场。"})
    expect(effects).to_contain_text("整改到期")
    expect(effects.locator("tr", has_text="整改到期").locator("td").nth(1)).to_have_text(
        "2026-04-20"
    )
    owner.fills({"safeguards": "专人值守，每周报告。"})
    owner.sends()
    owner.hears("“延期”申请已提交")

    db.session.rollback()  # the server wrote what this session has not seen
    signs(cast, case)
    office_head.finds("督导办主任审批变更", case.number)
    office_head.reads("对期限的影响")
    office_head.fills({"granted": "yes", "granted_until": "2026-04-10"})
    table = office_head.page.locator(".effects-of")
    expect(table.locator("tr", has_text="整改到期").locator("td").nth(1)).to_have_text("2026-04-10")
    office_head.fills({"opinion": "同意延期。"})
    office_head.sends()
    office_head.hears("已提交")

    owner.opens(f"/cases/{case.number}")
    facts = owner.page.locator("section", has=owner.page.locator("#facts-title"))
    expect(facts.locator("s")).to_have_text("2026-04-01")
    owner.reads("同意延期，由2026-04-01延至2026-04-10")


def test_a_wrong_date_brings_the_form_back(owner, case):
    owner.opens(f"/cases/{case.number}/changes/new?kind=extension")
    owner.fills({"asked_until": "2026-07-20", "extension_ground": "procurement"})
    owner.fills({"reason": REASON, "done_so_far": "已清理现场。", "safeguards": "专人值守。"})
    owner.sends()

    expect(owner.page.locator("[data-faults]")).to_contain_text("每次延期不得超过原整改期限")
    expect(owner.form.locator("[name=reason]")).to_have_value(REASON)


@pytest.mark.parametrize("size", SIZES)
def test_the_pages_have_no_barriers(person, cast, case, size):
    change = files(case)
    other = cast.open_case()
    cast.does(other, "acknowledge")
    objects(other)
    signs(cast, case)
    task = cast.task(case, "decide_by_office_head")
    screen = {"viewport": SIZES[size], "reduced_motion": "reduce"}

    assert change.late is False
    assert barriers_of(
        person("wangmin", **screen),
        "/changes",
        "/changes?state=granted",
        "/changes?view=objections",
        f"/cases/{case.number}",
        f"/cases/{other.number}",
        "/diagrams/change_request/1",
        "/diagrams/objection/1",
        "/diagrams/reassignment/1",
    ) == {}  # fmt: skip
    assert barriers_of(
        person("lyxx_owner", **screen), f"/cases/{case.number}/changes/new?kind=suspension"
    ) == {}  # fmt: skip
    assert barriers_of(
        person("lyxx_head", **screen), f"/cases/{other.number}/changes/new?kind=reassignment"
    ) == {}  # fmt: skip
    assert barriers_of(person("chenjianguo", **screen), f"/tasks/{task.id}") == {}


def test_an_objection_form_has_no_barriers(person, cast):
    case = cast.open_case()
    cast.does(case, "acknowledge")

    assert barriers_of(person("lyxx_head"), f"/cases/{case.number}/objection/new") == {}


def test_a_menu_works_by_the_keyboard(owner, case, cast):
    cast.until(date(2026, 3, 10))
    owner.opens(f"/cases/{case.number}")
    owner.page.locator(".change-menu > summary").focus()
    owner.page.keyboard.press("Enter")
    owner.page.keyboard.press("Tab")

    expect(owner.page.get_by_role("link", name="延期", exact=True)).to_be_focused()
