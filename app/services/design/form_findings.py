"""The linter of forms: what is wrong with which field, and what to do about it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from app.domain.errors import Listing, Problem, Sentence
from app.domain.form_outline import Line, Place, lines
from app.domain.form_reading import problem, shape_faults
from app.domain.form_settings import read
from app.domain.form_types import DAY, KEY, PEOPLE, PREFILLS, SOURCES, SURROUNDINGS, TYPES
from app.domain.vocabulary import Role
from app.services._catalogue import ANSWERS
from app.services.design.form_conditions import fault_of
from app.services.design.reasons import why

#: A type whose options may be missing: it takes them from the list it names.
_CHOOSING = frozenset({"radio", "select", "checklist"})
_LONGEST_PATTERN = 200
_NOWHERE: Mapping[str, str] = {}


@dataclass(frozen=True, slots=True)
class Finding:
    """What is wrong, and at which field; the whole form where there is no place."""

    place: Place | None
    problem: Problem
    #: The field's key, for programs.
    field: str | None = None


@dataclass(frozen=True, slots=True)
class _Sheet:
    """One form while it is looked at."""

    key: str
    lines: list[Line]

    def keys(self, table: Place = ()) -> set[str]:
        """Return the keys of the fields that conditions may read, a table's columns among them."""
        own = {
            _key(one) for one in self.lines if _is_input(one) and "dynamiclist" not in one.within
        }
        columns = (one for one in self.lines if table and one.place[: len(table)] == table)
        return own | {_key(one) for one in columns if _is_input(one)}


#: Yields a template, and what to put into it beside form and field.
Found = tuple[str, dict[str, Any]]
Check = Callable[[_Sheet, Line], Iterator[Found]]
_CHECKS: list[tuple[str, str, Check]] = []
_FIELD = "表单“%(form)s”的“%(field)s”：%(what)s"


def _check(code: str, severity: str = "error") -> Callable[[Check], Check]:
    def enter(check: Check) -> Check:
        _CHECKS.append((code, severity, check))
        return check

    return enter


def findings(key: str, form: Any, *, case: bool) -> list[Finding]:
    """List all that is wrong with one form, errors first.

    In a diagram about a *case* some forms have a meaning: they must ask for what that needs.
    """
    faults = shape_faults(form)
    if faults:
        return [Finding(fault[0] or None, problem(fault, key)) for fault in faults[:50]]
    sheet = _Sheet(key, lines(form))
    found = [*(_needed(sheet) if case else ()), *_doubled(sheet)]
    for line in sheet.lines:
        found += _of_field(sheet, line)
    if not any(_is_input(line) for line in sheet.lines):
        template = "表单“%(form)s”没有要填写的字段。"
        found.append(Finding(None, Problem("form/empty", None, template, {"form": key}, "warning")))
    return sorted(found, key=lambda one: one.problem.severity != "error")


def problems(
    forms: Mapping[str, Any], *, case: bool, steps: Mapping[str, str] = _NOWHERE
) -> list[Problem]:
    """List all that is wrong with the forms of a diagram, about a *case* or not.

    *steps* are the ids of steps at which they are filled in.
    """
    return [
        replace(one.problem, element=steps.get(key), why=why(one.problem.code))
        for key, form in forms.items()
        for one in findings(key, form, case=case)
    ]


def readable(forms: Mapping[str, Any]) -> dict[str, Any]:
    """Return the forms that can be read at all."""
    return {key: form for key, form in forms.items() if not shape_faults(form)}


def _of_field(sheet: _Sheet, line: Line) -> Iterator[Finding]:
    for code, severity, check in _CHECKS:
        for template, params in check(sheet, line):
            yield _finding(sheet, line, code, Sentence(template, **params), severity)


def _finding(
    sheet: _Sheet, line: Line, code: str, what: Sentence, severity: str = "error"
) -> Finding:
    told = {"form": sheet.key, "field": _name(line), "what": what}
    return Finding(line.place, Problem(code, None, _FIELD, told, severity), _key(line) or None)


def _needed(sheet: _Sheet) -> Iterator[Finding]:
    """Name what a form with a fixed meaning lacks."""
    entry = ANSWERS.get(sheet.key)
    lacking = sorted(entry.needs - {_key(line) for line in sheet.lines}) if entry else []
    if lacking:
        template = (
            "表单“%(form)s”在系统中有固定含义，缺少字段：%(fields)s。请补上，或改用别的表单名。"
        )
        told = {"form": sheet.key, "fields": Listing(lacking)}
        yield Finding(None, Problem("catalogue/form_fields", None, template, told))


def _doubled(sheet: _Sheet) -> Iterator[Finding]:
    """Name the keys and variables that two fields of one scope have."""
    keys: dict[tuple[Place, str], Line] = {}
    variables: dict[str, Line] = {}
    for line in filter(_is_input, sheet.lines):
        key, variable = _key(line), str(_extra(line).get("variable") or "")
        first = keys.setdefault((_table(sheet, line), key), line)
        if key and first is not line:
            what = Sentence("标识“%(name)s”与“%(other)s”重复。", name=key, other=_name(first))
            yield _finding(sheet, line, "form/duplicate_key", what)
        first = variables.setdefault(variable, line)
        if variable and first is not line:
            what = Sentence(
                "流程变量“%(name)s”与“%(other)s”重复。", name=variable, other=_name(first)
            )
            yield _finding(sheet, line, "form/duplicate_variable", what)


@_check("form/type")
def _unknown_type(_sheet: _Sheet, line: Line) -> Iterator[Found]:
    if line.component.get("type") not in TYPES:
        known = Listing(Sentence(one.label) for one in TYPES.values())
        kind = str(line.component.get("type") or "—")
        yield "不支持“%(type)s”这种组件，请删除或换成：%(known)s。", {"type": kind, "known": known}


@_check("form/place")
def _misplaced(_sheet: _Sheet, line: Line) -> Iterator[Found]:
    kind = TYPES.get(str(line.component.get("type")))
    if kind and "dynamiclist" in line.within and not kind.in_tables:
        yield "“%(type)s”不能放在表格里，请移出。", {"type": Sentence(kind.label)}


@_check("form/key")
def _bad_key(_sheet: _Sheet, line: Line) -> Iterator[Found]:
    if _is_input(line) and not KEY.fullmatch(_key(line)):
        yield "标识用小写英文字母、数字和下划线，以字母开头。", {}


@_check("form/label", "warning")
def _no_label(_sheet: _Sheet, line: Line) -> Iterator[Found]:
    kind = line.component.get("type")
    if kind in TYPES and kind != "separator" and not _label(line):
        yield "没有名称，办理人不知道要填什么。", {}


@_check("form/options")
def _options(_sheet: _Sheet, line: Line) -> Iterator[Found]:
    if line.component.get("type") not in _CHOOSING:
        return
    source, values = str(_extra(line).get("options") or ""), line.component.get("values") or []
    if source and not _is_source(source):
        yield "没有“%(source)s”这个选项来源，请从所列来源中选择。", {"source": source}
    if not source and not values:
        yield "没有选项，请至少写一个，或选择选项来源。", {}
    given = [str(option["value"]) for option in values]
    for value in sorted({one for one in given if given.count(one) > 1}):
        yield "选项的值“%(value)s”重复。", {"value": value}
    if any(not str(option["value"]).strip() for option in values):
        yield "有的选项没有值。", {}


def _is_source(source: str) -> bool:
    return source in SOURCES or source in [PEOPLE + role for role in Role]


@_check("form/columns")
def _columns(_sheet: _Sheet, line: Line) -> Iterator[Found]:
    if line.component.get("type") == "dynamiclist" and not line.component.get("components"):
        yield "表格没有列，请至少加一列。", {}


@_check("form/limits")
def _limits(_sheet: _Sheet, line: Line) -> Iterator[Found]:
    limits = line.component.get("validate") or {}
    for least, most, template in (
        ("min", "max", "最小值%(least)s大于最大值%(most)s。"),
        ("minLength", "maxLength", "最少字数%(least)s大于最多字数%(most)s。"),
    ):
        low, high = limits.get(least), limits.get(most)
        if low is not None and high is not None and low > high:
            yield template, {"least": f"{low:g}", "most": f"{high:g}"}
    for name in ("notBefore", "notAfter"):
        day = _extra(line).get(name)
        if day and not DAY.fullmatch(str(day).strip()):
            yield "日期限制“%(day)s”写法有误，应如 today+15。", {"day": day}


@_check("form/pattern")
def _pattern(_sheet: _Sheet, line: Line) -> Iterator[Found]:
    pattern = (line.component.get("validate") or {}).get("pattern")
    if not pattern:
        return
    try:
        re.compile(str(pattern))
        wrong = len(str(pattern)) > _LONGEST_PATTERN
    except (re.error, RecursionError, OverflowError):
        wrong = True
    if wrong:
        yield "格式（正则表达式）“%(pattern)s”写法有误或过长。", {"pattern": str(pattern)[:60]}


@_check("form/condition")
def _condition(sheet: _Sheet, line: Line) -> Iterator[Found]:
    text = str((line.component.get("conditional") or {}).get("hide") or "")
    fault = _formula_fault(sheet, line, text)
    if fault:
        yield "显示条件有误：%(reason)s", {"reason": Sentence(fault[0], **fault[1])}


@_check("form/expression")
def _expression(sheet: _Sheet, line: Line) -> Iterator[Found]:
    if line.component.get("type") != "expression":
        return
    text = str(line.component.get("expression") or "")
    fault = _formula_fault(sheet, line, text) if text else ("没有填写算式。", {})
    if fault:
        yield "算式有误：%(reason)s", {"reason": Sentence(fault[0], **fault[1])}


def _formula_fault(sheet: _Sheet, line: Line, text: str) -> Found | None:
    known = sheet.keys(_table(sheet, line)) | set(SURROUNDINGS)
    return fault_of(text.removeprefix("="), known) if text else None


@_check("form/variable")
def _variable(_sheet: _Sheet, line: Line) -> Iterator[Found]:
    name = _extra(line).get("variable")
    if not name:
        return
    kind = TYPES.get(str(line.component.get("type")))
    if not KEY.fullmatch(str(name)):
        yield "变量名“%(name)s”用小写英文字母、数字和下划线，以字母开头。", {"name": name}
    if "dynamiclist" in line.within or (kind and kind.name in ("dynamiclist", "filepicker")):
        yield "表格和附件的内容不能作为流程变量。", {}


@_check("form/prefill", "warning")
def _prefill(_sheet: _Sheet, line: Line) -> Iterator[Found]:
    name = str(_extra(line).get("prefill") or "")
    if name and name not in PREFILLS and not DAY.fullmatch(name):
        yield "没有“%(name)s”这项内容，字段起初会是空的。", {"name": name}


def _table(sheet: _Sheet, line: Line) -> Place:
    """Return the place of the table that a field is a column of."""
    if "dynamiclist" not in line.within:
        return ()
    return line.place[: line.within.index("dynamiclist") + 1]


def _is_input(line: Line) -> bool:
    kind = TYPES.get(str(line.component.get("type")))
    return kind is not None and kind.is_input


def _key(line: Line) -> str:
    return str(line.component.get("key") or line.component.get("path") or "")


def _label(line: Line) -> str:
    return read(line.component, "label")


def _name(line: Line) -> str:
    return _label(line)[:40] or _key(line) or line.address


def _extra(line: Line) -> Mapping[str, Any]:
    found: Mapping[str, Any] = line.component.get("properties") or {}
    return found
