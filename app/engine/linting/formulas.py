"""Expressions and scripts: each compiles, and reads only variables that something sets."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from app.domain.errors import Sentence
from app.engine.expressions import ExpressionError, compile_expression
from app.engine.linting.model import (
    CONDITIONAL,
    Model,
    Node,
    nodes_within,
    properties,
    setting,
    text_of,
)
from app.engine.linting.names import (
    assigned_names,
    assignments,
    collections,
    decision_of,
    item_names,
    script_lines,
)
from app.engine.linting.registry import Found, rule
from app.engine.linting.timing import timer_expressions
from app.engine.scripting import Script

#: What the engine itself sets in loops.
_COUNTERS = ("loopCounter", "nrOfInstances", "nrOfCompletedInstances", "nrOfActiveInstances")
_LOOPS = ("loopCondition", "loopCardinality", "loopDataInputRef", "completionCondition")


@dataclass(frozen=True, slots=True)
class Formula:
    """An expression and where it is written."""

    element: Any
    text: str


def formulas(model: Model) -> Iterator[Formula]:
    """Yield every expression of the diagram."""
    for flow in model.flows:
        if flow.condition is not None and flow.source.kind in CONDITIONAL:
            yield Formula(flow.element, text_of(flow.condition))
    for element in model.executable(*_LOOPS, "condition"):
        yield Formula(element, text_of(element))
    for element, text in [*timer_expressions(model), *collections(model)]:
        yield Formula(element, text)
    for node in model.nodes:
        for text in _texts(node):
            yield Formula(node, text)


def _texts(node: Node) -> Iterator[str]:
    yield from (expression.text for _, expression in assignments(node))
    settings = [setting(node.element, "assignee") or ""]
    if node.kind in ("serviceTask", "sendTask"):
        settings += properties(node.element).values()
    yield from (text for text in settings if text.startswith("${"))


@rule(
    "expression/invalid",
    "%(reason)s",
    why="算不出结果，走到这里流程会出错停住。",
)
def invalid_expressions(model: Model) -> Iterator[Found]:
    for formula in formulas(model):
        try:
            compile_expression(formula.text)
        except ExpressionError as error:
            yield formula.element, {"reason": error.sentence}


@rule(
    "expression/script",
    "“%(name)s”的脚本：%(reason)s",
    why="脚本执行不了，走到这里流程会出错停住。",
)
def invalid_scripts(model: Model) -> Iterator[Found]:
    for node in model.of("scriptTask"):
        lines = list(script_lines(node))
        if not lines:
            yield node, {"name": node.name, "reason": Sentence("没有内容。")}
        for line in lines:
            try:
                Script(line)
            except ExpressionError as error:
                yield node, {"name": node.name, "reason": error.sentence}


@rule(
    "expression/language",
    "条件和脚本只使用本系统的表达式，请删除 language 设置。",
    why="别的语言在这里不会执行，结果与所写的不同。",
    fix="remove_language",
)
def foreign_languages(model: Model) -> Iterator[Found]:
    for element in model.executable("conditionExpression", "condition", *_LOOPS):
        if element.get("language"):
            yield element


@rule(
    "expression/unknown_name",
    "变量“%(name)s”没有声明：表单、脚本、决策表和系统都不会设置它。",
    why="没有值的变量算不出结果，流程走到这里会停住。",
)
def unknown_names(model: Model) -> Iterator[Found]:
    if model.catalogue is None:
        return
    declared = declared_names(model)
    for formula in formulas(model):
        try:
            unknown = compile_expression(formula.text).names - declared
        except ExpressionError:
            continue
        for name in sorted(unknown):
            yield formula.element, {"name": name}


@rule(
    "expression/decision_input",
    "决策表 %(key)s 用到的变量“%(name)s”没有声明。",
    why="决策表缺少要看的值，得不出结论。",
)
def unknown_inputs(model: Model) -> Iterator[Found]:
    if model.catalogue is None:
        return
    declared = declared_names(model)
    for node in model.of("businessRuleTask"):
        decision = decision_of(model, node)
        for name in decision.inputs if decision else ():
            if name not in declared:
                yield node, {"key": setting(node.element, "decisionRef"), "name": name}


def declared_names(model: Model) -> set[str]:
    """Return the variables that something sets: program, forms, scripts, decisions, loops."""
    catalogue = model.catalogue
    if catalogue is None:
        return set()
    nodes = [*model.nodes, *nodes_within(model.called.values())]
    forms = [catalogue.forms.get(setting(node.element, "formKey") or "", ()) for node in nodes]
    loops = (
        name
        for loop in model.executable("multiInstanceLoopCharacteristics")
        for name in item_names(loop)
    )
    set_ = assigned_names(model, nodes)
    return {*catalogue.variables, *set_, *loops, *_COUNTERS}.union(*forms)
