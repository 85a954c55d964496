"""Ways through a drawing: what a token can get to, and what it can get to without doing a thing.

Other than `app.engine.linting.graph` these ways lead into sub-processes and out again, and a
parallel join is passed only by those who come on all its branches.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from app.engine.linting.model import Flow, Model, Node, Scope

Guard = Callable[[Node], bool]
Choose = Callable[[Node], Iterable[Flow]]

#: Steps that all walks of one rule together may take; beyond it the rule looks no further.
MAX_STEPS = 100_000

#: Boundary events that only something inside the sub-process sets off.
_FROM_INSIDE = ("error", "escalation", "cancel")


def affordable(model: Model) -> int:
    """Return how many walks from the middle of a drawing a rule may make."""
    return MAX_STEPS // (len(model.nodes) + len(model.flows) + 1)


def nobody(node: Node) -> bool:
    """Guard nothing."""
    return False


def all_ways(node: Node) -> Iterable[Flow]:
    """Take every way out."""
    return node.outgoing


@dataclass(slots=True)
class Walk:
    """A walk from some nodes on, as far as it gets without completing a guarded one."""

    guard: Guard = nobody
    choose: Choose = all_ways
    #: Whether joins wait for all their branches; a walk from the middle knows of one only.
    patient: bool = True
    #: The sub-processes that can be gone through without completing what is guarded.
    open_scopes: set[Scope] = field(default_factory=set)
    #: Every node got to, and from where.
    reached: dict[Node, Node | None] = field(default_factory=dict)
    _waiting: deque[tuple[Node, Node | None]] = field(default_factory=deque)
    _arrived: dict[Node, set[Flow]] = field(default_factory=dict)

    def start(self, nodes: Iterable[Node]) -> Walk:
        """Walk from *nodes* on."""
        self._waiting += [(node, None) for node in nodes]
        while self._waiting:
            node, before = self._waiting.popleft()
            if node not in self.reached:
                self.reached[node] = before
                self._enter(node)
        return self

    def start_behind(self, node: Node) -> Walk:
        """Walk on from where *node* is completed."""
        self._leave(node)
        return self.start(())

    def way_to(self, node: Node) -> list[Node]:
        """Return the nodes on the way to *node*, that one last."""
        found: list[Node] = []
        at: Node | None = node
        while at is not None and at not in found:
            found.append(at)
            at = self.reached.get(at)
        return found[::-1]

    def _enter(self, node: Node) -> None:
        inside = node.inner is not None
        for event in node.boundary:
            if not (inside and event.defines(*_FROM_INSIDE)):
                self._waiting.append((event, node))
        if self.guard(node):
            return
        if node.inner is not None:
            self._waiting += [(start, node) for start in node.inner.starts()]
            if node.inner in self.open_scopes:
                self._leave(node)
        else:
            self._throw(node)
            self._leave(node)

    def _leave(self, node: Node) -> None:
        for flow in self.choose(node):
            if self._passes(flow):
                self._waiting.append((flow.target, node))

    def _passes(self, flow: Flow) -> bool:
        """Whether whoever comes along *flow* can enter what it leads to."""
        join = flow.target
        if not self.patient or join.kind != "parallelGateway" or len(join.incoming) < 2:
            return True
        arrived = self._arrived.setdefault(join, set())
        arrived.add(flow)
        return len(arrived) == len(join.incoming)

    def _throw(self, node: Node) -> None:
        """Set off what catches the event around its scope; an end without one completes it."""
        if node.kind not in ("endEvent", "intermediateThrowEvent"):
            return
        thrown = [name for name in _FROM_INSIDE if node.defines(name)]
        around = node.scope.parent
        while thrown and around is not None:
            catchers = [event for event in around.boundary if event.defines(*thrown)]
            self._waiting += [(event, node) for event in catchers]
            around = None if catchers else around.scope.parent
        if not thrown and node.kind == "endEvent" and around and around not in self.reached:
            self._leave(around)  # the walk began inside


def walk_around(model: Model, guard: Guard) -> Walk:
    """Walk from every start of *model* wherever one can get without completing a guarded node."""
    walk = Walk(guard)
    for scope in reversed(model.scopes):  # what lies inside comes later
        if scope.parent is not None and _can_be_passed(scope, guard, walk.open_scopes):
            walk.open_scopes.add(scope)
    starts = [start for scope in model.scopes if scope.parent is None for start in scope.starts()]
    return walk.start(starts)


def _can_be_passed(scope: Scope, guard: Guard, inner: set[Scope]) -> bool:
    """Whether all tokens of *scope* can come to an end without completing a guarded node.

    Worked out backwards from the ends: a fork needs all its branches to get there, all else one.
    """
    done: set[Node] = set()
    lacking = {node: len(node.outgoing) for node in scope.of("parallelGateway")}
    waiting = [node for node in scope.nodes if _is_end(node) and _can_complete(node, guard, inner)]
    while waiting:
        node = waiting.pop()
        if node in done:
            continue
        done.add(node)
        before = [flow.source for flow in node.incoming]
        for source in before:
            lacking[source] = lacking.get(source, 1) - 1
        free = [each for each in before if lacking[each] <= 0 and _can_complete(each, guard, inner)]
        waiting += free
        if node.host is not None and interrupts(node):
            waiting.append(node.host)
    return any(start in done or _is_passing_event(start, inner) for start in scope.starts())


def _can_complete(node: Node, guard: Guard, inner: set[Scope]) -> bool:
    return not guard(node) and (node.inner is None or node.inner in inner)


def _is_end(node: Node) -> bool:
    ends = not node.outgoing and not node.is_event_sub_process
    return ends and not node.defines(*_FROM_INSIDE)


def interrupts(event: Node) -> bool:
    """Whether a boundary event takes its activity away."""
    return bool(event.element.get("cancelActivity") != "false")


def _is_passing_event(node: Node, inner: set[Scope]) -> bool:
    """Whether an event sub-process can put an end to its scope without what is guarded."""
    if node.inner is None or not node.is_event_sub_process or node.inner not in inner:
        return False
    starts = node.inner.of("startEvent")
    return any(start.element.get("isInterrupting") != "false" for start in starts)
