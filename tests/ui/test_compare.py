"""Two diagrams side by side: they move together, and the list of differences leads to each."""

import pytest
from playwright.sync_api import expect

from app.services import accounts, diagrams
from app.services.design import drafts
from tests.ui.test_pages import SIZES, barriers

PAGE = "/designer/rectification/compare"
BOX = """(n) => {
    const { x, y, scale } = document.querySelector('gov-difference').sides[n]
        .viewer.get('canvas').viewbox();
    return [x, y, scale].map((one) => Math.round(one * 1000));
}"""


@pytest.fixture
def draft(app, clock):
    xml = diagrams.get("rectification").xml
    for old, new in (
        (">workdays(10)<", ">workdays(8)<"),
        ('name="制定整改方案"', 'name="编制整改方案"'),
    ):
        xml = xml.replace(old, new, 1)
    return drafts.keep("rectification", accounts.actor("fenxi"), revision=0, xml=xml)


@pytest.fixture
def compared(person, draft):
    """Open the comparison on a screen of that size and wait for both diagrams."""

    def open_(size="wide"):
        page = person("fenxi", viewport=SIZES[size]).opens(PAGE)
        expect(page.locator("gov-difference[data-state=ready]")).to_be_visible()
        return page

    return open_


def boxes(page):
    return [page.evaluate(BOX, number) for number in (0, 1)]


def test_the_diagrams_move_together(compared):
    page = compared()
    before = boxes(page)

    page.locator(".twin").first.get_by_role("button", name="放大").click()

    first, second = boxes(page)
    assert before[0] == before[1]
    assert first == second != before[0]


def test_a_click_in_the_list_leads_to_the_element_in_both(compared):
    page = compared()

    page.get_by_role("button", name="“编制整改方案”的期限由10个工作日").click()

    expect(page.locator(".twin .diff-here[data-element-id=plan_due]")).to_have_count(2)
    first, second = boxes(page)
    assert first == second
    for number in (0, 1):
        mark = page.locator(".twin").nth(number).locator("[data-container-id=plan_due] .diff-sign")
        expect(mark).to_have_text("～")
        expect(mark).to_be_in_viewport()


def test_the_list_is_narrowed_by_words_and_weight(compared):
    page = compared()
    lines = page.locator(".changes > li:visible")
    expect(lines).to_have_count(2)

    page.get_by_label("文字").uncheck()
    expect(lines).to_have_count(1)
    page.get_by_label("在改动中查找").fill("没有这样的")

    expect(lines).to_have_count(0)
    expect(page.get_by_text("没有符合条件的改动。")).to_be_visible()


def test_a_phone_shows_the_list_first_and_one_diagram_at_a_time(compared):
    page = compared("phone")
    twins = page.locator(".twin:visible")
    expect(twins).to_have_count(1)

    page.locator(".switch").get_by_role("button", name="第 1 版").click()

    expect(twins).to_have_count(1)
    expect(twins).to_contain_text("原版本")
    top = page.locator(".changes").first.bounding_box()["y"]
    assert top < twins.bounding_box()["y"]


@pytest.mark.parametrize("size", SIZES)
def test_everybody_can_use_the_comparison(compared, cast, size):
    cast.does(cast.open_case(), "acknowledge")
    page = compared(size)

    found = {"changes": barriers(page)}
    for view in ("deadlines", "text"):
        page.goto(page.url.partition("?")[0] + f"?view={view}")
        found[view] = barriers(page)

    assert {view: them for view, them in found.items() if them} == {}
