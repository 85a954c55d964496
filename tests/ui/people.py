"""Somebody at a browser, who works as the pages let them."""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, ConsoleMessage, Locator, Page, Request, Response, expect

from app.demo.photographs import photograph

expect.set_options(timeout=40_000)  # machines that run tests may be busy

PASSWORD = "Qinglan-2026"
#: A refused form is no trouble, but Chromium notes each in its console.
REFUSED = re.compile(r"Failed to load resource: .* status of 4\d\d")


class Person:
    """One person, one browser profile; notes down whatever goes wrong in it."""

    def __init__(self, browser: Browser, address: str, username: str = "", **options: Any) -> None:
        wide = {"width": 1440, "height": 900}
        self.username, self.address = username, address
        self.trouble: list[str] = []
        self.context = browser.new_context(
            **{"base_url": address, "locale": "zh-CN", "viewport": wide} | options
        )
        self.context.set_default_timeout(40_000)
        self.page = self.new_page()
        if username:
            self.opens("/inbox")

    def new_page(self) -> Page:
        page = self.context.new_page()
        page.on("console", self._heard)
        page.on("pageerror", lambda error: self.trouble.append(f"{page.url}: {error}"))
        page.on("request", self._asked)
        page.on("response", self._answered)
        return page

    def _heard(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning") and not REFUSED.match(message.text):
            self.trouble.append(f"{self.page.url}: {message.text}")

    def _asked(self, request: Request) -> None:
        if not request.url.startswith((self.address, "data:", "blob:")):
            self.trouble.append(f"{self.page.url} asks {request.url}")

    def _answered(self, response: Response) -> None:
        if response.status >= 500:
            self.trouble.append(f"{response.url} answers {response.status}")

    def leaves(self) -> None:
        self.context.close()

    def opens(self, path: str) -> Page:
        """Open a page; sign in first if the login has run out."""
        self.page.goto(path)
        if "/login" in self.page.url:
            self.signs_in(self.username)
        return self.page

    def signs_in(self, username: str, password: str = PASSWORD) -> None:
        self.page.fill("#username", username)
        self.page.fill("#password", password)
        self.page.get_by_role("button", name="登录").click()

    @property
    def form(self) -> Locator:
        return self.page.locator("form.form")

    def finds(self, step: str, number: str) -> None:
        """Pick a task from the list of the inbox; it opens beside the list."""
        self.opens("/inbox")
        expect(self.page.locator("#detail .panel")).to_be_visible()
        row = self.page.locator(".row-task", has_text=number)
        row.filter(has=self.page.get_by_text(step, exact=True)).click()
        expect(self.page.locator("#task-title")).to_have_text(step)

    def fills(self, answers: Mapping[str, Any]) -> None:
        for name, value in answers.items():
            self.answers(name, value)

    def answers(self, name: str, value: Any) -> None:
        """Give one answer, in the way that its control takes it; a `Path` is a file to hand in."""
        if isinstance(value, Path):
            return self.hands_in(name, value)
        control = self.form.locator(f"[name='{name}']")
        kind = control.first.evaluate("it => it.type")
        if kind in ("radio", "checkbox"):
            for one in value if isinstance(value, list) else [value]:
                self.form.locator(f"[name='{name}'][value='{one}']").check()
        elif kind == "select-one":
            control.select_option(value)
        else:
            control.fill(value)
        return None

    def hands_in(self, name: str, file: Path) -> None:
        upload = self.form.locator(f"gov-upload[name='{name}']")
        upload.locator("input[type=file]").first.set_input_files(file)
        expect(upload.locator(f"input[type=hidden][name='{name}']")).to_have_count(1)

    def sends(self) -> None:
        self.page.locator("[data-submit]").click()

    def does(self, step: str, number: str, **answers: Any) -> None:
        """Pick a task, fill in its form, send it, and see that it was taken."""
        self.finds(step, number)
        self.fills(answers)
        self.sends()
        self.hears(f"“{step}”已提交")

    def hears(self, words: str) -> None:
        """See a note in the corner of the page."""
        expect(self.page.locator("#notes .note, [data-faults]")).to_contain_text(words)

    def reads(self, words: str) -> None:
        """See words somewhere in the page."""
        expect(self.page.locator("main")).to_contain_text(words)

    def sees_on_diagram(self, number: str) -> dict[str, set[str]]:
        """Look at the case's diagram: which elements are marked, by marker."""
        self.opens(f"/cases/{number}")
        diagram = self.page.locator("gov-diagram").first
        diagram.scroll_into_view_if_needed()
        expect(diagram).to_have_attribute("data-state", "ready")
        return {
            marker: set(
                diagram.locator(f"g.gov-{marker}").evaluate_all(
                    "all => all.map(g => g.dataset.elementId)"
                )
            )
            for marker in ("done", "open", "late", "timer")
        }


def picture(folder: Path, name: str = "现场.png") -> Path:
    """Take a photograph."""
    file = folder / name
    file.write_bytes(photograph(name).getvalue())
    return file
