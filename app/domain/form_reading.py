"""Whether a form can be read at all: its JSON has the shape of form-js, whoever wrote it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from app.domain.errors import Problem, Sentence
from app.domain.keepable import UNKEEPABLE, TooDeep, texts_in

MOST_FIELDS = 300
DEEPEST = 4
LARGEST = 200_000

#: What each member of a component must be if it is there.
_SHAPES: Mapping[str, tuple[type, ...]] = {
    "type": (str,),
    "key": (str,),
    "id": (str,),
    "path": (str,),
    "label": (str,),
    "text": (str,),
    "description": (str,),
    "validate": (dict,),
    "properties": (dict,),
    "conditional": (dict,),
    "values": (list,),
    "components": (list,),
    "decimalDigits": (int,),
    "defaultRepetitions": (int,),
    "expression": (str,),
    "subtype": (str,),
    "accept": (str,),
}
_NUMBERS = ("min", "max", "minLength", "maxLength")
_SUBTYPES = ("date", "time", "datetime")

Where = tuple[int, ...]
Fault = tuple[Where, str, dict[str, Any]]


def shape_faults(form: Any) -> list[Fault]:
    """List what keeps a form from being read; every other check takes a form without such."""
    if not isinstance(form, Mapping):
        return [((), "表单须是一个JSON对象。", {})]
    try:
        texts = list(texts_in(form))
    except TooDeep:
        return [((), "分组套得太深，最多%(most)s层。", {"most": DEEPEST})]
    if any(UNKEEPABLE.search(text) for text in texts):
        return [((), "有无法保存的字符，请删去。", {})]
    if len(repr(form)) > LARGEST:
        return [((), "表单过大，请拆成几张。", {})]
    faults = list(_faults_in(form, ()))
    count = _count(form)
    if count > MOST_FIELDS:
        faults.append(
            ((), "字段有%(count)s个，最多%(most)s个。", {"count": count, "most": MOST_FIELDS})
        )
    return faults


def _count(holder: Any) -> int:
    inside = holder.get("components") if isinstance(holder, Mapping) else None
    return sum(1 + _count(one) for one in inside) if isinstance(inside, list) else 0


def _faults_in(holder: Mapping[str, Any], where: Where) -> Iterator[Fault]:
    inside = holder.get("components")
    if inside is None:
        return
    if not isinstance(inside, list):
        yield where, "“%(member)s”的内容不是应有的类型。", {"member": "components"}
        return
    if len(where) >= DEEPEST and inside:
        yield where, "分组套得太深，最多%(most)s层。", {"most": DEEPEST}
        return
    for number, item in enumerate(inside):
        here = (*where, number)
        if not isinstance(item, Mapping):
            yield here, "字段须是一个JSON对象。", {}
            continue
        yield from _faults_of(item, here)
        yield from _faults_in(item, here)


def _faults_of(item: Mapping[str, Any], here: Where) -> Iterator[Fault]:
    for member, kinds in _SHAPES.items():
        value = item.get(member)
        if value is not None and (not isinstance(value, kinds) or isinstance(value, bool)):
            yield here, "“%(member)s”的内容不是应有的类型。", {"member": member}
    limits = item.get("validate")
    for name in _NUMBERS:
        value = limits.get(name) if isinstance(limits, Mapping) else None
        if value is not None and (not isinstance(value, (int, float)) or isinstance(value, bool)):
            yield here, "“%(member)s”须是数字。", {"member": name}
    if item.get("type") == "datetime" and (item.get("subtype") or "date") not in _SUBTYPES:
        yield here, "日期的种类须是date、time或datetime。", {}
    yield from _option_faults(item, here)


def _option_faults(item: Mapping[str, Any], here: Where) -> Iterator[Fault]:
    values = item.get("values")
    for option in values if isinstance(values, list) else ():
        if not _is_option(option):
            yield here, "每个选项须有值和名称。", {}


def _is_option(option: Any) -> bool:
    if not isinstance(option, Mapping) or not isinstance(option.get("value"), (str, int)):
        return False
    return isinstance(option.get("properties") or {}, Mapping)


def problem(fault: Fault, form: str) -> Problem:
    """Return such a fault as a finding."""
    where, template, params = fault
    place = ".".join(str(number + 1) for number in where)
    told = {"form": form, "place": place or "—", "what": Sentence(template, **params)}
    return Problem("form/shape", None, "表单“%(form)s”第 %(place)s 项：%(what)s", told)
