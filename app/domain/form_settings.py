"""What an analyst sets of one field: read from form-js JSON and written back into it.

Settings come and go as text, as a page shows them; what they don't cover stays as it was.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from copy import deepcopy
from typing import Any

from app.domain.form_types import DAY, KEY, PREFILLS, TYPES

Settings = Mapping[str, str]
Faults = dict[str, list[str]]

#: Setting → where it stands: a member of the component, of ``validate`` or of ``properties``.
_PLACES: Mapping[str, tuple[str, str]] = {
    "key": ("", "key"),
    "label": ("", "label"),
    "label_en": ("properties", "label_en"),
    "help": ("properties", "help"),
    "help_en": ("properties", "help_en"),
    "required": ("validate", "required"),
    "min_length": ("validate", "minLength"),
    "max_length": ("validate", "maxLength"),
    "pattern": ("validate", "pattern"),
    "min": ("validate", "min"),
    "max": ("validate", "max"),
    "digits": ("", "decimalDigits"),
    "default": ("", "defaultValue"),
    "subtype": ("", "subtype"),
    "not_before": ("properties", "notBefore"),
    "not_after": ("properties", "notAfter"),
    "multiple": ("", "multiple"),
    "accept": ("", "accept"),
    "options_from": ("properties", "options"),
    "variable": ("properties", "variable"),
    "prefill": ("properties", "prefill"),
    "rows": ("", "defaultRepetitions"),
    "expression": ("", "expression"),
}
_FLAGS = frozenset({"required", "multiple"})
_WHOLE = re.compile(r"\d{1,6}")
_NUMBER = re.compile(r"-?\d{1,12}(\.\d{1,6})?")
_SUFFIXES = re.compile(r"\.[a-z0-9]{1,8}(,\.[a-z0-9]{1,8})*")


def settings_of(component: Mapping[str, Any]) -> list[str]:
    """List the settings that a field of this type has."""
    kind = TYPES.get(str(component.get("type")))
    if kind is None:
        return []
    return [*kind.settings, *(["variable"] if kind.enters else [])]


def read(component: Mapping[str, Any], name: str) -> str:
    """Return one setting as text; a flag is ``true`` or empty."""
    if name == "label":
        names = ("label", "dateLabel", "timeLabel", "text")
        return next((str(component[one]) for one in names if component.get(one)), "")
    if name == "key" and component.get("type") == "dynamiclist":
        return str(component.get("key") or component.get("path") or "")
    if name == "help" and not _value(component, "help"):
        return str(component.get("description") or "")
    value = _value(component, name)
    if name in _FLAGS:
        return "true" if value is True or value == "true" else ""
    text = "" if value is None else f"{value:g}" if isinstance(value, float) else str(value)
    return text.removeprefix("=") if name == "expression" else text


def _value(component: Mapping[str, Any], name: str) -> Any:
    holder, member = _PLACES[name]
    return ((component.get(holder) or {}) if holder else component).get(member)


def written(component: Mapping[str, Any], settings: Settings) -> tuple[dict[str, Any], Faults]:
    """Return the field with its new settings, and what could not be taken over, by setting.

    What is wrong in itself (a limit that is no number) stays as it was; what only doesn't fit the
    rest is for the linter to say.
    """
    made, faults = deepcopy(dict(component)), Faults()
    for name in settings_of(component):
        text = settings.get(name, "").strip()
        if name not in _PLACES or (name not in settings and name not in _FLAGS):
            continue
        if text == read(component, name):
            continue
        if fault := _fault(name, text):
            faults[name] = [fault]
            continue
        _write(made, name, text)
    return made, faults


def _fault(name: str, text: str) -> str | None:
    check = _CHECKS.get(name)
    return check(text) if check and (text or name == "key") else None


def _matches(pattern: re.Pattern[str], sentence: str) -> Callable[[str], str | None]:
    return lambda text: None if pattern.fullmatch(text) else sentence


_CHECKS: Mapping[str, Callable[[str], str | None]] = {
    "key": _matches(KEY, "标识用小写英文字母、数字和下划线，以字母开头。"),
    "variable": _matches(KEY, "变量名用小写英文字母、数字和下划线，以字母开头。"),
    "min_length": _matches(_WHOLE, "请填写整数。"),
    "max_length": _matches(_WHOLE, "请填写整数。"),
    "digits": _matches(re.compile(r"[0-6]"), "小数位数为0至6。"),
    "rows": _matches(re.compile(r"[1-9]\d?"), "行数为1至99。"),
    "min": _matches(_NUMBER, "请填写数字。"),
    "max": _matches(_NUMBER, "请填写数字。"),
    "not_before": _matches(DAY, "请写成 today、due、today+15 或 2026-09-30 的样子。"),
    "not_after": _matches(DAY, "请写成 today、due、today+15 或 2026-09-30 的样子。"),
    "accept": _matches(_SUFFIXES, "请写成 .pdf,.jpg 的样子。"),
    "prefill": lambda text: (
        None if text in PREFILLS or DAY.fullmatch(text) else "请从所列内容中选择。"
    ),
}


def _write(made: dict[str, Any], name: str, text: str) -> None:
    if name == "label":
        _write_label(made, text)
    elif name == "key" and made.get("type") == "dynamiclist":
        made["key"] = made["path"] = text
    elif name == "help" and made.get("description") and not _value(made, "help"):
        _put(made, "description", text)
    else:
        holder, member = _PLACES[name]
        inside = made.setdefault(holder, {}) if holder else made
        _put(inside, member, _typed(made, name, text))
        if holder and not inside:
            del made[holder]


def _write_label(made: dict[str, Any], text: str) -> None:
    kind = made.get("type")
    names = ["text"] if kind == "text" else ["label"]
    if kind == "datetime":
        names.append("timeLabel" if made.get("subtype") == "time" else "dateLabel")
    for name in names:
        _put(made, name, text)


def _put(holder: dict[str, Any], name: str, value: Any) -> None:
    if value is None or value is False or value == "":
        holder.pop(name, None)
    else:
        holder[name] = value


def _typed(component: Mapping[str, Any], name: str, text: str) -> Any:
    if name in _FLAGS:
        return text == "true"
    is_number = name in ("min", "max") or (name == "default" and component["type"] == "number")
    if text and is_number and _NUMBER.fullmatch(text):
        return float(text) if "." in text else int(text)
    if text and name in ("min_length", "max_length", "digits", "rows"):
        return int(text)
    return f"={text}" if text and name == "expression" else text


def turned(component: Mapping[str, Any], kind: str) -> dict[str, Any]:
    """Return the field as one of a kindred type."""
    made = deepcopy(dict(component))
    known = TYPES.get(str(component.get("type")))
    if known is not None and kind in known.kin:
        made["type"] = kind
    return made
