"""The pieces a diagram names: roles, forms, effects and decisions must be there."""

from __future__ import annotations

from collections.abc import Iterator

from app.domain.errors import InvalidDiagram
from app.engine.decisions import compile_decision
from app.engine.linting.model import Model, Node, properties, setting
from app.engine.linting.registry import Found, rule
from app.engine.step import NOT_PARAMS

PERSONAL = ("userTask", "manualTask", "task")


@rule("catalogue/role", "“%(name)s”须指定恰好一个办理角色（candidateGroups），现为“%(role)s”。")
def unknown_roles(model: Model) -> Iterator[Found]:
    if model.catalogue is None:
        return
    for node in model.of(*PERSONAL):
        role = setting(node.element, "candidateGroups") or ""
        if role not in model.catalogue.roles:
            yield node, {"name": node.name, "role": role}


@rule("catalogue/form", "“%(name)s”须指定一个已有的表单（formKey），现为“%(form)s”。")
def unknown_forms(model: Model) -> Iterator[Found]:
    if model.catalogue is None:
        return
    for node in model.of(*PERSONAL):
        form = setting(node.element, "formKey") or ""
        if form not in model.catalogue.forms and (form or node.kind == "userTask"):
            yield node, {"name": node.name, "form": form}


@rule("catalogue/effect", "“%(name)s”的 topic“%(topic)s”不在系统提供的动作之中。")
def unknown_effects(model: Model) -> Iterator[Found]:
    if model.catalogue is None:
        return
    for node in model.of("serviceTask"):
        topic = setting(node.element, "topic")
        if topic and topic not in model.catalogue.effects:
            yield node, {"name": node.name, "topic": topic}


@rule("catalogue/missing_param", "“%(name)s”缺少参数 %(param)s。")
def missing_params(model: Model) -> Iterator[Found]:
    for node, required, _ in _effects(model):
        for param in sorted(required - properties(node.element).keys()):
            yield node, {"name": node.name, "param": param}


@rule("catalogue/unknown_param", "“%(name)s”没有名为 %(param)s 的参数，请删除或改正。")
def unknown_params(model: Model) -> Iterator[Found]:
    for node, required, optional in _effects(model):
        for param in sorted(properties(node.element).keys() - required - optional - NOT_PARAMS):
            yield node, {"name": node.name, "param": param}


def _effects(model: Model) -> Iterator[tuple[Node, frozenset[str], frozenset[str]]]:
    effects = model.catalogue.effects if model.catalogue else {}
    for node in model.of("serviceTask"):
        topic = setting(node.element, "topic") or ""
        if topic in effects:
            yield node, *effects[topic]


@rule("catalogue/deadline", "“%(name)s”上标为办理期限（deadline=true）的定时边界事件多于一个。")
def several_deadlines(model: Model) -> Iterator[Found]:
    for node in model.nodes:
        deadlines = [
            event
            for event in node.boundary
            if event.defines("timer") and properties(event.element).get("deadline") == "true"
        ]
        if len(deadlines) > 1:
            yield node, {"name": node.name}


_UNKNOWN_CODE = "“%(name)s”的编号 %(code)s 不在期限规则中，其时长和依据只按图上所写，不随期限规则。"


@rule("catalogue/code", _UNKNOWN_CODE, "warning")
def unknown_codes(model: Model) -> Iterator[Found]:
    codes = model.catalogue.codes if model.catalogue else frozenset[str]()
    for node in model.nodes:
        code = properties(node.element).get("code", "")
        if codes and code and node.defines("timer") and code not in codes:
            yield node, {"name": node.name or node.element.get("id"), "code": code}


@rule("catalogue/decision", "“%(name)s”所用的决策表 %(key)s 不存在。")
def unknown_decisions(model: Model) -> Iterator[Found]:
    for node, key in _decisions(model):
        if model.source is not None and key not in model.source.decisions:
            yield node, {"name": node.name, "key": key}


@rule("catalogue/bad_decision", "决策表 %(key)s 有误：%(reason)s")
def bad_decisions(model: Model) -> Iterator[Found]:
    for node, key in _decisions(model):
        text = model.source.decisions.get(key) if model.source else None
        try:
            decision = compile_decision(text) if text is not None else None
        except InvalidDiagram as error:
            for problem in error.problems:
                yield node, {"key": key, "reason": problem.message}
        else:
            if decision and decision.key != key:
                yield node, {"key": key, "reason": f"id={decision.key}"}


def _decisions(model: Model) -> Iterator[tuple[Node, str]]:
    for node in model.of("businessRuleTask"):
        if key := setting(node.element, "decisionRef"):
            yield node, key
