"""Activities: what each kind must be given, and the loops that run rightly."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from app.domain.errors import Sentence
from app.engine.expressions import ExpressionError, compile_expression
from app.engine.linting.model import (
    SUB_PROCESSES,
    WAITING_TASKS,
    Model,
    Node,
    children,
    setting,
    text_of,
)
from app.engine.linting.names import assigned_names, read_names
from app.engine.linting.registry import Found, rule

MAX_INSTANCES = 200


@rule(
    "activity/unsupported",
    "不支持%(what)s“%(name)s”，请改用其他画法。",
    why="流程走到这里不会有人收到待办，事项停住。",
)
def unsupported_nodes(model: Model) -> Iterator[Found]:
    for node in model.nodes:
        if node.kind in _UNSUPPORTED:
            yield node, {"what": _UNSUPPORTED[node.kind], "name": node.name}


_UNSUPPORTED = {
    "complexGateway": Sentence("复杂网关"),
    "adHocSubProcess": Sentence("特别子流程"),
}


@rule(
    "activity/compensation",
    "不支持补偿活动“%(name)s”，请改用普通流程表示撤销步骤。",
    why="补偿从不执行，该撤销的事没有人撤销。",
)
def compensation_activities(model: Model) -> Iterator[Found]:
    for node in model.nodes:
        if node.for_compensation:
            yield node, {"name": node.name}


@rule(
    "activity/no_topic",
    "系统任务“%(name)s”没有选择动作，系统不知道该做什么。请在“动作”中选择。",
    why="系统走过此处却什么也不做，该发的通知、函件不会发出。",
)
def services_without_topic(model: Model) -> Iterator[Found]:
    for node in model.of("serviceTask"):
        if not setting(node.element, "topic"):
            yield node, {"name": node.name}


@rule(
    "activity/no_message",
    "收发任务“%(name)s”没有指明消息，或所指的消息不存在。",
    why="消息没有名称，谁也收不到、等不到。",
)
def tasks_without_message(model: Model) -> Iterator[Found]:
    for node in model.of("sendTask", "receiveTask"):
        if not model.refers(node.element, "messageRef", "message"):
            yield node, {"name": node.name}


@rule(
    "activity/instantiate",
    "接收任务“%(name)s”不能启动流程；请改用消息开始事件。",
    why="由接收任务启动的流程不会开始，来的消息无人理会。",
)
def instantiating_tasks(model: Model) -> Iterator[Found]:
    for node in model.of("receiveTask"):
        if node.element.get("instantiate") == "true":
            yield node, {"name": node.name}


@rule(
    "activity/no_decision",
    "决策任务“%(name)s”没有选择决策表。请在“决策表”中选择，没有的先到“决策表”页新建。",
    why="不知道查哪张决策表，后面的分支没有依据。",
)
def rules_without_decision(model: Model) -> Iterator[Found]:
    for node in model.of("businessRuleTask"):
        if not setting(node.element, "decisionRef"):
            yield node, {"name": node.name}


@rule(
    "activity/event_sub_process",
    "“%(name)s”不能由事件触发：须是普通子流程，且其开始事件有触发条件。",
    why="这样的事件子流程要么从不启动，要么打乱正在办的事。",
)
def odd_event_sub_processes(model: Model) -> Iterator[Found]:
    for node in model.nodes:
        if not node.is_event_sub_process:
            continue
        starts = node.inner.of("startEvent") if node.inner else []
        is_plain = node.kind == "subProcess" and not _loops(node) and not node.boundary
        if not is_plain or not all(start.definitions for start in starts):
            yield node, {"name": node.name}


@rule(
    "loop/behavior",
    "多实例只支持全部完成后继续（behavior=All），请删除其他设置。",
    why="会签可能只等一人就往下走，其余人的意见落空。",
    fix="plain_instances",
)
def odd_behaviors(model: Model) -> Iterator[Found]:
    for loop in model.executable("multiInstanceLoopCharacteristics"):
        if loop.get("behavior") not in (None, "All") or children(loop, "complexBehaviorDefinition"):
            yield loop


@rule(
    "loop/no_cardinality",
    "多实例“%(name)s”须写明实例个数（loopCardinality）或名单（collection），二者之一。",
    why="系统不知道要发出几份待办。",
)
def instances_without_number(model: Model) -> Iterator[Found]:
    for node in model.nodes:
        for loop in children(node.element, "multiInstanceLoopCharacteristics"):
            numbers = children(loop, "loopCardinality", "loopDataInputRef")
            if len(numbers) + bool(setting(loop, "collection")) != 1:
                yield node, {"name": node.name}


@rule(
    "loop/too_many",
    "实例个数须为 0 至 %(most)d 的整数；更多时请每个单位各启动一个流程。",
    why="一次发出过多待办会拖慢所有人。",
)
def too_many_instances(model: Model) -> Iterator[Found]:
    for cardinality in model.executable("loopCardinality"):
        value = _constant(text_of(cardinality))
        if value is not None and not _is_count(value, MAX_INSTANCES):
            yield cardinality, {"most": MAX_INSTANCES}


@rule(
    "loop/maximum",
    "循环的最多次数须为 1 至 %(most)d 的整数。",
    why="次数不是有效的数，循环无法计数。",
)
def odd_maximum(model: Model) -> Iterator[Found]:
    for loop in model.executable("standardLoopCharacteristics"):
        maximum = loop.get("loopMaximum")
        if maximum is not None and not (maximum.isdecimal() and 1 <= int(maximum) <= MAX_INSTANCES):
            yield loop, {"most": MAX_INSTANCES}


@rule(
    "loop/endless",
    "循环“%(name)s”永不结束：没有最多次数，其间也不会改变循环条件。",
    why="流程会一直转下去，事项永远不前进。",
)
def endless_loops(model: Model) -> Iterator[Found]:
    for node in model.nodes:
        for loop in children(node.element, "standardLoopCharacteristics"):
            conditions = [text_of(condition) for condition in children(loop, "loopCondition")]
            if not loop.get("loopMaximum") and not _can_end(model, node, conditions):
                yield node, {"name": node.name}


def _can_end(model: Model, node: Node, conditions: list[str]) -> bool:
    """Whether the loop waits for people, or sets what its condition reads."""
    if not conditions:
        return False
    if all(_constant(condition) is False for condition in conditions):
        return True
    read = {name for condition in conditions for name in read_names(condition)}
    waits = node.kind in WAITING_TASKS | SUB_PROCESSES | {"callActivity"}
    return bool(read) and (waits or bool(read & assigned_names(model, [node])))


def _loops(node: Node) -> list[Any]:
    return children(node.element, "multiInstanceLoopCharacteristics", "standardLoopCharacteristics")


def _constant(text: str) -> Any:
    """Return the value of an expression without variables, else ``None``."""
    try:
        expression = compile_expression(text)
        return None if expression.names else expression.evaluate({})
    except ExpressionError:
        return None


def _is_count(value: Any, most: int) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= most
