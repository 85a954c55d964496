"""In English nothing Chinese is left on a page but names and what people wrote."""

import json
import re
from collections.abc import Iterable, Iterator
from html import unescape
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from app.db import db
from app.domain.letter import Letter
from app.domain.people import Unit, User
from app.domain.vocabulary import Severity
from app.forms import Component, components_of
from tests.cast import ANSWERS, PLANNING, REPORTING, SCHOOL
from tests.web.calling import Caller
from tests.web.visiting import Page, Visitor

CHINESE = re.compile(r"[\u3000-\u303f\u3400-\u9fff\uff01-\uff60]+")
#: What English pages say in Chinese: the product's name and seal, and the way back to Chinese.
SAID = ("销号台", "销", "中文")
PROBLEM, REQUIREMENT = "食堂留样不规范", "规范留样"
ENGLISH = {"Accept-Language": "en"}
#: Of a letter: it is part of a Chinese document.
NUMBER = re.compile(r"教督办函〔\d+〕\d+号")
HEADINGS = ("被督导单位", "具体问题", "整改要求", "问题类别", "程度", "下达日期")
ROOT = Path(__file__).parents[2]
FORMS = [*sorted(ROOT.glob("bpmn/forms/*.form")), ROOT / "app/web/opening.form"]


@pytest.fixture
def case(cast: Any) -> Any:
    """A case that was planned, is overdue, and about which a letter was sent."""
    case = cast.starts_work(problem=PROBLEM, requirement=REQUIREMENT)
    cast.passes(days=40)
    cast.walks(case, "draft_letter", "sign_letter")
    return case


@pytest.fixture
def visit(client: Any, case: Any) -> Any:
    """A visitor who chose English."""

    def sign_in(username: str) -> Visitor:
        visitor = Visitor(client, username)
        visitor.post("/locale", locale="en", status=302)
        return visitor

    return sign_in


def texts_in(value: Any) -> Iterator[str]:
    """Yield the texts in answers to a form."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict | list):
        for inner in value.values() if isinstance(value, dict) else value:
            yield from texts_in(inner)


def written() -> list[str]:
    """Return all that is data: names, and what the people of the test wrote; the longest first."""
    names = [*db.session.scalars(select(Unit.name)), *db.session.scalars(select(User.name))]
    letters = [
        text or ""
        for letter in db.session.scalars(select(Letter))
        for text in (letter.number, letter.subject, letter.demand)
    ]
    found = {*SAID, PROBLEM, REQUIREMENT, *texts_in(ANSWERS), *names, *letters}
    return sorted(found - {""}, key=len, reverse=True)


def chinese_in(page: Page) -> set[str]:
    """Return the Chinese that a page says by itself."""
    text = unescape(page.body.decode())
    text = re.sub(r'<article class="letter".*?</article>', "", text, flags=re.DOTALL)
    for known in written():
        text = text.replace(known, "")
    return set(CHINESE.findall(text))


OFFICE = (
    "/inbox",
    "/inbox?view=claimable",
    "/inbox?view=done",
    "/inbox?only=overdue",
    "/cases",
    "/cases?q=none",
    "/cases/new",
    "/cases/import",
    "/follow-ups",
    "/letters",
    "/letters/1",
    "/notices",
    "/processes",
    "/processes?q=none",
    "/processes/new",
    "/diagrams",
    "/diagrams/rectification/1",
    "/help",
    "/deadlines/rules",
    *(f"/deadlines/rules/{name}" for name in ("chongqing", "shandong", "shanghai", "zhejiang")),
    "/deadlines/rules/compare?left=default&right=zhejiang&all=1",
)


@pytest.mark.parametrize("path", OFFICE)
def test_a_page_of_the_office_says_nothing_in_chinese(visit, path):
    page = visit("wangmin").get(path)

    assert chinese_in(page) == set()


def test_choosing_other_rules_says_nothing_in_chinese(visit):
    page = visit("chenjianguo").get("/deadlines/rules/use/chongqing")

    assert chinese_in(page) == set()


def test_what_a_change_does_is_told_in_english(visit, case):
    page = visit("lyxx_owner").get(f"/cases/{case.number}/changes/new?kind=suspension")

    assert page.all("//span[@class='step']")
    assert chinese_in(page) == set()


def test_a_case_says_nothing_in_chinese(visit, case):
    page = visit("wangmin").get(f"/cases/{case.number}")

    assert chinese_in(page) == set()
    assert "Expediting letter" in page.text


@pytest.mark.parametrize("path", ["/cases/none", "/tasks/999", "/nowhere"])
def test_an_error_says_nothing_in_chinese(visit, path):
    page = visit("wangmin").get(path, status=404)

    assert chinese_in(page) == set()


def test_a_closed_door_says_nothing_in_chinese(visit):
    page = visit("lyxx_clerk").get("/cases/new", status=403)

    assert chinese_in(page) == set()


def test_the_login_says_nothing_in_chinese(client):
    visitor = Visitor(client)
    visitor.post("/locale", locale="en", status=302)

    refused = visitor.post("/login", username="nobody", password="wrong", status=401)

    assert chinese_in(visitor.get("/login")) == chinese_in(refused) == set()


def test_the_tasks_of_a_case_say_nothing_in_chinese(client, cast):
    case = cast.open_case(problem=PROBLEM, requirement=REQUIREMENT)
    for key in (*PLANNING, *REPORTING, "verify", "approve_by_office_head"):
        task = cast.task(case, key)
        visitor = Visitor(client, db.session.get(User, cast.whose(task).id).username)
        visitor.post("/locale", locale="en", status=302)

        page = visitor.get(f"/tasks/{task.id}")

        assert chinese_in(page) == set(), key
        cast.does(case, key)


def test_a_refused_form_is_refused_in_english(visit, cast, case):
    task = cast.task(case, "rectify")
    visitor = visit(db.session.get(User, cast.whose(task).id).username)

    page = visitor.post(f"/tasks/{task.id}/complete", status=422)

    assert chinese_in(page) == set()
    assert page.all("//*[@data-faults]//li")


def test_a_faulty_ledger_is_refused_in_english(visit):
    rows = f"{','.join(HEADINGS)}\n某校,{PROBLEM},,C99,大,昨天\n"

    page = visit("wangmin").post("/cases/import", 200, file=(BytesIO(rows.encode()), "a.csv"))

    asked = {term.label for term in Severity}
    assert chinese_in(page) == {"某校", *asked, *HEADINGS} - {"具体问题"}


@pytest.mark.parametrize("file", FORMS, ids=lambda file: file.stem)
def test_a_form_has_english_labels(file):
    form = json.loads(file.read_text(encoding="utf-8"))

    parts = [*told(components_of(form, "en"))]

    assert [text for text in parts if CHINESE.search(text)] == []


def told(components: Iterable[Component]) -> Iterator[str]:
    """Yield what a form says."""
    for one in components:
        yield from (one.label, one.help, *(option.label for option in one.options))
        yield from told(one.children)


def test_the_api_names_steps_and_deadlines_in_english(client, case):
    office = Caller(client, "wangmin")

    timers = office.get(f"/cases/{case.number}/timers", headers=ENGLISH)["items"]
    history = office.get(f"/cases/{case.number}/history", headers=ENGLISH)["items"]
    tasks = office.get("/tasks?view=claimable", headers=ENGLISH)["items"]

    said = [t["name"] + t["article"] for t in timers] + [t["name"] for t in tasks]
    said += [line["text"].replace(SCHOOL, "") for line in history]
    assert [text for text in said if CHINESE.search(NUMBER.sub("", text))] == []


def test_the_api_tells_faults_in_english(client, case):
    office = Caller(client, "wangmin")

    refused = office.post("/cases", 422, json={"severity": "x"}, headers=ENGLISH)

    assert not CHINESE.search(str(refused))
