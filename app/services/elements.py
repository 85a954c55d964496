"""The elements of a drawing: what each is called, and what comes after it."""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from lxml import etree
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.db import db
from app.domain.errors import InvalidDiagram
from app.domain.process import Diagram, Process
from app.engine.parsing import camunda, parse_xml

#: Where a process comes to rest, or a person takes over: nobody can say yet what comes after.
_RESTS = frozenset(
    {"userTask", "receiveTask", "intermediateCatchEvent", "callActivity", "subProcess", "endEvent"}
)


@dataclass(frozen=True, slots=True)
class Element:
    """One element as drawn."""

    key: str
    name: str
    #: BPMN's word for it: ``serviceTask``.
    kind: str
    #: Of a service task: which effect it asks for.
    topic: str = ""
    #: Of an event on a task: whether the task goes away when it happens.
    interrupting: bool = False


@dataclass(frozen=True, slots=True)
class Drawing:
    """All elements of one version, and the flows between them."""

    elements: Mapping[str, Element]
    flows: Mapping[str, Sequence[str]]

    def name_of(self, key: str) -> str:
        """Return what an element is called; its id where it has no name."""
        found = self.elements.get(key)
        return found.name if found and found.name else key

    def after(self, key: str) -> list[Element]:
        """List what comes after an element, up to where the process rests on each way."""
        found: dict[str, Element] = {}
        ahead = deque(self.flows.get(key, ()))
        while ahead:
            element = self.elements.get(ahead.popleft())
            if element is None or element.key in found:
                continue
            found[element.key] = element
            if element.kind not in _RESTS:
                ahead.extend(self.flows.get(element.key, ()))
        return list(found.values())


_NOTHING = Drawing({}, {})


def drawing_of(session: Session, process_id: int) -> Drawing:
    """Return the drawing that a process runs on: an empty one if it cannot be read."""
    query = select(Diagram.id, Diagram.sha256).join(Process, Process.diagram_id == Diagram.id)
    row = session.execute(query.where(Process.id == process_id)).first()
    return _drawing(row.id, row.sha256) if row else _NOTHING


def drawing_of_version(diagram: Diagram) -> Drawing:
    """Return the drawing of one version: an empty one if it cannot be read."""
    return _drawing(diagram.id, diagram.sha256)


@lru_cache(maxsize=64)
def _drawing(diagram_id: int, _sha256: str) -> Drawing:
    """Read one version; it never changes."""
    xml = db.session.scalar(select(Diagram.xml).where(Diagram.id == diagram_id))
    try:
        return _read(parse_xml(xml or ""))
    except InvalidDiagram:  # whoever asks wants to say what is wrong, not to fail himself
        return _NOTHING


def of_xml(xml: str) -> Drawing:
    """Return a drawing that is no version, or not yet one.

    Raises:
        InvalidDiagram: the text is not safe XML.
    """
    return _read(parse_xml(xml))


def _read(root: Any) -> Drawing:
    elements: dict[str, Element] = {}
    flows: dict[str, list[str]] = {}
    for node in root.iter(etree.Element):
        key, kind = node.get("id"), etree.QName(node).localname
        if kind == "sequenceFlow":
            flows.setdefault(str(node.get("sourceRef")), []).append(str(node.get("targetRef")))
        elif key and kind != "process":
            elements[key] = Element(
                key,
                " ".join((node.get("name") or "").split()),
                kind,
                node.get(camunda("topic")) or "",
                kind == "boundaryEvent" and node.get("cancelActivity") != "false",
            )
    return Drawing(elements, flows)
