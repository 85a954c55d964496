"""The differences between two sets of forms: fields added, removed, moved, set otherwise."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from app.domain.design_terms import ChangeAct, ChangePart, ChangeWeight
from app.domain.errors import Sentence
from app.domain.form_types import TYPES
from app.services.design.changing import Change, quoted

Form = Mapping[str, Any]

_WORDING = frozenset(
    {"label", "text", "description", "properties.help", "properties.help_en"}
    | {"properties.label_en", "properties.text_en", "appearance.suffixAdorner"}
)
#: What an editor notes for itself.
_SILENT = frozenset({"id", "key", "components", "layout", "schemaVersion", "exporter", "path"})
WORDS: Mapping[str, str] = {
    "label": "标签",
    "text": "文字",
    "type": "类型",
    "subtype": "类型",
    "description": "说明",
    "values": "选项",
    "defaultValue": "默认值",
    "decimalDigits": "小数位数",
    "multiple": "可选多个",
    "accept": "文件类型",
    "readonly": "只读",
    "expression": "算式",
    "conditional.hide": "隐藏条件",
    "validate.required": "必填",
    "validate.min": "最小值",
    "validate.max": "最大值",
    "validate.minLength": "最少字数",
    "validate.maxLength": "最多字数",
    "validate.pattern": "格式",
    "properties.variable": "流程变量",
    "properties.options": "选项来源",
    "properties.prefill": "预填内容",
    "properties.notBefore": "不早于",
    "properties.notAfter": "不晚于",
    "properties.help": "填写说明",
    "properties.help_en": "填写说明（英文）",
    "properties.label_en": "标签（英文）",
}


@dataclass(frozen=True, slots=True)
class _Field:
    """One component of a form, flat: where it stands, and what is set of it by dotted name."""

    key: str
    name: str
    place: int
    #: The key of the table or group it belongs to.
    of: str
    settings: Mapping[str, Any]


def changes(
    before: Mapping[str, Form], after: Mapping[str, Form], *, english: bool = False
) -> Iterator[Change]:
    """Yield what differs between two sets of forms, by form key."""
    for key in dict.fromkeys((*after, *before)):
        if key not in before:
            yield _whole(key, Sentence("新增表单“%(form)s”", form=key), ChangeAct.ADDED)
        elif key not in after:
            yield _whole(key, Sentence("删除表单“%(form)s”", form=key), ChangeAct.REMOVED)
        elif before[key] != after[key]:
            yield from _form(key, before[key], after[key], english=english)


def _whole(key: str, sentence: Sentence, act: ChangeAct) -> Change:
    was = "" if act is ChangeAct.ADDED else key
    return Change(
        sentence=sentence, part=ChangePart.FORM, act=act, element=key, was=was, kind="form"
    )


def _form(key: str, before: Form, after: Form, *, english: bool) -> Iterator[Change]:
    old, new = (_fields(form, english=english) for form in (before, after))
    usual = replace(_whole(key, Sentence(key), ChangeAct.CHANGED), kind="field")
    for field in new.values():
        if (was := old.get(field.key)) is None:
            told = {"form": key, "field": field.name, "type": _type(field)}
            sentence = Sentence("表单“%(form)s”新增字段“%(field)s”（%(type)s）", **told)
            yield replace(usual, sentence=sentence, act=ChangeAct.ADDED, aspect=field.key)
        else:
            yield from _settings(usual, was, field)
    for field in old.values():
        if field.key not in new:
            told = {"form": key, "field": field.name}
            sentence = Sentence("表单“%(form)s”删除字段“%(field)s”", **told)
            yield replace(usual, sentence=sentence, act=ChangeAct.REMOVED, aspect=field.key)
    yield from _rest(usual, before, after)
    yield from _order(usual, old, new)


def _fields(form: Form, *, english: bool) -> dict[str, _Field]:
    found: dict[str, _Field] = {}
    for place, (of, part) in enumerate(_parts(form, "")):
        own = part.get("key") or part.get("id") or f"{part.get('type')}{place}"
        key = f"{of}.{own}" if of else str(own)
        settings = {k: v for k, v in _flat(part, "") if k not in _SILENT}
        label = part.get("label") or part.get("text") or own
        if english:
            label = (part.get("properties") or {}).get("label_en") or label
        found[key] = _Field(key, quoted(str(label)), place, of, settings)
    return found


def _parts(form: Form, of: str) -> Iterator[tuple[str, Form]]:
    """Yield every component with the key of the table it is a column of."""
    for part in form.get("components") or ():
        if isinstance(part, Mapping):
            yield of, part
            is_table = part.get("type") == "dynamiclist"
            yield from _parts(part, str(part.get("key") or "") if is_table else of)


def _flat(part: Form, prefix: str) -> Iterator[tuple[str, Any]]:
    for name, value in part.items():
        if isinstance(value, Mapping):
            yield from _flat(value, f"{prefix}{name}.")
        elif name != "components" and not name.startswith("layout"):
            yield f"{prefix}{name}", value


def _settings(usual: Change, old: _Field, new: _Field) -> Iterator[Change]:
    for name in dict.fromkeys((*new.settings, *old.settings)):
        was, now = old.settings.get(name), new.settings.get(name)
        if was == now or name.startswith("layout"):
            continue
        is_wording = name in _WORDING
        yield replace(
            usual,
            sentence=_said(usual.element, new, name, (was, now)),
            weight=ChangeWeight.WORDING if is_wording else ChangeWeight.SUBSTANCE,
            aspect=f"{new.key}:{name}",
            before=_written(was),
            after=_written(now),
        )


def _said(form: str, field: _Field, name: str, values: tuple[Any, Any]) -> Sentence:
    told: dict[str, Any] = {"form": form, "field": field.name, "what": _word(name)}
    was, now = values
    if name == "validate.required":
        if now:
            return Sentence("表单“%(form)s”的字段“%(field)s”改为必填", form=form, field=field.name)
        return Sentence("表单“%(form)s”的字段“%(field)s”改为选填", form=form, field=field.name)
    if was in (None, ""):
        template = "表单“%(form)s”的字段“%(field)s”新设%(what)s：%(after)s"
        return Sentence(template, after=_value(name, now), **told)
    if now in (None, ""):
        template = "表单“%(form)s”的字段“%(field)s”去掉了%(what)s：%(before)s"
        return Sentence(template, before=_value(name, was), **told)
    template = "表单“%(form)s”的字段“%(field)s”的%(what)s由%(before)s改为%(after)s"
    return Sentence(template, before=_value(name, was), after=_value(name, now), **told)


def _word(name: str) -> Sentence:
    return Sentence(WORDS[name]) if name in WORDS else Sentence("设置“%(name)s”", name=name)


def _type(field: _Field) -> Sentence:
    kind = str(field.settings.get("type", ""))
    return Sentence(TYPES[kind].label) if kind in TYPES else Sentence("%(text)s", text=kind)


def _value(name: str, value: Any) -> Sentence:
    if isinstance(value, bool):
        return Sentence("是") if value else Sentence("否")
    if name == "type" and value in TYPES:
        return Sentence(TYPES[value].label)
    if name == "values" and isinstance(value, list):
        labels = [str(one.get("label")) for one in value if isinstance(one, Mapping)]
        return Sentence("“%(text)s”", text=quoted("、".join(labels)))
    return Sentence("“%(text)s”", text=quoted(_written(value)))


def _written(value: Any) -> str:
    if value is None:
        return ""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _rest(usual: Change, before: Form, after: Form) -> Iterator[Change]:
    """Yield what the form says of itself, apart from its fields."""
    was, now = ({k: v for k, v in _flat(f, "") if k not in _SILENT} for f in (before, after))
    for name in dict.fromkeys((*now, *was)):
        if was.get(name) != now.get(name):
            told = {"form": usual.element, "what": _word(name)}
            told |= {"before": _value(name, was.get(name)), "after": _value(name, now.get(name))}
            template = "表单“%(form)s”的%(what)s由%(before)s改为%(after)s"
            yield replace(usual, sentence=Sentence(template, **told), kind="form", aspect=name)


def _order(usual: Change, old: Mapping[str, _Field], new: Mapping[str, _Field]) -> Iterator[Change]:
    """Say once that fields stand in another order; which follows from looking."""
    was, now = ([key for key in one if key in old and key in new] for one in (old, new))
    if was != now:
        yield replace(
            usual,
            sentence=Sentence("表单“%(form)s”调整了字段的顺序", form=usual.element),
            act=ChangeAct.MOVED,
            weight=ChangeWeight.LAYOUT,
            kind="form",
            aspect="order",
        )
