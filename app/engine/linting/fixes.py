"""The changes that mend a finding by themselves: each does only what the finding's sentence says.

A change touches the element it is told of and what refers to it; the layout stays as it is drawn.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from typing import Any

from app.engine.linting.catalogue import only_role, roles_of_lanes
from app.engine.linting.flows import default_to_be
from app.engine.linting.law_time import renewed, rolled_over, whole_days
from app.engine.linting.model import Model, Node, children, kind, text_of
from app.engine.linting.registry import Finding
from app.engine.linting.structure import process_to_be
from app.engine.linting.timing import BODIES
from app.engine.parsing import BPMN, CAMUNDA, bpmn, camunda
from app.engine.timers import Timing, compile_timer

Change = Callable[[Model, Finding], None]

#: By the name that rules give.
FIXES: dict[str, Change] = {}
#: What each does, in a few words.
LABELS: dict[str, str] = {}

_TIMES = [bpmn(name) for name in BODIES]


def fix(name: str, label: str) -> Callable[[Change], Change]:
    """Register a change under the name that rules give."""

    def register(change: Change) -> Change:
        FIXES[name], LABELS[name] = change, label
        return change

    return register


@fix("make_executable", "把流程设为可执行。")
def _make_executable(model: Model, _: Finding) -> None:
    process = process_to_be(model)
    if process is not None:
        process.set("isExecutable", "true")


@fix("name_flows", "给没有标识的顺序流编上标识。")
def _name_flow(model: Model, finding: Finding) -> None:
    taken = {element.get("id") for element in model.root.iter()}
    number = 1
    while f"flow_{number}" in taken:
        number += 1
    finding.element.set("id", f"flow_{number}")


@fix("make_default", "把最后一条没有条件的去路设为默认流。")
def _make_default(model: Model, finding: Finding) -> None:
    key = finding.element.get("sourceRef") or finding.element.get("id")
    for node in model.nodes:
        if node.id == key and (default := default_to_be(node)):
            node.element.set("default", default.element.get("id"))


@fix("remove_default", "去掉不起作用的默认流设置。")
def _remove_default(_: Model, finding: Finding) -> None:
    finding.element.attrib.pop("default", None)


@fix("remove_condition", "去掉不起作用的条件。")
def _remove_condition(_: Model, finding: Finding) -> None:
    for condition in children(finding.element, "conditionExpression"):
        _remove(condition)


@fix("remove_flow", "删除重复的顺序流。")
def _remove_flow(model: Model, finding: Finding) -> None:
    node = _node(model, finding.element)
    double = [flow for flow in node.outgoing if flow.target.id == finding.params["target"]]
    for flow in double[1:]:
        key = flow.element.get("id")
        _remove(flow.element)
        for element in list(model.root.iter()) if key else ():
            is_reference = kind(element) in ("incoming", "outgoing") and text_of(element) == key
            if is_reference or element.get("bpmnElement") == key:
                _remove(element)


@fix("remove_quantity", "去掉不起作用的份数。")
def _remove_quantity(_: Model, finding: Finding) -> None:
    for name in ("startQuantity", "completionQuantity"):
        finding.element.attrib.pop(name, None)


@fix("remove_setting", "去掉不起作用的设置。")
def _remove_setting(_: Model, finding: Finding) -> None:
    what = camunda(finding.params["what"])
    finding.element.attrib.pop(what, None)
    for extensions in children(finding.element, "extensionElements"):
        for element in extensions.findall(what):
            _remove(element)


@fix("remove_language", "去掉 language 设置。")
def _remove_language(_: Model, finding: Finding) -> None:
    finding.element.attrib.pop("language", None)


@fix("plain_instances", "去掉多实例的特殊设置，改为全部完成后继续。")
def _plain_instances(_: Model, finding: Finding) -> None:
    finding.element.attrib.pop("behavior", None)
    for definition in children(finding.element, "complexBehaviorDefinition"):
        _remove(definition)


@fix("only_role", "填上唯一可能的办理角色。")
def _only_role(model: Model, finding: Finding) -> None:
    role = only_role(model, _node(model, finding.element), roles_of_lanes(model))
    finding.element.set(camunda("candidateGroups"), role)


@fix("remove_param", "删除多余的参数。")
def _remove_param(_: Model, finding: Finding) -> None:
    path = f"{{{BPMN}}}extensionElements/{{{CAMUNDA}}}properties/{{{CAMUNDA}}}property"
    for element in finding.element.findall(path):
        if (element.get("name") or "") == finding.params["param"]:
            _remove(element)


@fix("make_interrupting", "改为中断。")
def _make_interrupting(_: Model, finding: Finding) -> None:
    finding.element.attrib.pop("cancelActivity", None)


@fix("make_non_interrupting", "改为非中断：到期只提醒，待办和草稿都留着。")
def _make_non_interrupting(_: Model, finding: Finding) -> None:
    finding.element.set("cancelActivity", "false")


@fix("move_cycle", "把周期与时长写到各自的一栏。")
def _move_cycle(_: Model, finding: Finding) -> None:
    for body in finding.element.iter(*_TIMES):
        timing = compile_timer(text_of(body)).evaluate({})
        body.tag = bpmn(_column(timing))


def _column(timing: Timing) -> str:
    if timing.is_cycle:
        return "timeCycle"
    return "timeDate" if timing.rule.on else "timeDuration"


@fix("count_from_return", "改为自返工之日起算。")
def _count_from_return(_: Model, finding: Finding) -> None:
    for body in finding.element.iter(*_TIMES):
        _write(body, renewed(text_of(body)))
        body.tag = bpmn("timeDuration")


@fix("roll_over", "顺延到下一个工作日，到当日24时为止。")
def _roll_over(model: Model, finding: Finding) -> None:
    law = model.catalogue.law if model.catalogue else None
    for body in finding.element.iter(*_TIMES):
        _write(body, rolled_over(text_of(body), law) if law else None)


@fix("count_days", "改为按日计算，遇休息日顺延。")
def _count_days(_: Model, finding: Finding) -> None:
    for body in finding.element.iter(*_TIMES):
        days = whole_days(text_of(body))
        _write(body, f"days({days})" if days else None)


@fix("drop_code", "去掉规则编号，以图上所写为准。")
def _drop_code(_: Model, finding: Finding) -> None:
    for item in list(finding.element.iter(camunda("property"))):
        if item.get("name") == "code":
            _remove(item)


def _write(body: Any, text: str | None) -> None:
    if text is not None:
        for child in list(body):  # comments
            body.remove(child)
        body.text = text


def _node(model: Model, element: Any) -> Node:
    return next(node for node in model.nodes if node.element is element)


def _remove(element: Any) -> None:
    """Take an element out, and the white space behind it."""
    parent = element.getparent()
    with suppress(ValueError):
        parent.remove(element)
