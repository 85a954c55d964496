"""Camunda 8: what stands in ``zeebe:`` elements, in our words."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from app.domain.errors import Sentence
from app.engine.converting.conversion import ZEEBE, Conversion, add_property, document, remove
from app.engine.converting.inline_forms import embedded_form_key
from app.engine.converting.languages import from_feel
from app.engine.linting.model import kind
from app.engine.parsing import bpmn, camunda

#: Markers that say nothing of the process itself; they stay, and nobody need read of them.
_SILENT = frozenset({"userTask", "versionTag"})
#: An effect comes before its parameters, a form after the tasks that name it.
_ORDER = {"taskDefinition": 0, "userTaskForm": 2}
_NO_ROLE = Sentence("请从目录中选择一个办理角色。")
_NO_EFFECT = Sentence("请从目录中选择一个系统动作。")
_NO_PARAM = Sentence("所选动作没有这个参数。")


def convert(conversion: Conversion) -> None:
    """Convert every ``zeebe:`` element of the tree, those that set what others need first."""
    prefix = f"{{{ZEEBE}}}"
    found = [node for node in conversion.root.iter(f"{prefix}*") if _host(node) is not None]
    found.sort(key=lambda node: _ORDER.get(node.tag.removeprefix(prefix), 1))
    for node in found:
        word, parent = node.tag.removeprefix(prefix), node.getparent()
        if parent is None or parent.tag.startswith(prefix) or word in _SILENT:
            continue  # taken away, or told with what is around it
        known = _KNOWN.get(word)
        if known is None or not known(conversion, _host(node), node):
            what = Sentence("Camunda 8 设置 zeebe:%(word)s", word=word)
            conversion.changes.idle(node, what, was=_told(node))


def _host(node: Any) -> Any:
    """Return the BPMN element that a setting belongs to."""
    parent = node.getparent()
    while parent is not None and (not kind(parent) or kind(parent) == "extensionElements"):
        parent = parent.getparent()
    return parent


def _told(node: Any) -> str:
    """Return an element's attributes, and those inside, as people write them."""
    parts = [*node.attrib.items(), *(pair for child in node for pair in child.attrib.items())]
    return "，".join(f"{name}={value}" for name, value in parts) or "—"


def _assignment(conversion: Conversion, task: Any, node: Any) -> bool:
    done = [_groups(conversion, task, node), _assignee(conversion, task, node)]
    if node.get("candidateUsers"):
        what = Sentence("候选人 candidateUsers")
        conversion.changes.idle(task, what, was=node.get("candidateUsers"))
        done.append(False)
    if all(done):
        remove(node)
    return True


def _groups(conversion: Conversion, task: Any, node: Any) -> bool:
    text = node.get("candidateGroups")
    if not text:
        return True
    what = Sentence("办理角色 candidateGroups")
    role = conversion.role(text.removeprefix("="))
    if role is None:
        conversion.changes.unconverted(task, what, was=text, why=_NO_ROLE)
        return False
    task.set(camunda("candidateGroups"), role)
    conversion.changes.converted(task, what, was=text, now=role)
    return True


def _assignee(conversion: Conversion, task: Any, node: Any) -> bool:
    text = node.get("assignee")
    if not text:
        return True
    what = Sentence("办理人 assignee")
    now = _value(conversion, task, what, text)
    if now is None:
        return False
    task.set(camunda("assignee"), now)
    conversion.changes.converted(task, what, was=text, now=now)
    return True


def _form(conversion: Conversion, task: Any, node: Any) -> bool:
    text = node.get("formId") or node.get("formKey")
    if not text:
        return False
    key = embedded_form_key(conversion, text) or text
    task.set(camunda("formKey"), key)
    conversion.changes.converted(task, Sentence("表单"), was=text, now=key)
    remove(node)
    return True


def _topic(conversion: Conversion, task: Any, node: Any) -> bool:
    text = node.get("type") or ""
    what = Sentence("系统动作 taskDefinition")
    effect = conversion.effect(text)
    if effect is None or kind(task) != "serviceTask":
        conversion.changes.unconverted(task, what, was=text, why=_NO_EFFECT)
        return True
    task.set(camunda("topic"), effect)
    task.set(camunda("type"), "external")
    conversion.changes.converted(task, what, was=text, now=effect)
    remove(node)
    return True


def _inputs(conversion: Conversion, task: Any, node: Any) -> bool:
    for one in list(node):
        name, text = one.get("target") or "", one.get("source") or ""
        if one.tag != f"{{{ZEEBE}}}input":
            what = Sentence("输出映射 %(name)s", name=name)
            conversion.changes.idle(task, what, was=text)
        else:
            _parameter(conversion, task, one, name=name, text=text)
    return True


def _headers(conversion: Conversion, task: Any, node: Any) -> bool:
    for one in list(node):
        _parameter(conversion, task, one, name=one.get("key") or "", text=one.get("value") or "")
    return True


def _properties(conversion: Conversion, element: Any, node: Any) -> bool:
    for one in list(node):
        name, text = one.get("name") or "", one.get("value") or ""
        _parameter(conversion, element, one, name=name, text=text)
    return True


def _parameter(conversion: Conversion, element: Any, one: Any, *, name: str, text: str) -> None:
    """Make one setting a property, where the effect takes a parameter of its name."""
    what = Sentence("参数 %(name)s", name=name)
    is_service = kind(element) == "serviceTask"
    params = conversion.params(element) if is_service else None
    is_plain_property = not is_service and kind(one.getparent()) == "" and one.get("name")
    if not (params and name in params) and not is_plain_property:
        if is_service:
            why = _NO_EFFECT if params is None else _NO_PARAM
            conversion.changes.unconverted(element, what, was=text, why=why)
        else:
            conversion.changes.idle(element, what, was=text)
        return
    now = _value(conversion, element, what, text) if is_service else text
    if now is not None and add_property(element, name, now):
        conversion.changes.converted(element, what, was=text, now=now)
        remove(one)


def _value(conversion: Conversion, element: Any, what: Sentence, text: str) -> str | None:
    if not text.startswith("="):
        return text
    said = conversion.say(element, what, text, from_feel)
    if said and said[0] == said[-1] == '"' and said.count('"') == 2:
        return said[1:-1]
    return said and "${" + said + "}"


def _called_decision(conversion: Conversion, task: Any, node: Any) -> bool:
    key, variable = node.get("decisionId") or "", node.get("resultVariable") or ""
    if not key or key.startswith("="):
        return False
    task.set(camunda("decisionRef"), key)
    if variable:  # here the columns of the table name what it sets
        document(task, f"resultVariable={variable}")
    conversion.changes.converted(
        task,
        Sentence("决策表 decisionRef"),
        was=f"{key} → {variable}" if variable else key,
        now=key,
    )
    remove(node)
    return True


def _called_element(conversion: Conversion, task: Any, node: Any) -> bool:
    key = node.get("processId") or ""
    if not key or key.startswith("="):
        return False
    task.set("calledElement", key)
    conversion.changes.converted(task, Sentence("调用的流程 calledElement"), was=key, now=key)
    remove(node)
    return True


def _loop(conversion: Conversion, loop: Any, node: Any) -> bool:
    text = node.get("inputCollection") or ""
    what = Sentence("多实例名单 collection")
    now = conversion.say(loop, what, text, from_feel) if text else None
    if now is None:
        return bool(text)
    loop.set(camunda("collection"), "${" + now + "}")
    if node.get("inputElement"):
        loop.set(camunda("elementVariable"), node.get("inputElement"))
    conversion.changes.converted(loop, what, was=text, now=now)
    if node.get("outputCollection"):
        what = Sentence("多实例结果 outputCollection")
        conversion.changes.idle(loop, what, was=node.get("outputCollection"))
    else:
        remove(node)
    return True


def _script(conversion: Conversion, task: Any, node: Any) -> bool:
    text, variable = node.get("expression") or "", node.get("resultVariable") or ""
    what = Sentence("脚本")
    said = conversion.say(task, what, text, from_feel)
    if said is None or not variable.isidentifier():
        return said is None
    script = task.makeelement(bpmn("script"))
    script.text = f"{variable} = {said}"
    task.append(script)
    conversion.changes.converted(task, what, was=f"{variable}: {text}", now=script.text)
    remove(node)
    return True


_KNOWN: dict[str, Callable[[Conversion, Any, Any], bool]] = {
    "assignmentDefinition": _assignment,
    "formDefinition": _form,
    "taskDefinition": _topic,
    "ioMapping": _inputs,
    "taskHeaders": _headers,
    "properties": _properties,
    "calledDecision": _called_decision,
    "calledElement": _called_element,
    "loopCharacteristics": _loop,
    "script": _script,
}
