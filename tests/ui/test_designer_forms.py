"""Forms and decision tables in the browser: editing a form beside its preview, trying a table."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Locator, expect

from app.services import accounts
from app.services.design import drafts
from tests.ui.people import Person
from tests.ui.test_pages import SIZES, barriers_of

SIGN = "/designer/rectification/forms/sign"
LIGHT = "/designer/rectification/decisions/light"


@pytest.fixture
def analyst(person: Callable[..., Person]) -> Person:
    return person("fenxi")


def row(person: Person, name: str) -> Locator:
    return person.page.locator(".field-row", has_text=name)


def kept(analyst: Person) -> None:
    expect(analyst.page.locator("#form-state")).to_contain_text("已保存到草稿")


def test_a_form_is_edited_beside_its_preview(analyst):
    page = analyst.opens(SIGN)
    preview = page.locator("#form-preview")
    page.fill("#new-label", "核查方式")
    page.select_option("#new-type", "radio")
    page.get_by_role("button", name="添加", exact=True).click()
    expect(page.locator("#set-key")).to_have_value("verify_method")

    page.get_by_label("选项名称").first.fill("实地")
    page.get_by_label("选项的值").first.fill("on_site")
    expect(preview).to_contain_text("实地")
    page.locator("#set-label").fill("怎样核查")
    expect(preview).to_contain_text("怎样核查")
    kept(analyst)

    page.select_option("#condition-field", "signed")
    page.select_option("#condition-value", "yes")
    expect(preview.get_by_text("怎样核查")).to_be_hidden()
    preview.get_by_text("同意", exact=True).click()
    expect(preview.get_by_text("怎样核查")).to_be_visible()
    kept(analyst)

    form = drafts.bundle("rectification").forms["sign"]
    assert form["components"][1]["conditional"] == {"hide": 'signed != "yes"'}
    assert form["components"][1]["values"] == [{"label": "实地", "value": "on_site"}]


def test_fields_are_dragged_deleted_and_brought_back(analyst):
    page = analyst.opens("/designer/rectification/forms/plan")
    # Both rows in view: a page that scrolls under a pressed button drags another row.
    page.set_viewport_size({"width": 1440, "height": 1800})
    names = page.locator(".field-row[data-depth='0'] .text")
    row(analyst, "配合单位").drag_to(row(analyst, "原因分析"), target_position={"x": 40, "y": 4})
    expect(names.first).to_contain_text("配合单位")

    row(analyst, "配合单位").get_by_role("button", name="下移").click()
    expect(names.nth(1)).to_contain_text("配合单位")
    row(analyst, "配合单位").get_by_role("button", name="删除").click()
    expect(names).to_have_count(7)
    page.get_by_role("button", name="撤销").click()
    expect(names.nth(1)).to_contain_text("配合单位")


def test_a_wrong_cell_is_named_at_the_cell_and_the_table_can_be_tried(analyst):
    page = analyst.opens(LIGHT)
    editor = page.locator("gov-decision[data-state='ready']")
    cell = editor.locator("td[data-element-id='overdue_light_out']")
    cell.locator("[contenteditable]").first.fill("red")
    expect(cell).to_have_attribute("data-wrong", re.compile("没有变量“red”"))
    expect(editor.locator("[data-part='findings']")).to_contain_text("第 1 条规则“预警灯”列")

    cell.locator("[contenteditable]").first.fill('"yellow"')
    expect(editor.locator("[data-part='findings'] li")).to_have_count(0)
    expect(editor.locator("[data-part='state']")).to_contain_text("已保存到草稿")

    for name, value in {"remaining": "-3", "period": "30", "lag": "0"}.items():
        page.fill(f"#try-{name}", value)
    page.get_by_role("button", name="看结论").click()
    expect(page.locator("#trial")).to_contain_text("yellow")
    expect(editor.locator("tbody tr").first).to_have_class(re.compile("hit"))
    assert page.evaluate("[...window.missingWords]") == []


def test_a_table_that_somebody_else_kept_meanwhile_is_taken_along_or_given_up(analyst):
    page = analyst.opens(LIGHT)
    cell = page.locator("gov-decision[data-state='ready'] td[data-element-id='overdue_light_out']")
    expect(cell).to_be_visible()
    tables = drafts.bundle("rectification").decisions
    other = {**tables, "light": tables["light"].replace('"red"', '"blue"')}
    drafts.keep("rectification", accounts.actor("fenxi"), revision=0, decisions=other)

    cell.locator("[contenteditable]").first.fill('"green"')
    expect(page.locator("gov-decision [data-part='state']")).to_contain_text("未保存")
    with page.expect_download() as download:
        page.get_by_role("button", name="下载我的").click()
    assert download.value.suggested_filename == "light.dmn"
    assert '"green"' in download.value.path().read_text(encoding="utf-8")

    page.get_by_role("button", name="放弃我的改动，刷新此页").click()
    expect(cell).to_contain_text('"blue"')


@pytest.mark.parametrize("size", SIZES)
def test_the_pages_have_no_barriers(person, size):
    screen = {"viewport": SIZES[size], "reduced_motion": "reduce"}

    pages = ("/designer/rectification/forms", SIGN, "/designer/rectification/decisions", LIGHT)
    assert barriers_of(person("fenxi", **screen), *pages) == {}
