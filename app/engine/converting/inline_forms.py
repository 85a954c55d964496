"""Forms that stand inside a drawing, taken out of it: Camunda 8's JSON, Camunda 7's fields."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

from app.domain.errors import Sentence
from app.domain.form import components
from app.domain.form_reading import shape_faults
from app.domain.form_types import KEY
from app.engine.converting.conversion import Conversion, remove
from app.engine.converting.languages import from_feel
from app.engine.parsing import camunda

_EMBEDDED = "camunda-forms:bpmn:"
_TYPES = {
    "string": "textfield",
    "long": "number",
    "boolean": "checkbox",
    "date": "datetime",
    "enum": "select",
}
_LIMITS = {"min": "min", "max": "max", "minlength": "minLength", "maxlength": "maxLength"}
#: Texts stand for themselves; what else is a word may be a field's key.
_NAMES = re.compile(r"""\"[^\"]*\"|'[^']*'|[^\W\d]\w*""")
_ANOTHER_TYPE = Sentence("本系统没有这种字段，已改为单行文本。")
_NO_JSON = Sentence("内容不是有效的表单。")
_NO_CONDITION = Sentence("本系统的表达式只能比较和做简单运算，请改写。")


def embedded_form_key(conversion: Conversion, text: str) -> str | None:
    """Take the form that a task calls so out of the drawing; return its key, if there is one."""
    name = text.removeprefix(_EMBEDDED)
    if name in conversion.embedded:
        return conversion.embedded[name]
    node = conversion.form_nodes.get(name)
    return None if node is None else _take_out(conversion, node)


def _take_out(conversion: Conversion, node: Any) -> str | None:
    name, what = node.get("id") or "", Sentence("内嵌表单")
    try:
        form = json.loads(node.text or "")
    except (ValueError, RecursionError):
        form = None
    if not isinstance(form, dict) or not form.get("components") or shape_faults(form):
        conversion.changes.unconverted(node, what, was=name, why=_NO_JSON)
        return None
    key = conversion.add_form(str(form.get("id") or name), form)
    conversion.embedded[name] = key
    conversion.changes.converted(node, what, was=name, now=f"{key}.form")
    remove(node)
    return key


def fields_to_form(conversion: Conversion, element: Any, node: Any) -> None:
    """Make Camunda 7's fields a form of their own, unless the task names one already."""
    what = Sentence("内嵌字段 formData")
    fields = [one for one in node if one.tag == camunda("formField") and one.get("id")]
    told = "、".join(one.get("id") for one in fields)
    if element.get(camunda("formKey")) or not fields:
        conversion.changes.idle(element, what, was=told)
        return
    form = {
        "type": "default",
        "schemaVersion": 16,
        "components": [_component(conversion, one) for one in fields],
    }
    key = conversion.add_form(element.get("id") or "form", form)
    element.set(camunda("formKey"), key)
    conversion.changes.converted(element, what, was=told, now=f"{key}.form")
    remove(node)


def _component(conversion: Conversion, field: Any) -> dict[str, Any]:
    """Return one field as form-js has it; its answer is a variable of its name, as it was."""
    key, said = field.get("id"), field.get("type") or "string"
    if said not in _TYPES:
        what = Sentence("字段 %(name)s 的类型", name=key)
        conversion.changes.unconverted(field, what, was=said, why=_ANOTHER_TYPE)
    kind = _TYPES.get(said, "textfield")
    label = field.get("label") or key
    made: dict[str, Any] = {"type": kind, "key": _plain_key(key), "label": label}
    made["id"] = f"Field_{made['key']}"
    made["properties"] = {"variable": key}
    if kind == "datetime":
        made |= {"subtype": "date", "dateLabel": label}
    if kind == "select":
        made["values"] = [
            {"value": one.get("id"), "label": one.get("name") or one.get("id")}
            for one in field.findall(camunda("value"))
            if one.get("id")
        ]
    if field.get("defaultValue"):
        made["defaultValue"] = _default(kind, field.get("defaultValue"))
    if limits := dict(_limits(field)):
        made["validate"] = limits
    return made


def _default(kind: str, text: str) -> Any:
    if kind == "checkbox":
        return text == "true"
    return int(text) if kind == "number" and text.lstrip("-").isdecimal() else text


def _limits(field: Any) -> list[tuple[str, Any]]:
    found: list[tuple[str, Any]] = []
    for one in field.iter(camunda("constraint")):
        name, config = one.get("name"), one.get("config") or ""
        if name == "required":
            found.append(("required", config != "false"))
        elif name in _LIMITS and config.lstrip("-").isdecimal():
            found.append((_LIMITS[name], int(config)))
    return found


def fit(conversion: Conversion, forms: dict[str, Any], names: frozenset[str]) -> dict[str, Any]:
    """Return forms of another modeler as they work here.

    There, every answer is a variable; here one is only if its field says so. Those that the drawing
    reads (*names*) are made to. Keys and conditions are put into our way.
    """
    return {key: _fitted(conversion, key, form, names) for key, form in forms.items()}


def _fitted(conversion: Conversion, key: str, form: Any, names: frozenset[str]) -> Any:
    whole: dict[str, Any] = json.loads(json.dumps(form))
    fields: list[Any] = list(components(whole))  # the very ones, to be changed
    has_variables = any((one.get("properties") or {}).get("variable") for one in fields)
    renamed = {one["key"]: _plain_key(one["key"]) for one in fields if one["key"]}
    for one in fields:
        _translate_condition(conversion, key, one, renamed)
        was = one["key"]
        if not was or has_variables:
            continue
        one["key"] = renamed[was]
        told = Sentence("字段 %(field)s", field=was)
        if was in names:
            one["properties"] = {**(one.get("properties") or {}), "variable": was}
            told = Sentence("字段 %(field)s，流程变量 %(name)s", field=one["key"], name=was)
        if was in names or one["key"] != was:
            what = Sentence("表单 %(form)s 的字段", form=key)
            now = told if was in names else Sentence("字段 %(field)s", field=one["key"])
            conversion.changes.converted(None, what, was=was, now=now)
    return whole


def _plain_key(text: str) -> str:
    """Return a field's key as keys are here: ``creditorName`` becomes ``creditor_name``."""
    if KEY.fullmatch(text):
        return text
    word = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", text)
    word = re.sub(r"[^a-z0-9]+", "_", word.lower()).strip("_")[:60]
    return word if KEY.fullmatch(word) else f"field_{word}".rstrip("_")


def _translate_condition(
    conversion: Conversion, key: str, component: Any, renamed: Mapping[str, str]
) -> None:
    """Put the condition under which a field is hidden into our language."""
    conditional = component.get("conditional")
    text = conditional.get("hide") if isinstance(conditional, dict) else None
    if not isinstance(text, str) or not text.startswith("="):
        return
    what = Sentence("表单 %(form)s 的字段 %(field)s", form=key, field=component.get("key") or "")
    try:
        now = from_feel(text)
    except ValueError:
        conversion.changes.unconverted(None, what, was=text, why=_NO_CONDITION)
        return
    now = _NAMES.sub(lambda match: renamed.get(match[0], match[0]), now)
    conditional["hide"] = now
    conversion.changes.converted(None, what, was=text, now=now)
