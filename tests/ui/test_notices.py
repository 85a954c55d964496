"""Notices in the browser: folded lines, and setting a channel."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import expect

from app.messages import Writer
from app.services import deliveries
from config.outgoing import Host, Outgoing, Smtp
from tests.receivers import Hook, hook
from tests.ui.test_pages import SIZES, barriers


@pytest.fixture(params=SIZES)
def screen(request):
    return {"viewport": SIZES[request.param], "reduced_motion": "reduce"}


@pytest.fixture
def outside(app) -> Iterator[Hook]:
    with hook() as made:
        smtp = Smtp("127.0.0.1", 1, "", "", "xiaohao@example.gov.cn", "none")
        hosts = (Host("127.0.0.1", "http", made.port, inner=True),)
        deliveries.configure(Outgoing("http://127.0.0.1", smtp, hosts), Writer("http://127.0.0.1"))
        yield made


def test_the_settings_of_notices_have_no_barriers(person, outside, screen):
    page = person("wangmin", **screen).opens("/me/notices")
    for fold in page.locator("section > details > summary").all():
        fold.click()
    page.get_by_text("接收哪些通知").first.click()

    assert barriers(page) == []


def test_a_channel_is_set_and_tried_out(person, outside, screen):
    office = person("wangmin", **screen)
    page = office.opens("/me/notices")
    card = page.locator("#webhook")
    card.get_by_text("设置", exact=True).click()

    card.get_by_label("回调网址").fill("https://elsewhere.example.com/")
    card.get_by_role("button", name="保存").click()
    expect(card.locator("#webhook-address-error")).to_contain_text("没有允许向该主机发送")
    assert barriers(page) == []

    card.get_by_label("回调网址").fill(f"http://127.0.0.1:{outside.port}/hook")
    card.get_by_role("button", name="保存").click()
    office.hears("接收设置已保存")
    card.get_by_role("button", name="发送测试").click()
    office.hears("测试消息已通过“通用回调”发出")

    assert outside.calls[0].json["kind"] == "test"
    page.set_viewport_size({**page.viewport_size, "height": 3000})  # so the bar covers nothing
    assert barriers(page) == []


def test_notices_are_folded_and_the_proof_is_readable(person, cast, screen):
    cases = [cast.starts_work() for _ in range(2)]
    cast.passes(days=40)
    office = person("wangmin", **screen)

    page = office.opens("/notices")
    page.get_by_text("2 项").first.click()
    assert barriers(page) == []
    page.locator("details[open] li a").first.click()
    expect(page).to_have_url(re.compile("/(cases|tasks)/"))

    office.opens(f"/cases/{cases[0].number}/notices")
    assert barriers(page) == []
