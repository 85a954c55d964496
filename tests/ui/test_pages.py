"""Every page, wide and narrow: open to everybody, and no wider than the screen."""

from collections import Counter
from datetime import date
from functools import cache
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.ui.people import Person

AXE = Path(__file__).parent / "vendor" / "axe.min.js"
WCAG = ["wcag2a", "wcag2aa", "wcag21aa", "wcag22aa"]
CHECK = """async (tags) => (await axe.run(document, {runOnly: tags})).violations.map(
    one => `${one.id}: ${one.nodes.map(node => node.target.join(' ')).join(', ')}`)"""
UNSTICK = """() => [...document.querySelectorAll('*')]
    .filter(one => getComputedStyle(one).position === 'sticky')
    .forEach(one => one.style.setProperty('position', 'static', 'important'))"""
TOO_WIDE = "() => document.documentElement.scrollWidth > innerWidth"

SIZES = {"wide": {"width": 1440, "height": 900}, "phone": {"width": 390, "height": 844}}


@pytest.fixture(params=SIZES)
def screen(request):
    return {"viewport": SIZES[request.param], "reduced_motion": "reduce"}


@cache
def axe() -> str:
    return AXE.read_text(encoding="utf-8")


def barriers(page: Page) -> list[str]:
    """Return what keeps somebody from using the page as it now stands.

    Bars that stick are put in their places first: what they cover comes forth when one scrolls.
    """
    page.evaluate(UNSTICK)
    page.evaluate(axe())
    found: list[str] = page.evaluate(CHECK, WCAG)
    return [*found, "wider than the screen"] if page.evaluate(TOO_WIDE) else found


def barriers_of(person: Person, *paths: str) -> dict[str, list[str]]:
    """Open pages one by one; return the barriers of those that have any."""
    found = {path: barriers(person.opens(path)) for path in paths}
    return {path: them for path, them in found.items() if them}


@pytest.fixture
def overdue(cast):
    """A case with a letter about it, worked on and overdue."""
    case = cast.starts_work()
    cast.until(date(2026, 4, 3))
    cast.walks(case, "draft_letter", "sign_letter")
    return case


def test_the_pages_of_the_office_have_no_barriers(person, cast, overdue, screen):
    (letter,) = cast.letters(overdue)
    office = person("wangmin", **screen)

    assert barriers_of(
        office,
        "/inbox",
        "/inbox?view=done",
        "/inbox?only=overdue",
        "/cases?open=",
        f"/cases/{overdue.number}",
        "/cases/new",
        "/cases/import",
        "/follow-ups",
        "/letters",
        f"/letters/{letter.id}",
        "/notices",
        "/diagrams",
        "/diagrams/rectification/1",
        "/help",
        "/deadlines/rules",
        "/deadlines/rules/compare?left=default&right=chongqing",
        "/cases/QL-2026-ZX-99-999",
    ) == {}  # fmt: skip


@pytest.mark.parametrize("tab", ["办理", "事项与材料", "流程图", "办理记录"])
def test_a_task_has_no_barriers(person, cast, overdue, screen, tab):
    owner = person("lyxx_owner", **screen)
    page = owner.opens(f"/tasks/{cast.task(overdue, 'rectify').id}")

    page.get_by_role("tab", name=tab, exact=True).click()
    if tab == "流程图":
        expect(page.locator("gov-diagram")).to_have_attribute("data-state", "ready")

    assert barriers(page) == []


def test_choosing_the_rules_has_no_barriers(person, screen):
    head = person("chenjianguo", **screen)

    assert barriers_of(head, "/deadlines/rules/zhejiang", "/deadlines/rules/use/zhejiang") == {}


def test_a_refused_form_has_no_barriers(person, cast, overdue, screen):
    owner = person("lyxx_owner", **screen)
    page = owner.opens(f"/tasks/{cast.task(overdue, 'rectify').id}")

    owner.fills({"next_step": "report"})
    owner.sends()
    expect(page.locator("[data-faults]")).to_be_visible()

    assert barriers(page) == []


def test_the_login_has_no_barriers(person, screen):
    stranger = person(**screen)
    stranger.page.goto("/login")
    assert barriers(stranger.page) == []

    stranger.signs_in("wangmin", "wrong")

    assert barriers(stranger.page) == []


def test_each_page_has_a_title_of_its_own(office, overdue):
    paths = ["/inbox", "/cases", "/letters", "/notices", "/diagrams", "/help", "/follow-ups"]

    titles = Counter(office.opens(path).title() for path in paths)

    assert len(titles) == len(paths)


def test_a_script_that_somebody_slips_in_does_not_run_and_is_noticed(person):
    stranger = person()
    page = stranger.page
    page.goto("/login")

    page.evaluate(
        "document.body.append(Object.assign(document.createElement('script'), {text: 'hurt = 1'}))"
    )

    assert page.evaluate("typeof hurt") == "undefined"
    assert "Content Security Policy" in stranger.trouble.pop()


def test_a_picture_without_words_is_a_barrier(person):
    page = person().page
    page.goto("/login")

    page.evaluate("document.querySelector('main').append(document.createElement('img'))")

    assert [one.split(":")[0] for one in barriers(page)] == ["image-alt"]


def test_a_case_is_printed_with_the_drawing_that_one_never_came_to(person, cast):
    case = cast.open_case()
    low = {"width": 1440, "height": 400}
    page = person("wangmin", viewport=low).opens(f"/cases/{case.number}")
    page.evaluate(
        "print = () => { document.title = document.querySelector('gov-diagram').dataset.state }"
    )

    page.get_by_role("button", name="打印").click()

    expect(page).to_have_title("ready")
    assert page.evaluate("scrollY") == 0
