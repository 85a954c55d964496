"""Changes to a form as an analyst makes them: one field filled in anew, one more, one moved."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass
from typing import Any

from app.domain.errors import NotAllowed, NotFound, Sentence
from app.domain.form_choices import Choice, Vocabulary, free, key_for, with_choices
from app.domain.form_outline import (
    Place,
    added,
    at,
    fitting,
    lines,
    moved,
    removed,
    replaced,
)
from app.domain.form_settings import Faults, settings_of, turned, written
from app.domain.form_types import TYPES
from app.services.design.form_conditions import Chosen, chosen, hiding

Form = Mapping[str, Any]
_QUOTED = re.compile(r"(\"[^\"]*\"|'[^']*')")


@dataclass(frozen=True, slots=True)
class Filled:
    """What was filled in about one field."""

    settings: Mapping[str, str]
    type: str = ""
    #: ``None``: there were no options to fill in.
    choices: Sequence[Choice] | None = None
    condition: Chosen | None = None


def with_field(
    form: Form, place: Place, filled: Filled, words: Vocabulary
) -> tuple[dict[str, Any], Faults]:
    """Return the form with one field as filled in, and what could not be taken over.

    Conditions and expressions that named the field follow it when its key changes.
    """
    before = at(form, place)
    field, faults = written(turned(before, filled.type), filled.settings)
    if filled.choices is not None and "options" in settings_of(field):
        field = with_choices(field, filled.choices, words)
    if filled.condition is not None and not filled.condition.is_complete:
        faults["condition"] = ["请填写要比较的值或表达式；显示条件暂未改变。"]
    elif filled.condition is not None:
        field = _conditioned(field, filled.condition, types_in(form))
    made = replaced(form, place, field)
    return _renamed(made, str(before.get("key") or ""), str(field.get("key") or "")), faults


def types_in(form: Form) -> dict[str, str]:
    """Return the type of each field by its key."""
    keyed = (line.component for line in lines(form) if line.component.get("key"))
    return {str(one["key"]): str(one.get("type")) for one in keyed}


def _conditioned(
    field: Mapping[str, Any], condition: Chosen, types: Mapping[str, str]
) -> dict[str, Any]:
    made = deepcopy(dict(field))
    hide = str((made.get("conditional") or {}).get("hide") or "")
    if chosen(hide) == condition:
        return made
    text = hiding(condition, {**types, "cycle": "number", "percent": "number"})
    rest = dict(made.get("conditional") or {})
    rest.pop("hide", None)
    made.pop("conditional", None)
    if text or rest:
        made["conditional"] = {**rest, **({"hide": text} if text else {})}
    return made


def _renamed(form: dict[str, Any], old: str, new: str) -> dict[str, Any]:
    """Let conditions and expressions follow a key, unless another field still has the old one."""
    if not old or not new or old == new or old in types_in(form):
        return form
    name = re.compile(rf"(?<![\w.]){re.escape(old)}(?!\w)")

    def follow(text: str) -> str:
        parts = _QUOTED.split(text)
        return "".join(
            part if number % 2 else name.sub(new, part) for number, part in enumerate(parts)
        )

    for line in lines(form):
        field: Any = line.component
        if (condition := field.get("conditional")) and condition.get("hide"):
            condition["hide"] = follow(str(condition["hide"]))
        if field.get("type") == "expression" and field.get("expression"):
            field["expression"] = follow(str(field["expression"]))
    return form


def with_new(form: Form, kind: str, label: str, place: Place, words: Vocabulary) -> dict[str, Any]:
    """Return the form with a new field at a place.

    Raises:
        NotAllowed: such a field has no place there.
    """
    if kind not in fitting(form, place[:-1]):
        raise NotAllowed("“%(type)s”不能放在这里。", type=Sentence(_label_of(kind)))
    field: dict[str, Any] = {"type": kind}
    field, _faults = written(field, {"label": label or _label_of(kind)})
    if TYPES[kind].is_input:
        field["key"] = key_for(field, types_in(form), words)
    field |= deepcopy(_FIRST.get(kind, {}))
    if kind == "dynamiclist":
        field["path"] = field["key"]
    ids = {str(line.component.get("id")) for line in lines(form)}
    field["id"] = free(f"{form.get('id') or 'form'}_{field.get('key') or kind}", ids)
    return added(form, place, field)


def _label_of(kind: str) -> str:
    return TYPES[kind].label if kind in TYPES else kind


#: What a new field of a type has from the beginning.
_FIRST: Mapping[str, dict[str, Any]] = {
    "datetime": {"subtype": "date"},
    "number": {"decimalDigits": 0},
    "filepicker": {"multiple": True},
    "group": {"components": [], "showOutline": True},
    "dynamiclist": {
        "components": [],
        "isRepeating": True,
        "allowAddRemove": True,
        "defaultRepetitions": 1,
        "showOutline": True,
    },
}


def with_key_proposed(form: Form, place: Place, words: Vocabulary) -> dict[str, Any]:
    """Return the form with the field's key as its label suggests."""
    field = dict(at(form, place))
    old = str(field.get("key") or "")
    field["key"] = key_for(field, set(types_in(form)) - {old}, words)
    if field.get("type") == "dynamiclist":
        field["path"] = field["key"]
    return _renamed(replaced(form, place, field), old, field["key"])


def stepped(form: Form, place: Place, by: int) -> tuple[dict[str, Any], Place]:
    """Return the form with a field one step up or down, and where it now stands.

    At the edge of a group it leaves the group.
    """
    siblings = [line.place for line in lines(form) if line.place[:-1] == place[:-1]]
    if len(place) > len(siblings[0]) or place not in siblings:
        raise NotFound
    number = place[-1] + by
    if 0 <= number < len(siblings):
        to = (*place[:-1], number if by < 0 else number + 1)
        return moved(form, place, to), (*place[:-1], number)
    if len(place) == 1:
        return dict(form), place
    out = place[:-1] if by < 0 else (*place[:-2], place[-2] + 1)
    made = moved(form, place, out)
    return made, out


def without(form: Form, place: Place, needed: frozenset[str]) -> dict[str, Any]:
    """Return the form without a field.

    Raises:
        NotAllowed: the program reads it, or one inside it.
    """
    inside = (line for line in lines(form) if line.place[: len(place)] == place)
    kept = sorted({str(line.component.get("key")) for line in inside} & needed)
    if kept:
        raise NotAllowed("系统办理时要用字段“%(key)s”，不能删除。", key=kept[0])
    return removed(form, place)
