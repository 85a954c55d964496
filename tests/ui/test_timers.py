"""Deadlines watched in a browser: their views, and reminding several people at once."""

from datetime import date

import pytest
from playwright.sync_api import expect

from tests.ui.test_pages import SIZES, barriers, barriers_of

VIEWS = ("", "?view=month&month=2026-04", "?view=timeline", "?view=timeline&zoom=month")


@pytest.fixture(params=SIZES)
def screen(request):
    return {"viewport": SIZES[request.param], "reduced_motion": "reduce"}


@pytest.fixture
def overdue(cast):
    """Two cases overdue by so much that letters were drafted."""
    found = [cast.starts_work() for _ in range(2)]
    cast.until(date(2026, 4, 3))
    return found


def test_overdue_steps_are_chosen_by_keys_and_reminded_of_together(person, overdue, screen):
    office = person("wangmin", **screen)
    assert barriers_of(office, *(f"/monitor/timers{view}" for view in VIEWS)) == {}
    page = office.opens("/monitor/timers?window=overdue")

    page.keyboard.press("j")
    page.keyboard.press("x")
    expect(page.locator("[data-count]")).to_have_text("已选 1 项")
    page.get_by_label("全选本页").check()
    page.get_by_role("button", name="催办").click()
    expect(page.get_by_role("heading", name="将办理 2")).to_be_visible()
    assert barriers(page) == []
    page.get_by_role("button", name="确认催办 2 项").click()

    expect(page.locator("#batch .banner")).to_contain_text("已办理 2 项")
    assert barriers(page) == []
