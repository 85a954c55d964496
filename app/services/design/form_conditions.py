"""Conditions of fields: chosen as field, comparison and value, kept as an expression that hides.

People say when a field is shown; form-js says when it is hidden. What isn't one of the comparisons
below stays an expression, for experts.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from app.engine.expressions import ExpressionError, compile_expression

_NAME = r"(?P<name>[A-Za-z]\w*)"
_VALUE = r"(?P<value>\"[^\"\\]*\"|-?\d+(?:\.\d+)?|true|false)"
_LIST = r"(?P<value>\[[^\]]*\])"


@dataclass(frozen=True, slots=True)
class Comparison:
    """One comparison that may be chosen."""

    key: str
    label: str
    #: The expression that hides; `%s` is the value.
    hides: str
    pattern: re.Pattern[str]
    takes: str = "value"


def _comparison(key: str, label: str, hides: str, takes: str = "value") -> Comparison:
    shape = re.escape(hides).replace("NAME", _NAME, 1).replace("NAME", "(?P=name)")
    shape = shape.replace("VALUE", _LIST if takes == "list" else _VALUE).replace(r"\ ", r"\s*")
    return Comparison(key, label, hides, re.compile(shape), takes)


COMPARISONS: Mapping[str, Comparison] = {
    one.key: one
    for one in (
        _comparison("is", "等于", "NAME != VALUE"),
        _comparison("is_not", "不等于", "NAME == VALUE"),
        _comparison("one_of", "是其中之一", "NAME not in VALUE", "list"),
        _comparison("none_of", "不是其中任何一个", "NAME in VALUE", "list"),
        _comparison("least", "不小于", 'NAME in [null, ""] or NAME < VALUE'),
        _comparison("most", "不大于", 'NAME in [null, ""] or NAME > VALUE'),
        _comparison("includes", "选中了", 'NAME in [null, "", []] or VALUE not in NAME'),
        _comparison("answered", "已填写", 'NAME in [null, "", []]', "nothing"),
    )
}


@dataclass(frozen=True, slots=True)
class Chosen:
    """A condition as it is chosen; `raw` where it isn't one of ours."""

    field: str = ""
    comparison: str = "is"
    values: tuple[str, ...] = ()
    raw: str = ""
    is_raw: bool = False

    @property
    def is_complete(self) -> bool:
        """Whether all is there that the comparison needs."""
        if self.is_raw or not self.field:
            return not self.is_raw or bool(self.raw)
        return bool(self.values) or COMPARISONS[self.comparison].takes == "nothing"


def chosen(hide: str) -> Chosen:
    """Return the condition that hides a field as the page shows it."""
    text = " ".join(hide.removeprefix("=").split())
    for one in COMPARISONS.values() if text else ():
        match = one.pattern.fullmatch(text)
        values = _values(match.groupdict().get("value")) if match else None
        if match and values is not None:
            return Chosen(match["name"], one.key, values)
    return Chosen(raw=text, is_raw=bool(text))


def _values(text: str | None) -> tuple[str, ...] | None:
    if text is None:
        return ()
    try:
        found = json.loads(text)
    except ValueError:
        return None
    found = found if isinstance(found, list) else [found]
    if not all(isinstance(one, (str, bool, int, float)) for one in found):
        return None
    return tuple(json.dumps(one) if not isinstance(one, str) else one for one in found)


def hiding(choice: Chosen, types: Mapping[str, str]) -> str:
    """Return the expression that hides the field unless the condition holds.

    *types* are those of the form's fields: numbers and ticks are compared as such.
    """
    if not choice.field:
        return choice.raw.strip()
    comparison = COMPARISONS.get(choice.comparison, COMPARISONS["is"])
    kind = types.get(choice.field, "")
    values = [_literal(value, kind) for value in choice.values if value]
    value = f"[{', '.join(values)}]" if comparison.takes == "list" else "".join(values[:1])
    return comparison.hides.replace("NAME", choice.field).replace("VALUE", value)


def _literal(value: str, kind: str) -> str:
    is_number = kind in ("number", "cycle", "percent") and re.fullmatch(r"-?\d+(\.\d+)?", value)
    if is_number or (kind == "checkbox" and value in ("true", "false")):
        return value
    return json.dumps(value.replace("\\", "").replace('"', ""), ensure_ascii=False)


def fault_of(expression: str, known: set[str]) -> tuple[str, dict[str, Any]] | None:
    """Return what is wrong with a condition, as a template with its parameters."""
    try:
        names = compile_expression(expression).names
    except ExpressionError as error:
        return "%(reason)s", {"reason": error.sentence}
    unknown = sorted(names - known)
    if unknown:
        return "没有名为“%(name)s”的字段或事项数据。", {"name": unknown[0]}
    return None
