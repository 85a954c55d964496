"""Events: which the engine runs rightly, and what each needs."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from app.domain.errors import Sentence
from app.engine.linting.model import (
    ACTIVITIES,
    EVENTS,
    Model,
    Node,
    Scope,
    children,
    kind,
    nodes_within,
)
from app.engine.linting.registry import Found, rule

_SIDE = frozenset({"timer", "message", "signal", "conditional"})

#: Position of an event → the definitions that run there; an empty text stands for none.
RUNNING: dict[str, frozenset[str]] = {
    "process start": frozenset({"", "message"}),
    "start": frozenset({""}),
    "event sub-process start": _SIDE | {"error", "escalation"},
    "endEvent": frozenset({"", "message", "signal", "error", "escalation", "terminate", "cancel"}),
    "intermediateCatchEvent": _SIDE,
    "intermediateThrowEvent": frozenset({"", "message", "signal", "escalation"}),
    "boundaryEvent": _SIDE | {"error", "escalation", "cancel"},
}
NAMES = {
    "": Sentence("空"),
    "timer": Sentence("定时"),
    "message": Sentence("消息"),
    "signal": Sentence("信号"),
    "error": Sentence("错误"),
    "escalation": Sentence("升级"),
    "terminate": Sentence("终止"),
    "cancel": Sentence("取消"),
    "link": Sentence("链接"),
    "compensate": Sentence("补偿"),
    "conditional": Sentence("条件"),
}
_REFERENCES = {
    "message": "messageRef",
    "signal": "signalRef",
    "error": "errorRef",
    "escalation": "escalationRef",
}
#: Triggers that may do without a name: they catch all of their kind.
_NAMELESS = frozenset({"error", "escalation"})


def trigger(definition: object) -> str:
    """Return the kind of an event definition: ``timer``, ``message`` …"""
    return kind(definition).removesuffix("EventDefinition")


def position(node: Node) -> str:
    """Return where an event stands, as `RUNNING` calls it."""
    if node.kind != "startEvent":
        return node.kind
    if node.scope.parent is None:
        return "process start"
    return "event sub-process start" if node.scope.parent.is_event_sub_process else "start"


@rule(
    "event/unsupported",
    "“%(name)s”：此处不能使用%(trigger)s事件，请改用其他画法。",
    why="这种事件在此处不起作用，画的和办的就不一致。",
)
def unsupported_events(model: Model) -> Iterator[Found]:
    for node in model.of(*EVENTS):
        triggers = [trigger(definition) for definition in node.definitions] or [""]
        for one in triggers:
            if one not in RUNNING[position(node)]:
                yield node, {"name": node.name, "trigger": NAMES.get(one, one)}


@rule(
    "event/multiple",
    "“%(name)s”定义了多个触发条件，请拆成多个事件。",
    why="只有一个条件会起作用，其余的被悄悄忽略。",
)
def multiple_events(model: Model) -> Iterator[Found]:
    for node in model.of(*EVENTS):
        if len(node.definitions) > 1 or node.element.get("parallelMultiple") == "true":
            yield node, {"name": node.name}


@rule(
    "event/reference",
    "不支持引用外部的事件定义，请把定义写在事件之内。",
    why="外部的定义可能不在，事件就永远不会发生。",
)
def referred_definitions(model: Model) -> Iterator[Found]:
    yield from model.executable("eventDefinitionRef")


@rule(
    "event/no_target",
    "“%(name)s”没有指明%(trigger)s的名称，或所指的定义不存在。",
    why="没有名称的事件谁也等不到。",
)
def missing_references(model: Model) -> Iterator[Found]:
    for node in model.of(*EVENTS):
        for definition in node.definitions:
            tag = trigger(definition)
            attribute = _REFERENCES.get(tag)
            if attribute is None or (tag in _NAMELESS and not definition.get(attribute)):
                continue
            if not model.refers(definition, attribute, tag):
                yield node, {"name": node.name, "trigger": NAMES[tag]}


@rule(
    "event/boundary_host",
    "边界事件“%(name)s”须附着在一个活动上。",
    why="悬空的边界事件永远不会发生，该催办的不会催办。",
)
def boundary_without_host(model: Model) -> Iterator[Found]:
    for node in model.of("boundaryEvent"):
        if node.host is None or node.host.kind not in ACTIVITIES:
            yield node, {"name": node.name}


@rule(
    "event/error_continues",
    "“%(name)s”是错误边界事件，总是中断活动；请把 cancelActivity 设为 true。",
    why="出错的活动不会继续，图上却说它还在办。",
    fix="make_interrupting",
)
def errors_that_do_not_interrupt(model: Model) -> Iterator[Found]:
    for node in model.of("boundaryEvent"):
        if node.defines("error", "cancel") and node.element.get("cancelActivity") == "false":
            yield node, {"name": node.name}


@rule(
    "event/cancel_outside",
    "取消事件“%(name)s”只能用于事务：结束事件在事务之内，边界事件在事务之上。",
    why="事务之外的取消不起作用，该停的不会停。",
)
def cancel_outside_transactions(model: Model) -> Iterator[Found]:
    for node in model.of("boundaryEvent", "endEvent"):
        around = node.host if node.kind == "boundaryEvent" else node.scope.parent
        if node.defines("cancel") and (around is None or around.kind != "transaction"):
            yield node, {"name": node.name}


@rule(
    "event/gateway_target",
    "“%(name)s”不能接在事件网关之后：只能是捕获事件或接收任务，且只由该网关进入。",
    why="网关等的事件会被别的路抢先，先来先办就不成立。",
)
def event_gateway_targets(model: Model) -> Iterator[Found]:
    for node in model.of("eventBasedGateway"):
        for flow in node.outgoing:
            is_event = flow.target.kind in ("intermediateCatchEvent", "receiveTask")
            if not is_event or len(flow.target.incoming) > 1:
                yield flow.target, {"name": flow.target.name}


@rule(
    "event/gateway_kind",
    "事件网关“%(name)s”须有两条以上去路，且不能启动流程或并行等待。",
    why="只有一条去路就无从选择；并行等待会同时走两条路。",
)
def event_gateway_kinds(model: Model) -> Iterator[Found]:
    for node in model.of("eventBasedGateway"):
        instantiates = node.element.get("instantiate") == "true"
        if len(node.outgoing) < 2 or instantiates or _is_parallel(node):
            yield node, {"name": node.name}


def _is_parallel(node: Node) -> bool:
    return bool(node.element.get("eventGatewayType") == "Parallel")


@rule(
    "event/message_name",
    "%(what)s的定义没有名称或标识（id），请填写。",
    why="没有名称的消息谁也收不到。",
)
def nameless_messages(model: Model) -> Iterator[Found]:
    for element in model.root:
        what = kind(element)
        is_named = element.get("id") and (element.get("name") or what in _NAMELESS)
        if what in _REFERENCES and not is_named:
            yield element, {"what": NAMES[what]}


@rule(
    "event/no_condition",
    "条件事件“%(name)s”没有写明条件。",
    why="没有条件的事件永远不会发生。",
)
def conditional_events_without_condition(model: Model) -> Iterator[Found]:
    for node in model.of(*EVENTS):
        for definition in node.definitions:
            is_conditional = trigger(definition) == "conditional"
            if is_conditional and not children(definition, "condition"):
                yield node, {"name": node.name}


@rule(
    "event/unheard_signal",
    "信号“%(name)s”在本流程内无人捕获，也不会传到别的流程；请改用消息。",
    why="发出的信号没有人理会，后续的事不会发生。",
)
def unheard_signals(model: Model) -> Iterator[Found]:
    yield from _unmatched_signals(model, is_throwing)


@rule(
    "event/silent_signal",
    "信号“%(name)s”在本流程内无人发出，永远等不到。",
    "warning",
    why="等的信号永远不来，事项可能停在这里。",
)
def silent_signals(model: Model) -> Iterator[Found]:
    yield from _unmatched_signals(model, lambda node: not is_throwing(node))


def _unmatched_signals(model: Model, is_ours: Callable[[Node], bool]) -> Iterator[Found]:
    """Yield the events whose signal has no other end in the process or in what it calls."""
    for process in (scope for scope in model.scopes if scope.parent is None):
        others = nodes_within([process, *model.called.values()])
        matched = {name for node in others if not is_ours(node) for name in signals(node)}
        for node in nodes_within([process]):
            for name in signals(node) - matched if is_ours(node) else ():
                yield node, {"name": name}


def is_throwing(node: Node) -> bool:
    """Whether the event makes something happen, rather than waits for it."""
    return node.kind in ("endEvent", "intermediateThrowEvent")


def signals(node: Node) -> set[str]:
    """Return the names of the signals that the event throws or catches."""
    found = {node.scope.signals.get(definition.get("signalRef")) for definition in node.definitions}
    return {name for name in found if name}


@rule(
    "event/uncaught_error",
    "错误结束事件“%(name)s”无人捕获；请在外层活动上加错误边界事件。",
    why="出错后没有人接手，整个流程停住。",
)
def uncaught_errors(model: Model) -> Iterator[Found]:
    for node in model.of("endEvent"):
        if node.defines("error") and not _is_caught(model, node.scope):
            yield node, {"name": node.name}


def _is_caught(model: Model, scope: Scope) -> bool:
    """Whether an error out of *scope* meets a catcher in it, around it, or where it is called."""
    handlers = [node.inner for node in scope.nodes if node.is_event_sub_process and node.inner]
    starts = [start for handler in handlers for start in handler.of("startEvent")]
    if scope.parent is None:
        key = scope.element.get("id")
        calls = model.of("callActivity")
        hosts = [call for call in calls if call.element.get("calledElement") == key]
    else:
        hosts = [scope.parent]
    catchers = [*starts, *(event for host in hosts for event in host.boundary)]
    if any(event.defines("error") for event in catchers):
        return True
    return scope.parent is not None and _is_caught(model, scope.parent.scope)
