"""In English nothing Chinese is left on a page but names and what people wrote."""

import re
from collections.abc import Iterator
from html import unescape
from typing import Any

import pytest
from sqlalchemy import select
from tests.cast import ANSWERS, SCHOOL
from tests.web.calling import Caller
from tests.web.visiting import Page, Visitor

from app.db import db
from app.domain.letter import Letter
from app.domain.people import Unit, User
from app.domain.process import Task

CHINESE = re.compile(r"[\u3000-\u303f\u3400-\u9fff\uff01-\uff60]+")
#: What English pages say in Chinese: the product's name and seal, and the way back to Chinese.
SAID = ("销号台", "销", "中文")
PROBLEM, REQUIREMENT = "食堂留样不规范", "规范留样"
ENGLISH = {"Accept-Language": "en"}


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
    "/diagrams",
    "/diagrams/rectification/1",
    "/help",
)


@pytest.mark.parametrize("path", OFFICE)
def test_a_page_of_the_office_says_nothing_in_chinese(visit, path):
    page = visit("wangmin").get(path)

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
    page = visit("zhaolei").get("/cases/new", status=403)

    assert chinese_in(page) == set()


def test_the_login_says_nothing_in_chinese(client):
    visitor = Visitor(client)
    visitor.post("/locale", locale="en", status=302)

    refused = visitor.post("/login", username="nobody", password="wrong", status=401)

    assert chinese_in(visitor.get("/login")) == chinese_in(refused) == set()


def test_every_form_of_a_case_says_nothing_in_chinese(visit, cast, case):
    keys = [*cast.open_tasks(case), *REST]
    for key in keys:
        task = cast.task(case, key)
        username = db.session.get(User, cast.whose(task).id).username

        page = visit(username).get(f"/tasks/{task.id}")

        assert chinese_in(page) == set(), key
        cast.does(case, key)
