"""The pieces a diagram names: roles, forms, effects and decisions must be there."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from app.domain.errors import InvalidDiagram, Sentence
from app.domain.rule_words import said
from app.domain.rules import Rule
from app.engine.decisions import compile_decision
from app.engine.linting.meanings import PERSONAL
from app.engine.linting.model import Model, Node, children, properties, setting, text_of
from app.engine.linting.registry import Found, rule
from app.engine.parsing import bpmn
from app.engine.step import NOT_PARAMS

_NOT_SET = Sentence("未选择")


@rule(
    "catalogue/role",
    "“%(name)s”须有且只有一个办理岗位，现为：%(role)s。请在“办理岗位”中选择。",
    why="待办不会出现在任何人的收件箱里，事项无人办理。",
    fix="only_role",
)
def unknown_roles(model: Model) -> Iterator[Found]:
    if model.catalogue is None:
        return
    lanes: Mapping[str, set[str]] | None = None
    for node in model.of(*PERSONAL):
        role = setting(node.element, "candidateGroups") or ""
        if role not in model.catalogue.roles:
            lanes = roles_of_lanes(model) if lanes is None else lanes
            told = {"name": node.name, "role": role or _NOT_SET}
            yield node, told, only_role(model, node, lanes) is not None


def only_role(model: Model, node: Node, lanes: Mapping[str, set[str]]) -> str | None:
    """Return the role that a task without a sound one can only mean: as written, or of its lane."""
    known = model.catalogue.roles if model.catalogue else frozenset[str]()
    written = re.split(r"[\s,，;；、]+", (setting(node.element, "candidateGroups") or "").lower())
    meant = known & ({*written} if any(written) else lanes.get(node.id, set()))
    return next(iter(meant)) if len(meant) == 1 else None


def roles_of_lanes(model: Model) -> dict[str, set[str]]:
    """Return the roles that the tasks of a lane have, by the id of each node in it."""
    roles = {node.id: setting(node.element, "candidateGroups") for node in model.of(*PERSONAL)}
    found: dict[str, set[str]] = {}
    for lane in model.executable("lane"):
        ids = [text_of(each) for each in children(lane, "flowNodeRef")]
        of_lane = {role for one in ids if (role := roles.get(one))}
        for one in ids:
            found[one] = of_lane
    return found


@rule(
    "catalogue/form",
    "“%(name)s”须用一个已有的表单，现为：%(form)s。请在“表单”中选择，没有的先到“表单”页新建。",
    why="办理人打开待办时没有可填的表单，无法提交。",
)
def unknown_forms(model: Model) -> Iterator[Found]:
    if model.catalogue is None:
        return
    for node in model.of(*PERSONAL):
        form = setting(node.element, "formKey") or ""
        if form not in model.catalogue.forms and (form or node.kind == "userTask"):
            yield node, {"name": node.name, "form": form or _NOT_SET}


@rule(
    "catalogue/effect",
    "“%(name)s”的动作“%(topic)s”不在系统提供的动作之中。请在“动作”中重新选择。",
    why="系统没有这个动作，流程走到这里就会出错停住。",
)
def unknown_effects(model: Model) -> Iterator[Found]:
    if model.catalogue is None:
        return
    for node in model.of("serviceTask"):
        topic = setting(node.element, "topic")
        if topic and topic not in model.catalogue.effects:
            yield node, {"name": node.name, "topic": topic}


@rule(
    "catalogue/missing_param",
    "“%(name)s”没有填写“%(param)s”。请在“系统动作”中填写。",
    why="缺少参数的动作无法执行，流程会出错停住。",
)
def missing_params(model: Model) -> Iterator[Found]:
    called = model.catalogue.params if model.catalogue else {}
    for node, required, _ in _effects(model):
        for param in sorted(required - properties(node.element).keys()):
            yield node, {"name": node.name, "param": Sentence(called.get(param, param))}


@rule(
    "catalogue/unknown_param",
    "“%(name)s”没有名为 %(param)s 的参数，请删除或改正。",
    why="写错名称的参数会让动作无法执行。",
    fix="remove_param",
)
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


@rule(
    "catalogue/deadline",
    "“%(name)s”上标为办理期限（deadline=true）的定时边界事件多于一个。",
    why="一个待办只有一个期限，否则办理人不知道按哪一天办。",
)
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


@rule(
    "catalogue/code",
    _UNKNOWN_CODE,
    "warning",
    why="换用本省期限规则时，这个期限不会跟着变。",
)
def unknown_codes(model: Model) -> Iterator[Found]:
    codes = model.catalogue.codes if model.catalogue else {}
    for node, code in _coded(model):
        if codes and code not in codes:
            yield node, {"name": node.name, "code": code}


@rule(
    "catalogue/ruled_length",
    "“%(name)s”按期限规则 %(code)s 计算（默认规则为%(ruled)s），图上所写的%(drawn)s不起作用。",
    "warning",
    why="改图上的时长不会改变任何期限：要改这一时限请改本县的期限规则；要以图上为准，请去掉规则编号。",
    fix="drop_code",
)
def ruled_lengths(model: Model) -> Iterator[Found]:
    codes = model.catalogue.codes if model.catalogue else {}
    for node, code in _coded(model):
        for body in node.element.iter(bpmn("timeDuration"), bpmn("timeDate")):
            drawn, ruled = _LENGTH.fullmatch(text_of(body)), codes.get(code)
            if drawn and ruled and drawn[1] != ruled:
                spans = {"drawn": _said(drawn[1]), "ruled": _said(ruled)}
                yield node, {"name": node.name, "code": code, **spans}


#: What a rule set rules: a length from the beginning, or after a date.
_LENGTH = re.compile(r"(?:after\(\s*\w+\s*,\s*)?(\w+\(\d+(?:, stays)?\))\)?")


def _said(text: str) -> Sentence | str:
    span = Rule.parse(text).span
    return said(span) if span else text


def _coded(model: Model) -> Iterator[tuple[Node, str]]:
    """Yield the clocks that name a number of the rule book."""
    for node in model.nodes:
        code = properties(node.element).get("code", "")
        if code and node.defines("timer"):
            yield node, code


@rule(
    "catalogue/decision",
    "“%(name)s”所用的决策表 %(key)s 不存在。",
    why="没有这张表就得不出结论，流程会出错停住。",
)
def unknown_decisions(model: Model) -> Iterator[Found]:
    for node, key in _decisions(model):
        if model.source is not None and key not in model.source.decisions:
            yield node, {"name": node.name, "key": key}


@rule(
    "catalogue/bad_decision",
    "决策表 %(key)s 有误：%(reason)s",
    why="有误的决策表得不出结论，流程会出错停住。",
)
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
