"""Timers: each is a rule that the calendar can compute, and only side paths may repeat."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from app.engine.expressions import Expression, ExpressionError
from app.engine.linting.model import Model, Node, children, kind, text_of
from app.engine.linting.registry import Found, rule
from app.engine.timers import TimerBody, compile_timer, fixed_timing

_NOT_COMPUTED = "“%(text)s”含有秒、小数，或混用了月与日，请改用一种单位。"
BODIES = ("timeDate", "timeDuration", "timeCycle")


#: ISO 8601 beyond what the calendar computes would pass for the name of a variable.
_ISO_LIKE = re.compile(r"(R\d*/)?P(T?\d[\dTYMWDHS.,]*|T)?")


def timer_bodies(model: Model) -> Iterator[tuple[Node, Any]]:
    """Yield each timer's event and the element with its text."""
    for node in model.nodes:
        for definition in node.definitions:
            for body in children(definition, *BODIES):
                yield node, body


def timer_expressions(model: Model) -> Iterator[tuple[Any, str]]:
    """Yield the bodies that are expressions, and sound."""
    for node, element in timer_bodies(model):
        body = _compiled(element)
        if body is not None and isinstance(body.source, Expression):
            yield node, body.source.text


@rule(
    "timer/body",
    "定时事件“%(name)s”须写明时间：日期、时长、周期三者之一。",
    why="没有时间的计时永远不会到期，没有人会被催办。",
)
def timers_without_body(model: Model) -> Iterator[Found]:
    for node in model.nodes:
        for definition in node.definitions:
            is_timer = kind(definition) == "timerEventDefinition"
            if is_timer and len(children(definition, *BODIES)) != 1:
                yield node, {"name": node.name}


@rule(
    "timer/invalid",
    "定时事件“%(name)s”：%(reason)s",
    why="算不出到期的日子，走到这里流程会出错停住。",
)
def invalid_timers(model: Model) -> Iterator[Found]:
    for node, element in timer_bodies(model):
        try:
            body = compile_timer(text_of(element))
            if _ISO_LIKE.fullmatch(body.text) and body.names:
                raise ExpressionError(_NOT_COMPUTED, text=body.text)
            if not body.names:
                body.evaluate({})
        except ExpressionError as error:
            yield node, {"name": node.name, "reason": error.sentence}


@rule(
    "timer/cycle",
    "定时事件“%(name)s”：周期写成 every(…) 或 R/…，且只能写在周期（timeCycle）一栏。",
    why="按一次计时还是反复计时说不清，催办可能只发一次。",
    fix="move_cycle",
)
def misplaced_cycles(model: Model) -> Iterator[Found]:
    for node, element in timer_bodies(model):
        timing = fixed_timing(text_of(element))
        if timing is not None and timing.is_cycle != (kind(element) == "timeCycle"):
            yield node, {"name": node.name}


@rule(
    "timer/cycle_in_flow",
    "“%(name)s”是周期定时，只能用于非中断的边界事件或事件子流程；此处请写时长或日期。",
    why="反复触发会打断正在办的事，或让同一步走许多遍。",
    fix="make_non_interrupting",
)
def cycles_in_the_flow(model: Model) -> Iterator[Found]:
    for node, element in timer_bodies(model):
        if kind(element) == "timeCycle" and not _is_side_path(node):
            yield node, {"name": node.name}, node.kind == "boundaryEvent"


@rule(
    "timer/too_short",
    "“%(name)s”的周期过短，至少为 1 分钟。",
    why="过密的提醒会淹没收件箱，也拖慢系统。",
)
def short_cycles(model: Model) -> Iterator[Found]:
    for node, element in timer_bodies(model):
        timing = fixed_timing(text_of(element))
        if timing and timing.is_cycle and timing.rule.span and timing.rule.span.number < 1:
            yield node, {"name": node.name}


def _is_side_path(node: Node) -> bool:
    if node.kind == "boundaryEvent":
        return bool(node.element.get("cancelActivity") == "false")
    return node.kind == "startEvent" and node.element.get("isInterrupting") == "false"


def _compiled(element: Any) -> TimerBody | None:
    try:
        return compile_timer(text_of(element))
    except ExpressionError:
        return None
