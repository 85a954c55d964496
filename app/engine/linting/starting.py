"""Who may begin a process and what tells it from others of its kind: properties of the drawing."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from app.engine.linting.meanings import PERSONAL
from app.engine.linting.model import Model, properties, setting
from app.engine.linting.registry import Found, rule

#: What ``started_by`` says of a process that people do not begin by hand.
BY_PROGRAM = "program"


def listed(text: str) -> list[str]:
    """Return the words of a list with commas."""
    return [word.strip() for word in text.split(",") if word.strip()]


@rule(
    "start/starters",
    "“%(name)s”的发起岗位 %(role)s 不存在，请从目录中选择。",
    why="没有人持有这个岗位，该流程就没有人能发起。",
)
def unknown_starters(model: Model) -> Iterator[Found]:
    if model.catalogue is None:
        return
    for process in model.processes:
        for role in listed(properties(process).get("starters", "")):
            if role not in model.catalogue.roles:
                yield process, {"name": _name(process), "role": role}


@rule(
    "start/started_by",
    "“%(name)s”的发起方式“%(what)s”无效：留空为人员发起，program 为由系统动作发起。",
    why="写错的发起方式不起作用，本该由系统发起的流程会被人误发起。",
)
def unknown_beginnings(model: Model) -> Iterator[Found]:
    for process in model.processes:
        what = properties(process).get("started_by", "")
        if what not in ("", BY_PROGRAM):
            yield process, {"name": _name(process), "what": what}


@rule(
    "start/nobody",
    "“%(name)s”不针对问题，又定为由系统动作发起，不会有人发起；请改为人员发起。",
    why="系统动作只为某个问题发起流程，这样的流程永远不会开始。",
)
def begun_by_nobody(model: Model) -> Iterator[Found]:
    for process in model.processes:
        said = properties(process)
        if said.get("started_by") == BY_PROGRAM and said.get("subject") != "case":
            yield process, {"name": _name(process)}


@rule(
    "start/title",
    "“%(name)s”取作标题的字段 %(field)s 不在任何表单中，请重新选择。",
    why="同一种流程有多件在办时，没有标题就分不清是哪一件。",
)
def unknown_titles(model: Model) -> Iterator[Found]:
    fields = model.catalogue.fields if model.catalogue else None
    if fields is None:
        return
    for process in model.processes:
        field = properties(process).get("title", "")
        if field and field not in fields:
            yield process, {"name": _name(process), "field": field}


@rule(
    "start/unit_role",
    "“%(name)s”由单位内的岗位办理，而该流程不针对问题，也不由单位发起，没有单位可以接收。",
    why="待办不会出现在任何人的收件箱里；请改由督导办等县级岗位办理，或把发起岗位设为单位的岗位。",
)
def out_of_reach(model: Model) -> Iterator[Found]:
    units = model.catalogue.unit_roles if model.catalogue else frozenset[str]()
    said = properties(model.processes[0]) if model.processes else {}
    if said.get("subject") == "case" or units & {*listed(said.get("starters", ""))}:
        return
    for node in model.of(*PERSONAL):
        if setting(node.element, "candidateGroups") in units:
            yield node, {"name": node.name}


@rule(
    "catalogue/told_role",
    "“%(name)s”要通知的岗位 %(role)s 不存在，请从目录中选择。",
    why="通知不知道该发给谁，流程走到这里就会出错停住。",
)
def unknown_told(model: Model) -> Iterator[Found]:
    if model.catalogue is None:
        return
    for node in model.of("serviceTask"):
        required, _ = model.catalogue.effects.get(setting(node.element, "topic") or "", ((), ()))
        text = properties(node.element).get("to", "")
        if "to" not in required or text.startswith("${"):
            continue
        for role in listed(text):
            if role not in model.catalogue.roles:
                yield node, {"name": node.name, "role": role}


def _name(process: Any) -> str:
    return " ".join((process.get("name") or process.get("id") or "").split())
