"""A file while it is being converted: its tree, the catalogue, the list, and the forms found."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from app.domain.errors import Sentence
from app.domain.vocabulary import Role
from app.engine.converting.changes import Changes, is_on_drawing
from app.engine.converting.languages import Foreign
from app.engine.linting.model import kind
from app.engine.parsing import bpmn, camunda
from app.engine.step import Catalogue

ZEEBE = "http://camunda.org/schema/zeebe/1.0"
MODELER = "http://camunda.org/schema/modeler/1.0"

NOT_SAID = Sentence("本系统的表达式只能比较和做简单运算，请改写。")
_PAST = "原写法："


@dataclass
class Conversion:
    """All that the steps of a conversion share."""

    root: Any
    catalogue: Catalogue
    changes: Changes
    #: Forms that stood inside the drawing, by the key under which tasks now name them.
    forms: dict[str, Any] = field(default_factory=dict)
    #: Under which key a form of the drawing was put, by what it is called there.
    embedded: dict[str, str] = field(default_factory=dict)

    @cached_property
    def form_nodes(self) -> dict[str, Any]:
        """The forms that stand in the drawing, by what it calls them."""
        return {one.get("id"): one for one in self.root.iter(f"{{{ZEEBE}}}userTaskForm")}

    def add_form(self, said: str, form: dict[str, Any]) -> str:
        """Take a form in, and return the key that it can be named by from now on."""
        word = re.sub(r"[^a-z0-9]+", "_", said.lower()).strip("_")[:50] or "form"
        number, key = 1, word
        while key in self.forms:
            number, key = number + 1, f"{word}_{number + 1}"
        self.forms[key] = {**form, "id": key}
        return key

    def role(self, text: str) -> str | None:
        """Return the one role that a text names, by its word or as people call it."""
        said = text.strip().strip('[]"').strip().strip('"').strip()
        if said in self.catalogue.roles:
            return said
        return next((str(role) for role in Role if said and role.label == said), None)

    def effect(self, text: str) -> str | None:
        """Return the effect that a topic, class or bean is called after: ``closeOut`` too."""
        last = re.split(r"[.:/]", text.strip().strip("${}#").strip())[-1]
        word = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", last).replace("-", "_").lower()
        names = (text.strip(), word, word.removesuffix("_delegate"))
        return next((name for name in names if name in self.catalogue.effects), None)

    def params(self, element: Any) -> frozenset[str] | None:
        """Return the parameters of a service task's effect, ``None`` if it has none we know."""
        effect = self.catalogue.effects.get(element.get(camunda("topic")) or "")
        return None if effect is None else effect[0] | effect[1]

    def say(self, element: Any, what: Sentence, text: str, put: Callable[[str], str]) -> str | None:
        """Return *text* in our language; if it can't be said, note that and return ``None``."""
        try:
            return put(text)
        except Foreign:
            self.changes.unconverted(element, what, was=text, why=NOT_SAID)
            document(element, text)
            return None

    def rewrite(
        self, element: Any, what: Sentence, put: Callable[[str], str], *, wrap: bool
    ) -> None:
        """Put the text inside an element into our language, and note it if that changes it."""
        was = str(element.xpath("string()")).strip()
        now = self.say(element, what, was, put)
        if now is None:
            return
        now = "${" + now + "}" if wrap else now
        if _plain(now) != _plain(was):
            for child in list(element):
                element.remove(child)
            element.text = now
            self.changes.converted(element, what, was=was, now=now)


def document(element: Any, text: str) -> None:
    """Keep what can't be converted in the documentation of its element, for people."""
    while element is not None and not is_on_drawing(element):
        element = element.getparent()
    if element is None:
        return
    said = _PAST + text
    if any(str(one.text or "") == said for one in element.findall(bpmn("documentation"))):
        return
    note = element.makeelement(bpmn("documentation"))
    note.text = said
    element.insert(0, note)


def _plain(text: str) -> str:
    return re.sub(r"\s+", "", text.removeprefix("${").removesuffix("}")).replace("'", '"')


def add_property(element: Any, name: str, value: str) -> bool:
    """Give an element a ``camunda:property``; one that it has already stays as it is."""
    inside = extension_elements(element)
    holder = inside.find(camunda("properties"))
    if holder is None:
        holder = inside.makeelement(camunda("properties"))
        inside.append(holder)
    if any(one.get("name") == name for one in holder):
        return False
    holder.append(holder.makeelement(camunda("property"), name=name, value=value))
    return True


def extension_elements(element: Any) -> Any:
    """Return where an element keeps what is not BPMN's; made after its documentation."""
    found = element.find(bpmn("extensionElements"))
    if found is None:
        found = element.makeelement(bpmn("extensionElements"))
        element.insert(len(element.findall(bpmn("documentation"))), found)
    return found


def remove(node: Any) -> None:
    """Take an extension away, and the empty shells around it."""
    parent = node.getparent()
    parent.remove(node)
    is_shell = not kind(parent) or kind(parent) == "extensionElements"
    if is_shell and not len(parent) and not parent.attrib and parent.getparent() is not None:
        remove(parent)
