"""Filling in forms: nothing typed is lost, whatever happens."""

import re

import pytest
from playwright.sync_api import expect

from tests.ui.people import picture

CAUSE = "制度不落实，责任未到人。"


@pytest.fixture
def case(cast):
    """A case that waits for its plan."""
    case = cast.open_case()
    cast.does(case, "acknowledge")
    return case


@pytest.fixture
def planning(cast, case):
    return f"/tasks/{cast.task(case, 'draft_plan').id}"


def test_a_form_with_faults_names_them_and_keeps_what_was_typed(owner, planning):
    page = owner.opens(planning)
    owner.fills({"cause": CAUSE, "measures.0.weight": "很重"})

    owner.sends()

    faults = page.locator("[data-faults]")
    expect(faults).to_be_focused()
    expect(faults).to_contain_text("请填写“整改目标及验收标准”")
    expect(page.locator("[name=cause]")).to_have_value(CAUSE)
    expect(page.locator("[name='measures.0.weight']")).to_have_value("很重")
    faults.get_by_role("link", name="整改目标及验收标准").click()
    expect(page.locator("[name=goal]")).to_be_focused()


def test_who_comes_second_hears_who_was_first_and_when_and_loses_nothing(
    owner, cast, case, planning
):
    owner.opens(planning)
    owner.fills({"cause": "我写的原因", "goal": "我写的目标"})
    cast.does(case, "draft_plan", who="lyxx_owner")

    owner.sends()

    owner.reads("该待办已由金德胜于2026-03-02 09:00办结")
    owner.reads("我写的原因")
    owner.reads("我写的目标")


def test_what_was_typed_comes_back_after_a_reload(owner, planning):
    page = owner.opens(planning)
    owner.fills({"cause": CAUSE})
    expect(page.locator("[data-saved]")).to_contain_text("草稿")

    page.reload()

    owner.reads("自动保存的草稿")
    expect(page.locator("[name=cause]")).to_have_value(CAUSE)


def test_what_was_typed_in_the_last_second_is_kept_when_one_leaves(owner, planning):
    page = owner.opens(planning)
    page.on("dialog", lambda dialog: dialog.accept())
    owner.fills({"cause": CAUSE})

    page.goto("/cases")

    owner.opens(planning)
    expect(page.locator("[name=cause]")).to_have_value(CAUSE)


def test_what_was_refused_is_kept_though_nothing_more_is_typed(owner, planning):
    page = owner.opens(planning)
    owner.fills({"cause": CAUSE})
    owner.sends()
    expect(page.locator("[data-faults]")).to_be_visible()
    expect(page.locator("[data-saved]")).to_contain_text("草稿")

    page.reload()

    expect(page.locator("[name=cause]")).to_have_value(CAUSE)


def test_what_was_typed_before_the_program_came_is_kept_too(owner, planning):
    owner.opens("/cases")  # signed in
    page = owner.page
    held = holds(page, "**/dist/app.js*")
    page.goto(planning, wait_until="commit")
    page.locator("[name=cause]").fill(CAUSE)

    for script in held:
        script.continue_()

    expect(page.locator("[data-saved]")).to_contain_text("草稿")
    page.reload()
    expect(page.locator("[name=cause]")).to_have_value(CAUSE)


def test_what_is_on_its_way_as_one_leaves_is_kept(owner, planning):
    page = owner.opens(planning)
    page.on("dialog", lambda dialog: dialog.accept())
    held = holds(page, "**/draft*")
    owner.fills({"cause": CAUSE})
    page.wait_for_timeout(2500)  # it is being saved, and the line is slow
    assert len(held) == 1

    page.goto("/cases")

    owner.opens(planning)
    expect(page.locator("[name=cause]")).to_have_value(CAUSE)


def holds(page, pattern):
    """Keep the next request for *pattern* from arriving; return what is held."""
    held = []

    def hold(route):
        held.append(route)

    page.route(pattern, hold, times=1)
    return held


COVERED = """() => {
    const focused = document.activeElement, dock = document.querySelector('.dock');
    const top = (it) => it.getBoundingClientRect().top;
    return !dock.contains(focused) && top(focused) >= top(dock);
}"""


def test_nothing_that_the_keyboard_leads_to_lies_under_the_dock(person, planning):
    page = person("lyxx_owner", reduced_motion="reduce").opens(planning)
    page.locator("[name=cause]").focus()

    for _ in range(16):
        page.keyboard.press("Tab")
        assert not page.evaluate(COVERED)


def test_rows_are_added_and_taken_away(owner, planning):
    page = owner.opens(planning)
    rows = page.locator(".grid-row")
    owner.fills({"measures.0.text": "第一项"})

    page.get_by_role("button", name="增加一行").click()
    expect(page.locator("[name='measures.1.text']")).to_be_focused()
    page.keyboard.type("第二项")
    rows.first.get_by_role("button", name="删除本行").click()

    expect(rows).to_have_count(1)
    expect(page.locator("[name='measures.1.text']")).to_have_value("第二项")


def test_a_choice_shows_the_fields_that_belong_to_it(owner, cast, case):
    cast.walks(case, "draft_plan", "sign_plan", "review_plan", "approve_plan")
    page = owner.opens(f"/tasks/{cast.task(case, 'rectify').id}")
    report = page.locator("[name=report]")

    owner.fills({"next_step": "progress"})
    expect(report).to_be_hidden()
    owner.fills({"next_step": "report"})

    expect(report).to_be_visible()


def test_a_photograph_is_handed_in_opened_and_taken_away(owner, cast, case, tmp_path):
    cast.walks(case, "draft_plan", "sign_plan", "review_plan", "approve_plan")
    page = owner.opens(f"/tasks/{cast.task(case, 'rectify').id}")

    owner.fills({"evidence": picture(tmp_path, "整改后.png")})

    link = page.get_by_role("link", name="整改后.png")
    answer = owner.context.request.get(link.get_attribute("href"))
    assert (answer.status, answer.headers["content-type"]) == (200, "image/png")
    page.get_by_role("button", name=re.compile("移除.整改后.png")).click()
    expect(link).to_have_count(0)


def test_a_file_of_a_forbidden_kind_is_refused_in_words(owner, planning, tmp_path):
    page = owner.opens(planning)
    file = tmp_path / "应急预案.exe"
    file.write_bytes(b"MZ")

    page.locator("gov-upload input[type=file]").first.set_input_files(file)

    owner.reads("不接受此类文件")


def test_a_task_is_completed_without_javascript(person, cast):
    case = cast.open_case()
    clerk = person("lyxx_clerk", java_script_enabled=False)
    page = clerk.page

    page.locator(".row-task", has_text=case.number).click()
    page.fill("[name=signed_by]", "华雪梅")
    page.get_by_role("button", name="提交").last.click()

    clerk.hears("“签收”已提交")
    clerk.reads("待办已全部办完")


def test_a_plan_of_two_measures_is_written_without_javascript(person, cast, case, planning):
    owner = person("lyxx_owner", java_script_enabled=False)
    page = owner.opens(planning)
    page.fill("[name='measures.0.text']", "第一项")

    page.get_by_role("button", name="增加一行").click()

    expect(page.locator(".grid-row")).to_have_count(2)
    expect(page.locator("[name='measures.0.text']")).to_have_value("第一项")
