"""The inbox worked from the keyboard, signing in, and the language."""

import re

import pytest
from playwright.sync_api import expect

CHOSEN = ".row-task[aria-current]"


@pytest.fixture
def numbers(cast):
    """Three cases that wait for the clerk, in the order of the list."""
    return [cast.open_case().number for _ in range(3)]


def test_the_list_is_walked_with_j_and_k_and_the_task_stands_beside_it(clerk, numbers):
    page = clerk.opens("/inbox")
    beside = page.locator("#detail .where a.number")
    expect(beside).to_have_text(numbers[0])

    page.keyboard.press("j")
    expect(beside).to_have_text(numbers[1])
    expect(page.locator(CHOSEN)).to_contain_text(numbers[1])

    page.keyboard.press("k")
    expect(beside).to_have_text(numbers[0])


def test_e_begins_to_write_and_then_letters_are_letters(clerk, numbers):
    page = clerk.opens("/inbox")
    expect(page.locator("#detail .panel")).to_be_visible()

    page.keyboard.press("e")
    page.keyboard.type("jk")

    expect(page.locator("[name=signed_by]")).to_have_value("jk华雪梅")
    expect(page.locator(CHOSEN)).to_contain_text(numbers[0])


def test_ctrl_enter_sends(clerk, numbers):
    page = clerk.opens("/inbox")
    page.locator("[name=signed_by]").fill("华雪梅")

    page.keyboard.press("Control+Enter")

    clerk.hears("“签收”已提交")
    expect(page.locator(".row-task")).to_have_count(2)


def test_enter_on_the_open_task_leads_into_it_and_loses_nothing(clerk, numbers):
    page = clerk.opens("/inbox")
    page.locator("[name=signed_by]").fill("华雪")

    page.locator(CHOSEN).press("Enter")

    expect(page.locator("#task-title")).to_be_focused()
    expect(page.locator("[name=signed_by]")).to_have_value("华雪")


def test_a_question_mark_lists_the_keys(clerk, numbers):
    page = clerk.opens("/inbox")
    keys = page.get_by_role("dialog", name="快捷键")

    page.keyboard.press("?")
    expect(keys).to_be_visible()
    page.keyboard.press("Escape")

    expect(keys).to_be_hidden()


def test_a_slash_leads_to_the_search(office, numbers):
    page = office.opens("/inbox")

    page.keyboard.press("/")
    page.keyboard.type(numbers[1])
    page.keyboard.press("Enter")

    expect(page.locator("tbody tr")).to_have_count(1)
    expect(page.locator("tbody")).to_contain_text(numbers[1])


def test_on_a_phone_a_row_leads_to_the_page_of_its_task(person, numbers):
    clerk = person("lyxx_clerk", viewport={"width": 390, "height": 844}, has_touch=True)

    clerk.page.locator(".row-task", has_text=numbers[1]).tap()

    expect(clerk.page).to_have_url(re.compile(r"/tasks/\d+$"))
    expect(clerk.page.locator("#task-title")).to_have_text("签收")
    clerk.page.get_by_role("link", name="待办", exact=True).tap()
    expect(clerk.page.locator(".row-task")).to_have_count(3)


def test_a_wrong_password_says_so_and_keeps_the_name(person):
    stranger = person()
    stranger.page.goto("/login")

    stranger.signs_in("lyxx_clerk", "wrong")

    expect(stranger.page.get_by_role("alert")).to_contain_text("用户名或密码不正确")
    expect(stranger.page.locator("#username")).to_have_value("lyxx_clerk")
    expect(stranger.page.locator("#password")).to_be_focused()


def test_after_signing_in_one_is_where_one_wanted_to_be(person, numbers):
    stranger = person()
    stranger.page.goto(f"/cases/{numbers[0]}")

    stranger.signs_in("lyxx_clerk")

    expect(stranger.page.locator("h1")).to_have_text(numbers[0])


def test_the_language_is_switched_and_stays(clerk, numbers):
    page = clerk.opens("/inbox")

    page.get_by_role("button", name="English").click()
    expect(page.locator("#list-title")).to_have_text("My tasks")
    clerk.opens("/cases")

    expect(page.locator("html")).to_have_attribute("lang", "en")
    expect(page.get_by_role("button", name="中文")).to_be_visible()
