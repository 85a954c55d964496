"""A drawing as plain values, element by element, so that two drawings can be compared.

Everything that an element says ends up in its *facts*: what has a meaning here under a name of its
own, all else under the path where it stands. So nothing can change without being told.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from lxml import etree

from app.engine.linting.model import NODES, kind, text_of
from app.engine.parsing import BPMN, CAMUNDA, bpmn, camunda, parse_xml

#: What is drawn, or stands beside the drawing, and has an id of its own.
PIECES = NODES | {
    *("process", "participant", "lane", "sequenceFlow", "messageFlow", "association"),
    *("textAnnotation", "group", "dataObjectReference", "dataStoreReference"),
    *("message", "signal", "error", "escalation"),
}
FLOWS = frozenset({"sequenceFlow", "messageFlow", "association"})
#: Facts whose value is the id of another element.
REFERENCES = frozenset({"source", "target", "host", "scope", "lane", "default", "process"})

_DI = "{http://www.omg.org/spec/BPMN/20100524/DI}"
_ATTRIBUTES = {
    camunda("candidateGroups"): "role",
    camunda("assignee"): "assignee",
    camunda("formKey"): "form",
    camunda("topic"): "effect",
    camunda("decisionRef"): "decision",
    "attachedToRef": "host",
    "cancelActivity": "interrupting",
    "isInterrupting": "interrupting",
    "sourceRef": "source",
    "targetRef": "target",
    "default": "default",
    "processRef": "process",
    "calledElement": "called",
}
_USUAL = {"interrupting": "true", "isExecutable": "false", "camunda:type": "external"}
_TIMES = {"timeDuration": "duration", "timeCycle": "cycle", "timeDate": "date"}
#: Told by the flows and lanes themselves.
_DERIVED = frozenset({"incoming", "outgoing", "flowNodeRef", "laneSet", "childLaneSet"})


@dataclass(frozen=True, slots=True)
class Piece:
    """One element of a drawing."""

    id: str
    #: BPMN's word for it: ``userTask``.
    kind: str
    name: str
    name_en: str
    facts: Mapping[str, str]
    #: Where it stands and how it looks; empty if it is not drawn.
    layout: tuple[str, ...] = ()

    def fact(self, name: str) -> str:
        """Return one fact, empty if it has none of that name."""
        return self.facts.get(name, "")

    @property
    def is_flow(self) -> bool:
        """Whether it leads from one element to another."""
        return self.kind in FLOWS

    @property
    def is_timer(self) -> bool:
        """Whether it waits for a clock."""
        return self.fact("event") == "timer"


@dataclass(frozen=True, slots=True)
class Drawn:
    """All elements of a drawing, in the order of the file."""

    pieces: Mapping[str, Piece]
    #: The flows by where they begin and where they end.
    leaving: Mapping[str, list[Piece]] = field(default_factory=dict)
    entering: Mapping[str, list[Piece]] = field(default_factory=dict)

    def get(self, key: str) -> Piece | None:
        """Return an element, ``None`` if there is none."""
        return self.pieces.get(key)


@lru_cache(maxsize=32)
def read(xml: str) -> Drawn:
    """Read a drawing; it may be faulty, as drafts are.

    Raises:
        InvalidDiagram: it is not safe XML.
    """
    root = parse_xml(xml)
    reader = _Reader(root)
    pieces = {piece.id: piece for piece in reader.pieces()}
    leaving: dict[str, list[Piece]] = {}
    entering: dict[str, list[Piece]] = {}
    for piece in pieces.values():
        if piece.is_flow:
            leaving.setdefault(piece.fact("source"), []).append(piece)
            entering.setdefault(piece.fact("target"), []).append(piece)
    return Drawn(pieces, leaving, entering)


class _Reader:
    """Reads one file."""

    def __init__(self, root: Any) -> None:
        self.root = root
        self.layouts = _layouts(root)
        self.lanes = {
            (reference.text or "").strip(): str(reference.getparent().get("id"))
            for reference in root.iter(bpmn("flowNodeRef"))
        }
        #: Messages, signals, errors and escalations are told by name where they are used.
        self.shared = {
            str(child.get("id")): str(child.get("name") or child.get("id"))
            for child in root
            if kind(child) in ("message", "signal", "error", "escalation")
        }

    def pieces(self) -> Iterator[Piece]:
        for element in self.root.iter(etree.Element):
            if kind(element) in PIECES and element.get("id"):
                yield self._piece(element)

    def _piece(self, element: Any) -> Piece:
        facts = {name: text for name, text in self._facts(element) if text != _USUAL.get(name)}
        key = str(element.get("id"))
        return Piece(
            key,
            kind(element),
            " ".join((element.get("name") or "").split()),
            facts.pop("property:name_en", ""),
            facts,
            self.layouts.get(key, ()),
        )

    def _facts(self, element: Any) -> Iterator[tuple[str, str]]:
        for name, value in element.attrib.items():
            if name not in ("id", "name"):
                yield _ATTRIBUTES.get(name) or _short(name), value.strip()
        if (lane := self.lanes.get(str(element.get("id")))) is not None:
            yield "lane", lane
        if kind(element) in NODES and kind(element.getparent()) != "process":
            yield "scope", str(element.getparent().get("id") or "")
        for child in element.iterchildren(etree.Element):
            yield from self._inside(child)

    def _inside(self, child: Any) -> Iterator[tuple[str, str]]:
        name = kind(child)
        if name in PIECES or name in _DERIVED:
            return
        if name == "documentation":
            yield "documentation", text_of(child)
        elif name == "conditionExpression":
            yield "condition", text_of(child)
            yield from _beside(child)
        elif name == "extensionElements":
            yield from _extensions(child)
        elif name.endswith("EventDefinition"):
            yield from self._event(child, name.removesuffix("EventDefinition"))
        elif name.endswith("LoopCharacteristics"):
            yield "loop", _written(child)
        elif name in ("script", "text"):
            yield name, text_of(child)
        else:
            yield f"other:{_short(child.tag)}", _written(child)

    def _event(self, definition: Any, name: str) -> Iterator[tuple[str, str]]:
        yield "event", name
        for attribute, value in definition.attrib.items():
            if attribute.endswith("Ref"):
                yield attribute.removesuffix("Ref"), self.shared.get(value, value)
            elif attribute != "id":
                yield f"other:{_short(attribute)}", value
        for child in definition.iterchildren(etree.Element):
            if kind(child) in _TIMES:
                yield "timer", text_of(child)
                yield "clock", _TIMES[kind(child)]
                yield from _beside(child)
            else:
                yield f"other:{_short(child.tag)}", _written(child)


def _beside(expression: Any) -> Iterator[tuple[str, str]]:
    """Tell what an expression says beside its text, as in which language it is."""
    for name, value in expression.attrib.items():
        if name not in ("id", _TYPE):
            yield f"other:{_short(expression.tag)} {_short(name)}", value


#: Every expression is formal; modelers write it or leave it out.
_TYPE = "{http://www.w3.org/2001/XMLSchema-instance}type"


def _extensions(element: Any) -> Iterator[tuple[str, str]]:
    for child in element.iterchildren(etree.Element):
        if child.tag == camunda("properties"):
            for item in child.iterchildren(etree.Element):
                yield f"property:{item.get('name') or ''}", (item.get("value") or "").strip()
        else:
            yield f"other:{_short(child.tag)}{_named(child)}", _written(child)


def _named(element: Any) -> str:
    """Tell apart what may stand beside others of its kind: listeners, parameters."""
    told = element.get("name") or element.get("event") or ""
    return f"[{told}]" if told else ""


def _short(name: str) -> str:
    """Write a qualified name with the usual prefix, or none."""
    namespace, _, local = name.rpartition("}")
    if namespace == f"{{{CAMUNDA}":
        return f"camunda:{local}"
    return local if namespace in ("", f"{{{BPMN}") else etree.QName(name).localname


def _written(element: Any) -> str:
    """Write an element in one line, without the ids that modelers make up."""
    attributes = [f"{_short(k)}={v}" for k, v in sorted(element.attrib.items()) if k != "id"]
    inner = [_written(child) for child in element.iterchildren(etree.Element)]
    parts = [*attributes, *inner, (element.text or "").strip()]
    told = " ".join(part for part in parts if part)
    return f"{_short(element.tag)}({told})" if inner or attributes else told


def _layouts(root: Any) -> dict[str, tuple[str, ...]]:
    """Return how each element is drawn: its box or its bends, its label, its colours."""
    found: dict[str, tuple[str, ...]] = {}
    for shape in root.iter(f"{_DI}BPMNShape", f"{_DI}BPMNEdge"):
        drawn = (
            f"{_short(part.tag)}:{' '.join(_round(v) for _, v in sorted(part.attrib.items()))}"
            for part in shape.iterdescendants(etree.Element)
        )
        own = (
            f"{_short(name)}={value}"
            for name, value in sorted(shape.attrib.items())
            if name not in ("id", "bpmnElement")
        )
        found[str(shape.get("bpmnElement"))] = (*own, *drawn)
    return found


def _round(value: str) -> str:
    """Write a coordinate so that 100 and 100.0 are the same place."""
    try:
        return f"{float(value):g}"
    except ValueError:
        return value
