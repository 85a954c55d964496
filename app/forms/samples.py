"""Answers that a form would take, made up: for playing every way of a process by itself."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from itertools import islice, product
from typing import Any

from app.clock import local_date
from app.domain.errors import Invalid
from app.forms.components import Component, inputs_in, inputs_of
from app.forms.conditions import is_hidden, surroundings, watched
from app.forms.dates import day_of, limits_of
from app.forms.on_paper import check_on_paper, form_on_paper, setting_on_paper
from app.forms.setting import Setting
from app.forms.values import choices
from app.services.design.playing import Sheet

#: Ways of answering one form that are tried.
MOST = 24
_TEXT = "试走时自动填写的内容"
#: What a made-up date lies ahead, if it may.
_AHEAD = timedelta(days=7)


def samples(sheet: Sheet) -> list[dict[str, Any]]:
    """Return answers that differ in what decides the way; each passes the form's own check."""
    form, setting = form_on_paper(sheet.form), setting_on_paper(sheet, "zh")
    inputs = inputs_in(form)
    deciding = [item for item in inputs if _decides(item, watched(inputs))]
    made: list[dict[str, Any]] = []
    for values in islice(product(*(_values(item, setting) for item in deciding)), MOST):
        chosen = dict(zip((item.key for item in deciding), values, strict=True))
        answers = _filled(inputs, chosen, setting, local_date(sheet.at))
        if answers not in made and _passes(sheet, answers):
            made.append(answers)
    return made


def _decides(item: Component, watched_names: frozenset[str]) -> bool:
    chosen = item.type in ("radio", "select", "checkbox")
    return chosen and bool(item.variable or item.key in watched_names)


def _values(item: Component, setting: Setting) -> list[Any]:
    if item.type == "checkbox":
        return [True, False]
    offered = [option.value for option in choices(item, setting.options)]
    return offered[:1] if item.options_from else offered


def _filled(
    inputs: tuple[Component, ...], chosen: Mapping[str, Any], setting: Setting, today: date
) -> dict[str, Any]:
    """Answer all that is required and shown, given what was chosen."""
    answers = dict(chosen)
    for item in inputs:
        known = surroundings(inputs, {**setting.context, **answers})
        if is_hidden(item, known):
            answers.pop(item.key, None)
        elif item.key not in answers and (item.required or item.variable or _lists(item, setting)):
            value = _value(item, setting, today)
            if value is not None:
                answers[item.key] = value
    return answers


def _lists(item: Component, setting: Setting) -> bool:
    """Tell whether a table is about what the case already has, such as the measures of its plan."""
    return item.type == "dynamiclist" and bool(_known(item, setting))


def _known(item: Component, setting: Setting) -> list[Mapping[str, Any]]:
    found = setting.prefills.get(item.prefill) if item.prefill else None
    return found if isinstance(found, list) else []


def _value(item: Component, setting: Setting, today: date) -> Any:
    if item.type in _WRITTEN:
        return _text(item)
    if item.type == "number":
        return _number(item)
    if item.type == "datetime":
        return _moment(item, setting, today)
    if item.type == "dynamiclist":
        return _rows(item, setting, today)
    return _chosen(item, setting)


def _rows(item: Component, setting: Setting, today: date) -> list[dict[str, Any]]:
    """Return one row; of a table that lists what there is, a row for each."""
    columns = tuple(inputs_of(item.children))
    named = [one.key for one in columns if one.options_from]
    known = _known(item, setting) or [{}]
    chosen = [{key: row[key] for key in named if key in row} for row in known]
    return [_filled(columns, each, setting, today) for each in chosen]


_WRITTEN = ("textfield", "textarea")


def _chosen(item: Component, setting: Setting) -> Any:
    offered = [option.value for option in choices(item, setting.options)]
    if item.type == "checklist":
        return offered[:2]
    if item.type == "checkbox":
        return True
    return offered[0] if offered else None


def _text(item: Component) -> str:
    least, most = item.min_length or 1, item.max_length or len(_TEXT)
    text = _TEXT * (1 + least // len(_TEXT))
    return text[: max(least, min(most, len(text)))]


def _number(item: Component) -> int | float:
    if item.max is not None and item.max <= 100:
        return int(item.max)
    return int(item.min) if item.min is not None else 1


def _moment(item: Component, setting: Setting, today: date) -> str:
    if item.subtype == "time":
        return "09:00:00"
    first, last = limits_of(item, setting.context)
    due = day_of("due", setting.context) or today
    # What has no limit begins, and comes before what has one.
    day = today if last is not None else min(today, due)
    day = today + _AHEAD if first is not None else day
    day = max(first or day, min(last or day, day))
    return f"{day.isoformat()}T09:00:00" if item.subtype == "datetime" else day.isoformat()


def _passes(sheet: Sheet, answers: Mapping[str, Any]) -> bool:
    try:
        check_on_paper(sheet, answers)
    except Invalid:
        return False
    return True
