"""A diagram as the rules see it: scopes, nodes and flows, each with the element it came from."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from app.domain.errors import InvalidDiagram, Sentence
from app.engine.kinds import KINDS
from app.engine.parsing import BPMN, CAMUNDA, parse_xml
from app.engine.step import Catalogue, Source

WAITING_TASKS = frozenset({"task", "userTask", "manualTask", "receiveTask"})
TASKS = WAITING_TASKS | {"serviceTask", "sendTask", "scriptTask", "businessRuleTask"}
SUB_PROCESSES = frozenset({"subProcess", "transaction", "adHocSubProcess"})
ACTIVITIES = TASKS | SUB_PROCESSES | {"callActivity"}
EXCLUSIVE = frozenset({"exclusiveGateway", "eventBasedGateway"})
CONDITIONAL = frozenset({"exclusiveGateway", "inclusiveGateway"})
GATEWAYS = EXCLUSIVE | CONDITIONAL | {"parallelGateway", "complexGateway"}
EVENTS = frozenset(
    {"startEvent", "endEvent", "intermediateCatchEvent", "intermediateThrowEvent", "boundaryEvent"}
)
NODES = ACTIVITIES | GATEWAYS | EVENTS

#: More nodes and deeper sub-processes are refused; the costlier rules do not look at them.
MAX_NODES = 300
MAX_NESTING = 10

_PREFIX = f"{{{BPMN}}}"


def kind(element: Any) -> str:
    """Return the BPMN tag, or an empty text for what is not BPMN."""
    tag = element.tag
    return tag[len(_PREFIX) :] if isinstance(tag, str) and tag.startswith(_PREFIX) else ""


def children(element: Any, *kinds: str) -> list[Any]:
    """Return the direct BPMN children of these kinds."""
    return [child for child in element if kind(child) in kinds]


def text_of(element: Any) -> str:
    """Return all text inside, comments left out."""
    return str(element.xpath("string()")).strip()


def setting(element: Any, name: str) -> str | None:
    """Return a ``camunda:`` attribute."""
    value: str | None = element.get(f"{{{CAMUNDA}}}{name}")
    return value


def properties(element: Any) -> dict[str, str]:
    """Return the ``camunda:property`` values of an element."""
    path = f"{_PREFIX}extensionElements/{{{CAMUNDA}}}properties/{{{CAMUNDA}}}property"
    return {item.get("name") or "": item.get("value") or "" for item in element.iterfind(path)}


def element_id(element: Any) -> str | None:
    """Return the id of the element or of the nearest one around it that has an id."""
    while element is not None:
        if element.get("id"):
            return str(element.get("id"))
        element = element.getparent()
    return None


@dataclass(frozen=True, eq=False)
class Flow:
    """A sequence flow whose both ends exist."""

    element: Any
    source: Node
    target: Node

    @cached_property
    def condition(self) -> Any | None:
        """Return the condition element."""
        return next(iter(children(self.element, "conditionExpression")), None)

    @cached_property
    def is_default(self) -> bool:
        """Whether it is taken when no condition holds."""
        return self.element.get("id") is not None and (
            self.source.element.get("default") == self.element.get("id")
        )


@dataclass(eq=False)
class Node:
    """An activity, gateway or event."""

    element: Any
    kind: str
    scope: Scope
    incoming: list[Flow] = field(default_factory=list)
    outgoing: list[Flow] = field(default_factory=list)
    #: The activity that a boundary event sits on.
    host: Node | None = None
    #: The boundary events that sit on it.
    boundary: list[Node] = field(default_factory=list)
    #: The scope inside, of a sub-process.
    inner: Scope | None = None

    @property
    def id(self) -> str:
        return self.element.get("id") or ""

    @property
    def name(self) -> str:
        """What people call it; what nobody named goes by its kind, for ids say nothing to them."""
        named = " ".join((self.element.get("name") or "").split())
        return named or Sentence("未命名的%(kind)s", kind=Sentence(KINDS[self.kind]))

    @cached_property
    def definitions(self) -> list[Any]:
        """The event definitions."""
        return [child for child in self.element if kind(child).endswith("EventDefinition")]

    @property
    def is_event_sub_process(self) -> bool:
        return bool(self.element.get("triggeredByEvent") == "true")

    @property
    def for_compensation(self) -> bool:
        return bool(self.element.get("isForCompensation") == "true")

    def defines(self, *names: str) -> bool:
        """Whether one of its event definitions is of such a kind: ``timer``, ``message`` …"""
        wanted = {f"{name}EventDefinition" for name in names}
        return any(kind(definition) in wanted for definition in self.definitions)

    def next(self) -> Iterator[Node]:
        """The nodes a token can go to from here, also by a boundary event."""
        for flow in self.outgoing:
            yield flow.target
        yield from self.boundary


@dataclass(eq=False)
class Scope:
    """A process or a sub-process: the level at which flows connect nodes."""

    element: Any
    parent: Node | None
    #: The signals of its file: id → name.
    signals: Mapping[str, str]
    nodes: list[Node] = field(default_factory=list)
    flows: list[Flow] = field(default_factory=list)
    #: Sequence flows one end of which is missing or lies in another scope.
    loose: list[Any] = field(default_factory=list)

    def of(self, *kinds: str) -> list[Node]:
        """Return the nodes of these kinds."""
        return [node for node in self.nodes if node.kind in kinds]

    def starts(self) -> list[Node]:
        """Return where tokens appear without a flow: starts and event sub-processes."""
        return [node for node in self.nodes if is_entry(node)]


def is_entry(node: Node) -> bool:
    """Whether a token can appear at *node* without a sequence flow."""
    if kind(node.scope.element) == "adHocSubProcess":
        return not node.incoming and node.kind != "boundaryEvent"
    return node.kind == "startEvent" or node.is_event_sub_process


def nodes_within(scopes: Iterable[Scope]) -> Iterator[Node]:
    """Yield the nodes of *scopes* and of all sub-processes in them."""
    for scope in scopes:
        yield from scope.nodes
        yield from nodes_within(node.inner for node in scope.nodes if node.inner)


class Model:
    """One BPMN file, with what it may be checked against."""

    def __init__(
        self, root: Any, catalogue: Catalogue | None = None, source: Source | None = None
    ) -> None:
        self.root = root
        self.catalogue = catalogue
        self.source = source
        self.processes = [
            process
            for process in children(root, "process")
            if process.get("isExecutable") == "true"
        ]
        self.scopes: list[Scope] = []
        for process in self.processes:
            self._read(Scope(process, None, self.signals))

    @cached_property
    def nodes(self) -> list[Node]:
        """All nodes of all executable processes."""
        return [node for scope in self.scopes for node in scope.nodes]

    @cached_property
    def flows(self) -> list[Flow]:
        """All sequence flows of all executable processes."""
        return [flow for scope in self.scopes for flow in scope.flows]

    def of(self, *kinds: str) -> list[Node]:
        """Return the nodes of these kinds."""
        return [node for node in self.nodes if node.kind in kinds]

    def executable(self, *kinds: str) -> Iterator[Any]:
        """Yield the elements of these kinds inside executable processes."""
        tags = [_PREFIX + name for name in kinds]
        for process in self.processes:
            yield from process.iter(*tags)

    @cached_property
    def called(self) -> dict[str, Scope]:
        """The processes that call activities may name, by id."""
        texts = self.source.called if self.source else {}
        found: dict[str, Scope] = {}
        for key, text in texts.items():
            for scope in _scopes_of(text):
                if scope.element.get("id") == key:
                    found[key] = scope
        return found

    def refers(self, element: Any, attribute: str, wanted: str) -> bool:
        """Whether the attribute names an element of this kind outside the processes."""
        return (wanted, element.get(attribute)) in self._shared

    @cached_property
    def _shared(self) -> set[tuple[str, str]]:
        return {(kind(child), child.get("id")) for child in self.root if child.get("id")}

    @cached_property
    def signals(self) -> Mapping[str, str]:
        """The names of the signals, by id."""
        signals = children(self.root, "signal")
        return {signal.get("id"): signal.get("name") or "" for signal in signals}

    @cached_property
    def small_scopes(self) -> list[Scope]:
        """The scopes whose paths can be followed at little cost; larger ones are refused anyway."""
        return [scope for scope in self.scopes if len(scope.nodes) <= MAX_NODES]

    def _read(self, scope: Scope, depth: int = 0) -> Scope:
        self.scopes.append(scope)
        by_id: dict[str, Node] = {}
        for element in scope.element:
            if kind(element) in NODES:
                node = Node(element, kind(element), scope)
                scope.nodes.append(node)
                by_id[node.id] = node
        _attach(scope.nodes, by_id)
        for element in children(scope.element, "sequenceFlow"):
            _connect(scope, element, by_id)
        for node in scope.nodes if depth <= MAX_NESTING else ():
            if node.kind in SUB_PROCESSES:
                node.inner = self._read(Scope(node.element, node, self.signals), depth + 1)
        return scope


def _scopes_of(text: str) -> list[Scope]:
    try:
        return Model(parse_xml(text)).scopes
    except InvalidDiagram:
        return []


def _attach(nodes: Iterable[Node], by_id: Mapping[str, Node]) -> None:
    for node in nodes:
        host = by_id.get(node.element.get("attachedToRef") or "")
        if node.kind == "boundaryEvent" and host is not None:
            host.boundary.append(node)
            node.host = host


def _connect(scope: Scope, element: Any, by_id: Mapping[str, Node]) -> None:
    source = by_id.get(element.get("sourceRef") or "")
    target = by_id.get(element.get("targetRef") or "")
    if source is None or target is None:
        scope.loose.append(element)
        return
    flow = Flow(element, source, target)
    scope.flows.append(flow)
    source.outgoing.append(flow)
    target.incoming.append(flow)
