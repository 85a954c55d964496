"""How tokens move: gateways, joins, loops and what can never be reached."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations

from app.engine.linting.graph import cycles, heaviest_path, reachable
from app.engine.linting.model import CONDITIONAL, EXCLUSIVE, WAITING_TASKS, Flow, Model, Node, Scope
from app.engine.linting.names import assigned_names, condition_names
from app.engine.linting.registry import Found, rule

MAX_PARALLEL = 6


@rule(
    "flow/unreachable",
    "“%(name)s”永远不会执行：没有从开始事件到它的路径。",
    why="画了却永远不会办，看图的人会以为有这一步。",
)
def unreachable(model: Model) -> Iterator[Found]:
    for scope in model.scopes:
        reached = reachable(scope.starts())
        for node in scope.nodes:
            if node not in reached and not node.for_compensation:
                yield node, {"name": node.name}


@rule(
    "flow/no_condition",
    "“%(name)s”到“%(target)s”的去路没有条件；多条去路中，只有默认流可以没有条件。",
    why="走到网关时不知道往哪走，流程会出错停住。",
    fix="make_default",
)
def missing_conditions(model: Model) -> Iterator[Found]:
    for node in model.of(*CONDITIONAL):
        default = default_to_be(node)
        for flow in node.outgoing if len(node.outgoing) > 1 else ():
            if flow.condition is None and not flow.is_default:
                yield flow.element, _ends(flow), flow is default


def _ends(flow: Flow) -> dict[str, str]:
    return {"name": flow.source.name, "target": flow.target.name}


def default_to_be(node: Node) -> Flow | None:
    """Return the last way without a condition of a gateway that has no default."""
    plain = [flow for flow in node.outgoing if flow.condition is None and flow.element.get("id")]
    has_default = any(flow.is_default for flow in node.outgoing)
    return plain[-1] if plain and not has_default else None


@rule(
    "flow/condition_on_activity",
    "“%(name)s”之后的去路写了条件；条件只能写在排他网关或包容网关之后，请加一个网关。",
    why="写在这里的条件不起作用，事项会不分情况往下走。",
)
def conditions_elsewhere(model: Model) -> Iterator[Found]:
    for flow in model.flows:
        kind = flow.source.kind
        if flow.condition is not None and kind not in CONDITIONAL and kind != "parallelGateway":
            yield flow.element, {"name": flow.source.name}


@rule(
    "flow/ignored_condition",
    "并行网关“%(name)s”之后的条件不起作用，请删除或改用包容网关。",
    "warning",
    why="看图的人会以为有条件，其实每条路都会走。",
    fix="remove_condition",
)
def ignored_conditions(model: Model) -> Iterator[Found]:
    for flow in model.flows:
        if flow.condition is not None and flow.source.kind == "parallelGateway":
            yield flow.element, {"name": flow.source.name}


@rule(
    "flow/no_default",
    "“%(name)s”没有默认流；所有条件都不满足时流程会出错。",
    "warning",
    why="遇到没有料到的情况，事项停住等管理员处理。",
    fix="make_default",
)
def no_default(model: Model) -> Iterator[Found]:
    for node in model.of(*CONDITIONAL):
        if len(node.outgoing) > 1 and not any(flow.is_default for flow in node.outgoing):
            yield node, {"name": node.name}, default_to_be(node) is not None


@rule(
    "flow/bad_default",
    "默认流 %(flow)s 不是“%(name)s”的去路。",
    why="写的默认流不起作用，都不符合时流程会出错。",
    fix="remove_default",
)
def bad_default(model: Model) -> Iterator[Found]:
    for node in model.nodes:
        default = node.element.get("default")
        if default and not any(flow.is_default for flow in node.outgoing):
            yield node, {"flow": default, "name": node.name}


@rule(
    "flow/condition_on_default",
    "“%(name)s”到“%(target)s”是默认流，上面的条件不起作用，请删除条件。",
    "warning",
    why="看图的人会以为有条件，其实都不符合时就走这条。",
    fix="remove_condition",
)
def condition_on_default(model: Model) -> Iterator[Found]:
    for flow in model.flows:
        if flow.is_default and flow.condition is not None and flow.source.kind in CONDITIONAL:
            yield flow.element, _ends(flow)


@rule(
    "flow/join_and_fork",
    "并行网关“%(name)s”既汇合又分叉，请拆成两个网关。",
    why="循环第二轮时可能不等齐就往下走，会签被绕过。",
)
def joins_that_fork(model: Model) -> Iterator[Found]:
    for node in model.of("parallelGateway"):
        if len(node.incoming) > 1 and len(node.outgoing) > 1:
            yield node, {"name": node.name}


@rule(
    "flow/deadlock",
    "并行网关“%(name)s”等待的分支不可能全部到达，流程会永远停在这里。",
    why="事项永远停在这里，没有人能把它办下去。",
)
def deadlocks(model: Model) -> Iterator[Found]:
    for scope in model.small_scopes:
        joins = [node for node in scope.of("parallelGateway") if len(node.incoming) > 1]
        choices = [node for node in scope.of(*EXCLUSIVE) if len(node.outgoing) > 1] if joins else []
        starved = {join for choice in choices for join in _starved(choice, joins)}
        for join in joins:
            if join in starved or _waits_for_itself(join):
                yield join, {"name": join.name}


def _waits_for_itself(join: Node) -> bool:
    """Whether a branch comes from nowhere but the join's own far side."""
    before = reachable(join.scope.starts(), without=[join])
    return any(flow.source not in before for flow in join.incoming)


def _starved(choice: Node, joins: list[Node]) -> Iterator[Node]:
    """Yield the joins that need two branches of which each way out of *choice* feeds only one."""
    elsewhere = reachable(choice.scope.starts(), without=[choice])
    ways = [(way, reachable([way.target], without=[choice])) for way in choice.outgoing]
    for join in joins:
        fed = [flow for flow in join.incoming if flow.source not in elsewhere]
        feeders = {flow: {way for way, nodes in ways if _feeds(way, nodes, flow)} for flow in fed}
        pairs = combinations([feeder for feeder in feeders.values() if feeder], 2)
        if any(one.isdisjoint(other) for one, other in pairs):
            yield join


def _feeds(way: Flow, nodes: set[Node], branch: Flow) -> bool:
    return way is branch or branch.source in nodes


@rule(
    "flow/parallel_chain",
    "先后串联的并行网关超过 %(most)d 组，请把一部分移入子流程。",
    why="每多一组并行，系统的负担翻倍，事项会越办越慢。",
)
def parallel_chains(model: Model) -> Iterator[Found]:
    for scope in model.small_scopes:
        if heaviest_path(scope, _forks) > MAX_PARALLEL:
            yield scope.element, {"most": MAX_PARALLEL}


def _forks(node: Node) -> int:
    return int(
        node.kind in ("parallelGateway", "inclusiveGateway", "complexGateway")
        and len(node.outgoing) > 1
    )


@rule(
    "flow/endless_loop",
    "“%(name)s”所在的循环不经过任何等待办理的环节，也不会改变循环条件。",
    why="系统会在原地空转，事项永远不前进。",
)
def endless_loops(model: Model) -> Iterator[Found]:
    for scope in model.small_scopes:
        rushing = {node for node in scope.nodes if not waits(model, node)}
        for loop in cycles(_passable(rushing)):
            exits = [flow for node in loop for flow in node.outgoing]
            if not condition_names(exits) & assigned_names(model, loop):
                first = min(loop, key=scope.nodes.index)
                yield first, {"name": first.name}


def _passable(rushing: set[Node]) -> set[Node]:
    """Drop the parallel joins one of whose branches waits, and then those behind them."""
    while stuck := {node for node in rushing if _is_held(node, rushing)}:
        rushing = rushing - stuck
    return rushing


def _is_held(node: Node, rushing: set[Node]) -> bool:
    return node.kind == "parallelGateway" and any(
        flow.source not in rushing for flow in node.incoming
    )


def waits(model: Model, node: Node, called: tuple[str, ...] = ()) -> bool:
    """Whether a token always rests at *node* until a person, a message or a clock comes."""
    if node.kind in WAITING_TASKS | {"intermediateCatchEvent", "eventBasedGateway"}:
        return True
    if node.kind == "boundaryEvent":
        return node.defines("timer", "message", "signal")
    if node.inner is not None:
        return _always_waits(model, node.inner, called)
    if node.kind == "callActivity":
        return _called_waits(model, node.element.get("calledElement"), called)
    return False


def _always_waits(model: Model, scope: Scope, called: tuple[str, ...]) -> bool:
    rushing = _passable({node for node in scope.nodes if not waits(model, node, called)})
    starts = [node for node in scope.of("startEvent") if node in rushing]
    reached = reachable(starts, step=lambda node: (n for n in node.next() if n in rushing))
    return not any(node.kind == "endEvent" for node in reached)


def _called_waits(model: Model, key: str | None, called: tuple[str, ...]) -> bool:
    if key is None or key in called:
        return False
    scope = model.called.get(key)
    return scope is None or _always_waits(model, scope, (*called, key))
