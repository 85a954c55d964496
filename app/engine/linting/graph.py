"""Where tokens can go: reachability, components and paths within one scope."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from graphlib import TopologicalSorter

from app.engine.linting.model import Node, Scope

Next = Callable[[Node], Iterable[Node]]


def reachable(
    starts: Iterable[Node], *, without: Collection[Node] = (), step: Next = Node.next
) -> set[Node]:
    """Return all nodes that a token can reach from *starts*, never entering *without*."""
    waiting = [node for node in starts if node not in without]
    found = set(waiting)
    while waiting:
        for node in step(waiting.pop()):
            if node not in found and node not in without:
                found.add(node)
                waiting.append(node)
    return found


def components(nodes: Collection[Node], step: Next = Node.next) -> list[set[Node]]:
    """Return the strongly connected components of the graph that *nodes* span (Kosaraju)."""
    inside = set(nodes)
    order: list[Node] = []
    backwards: dict[Node, list[Node]] = {node: [] for node in nodes}
    seen: set[Node] = set()
    for start in nodes:
        stack = [(start, False)]
        while stack:
            node, is_done = stack.pop()
            if is_done:
                order.append(node)
                continue
            if node in seen:
                continue
            seen.add(node)
            stack.append((node, True))
            for other in step(node):
                if other in inside:
                    backwards[other].append(node)
                    stack.append((other, False))
    return _collect(order, backwards)


def _collect(order: list[Node], backwards: dict[Node, list[Node]]) -> list[set[Node]]:
    found: list[set[Node]] = []
    placed: set[Node] = set()
    for node in reversed(order):
        if node not in placed:
            component = reachable([node], without=placed, step=backwards.__getitem__)
            placed |= component
            found.append(component)
    return found


def cycles(nodes: Collection[Node]) -> list[set[Node]]:
    """Return the components in which a token can go round."""
    return [
        component
        for component in components(nodes)
        if len(component) > 1 or any(node in node.next() for node in component)
    ]


def heaviest_path(scope: Scope, weigh: Callable[[Node], int]) -> int:
    """Return the greatest sum of weights on a way through *scope*, each loop taken once."""
    parts = components(scope.nodes)
    place = {node: index for index, part in enumerate(parts) for node in part}
    successors = {
        index: {place[other] for node in part for other in node.next()} - {index}
        for index, part in enumerate(parts)
    }
    best: dict[int, int] = {}
    for index in TopologicalSorter(successors).static_order():
        after = max((best[other] for other in successors[index]), default=0)
        best[index] = after + sum(weigh(node) for node in parts[index])
    return max(best.values(), default=0)
