"""What was changed in a file from another modeler, what was kept as it was, and why."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from app.domain.errors import Sentence
from app.engine.linting.model import kind

#: What stands in a cell is cut there; the file keeps the whole.
LONGEST = 200
#: More lines than that nobody reads; how many were left out is said.
MOST = 500

CONVERTED = "“%(name)s”的%(what)s：原为 %(was)s，现为 %(now)s。"
UNCONVERTED = "“%(name)s”的%(what)s（%(was)s）无法换成本系统的写法，原样保留：%(why)s"
IDLE = "“%(name)s”的%(what)s（%(was)s）在本系统不起作用，原样保留在文件中。"


@dataclass(frozen=True, slots=True)
class Change:
    """One line of the list."""

    element: str | None
    name: str
    what: str
    was: str
    #: What it is now; empty for what stays as it was.
    now: str = ""
    #: Why it could not be converted; empty for what merely has no effect here.
    why: str = ""

    @property
    def kind(self) -> str:
        """Whether it was ``converted``, should have been (``unconverted``), or is ``idle``."""
        if self.now:
            return "converted"
        return "unconverted" if self.why else "idle"

    @property
    def sentence(self) -> Sentence:
        """The line, to be read alone."""
        template = {"converted": CONVERTED, "unconverted": UNCONVERTED, "idle": IDLE}[self.kind]
        told = {"name": self.name, "what": self.what, "was": self.was}
        if self.now:
            told["now"] = self.now
        elif self.why:
            told["why"] = self.why
        return Sentence(template, **told)


@dataclass
class Changes:
    """The list while it is being written."""

    root: Any
    lines: list[Change] = field(default_factory=list)
    #: How many more there were than the list takes.
    left_out: int = 0

    def converted(self, element: Any, what: Sentence, *, was: str, now: str) -> None:
        """Note that something is now written in our way."""
        told = Sentence("%(text)s（别处写法）", text=_short(was)) if was == now else was
        self._add(element, what, told, now=_short(now))

    def unconverted(self, element: Any, what: Sentence, *, was: str, why: Sentence) -> None:
        """Note that something has a meaning that we can't write; it stays as it is."""
        self._add(element, what, was, why=why)

    def idle(self, element: Any, what: Sentence, *, was: str) -> None:
        """Note that something stays in the file and does nothing here."""
        self._add(element, what, was)

    def _add(self, element: Any, what: Sentence, was: str, *, now: str = "", why: str = "") -> None:
        if len(self.lines) >= MOST:
            self.left_out += 1
            return
        while element is not None and not is_on_drawing(element):
            element = element.getparent()
        key = None if element is None else element.get("id")
        self.lines.append(Change(key, self._name(element), what, _short(was), now, why))

    def _name(self, element: Any) -> str:
        """Return what people call an element; a flow without a name is called by its ends."""
        if element is None:
            return Sentence("整个文件")
        said = element.get("name")
        if not said and kind(element) == "sequenceFlow":
            ends = [self._names.get(element.get(f"{end}Ref"), "") for end in ("source", "target")]
            said = " → ".join(ends)
        return _short(said or element.get("id") or "")

    @cached_property
    def _names(self) -> dict[str, str]:
        with_id = (one for one in self.root.iter("{*}*") if one.get("id"))
        return {one.get("id"): one.get("name") or one.get("id") for one in with_id}


def is_on_drawing(element: Any) -> bool:
    """Whether people see the element on the drawing, and can look at its documentation."""
    word = kind(element)
    is_node = word == "task" or word.endswith(("Task", "Gateway", "Event"))
    return bool(element.get("id")) and (is_node or word in _SEEN)


_SEEN = frozenset({"process", "sequenceFlow", "subProcess", "transaction", "callActivity"})


def _short(text: str) -> str:
    if isinstance(text, Sentence):
        return text
    line = " ".join(text.split())
    return line if len(line) <= LONGEST else line[: LONGEST - 1] + "…"
