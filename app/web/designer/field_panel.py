"""One field being set: what the page shows of it, and what it sent back."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from flask_babel import gettext
from werkzeug.datastructures import MultiDict

from app.domain.form_choices import Choice, choices_of
from app.domain.form_outline import Line, Place, address, at, lines
from app.domain.form_settings import Faults, read, settings_of, turned
from app.domain.form_types import HOLDERS, SURROUNDINGS, TYPES
from app.services.design.form_conditions import COMPARISONS, Chosen, chosen
from app.services.design.form_editing import Filled
from app.web.designer import field_words
from app.web.designer.field_words import Choices

_ROW = re.compile(r"option\.(\d{1,4})\.(label|value|label_en)")
_COMMAS = re.compile(r"[,，、\n]")
#: What stands for "an expression" where a field is chosen.
RAW = "="
#: Rows to fill in beyond those that are there.
_SPARE = 1


@dataclass(frozen=True, slots=True)
class Control:
    """One setting."""

    name: str
    value: str
    choices: Choices = field(default_factory=list)
    faults: Sequence[str] = ()
    locked: bool = False

    @property
    def label(self) -> str:
        """What it is called."""
        return str(field_words.LABELS[self.name])

    @property
    def help(self) -> str:
        """What to write."""
        return str(field_words.HELP.get(self.name, ""))

    @property
    def kind(self) -> str:
        """How it is drawn."""
        if self.name in field_words.FLAGS:
            return "flag"
        if self.choices:
            return "select"
        return "long" if self.name in field_words.LONG else "text"

    @property
    def is_narrow(self) -> bool:
        """Whether another has room beside it."""
        return self.name in field_words.NARROW


@dataclass(frozen=True, slots=True)
class ConditionView:
    """When the field is shown."""

    fields: Choices
    chosen: Chosen
    #: What is written for experts: as typed, else as the form has it.
    raw: str
    comparisons: Choices
    #: What may be compared with; empty where it is typed.
    values: Choices

    @property
    def field(self) -> str:
        """What is chosen as the field."""
        return RAW if self.chosen.is_raw else self.chosen.field

    @property
    def takes(self) -> str:
        """Whether it is compared with one value, several or nothing."""
        return COMPARISONS[self.chosen.comparison].takes

    @property
    def shape(self) -> str:
        """What decides how the value is asked for."""
        return f"{self.field}|{self.takes}"


@dataclass(frozen=True, slots=True)
class Panel:
    """A field open to be set."""

    place: Place
    component: Mapping[str, Any]
    sections: list[tuple[str, list[Control]]]
    #: ``None`` where a field of this type has no options.
    options: list[Choice] | None
    condition: ConditionView
    #: Types it may be turned into, its own first.
    kin: Choices
    #: Groups and tables it may be moved into; the top of the form is the empty address.
    holders: Choices

    @property
    def address(self) -> str:
        """Where it stands."""
        return address(self.place)


def panel_of(
    form: Mapping[str, Any],
    place: Place,
    needed: frozenset[str],
    filled: Filled | None = None,
    faults: Faults | None = None,
) -> Panel:
    """Return the field at a place as it is, or as it was just filled in."""
    component = at(form, place)
    shown = turned(component, filled.type) if filled else component
    typed = filled.settings if filled else {}
    found = lines(form)
    return Panel(
        place,
        shown,
        list(_sections(shown, typed, faults or {}, needed)),
        _options(shown, filled),
        condition_of(found, place, filled.condition if filled else None),
        _kin(component),
        _holders(found, place),
    )


def _sections(
    component: Mapping[str, Any], typed: Mapping[str, str], faults: Faults, needed: frozenset[str]
) -> Any:
    has = settings_of(component)
    for title, names in field_words.SECTIONS:
        controls = [
            Control(
                name,
                typed.get(name, read(component, name)),
                _with_own(field_words.choices_for(name), read(component, name)),
                faults.get(name, ()),
                locked=name == "key" and component.get("key") in needed,
            )
            for name in names
            if name in has
        ]
        if controls:
            yield str(title), controls


def _with_own(choices: Choices, value: str) -> Choices:
    """Return the choices, and what is set already if it is none of them."""
    if choices and value not in [one for one, _label in choices]:
        return [*choices, (value, value)]
    return choices


def _options(component: Mapping[str, Any], filled: Filled | None) -> list[Choice] | None:
    if "options" not in settings_of(component):
        return None
    choices = filled.choices if filled and filled.choices is not None else choices_of(component)
    return [*choices, *[Choice("")] * _SPARE]


def _kin(component: Mapping[str, Any]) -> Choices:
    kind = TYPES.get(str(component.get("type")))
    return [(name, gettext(TYPES[name].label)) for name in kind.kin] if kind else []


def _holders(found: list[Line], place: Place) -> Choices:
    holders = (
        line
        for line in found
        if line.component.get("type") in HOLDERS and line.place[: len(place)] != place
    )
    return [
        ("", gettext("表单最外层")),
        *((line.address, str(line.component.get("label") or line.address)) for line in holders),
    ]


def condition_of(found: list[Line], place: Place, filled: Chosen | None = None) -> ConditionView:
    """Return the condition of the field at a place, as it is or as it was filled in."""
    own = next(line.component for line in found if line.place == place)
    hide = str((own.get("conditional") or {}).get("hide") or "").removeprefix("=")
    known = filled or chosen(hide)
    table = [line.place for line in found if line.component.get("type") == "dynamiclist"]
    fields = [
        line.component
        for line in found
        if line.component.get("key")
        and line.place != place
        and line.component.get("type") not in ("dynamiclist", "filepicker", "expression")
        and all(line.place[: len(one)] != one or place[: len(one)] == one for one in table)
    ]
    by_key = {str(one["key"]): one for one in fields}
    names = [(key, str(one.get("label") or key)) for key, one in by_key.items()]
    case = [
        (key, gettext("事项：%(name)s", name=gettext(text))) for key, text in SURROUNDINGS.items()
    ]
    return ConditionView(
        _with_own(
            [("", gettext("始终显示")), *names, *case, (RAW, gettext("按表达式（专家）"))],
            known.field,
        ),
        known,
        known.raw or hide,
        [(one.key, gettext(one.label)) for one in COMPARISONS.values()],
        _values(known.field, by_key),
    )


def _values(name: str, by_key: Mapping[str, Mapping[str, Any]]) -> Choices:
    component = by_key.get(name)
    if component is None:
        return field_words.words_of(name)
    if component.get("type") == "checkbox":
        return [("true", gettext("是")), ("false", gettext("否"))]
    return [(one.value, one.label) for one in choices_of(component)]


def filled_in(post: MultiDict[str, str]) -> Filled:
    """Return what the page sent about the open field."""
    settings = {
        name.removeprefix("set."): value for name, value in post.items() if name.startswith("set.")
    }
    choices = _choices_in(post) if "options" in post else None
    condition = _condition_in(post) if "condition_field" in post else None
    return Filled(settings, post.get("type", ""), choices, condition)


def _choices_in(post: MultiDict[str, str]) -> list[Choice]:
    rows: dict[int, dict[str, str]] = {}
    for name, value in post.items():
        if match := _ROW.fullmatch(name):
            rows.setdefault(int(match[1]), {})[match[2]] = value.strip()
    if removed := post.get("_remove", "").removeprefix("option."):
        rows.pop(int(removed) if removed.isdecimal() and len(removed) < 10 else -1, None)
    return [Choice(**{"label": "", **row}) for _number, row in sorted(rows.items())]


def _condition_in(post: MultiDict[str, str]) -> Chosen:
    name = post["condition_field"].strip()
    if name in ("", RAW):
        raw = " ".join(post.get("condition_raw", "").split()) if name else ""
        return Chosen(raw=raw, is_raw=bool(name))
    comparison = post.get("condition_is", "")
    values = post.getlist("condition_value")
    if len(values) == 1 and comparison in ("one_of", "none_of"):
        values = _COMMAS.split(values[0])
    kept = tuple(value.strip() for value in values if value.strip())
    return Chosen(name, comparison if comparison in COMPARISONS else "is", kept)
