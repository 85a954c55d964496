"""Somebody at a browser without JavaScript: signs in, opens pages, sends forms."""

from collections.abc import Callable
from contextvars import Context
from functools import cached_property
from typing import Any

from flask.testing import FlaskClient
from lxml import html

from app.db import db

PASSWORD = "Qinglan-2026"


class Page:
    """One answer, as a person reads it."""

    def __init__(self, response: Any) -> None:
        self.response, self.status = response, response.status_code
        self.body = response.get_data()

    @cached_property
    def tree(self) -> Any:
        return html.fromstring(self.body.decode() or "<html></html>")

    @property
    def text(self) -> str:
        """The words of the page, spaces folded."""
        for silent in self.tree.xpath("//script | //style | //template"):
            silent.drop_tree()
        return " ".join(self.tree.text_content().split())

    @property
    def title(self) -> str:
        return self.tree.findtext(".//title").split(" · ")[0].strip()

    def all(self, path: str) -> list[Any]:
        return self.tree.xpath(path)

    def one(self, path: str) -> Any:
        (found,) = self.all(path)
        return found

    def value(self, name: str) -> str | None:
        """What the control called *name* shows."""
        control = self.all(f"//*[self::input or self::textarea][@name='{name}']")[0]
        return control.text if control.tag == "textarea" else control.get("value")


def sent(call: Callable[..., Any], *args: Any, **options: Any) -> Page:
    """Send one request as a server meets it: with nothing left over from the one before.

    A test holds an application context; inside it all requests would share one ``g``.
    """
    response = Context().run(call, *args, **options)
    page = Page(response)
    response.close()
    db.session.rollback()  # what the test read before may have changed
    return page


class Visitor:
    """A person with a browser."""

    def __init__(self, client: FlaskClient, username: str | None = None) -> None:
        self.client = client
        if username is not None:
            self.post("/login", username=username, password=PASSWORD, status=302)

    def get(self, path: str, status: int = 200, **options: Any) -> Page:
        page = sent(self.client.get, path, **options)
        assert page.status == status, page.text
        return page

    def post(self, path: str, status: int = 303, headers: Any = None, **fields: Any) -> Page:
        """Send a form as the browser would, with the token of its own session."""
        data = {"csrf_token": self.token(), **fields}
        page = sent(self.client.post, path, data=data, headers=headers)
        assert page.status == status, page.text
        return page

    def token(self) -> str:
        page = sent(self.client.get, "/help", follow_redirects=True)
        return page.all("//meta[@name='csrf-token']")[0].get("content")

    def follow(self, page: Page) -> Page:
        return self.get(page.response.location)


BESIDE = {"HX-Request": "true", "HX-Request-Type": "partial", "HX-Target": "section#detail"}
