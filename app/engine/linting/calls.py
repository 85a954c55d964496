"""Call activities: what they call must be there, and must not call back."""

from __future__ import annotations

from collections.abc import Iterator

from app.engine.linting.model import Model, Scope
from app.engine.linting.registry import Found, rule


@rule(
    "call/no_target",
    "调用活动“%(name)s”没有写明调用的流程（calledElement），或写的是表达式。",
    why="不知道调用哪个流程，走到这里就会出错。",
)
def calls_without_target(model: Model) -> Iterator[Found]:
    for node in model.of("callActivity"):
        called = node.element.get("calledElement") or ""
        if not called or called.startswith(("${", "#{")):
            yield node, {"name": node.name}


@rule(
    "call/unknown",
    "没有流程 %(key)s 可供“%(name)s”调用。",
    why="走到这里就会出错，事项停住等管理员处理。",
)
def unknown_calls(model: Model) -> Iterator[Found]:
    known = {*model.called, *(process.get("id") for process in model.processes)}
    for node in model.of("callActivity"):
        called = node.element.get("calledElement") or ""
        if model.source is not None and called and called not in known:
            yield node, {"key": called, "name": node.name}


@rule(
    "call/cycle",
    "调用活动“%(name)s”所调用的流程最终又调用到自身，永远不会结束。",
    why="流程不断启动自己，占满系统，事项永远办不结。",
)
def circular_calls(model: Model) -> Iterator[Found]:
    graph = _graph(model)
    circular = {key for key in graph if any(key in _reach(graph, next) for next in graph[key])}
    for node in model.of("callActivity"):
        if _reach(graph, node.element.get("calledElement") or "") & circular:
            yield node, {"name": node.name}


def _graph(model: Model) -> dict[str, set[str]]:
    """Return who calls whom, over this file and all diagrams it may call."""
    own = [scope for scope in model.scopes if scope.parent is None]
    return {
        scope.element.get("id") or "": _calls(scope) for scope in [*own, *model.called.values()]
    }


def _calls(scope: Scope) -> set[str]:
    found: set[str] = set()
    for node in scope.nodes:
        if node.kind == "callActivity":
            found.add(node.element.get("calledElement") or "")
        elif node.inner is not None:
            found |= _calls(node.inner)
    return found


def _reach(graph: dict[str, set[str]], start: str) -> set[str]:
    found, waiting = {start}, [start]
    while waiting:
        for key in graph.get(waiting.pop(), ()):
            if key not in found:
                found.add(key)
                waiting.append(key)
    return found
