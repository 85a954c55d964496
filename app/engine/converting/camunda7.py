"""Camunda 7: what its engine reads otherwise than we do, and what only its engine can do."""

from __future__ import annotations

from typing import Any

from app.domain.errors import Sentence
from app.engine.converting.conversion import Conversion, add_property, remove
from app.engine.converting.inline_forms import fields_to_form
from app.engine.converting.languages import from_juel
from app.engine.linting.model import kind
from app.engine.parsing import CAMUNDA, camunda

#: Attributes that mean here what they mean there, or belong to one that does.
_SAME = frozenset(
    {"candidateGroups", "assignee", "formKey", "topic", "type", "decisionRef", "collection"}
    | {"elementVariable", "resultVariable", "formRefBinding", "modelerTemplate"}
    | {"modelerTemplateVersion", "mapDecisionResult", "decisionRefBinding", "historyTimeToLive"}
    | {"diagramRelationId", "calledElementBinding", "isStartableInTasklist"}
)
#: The code that Camunda would run for a service task, in the order in which it looks.
_CODE = ("class", "delegateExpression", "expression")
_NO_ROLE = Sentence("请从目录中选择一个办理角色。")
_NO_EFFECT = Sentence("本系统不运行文件所指的程序，请从目录中选择一个系统动作。")
_NO_PARAM = Sentence("所选动作没有这个参数。")
_NO_FORM = Sentence("网页表单须在表单设计中重做。")


def convert(conversion: Conversion) -> None:
    """Convert every ``camunda:`` setting of the tree."""
    for element in list(conversion.root.iter("{*}*")):
        if kind(element):
            _settings(conversion, element)
    for node in list(conversion.root.iter(f"{{{CAMUNDA}}}*")):
        parent = node.getparent()
        if parent is not None and kind(parent) == "extensionElements":
            _extension(conversion, parent.getparent(), node)


def _settings(conversion: Conversion, element: Any) -> None:
    """Convert the attributes of one element."""
    _code(conversion, element)
    _form(conversion, element)
    _role(conversion, element)
    _expression(conversion, element, "assignee", Sentence("办理人 assignee"))
    _expression(conversion, element, "collection", Sentence("多实例名单 collection"))
    prefix = camunda("")
    for name in [key for key in element.attrib if key.startswith(prefix)]:
        word = name.removeprefix(prefix)
        if word not in _SAME and word not in _CODE and word != "formRef":
            what = Sentence("Camunda 7 设置 camunda:%(word)s", word=word)
            conversion.changes.idle(element, what, was=element.get(name))


def _code(conversion: Conversion, element: Any) -> None:
    """Let a service task do the effect that its code is called after."""
    for word in _CODE:
        text = element.get(camunda(word))
        if not text or element.get(camunda("topic")):
            continue
        what = Sentence("程序 camunda:%(word)s", word=word)
        effect = conversion.effect(text) if kind(element) == "serviceTask" else None
        if effect is None:
            conversion.changes.unconverted(element, what, was=text, why=_NO_EFFECT)
            continue
        del element.attrib[camunda(word)]
        element.set(camunda("type"), "external")
        element.set(camunda("topic"), effect)
        conversion.changes.converted(element, what, was=text, now=effect)


def _form(conversion: Conversion, element: Any) -> None:
    """Name the form by its key alone, however the file named it."""
    text = element.get(camunda("formRef")) or element.get(camunda("formKey"))
    if not text:
        return
    if text.startswith(("embedded:", "app:")) or text.endswith(".html"):
        conversion.changes.unconverted(element, Sentence("表单"), was=text, why=_NO_FORM)
        return
    key = text.rsplit(":", 1)[-1].rsplit("/", 1)[-1].removesuffix(".form")
    if key == element.get(camunda("formKey")):
        return
    element.attrib.pop(camunda("formRef"), None)
    element.set(camunda("formKey"), key)
    conversion.changes.converted(element, Sentence("表单"), was=text, now=key)


def _role(conversion: Conversion, element: Any) -> None:
    text = element.get(camunda("candidateGroups"))
    if not text or text in conversion.catalogue.roles:
        return
    role, what = conversion.role(text), Sentence("办理角色 candidateGroups")
    if role is None:
        conversion.changes.unconverted(element, what, was=text, why=_NO_ROLE)
        return
    element.set(camunda("candidateGroups"), role)
    conversion.changes.converted(element, what, was=text, now=role)


def _expression(conversion: Conversion, element: Any, word: str, what: Sentence) -> None:
    text = element.get(camunda(word)) or ""
    if not text.startswith(("${", "#{")):
        return
    now = conversion.say(element, what, text, from_juel)
    if now is not None and _is_other(now, text):
        element.set(camunda(word), "${" + now + "}")
        conversion.changes.converted(element, what, was=text, now="${" + now + "}")


def _is_other(now: str, text: str) -> bool:
    return text[0] == "#" or "".join(now.split()) != "".join(text[2:-1].split())


def _extension(conversion: Conversion, element: Any, node: Any) -> None:
    """Convert one element of Camunda's inside ``extensionElements``."""
    word = node.tag.removeprefix(camunda(""))
    if word == "properties":
        return
    if word == "formData":
        fields_to_form(conversion, element, node)
    elif word == "inputOutput":
        _parameters(conversion, element, node)
    elif word == "field" and kind(element) == "serviceTask":
        _parameter(conversion, element, node)
    else:
        what = Sentence("Camunda 7 设置 camunda:%(word)s", word=word)
        conversion.changes.idle(element, what, was=_told(node))


def _parameters(conversion: Conversion, element: Any, node: Any) -> None:
    for one in list(node):
        if one.tag == camunda("inputParameter") and kind(element) == "serviceTask":
            _parameter(conversion, element, one)
        else:
            what = Sentence("参数 %(name)s", name=one.get("name") or "")
            conversion.changes.idle(element, what, was=_told(one))


def _parameter(conversion: Conversion, element: Any, one: Any) -> None:
    """Make an input of the effect's own names a property."""
    name = one.get("name") or ""
    text = one.get("stringValue") or str(one.xpath("string()")).strip()
    what = Sentence("参数 %(name)s", name=name)
    if name not in (conversion.params(element) or ()) or _has_code(one):
        conversion.changes.unconverted(element, what, was=text or _told(one), why=_NO_PARAM)
        return
    now = _value(conversion, element, what, text)
    if now is not None and add_property(element, name, now):
        conversion.changes.converted(element, what, was=text, now=now)
        remove(one)


def _value(conversion: Conversion, element: Any, what: Sentence, text: str) -> str | None:
    if not text.startswith(("${", "#{")):
        return text
    said = conversion.say(element, what, text, from_juel)
    return said and "${" + said + "}"


def _has_code(one: Any) -> bool:
    """Whether the value is a list, a map or a script, and no text."""
    inner = {camunda("string"), camunda("expression")}
    return any(isinstance(child.tag, str) and child.tag not in inner for child in one)


def _told(node: Any) -> str:
    """Return what an element holds as people write it."""
    parts = [f"{name}={value}" for name, value in node.attrib.items()]
    said = " ".join(str(node.xpath("string()")).split())
    return "，".join([*parts, said] if said else parts) or "—"
