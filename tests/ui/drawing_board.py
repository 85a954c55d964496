"""The drawing board of the designer, as an analyst uses it."""

from __future__ import annotations

import re
from typing import Any

from playwright.sync_api import Locator, Page, expect

from tests.ui.people import Person


class Board:
    """The board on which one person draws one process."""

    def __init__(self, analyst: Person, key: str) -> None:
        self.analyst, self.key = analyst, key
        # A page with something unsaved asks before it goes; the tests always mean it.
        self.page.on("dialog", lambda dialog: dialog.accept())
        self.open()

    @property
    def page(self) -> Page:
        return self.analyst.page

    def open(self) -> None:
        self.analyst.opens(f"/designer/{self.key}")
        expect(self.page.locator("gov-modeler")).to_have_attribute("data-state", "ready")

    def part(self, name: str) -> Locator:
        return self.page.locator(f"gov-modeler [data-part='{name}']")

    def does(self, tool: str) -> None:
        self.page.locator(f"gov-modeler [data-do='{tool}']").first.click()

    def runs(self, script: str, argument: Any = None) -> Any:
        """Run a script that finds the modeler as ``m``."""
        within = f"(x) => {{ const m = document.querySelector('gov-modeler').modeler; {script} }}"
        return self.page.evaluate(within, argument)

    def selects(self, element: str) -> None:
        self.runs("m.get('selection').select(m.get('elementRegistry').get(x))", element)

    def selected(self) -> str:
        return str(self.runs("return m.get('selection').get()[0].id"))

    def renames(self, element: str, name: str) -> None:
        self.runs(
            "m.get('modeling').updateProperties(m.get('elementRegistry').get(x[0]), {name: x[1]})",
            [element, name],
        )

    def field(self, entry: str) -> Locator:
        """A control of the panel; entries of a clock carry its id after their name."""
        return (
            self.part("panel")
            .locator(f"[data-entry-id^='{entry}']")
            .locator("input, select, textarea")
            .first
        )

    def appends(self, piece: str, *, named: str) -> None:
        """Choose a piece from the menu beside what is selected, and name it."""
        self.page.locator(".djs-context-pad [data-action='append']").click()
        self._chooses(piece)
        self._names(named)

    def finds(self, words: str) -> None:
        """Look for an element by its name, somewhat nearer than the whole drawing is shown."""
        for _ in range(4):
            self.does("in")
        self.does("find")
        search = self.page.locator(".djs-search-input input")
        search.fill(words)
        search.press("Shift")  # the search looks when a key is let go
        search.press("Enter")

    def puts(self, piece: str, *, onto: str, named: str) -> None:
        """Choose a piece from the palette, let it go over a flow, and name it."""
        self.page.locator(".djs-palette [data-action='create']").click()
        self._chooses(piece)
        x, y = self.runs(
            """const canvas = m.get('canvas'), view = canvas.viewbox();
            const [a, z] = m.get('elementRegistry').get(x).waypoints;
            const box = canvas.getContainer().getBoundingClientRect();
            return [box.x + ((a.x + z.x) / 2 - view.x) * view.scale,
                    box.y + ((a.y + z.y) / 2 - view.y) * view.scale]""",
            onto,
        )
        self.page.mouse.move(x - 30, y - 30)
        self.page.mouse.move(x, y, steps=4)
        flow = self.page.locator(f".djs-connection[data-element-id='{onto}']")
        expect(flow).to_have_class(re.compile("new-parent"))  # it takes the piece
        self.page.mouse.click(x, y)
        self._names(named)

    def _chooses(self, piece: str) -> None:
        search = self.page.locator(".djs-popup input")
        search.fill(piece)
        search.press("Shift")  # the menu looks when a key is let go
        self.page.locator(".djs-popup .entry", has_text=piece).first.click()

    def _names(self, name: str) -> None:
        self.page.locator(".djs-direct-editing-content").fill(name)
        self.page.keyboard.press("Enter")

    def presses(self, words: str) -> None:
        self.part("panel").get_by_role("button", name=words, exact=True).click()

    def drawn(self) -> str:
        return str(self.runs("return m.saveXML().then(({xml}) => xml)"))

    def steps(self) -> int:
        """How many steps could be taken back."""
        script = """const stack = m.get('commandStack');
          const done = stack._stack.slice(0, stack._stackIdx + 1);
          return new Set(done.map((one) => one.id)).size;"""
        return int(self.runs(script))

    def is_kept(self) -> None:
        expect(self.part("state")).to_have_text(re.compile(r"^\d{4}-.*保存$"))
