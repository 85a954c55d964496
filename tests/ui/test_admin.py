"""The administrators' pages: no barriers, and a leaver is signed out by keyboard."""

import pytest
from playwright.sync_api import expect

from app.db import db
from app.domain.people import User
from tests.ui.test_pages import SIZES, barriers, barriers_of


@pytest.fixture(params=SIZES)
def screen(request):
    return {"viewport": SIZES[request.param], "reduced_motion": "reduce"}


def id_of(username):
    return db.session.scalar(db.select(User.id).filter_by(username=username))


def test_the_pages_of_the_administrators_have_no_barriers(person, screen):
    of = id_of("lyxx_head")

    keeper, granter = person("xitong", **screen), person("anquan", **screen)

    paths = ("/admin", "/admin/units", "/admin/people/new", f"/admin/people/{of}", "/me/password")
    assert barriers_of(keeper, *paths) == {}
    assert barriers_of(granter, f"/admin/people/{of}", "/admin/record") == {}


def test_a_password_is_reset_and_an_account_closed_by_keyboard(person):
    keeper = person("xitong")
    page = keeper.opens(f"/admin/people/{id_of('lyxx_head')}")

    page.get_by_role("button", name="重设密码").press("Enter")
    page.get_by_role("button", name="确定").press("Enter")
    expect(page.locator("#one-time")).to_be_visible()
    assert barriers(page) == []

    page.get_by_role("link", name="已告知，返回").press("Enter")
    page.get_by_role("link", name="停用账号").press("Enter")
    page.get_by_role("button", name="停用账号").press("Enter")
    keeper.hears("已停用")
    keeper.reads("账号已停用，不能登录")
