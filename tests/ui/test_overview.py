"""The overview as the chief inspector uses it: looks, points, tabs, prints."""

import re
from datetime import date

import pytest
from playwright.sync_api import expect

from tests.ui.test_pages import SIZES, barriers

PAGES = re.compile(rb"/Type\s*/Page\b")


@pytest.fixture
def overdue(cast):
    """Two cases of a school, both overdue."""
    late = [cast.starts_work(), cast.starts_work()]
    cast.until(date(2026, 4, 3))
    return late


def drawn(person):
    page = person.opens("/monitor")
    charts = page.locator("gov-chart")
    for chart in charts.all():
        chart.scroll_into_view_if_needed()
        expect(chart).to_have_attribute("data-state", "ready")
    page.evaluate("scrollTo(0, 0)")
    return page


def test_pictures_are_drawn_pointed_at_and_taken_away(person, overdue):
    chief = person("zhoulan", reduced_motion="reduce", accept_downloads=True)
    page = drawn(chief)

    expect(page.locator("#lights .plot svg")).to_contain_text("红灯")
    with page.expect_download() as taken:
        page.get_by_role("button", name="图片：预警灯").click()
    assert taken.value.suggested_filename == "预警灯_责任单位_2026-04-03.png"
    assert taken.value.path().read_bytes().startswith(b"\x89PNG")
    with page.expect_download() as book:
        page.get_by_role("link", name="Excel：每周趋势").click()
    assert book.value.suggested_filename == "监控总览_2026-04-03.xlsx"

    page.locator("#lights .plot").click(position={"x": 400, "y": 49})  # the bar of the school

    expect(page).to_have_url(re.compile("figure=red&led_by="))
    chief.reads("共 2 件")


def test_the_keyboard_reaches_each_number_and_a_refresh_takes_nothing_away(person, overdue, cast):
    chief = person("zhoulan", viewport={"width": 1280, "height": 600}, reduced_motion="reduce")
    page = drawn(chief)
    page.locator("#lights summary").focus()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    page.evaluate("scrollTo(0, 300)")
    expect(page.locator("#lights tbody td a").first).to_be_focused()
    cast.starts_work()

    page.locator("#overview").dispatch_event("every")

    expect(page.locator("#figure-open b")).to_have_text("3")
    expect(page.locator("#lights details")).to_have_attribute("open", "")
    expect(page.locator("#lights tbody td a").first).to_be_focused()
    expect(page.locator("#lights .plot svg")).to_be_visible()
    assert page.evaluate("scrollY") == 300
    page.keyboard.press("Enter")
    chief.reads("共 3 件")


@pytest.mark.parametrize("size", SIZES)
def test_the_overview_has_no_barriers_and_prints_on_two_pages(person, overdue, size):
    chief = person("zhoulan", viewport=SIZES[size], reduced_motion="reduce")

    page = drawn(chief)

    assert barriers(page) == []
    assert len(PAGES.findall(page.pdf(prefer_css_page_size=True))) <= 2
    page.locator("main details").evaluate_all("all => all.forEach(one => (one.open = true))")
    assert barriers(page) == []
    page.goto("/monitor/inspectors")
    assert barriers(page) == []
