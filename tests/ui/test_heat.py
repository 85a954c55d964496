"""The live diagram in a browser: colours and numbers, the panel of a step, pictures to keep."""

from datetime import date

import pytest
from lxml import etree
from playwright.sync_api import expect

from tests.ui.test_pages import SIZES, barriers

PAGE = "/monitor/diagrams"


@pytest.fixture
def case(cast):
    """A case overdue at work, and one whose plan is being drafted."""
    case = cast.starts_work()
    cast.until(date(2026, 4, 3))
    cast.does(cast.open_case(), "acknowledge")
    return case


@pytest.fixture
def looks(person):
    """Open the page on a screen of that size and wait for the drawing."""

    def open_(address=PAGE, size="wide"):
        page = person("zhoulan", viewport=SIZES[size], reduced_motion="reduce").opens(address)
        expect(page.locator("gov-diagram[data-state=ready]")).to_be_visible()
        return page

    return open_


def step(page, key):
    return page.locator(f"g[data-element-id='{key}']")


@pytest.mark.parametrize("size", SIZES)
def test_a_step_opens_its_panel_by_keyboard_and_closes_it(case, looks, size):
    page = looks(size=size)
    assert barriers(page) == []

    step(page, "rectify").press("Enter")

    expect(page.locator("#panel-title")).to_have_text("实施整改")
    expect(page.locator("#panel-title")).to_be_focused()
    expect(page.locator(".heat-queue")).to_contain_text(case.number)
    assert "step=rectify" in page.url
    page.evaluate("scrollTo(0, 0)")  # or the bar at the top hides parts of what lies below it
    assert barriers(page) == []
    page.get_by_role("link", name="关闭").click()
    expect(page.locator("#panel-title")).to_have_count(0)
    expect(step(page, "rectify")).to_be_focused()


def test_the_picture_that_is_kept_has_the_heat_and_the_numbers(case, looks, tmp_path):
    page = looks(f"{PAGE}?by=count")
    label = step(page, "rectify").get_attribute("aria-label")
    assert label.startswith("实施整改：在办 1，逾期 1")

    with page.expect_download() as kept:
        page.get_by_role("button", name="SVG").click()
    kept.value.save_as(tmp_path / "heat.svg")
    with page.expect_download() as png:
        page.get_by_role("button", name="图片").click()

    drawn = etree.parse(tmp_path / "heat.svg").getroot()
    texts = ["".join(one.itertext()) for one in drawn.iter("{*}text")]
    shape = drawn.xpath("//*[@data-element-id='rectify']/*[@class='djs-visual']/*[1]")[0]
    assert {"在办 1", "逾期 1", "1 件", "问题整改 · 全部版本"} <= set(texts)
    assert "rgb(253, 243, 208)" in shape.get("style")
    assert kept.value.suggested_filename == "问题整改-全部版本-20260403-0900.svg"
    assert png.value.path().read_bytes()[:4] == b"\x89PNG"
