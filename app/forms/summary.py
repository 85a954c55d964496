"""Answers as lines to read: what was filled in, in the words of the form."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from app.forms.components import Component, Options, inputs_in, inputs_of
from app.forms.setting import NOWHERE, Setting
from app.forms.values import choices
from app.forms.wording import _


@dataclass(frozen=True, slots=True)
class Line:
    """One answered field: its label, and its text, files or table."""

    label: str
    text: str = ""
    #: Ids of evidence.
    files: tuple[int, ...] = ()
    columns: tuple[str, ...] = ()
    rows: tuple[tuple[Line, ...], ...] = ()


def summary_of(
    form: Mapping[str, Any],
    answers: Mapping[str, Any],
    setting: Setting = NOWHERE,
) -> list[Line]:
    """Return a line for each field that was answered, in the order of the form."""
    return [
        _line(item, answers[item.key], setting.options)
        for item in inputs_in(form, setting.language)
        if answers.get(item.key) not in (None, "", [])
    ]


def _line(item: Component, value: Any, options: Options) -> Line:
    if item.type == "filepicker":
        return Line(item.label, files=tuple(value))
    if item.type == "dynamiclist":
        columns = tuple(inputs_of(item.children))
        rows = tuple(
            tuple(_line(column, row.get(column.key, ""), options) for column in columns)
            for row in value
        )
        return Line(item.label, columns=tuple(column.label for column in columns), rows=rows)
    return Line(item.label, text=_text(item, value, options))


def _text(item: Component, value: Any, options: Options) -> str:
    if isinstance(value, bool):
        return _("是") if value else _("否")
    names = {option.value: option.label for option in choices(item, options)}
    if isinstance(value, list):
        return _("、").join(names.get(one, str(one)) for one in value)
    if isinstance(value, float):
        return f"{value:g}"
    return names.get(str(value), str(value))
