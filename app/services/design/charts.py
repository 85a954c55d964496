"""A drawing as those read it who want to know which of its ways were taken."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from lxml import etree

from app.engine.parsing import bpmn, camunda, parse_xml

_GATEWAYS = frozenset({"exclusiveGateway", "inclusiveGateway", "eventBasedGateway"})
_PROPERTY = f"{bpmn('extensionElements')}/{camunda('properties')}/{camunda('property')}"


@dataclass(frozen=True, slots=True)
class Node:
    """A task, gateway or event."""

    id: str
    name: str
    name_en: str
    #: BPMN's word for it: ``userTask``.
    kind: str
    #: Of an event on the edge of a task: that task.
    host: str = ""

    @property
    def divides(self) -> bool:
        """Whether one of several ways is chosen here."""
        return self.kind in _GATEWAYS


@dataclass(frozen=True, slots=True)
class Flow:
    """A sequence flow."""

    id: str
    source: str
    target: str
    name: str
    name_en: str
    #: As written; empty for none.
    condition: str


@dataclass(frozen=True, slots=True)
class Chart:
    """The nodes and flows of all processes of a drawing."""

    nodes: Mapping[str, Node]
    flows: tuple[Flow, ...]
    between: Mapping[tuple[str, str], tuple[Flow, ...]] = field(repr=False)
    #: From where a token comes to a node: along a flow, or from the task that an event sits on.
    behind: Mapping[str, list[str]] = field(repr=False)

    def flows_taken(self, ways: Iterable[tuple[str, str]]) -> Iterator[Flow]:
        """Yield the flow of each way, if one leads there; two that lead there are both taken."""
        for way in ways:
            yield from self.between.get(way, ())

    def distances_to(self, targets: Iterable[str]) -> dict[str, int]:
        """Return from where, and by how many steps, a token may come to one of these nodes."""
        found = dict.fromkeys(targets, 0)
        waiting = deque(found)
        while waiting:
            here = waiting.popleft()
            for before in self.behind.get(here, ()):
                if before not in found:
                    found[before] = found[here] + 1
                    waiting.append(before)
        return found

    def name_of(self, element: str, language: str = "zh") -> str:
        """Return what an element is called; one without a name by what comes before or after it."""
        node = self.nodes.get(element)
        if node is None:
            return element
        return (
            (language == "en" and node.name_en) or node.name or self._neighbour(element, language)
        )

    def _neighbour(self, element: str, language: str) -> str:
        """Return the name of a nearby node that has one, for a join or an end without."""
        ahead = [flow.target for flow in self.flows if flow.source == element]
        behind = [flow.source for flow in self.flows if flow.target == element]
        for arrow, ids in (("→ ", ahead), ("← ", behind)):
            named = [self.nodes[id] for id in ids if id in self.nodes and self.nodes[id].name]
            if named:
                return arrow + ((language == "en" and named[0].name_en) or named[0].name)
        return element


@lru_cache(maxsize=16)
def chart_of(xml: str) -> Chart:
    """Read a drawing.

    Raises:
        InvalidDiagram: the text is not safe XML.
    """
    nodes: dict[str, Node] = {}
    flows: list[Flow] = []
    for process in parse_xml(xml).iter(bpmn("process")):
        for element in process.iter(etree.Element):
            kind, key = etree.QName(element).localname, element.get("id") or ""
            if kind == "sequenceFlow":
                flows.append(_flow(element))
            elif kind.endswith(("Task", "Event", "Gateway")) or kind in _OTHERS:
                nodes[key] = Node(key, *_names(element), kind, element.get("attachedToRef") or "")
    between: dict[tuple[str, str], tuple[Flow, ...]] = {}
    behind: dict[str, list[str]] = {node.id: [node.host] for node in nodes.values() if node.host}
    for flow in flows:
        behind.setdefault(flow.target, []).append(flow.source)
        ends = (flow.source, flow.target)
        between[ends] = (*between.get(ends, ()), flow)
    return Chart(nodes, tuple(flows), between, behind)


_OTHERS = frozenset({"task", "subProcess", "transaction", "callActivity"})


def _flow(element: Any) -> Flow:
    source, target = element.get("sourceRef") or "", element.get("targetRef") or ""
    found = element.find(bpmn("conditionExpression"))
    condition = "" if found is None else str(found.xpath("string()")).strip()
    key = element.get("id") or f"{source}>{target}"
    return Flow(key, source, target, *_names(element), condition)


def _names(element: Any) -> tuple[str, str]:
    english = next(
        (one.get("value") for one in element.iterfind(_PROPERTY) if one.get("name") == "name_en"),
        None,
    )
    return " ".join((element.get("name") or "").split()), english or ""


def topics_of(xml: str) -> frozenset[str]:
    """Return the effects that a drawing asks for.

    Raises:
        InvalidDiagram: the text is not safe XML.
    """
    return frozenset(
        topic for element in parse_xml(xml).iter() if (topic := element.get(camunda("topic")))
    )


def messages_of(xml: str) -> list[str]:
    """Return the names of the messages that a drawing waits for or sends.

    Raises:
        InvalidDiagram: the text is not safe XML.
    """
    names = (message.get("name") for message in parse_xml(xml).iter(bpmn("message")))
    return [name for name in names if name]


def counters_of(xml: str) -> list[str]:
    """Return the variables that script tasks set: what a drawing counts by itself.

    Raises:
        InvalidDiagram: the text is not safe XML.
    """
    texts = (str(one.xpath("string()")) for one in parse_xml(xml).iter(bpmn("script")))
    return sorted({line.partition("=")[0].strip() for text in texts for line in _lines(text)})


def _lines(text: str) -> list[str]:
    return [line for line in text.splitlines() if "=" in line]
