"""Form JSON, read into components: the one place that knows how form-js spells things."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from app.forms.memory import Remembered

#: Components that a person answers.
INPUTS = frozenset(
    {
        "textfield",
        "textarea",
        "number",
        "checkbox",
        "checklist",
        "radio",
        "select",
        "datetime",
        "filepicker",
        "dynamiclist",
        "expression",
    }
)
#: Components that only show something.
SHOWN = frozenset({"group", "text", "separator"})

#: What a field takes when its form names no limit.
LONGEST = {"textfield": 200, "textarea": 5_000}
MOST_ROWS = 200
MOST_FILES = 50
MOST_CHOICES = 200


@dataclass(frozen=True, slots=True)
class Option:
    """One choice of a select, radio or checklist."""

    value: str
    label: str


#: Choices that come from the database, by source: ``users:team``, ``units``, ``measures``.
Options = Mapping[str, Sequence[Option]]


@dataclass(frozen=True, slots=True)
class Component:
    """One component of a form: an input, a table (with columns), a group or a text."""

    type: str
    key: str = ""
    label: str = ""
    help: str = ""
    required: bool = False
    options: tuple[Option, ...] = ()
    options_from: str = ""
    min: float | None = None
    max: float | None = None
    min_length: int | None = None
    max_length: int | None = None
    pattern: str = ""
    digits: int = 0
    #: ``date``, ``time`` or ``datetime``.
    subtype: str = ""
    multiple: bool = False
    accept: str = ""
    not_before: str = ""
    not_after: str = ""
    #: The field is hidden when one of these expressions holds: its own, and its groups'.
    hide: tuple[str, ...] = ()
    #: The name under which the answer enters the process.
    variable: str = ""
    prefill: str = ""
    default: Any = None
    expression: str = ""
    #: Columns of a table, members of a group.
    children: tuple[Component, ...] = ()
    rows: int = 1

    @property
    def is_input(self) -> bool:
        """Whether a person answers it."""
        return self.type in INPUTS

    @property
    def condition(self) -> str | None:
        """The expression that hides it, as one."""
        return " or ".join(f"({text})" for text in self.hide) or None


def components_of(form: Mapping[str, Any], language: str = "zh") -> tuple[Component, ...]:
    """Return the components of a form, in order; the linter names those of unknown types.

    Labels and help come in *language* where the form has them, else in Chinese.
    """
    return _read(form, language)


def inputs_in(form: Mapping[str, Any], language: str = "zh") -> tuple[Component, ...]:
    """Return the inputs of a form, those inside groups too."""
    return _inputs(form, language)


def inputs_of(components: Sequence[Component]) -> Iterator[Component]:
    """Yield the inputs, those inside groups too; a group's condition binds its members."""
    for item in components:
        if item.type == "group":
            for child in inputs_of(item.children):
                yield replace(child, hide=item.hide + child.hide)
        elif item.is_input:
            yield item


def _components(form: Mapping[str, Any], language: str) -> tuple[Component, ...]:
    found = (_component(item, language) for item in form.get("components") or ())
    return tuple(item for item in found if item is not None)


_read = Remembered(_components)
_inputs = Remembered(lambda form, language: tuple(inputs_of(_read(form, language))))


def _component(item: Mapping[str, Any], language: str) -> Component | None:
    kind = item.get("type")
    if kind not in INPUTS | SHOWN:
        return None
    limits, extra = item.get("validate") or {}, item.get("properties") or {}
    return Component(
        type=kind,
        key=str(item.get("key") or item.get("path") or item.get("id") or ""),
        label=_wording(item, extra, language),
        help=_in_language(extra, "help", language) or str(item.get("description") or ""),
        required=_flag(limits.get("required")),
        options=_options(item.get("values"), language),
        options_from=str(extra.get("options") or ""),
        min=limits.get("min"),
        max=limits.get("max"),
        min_length=limits.get("minLength"),
        max_length=limits.get("maxLength") or LONGEST.get(kind),
        pattern=str(limits.get("pattern") or ""),
        digits=int(item.get("decimalDigits") or 0),
        subtype=str(item.get("subtype") or "date") if kind == "datetime" else "",
        multiple=_flag(item.get("multiple")),
        accept=str(item.get("accept") or ""),
        not_before=str(extra.get("notBefore") or ""),
        not_after=str(extra.get("notAfter") or ""),
        hide=_conditions(item),
        variable=str(extra.get("variable") or ""),
        prefill=str(extra.get("prefill") or ""),
        default=item.get("defaultValue"),
        expression=str(item.get("expression") or "").removeprefix("="),
        children=_components(item, language),
        rows=int(item.get("defaultRepetitions") or 1),
    )


def _wording(item: Mapping[str, Any], extra: Mapping[str, Any], language: str) -> str:
    """Return the label; a date's is spelt ``dateLabel``, a text's words are its ``text``."""
    names = ("label", "dateLabel", "timeLabel", "text")
    own = next((str(item[name]) for name in names if item.get(name)), "")
    return str(extra.get("label_en") or own) if language == "en" else own


def _in_language(extra: Mapping[str, Any], name: str, language: str) -> str:
    own = str(extra.get(name) or "")
    return str(extra.get(f"{name}_en") or own) if language == "en" else own


def _options(values: Any, language: str) -> tuple[Option, ...]:
    found = []
    for item in values or ():
        extra = item.get("properties") or {}
        english = item.get("label_en") or extra.get("label_en")
        label = english if language == "en" and english else item.get("label", item["value"])
        found.append(Option(str(item["value"]), str(label)))
    return tuple(found)


def _conditions(item: Mapping[str, Any]) -> tuple[str, ...]:
    text = (item.get("conditional") or {}).get("hide")
    return (str(text).removeprefix("="),) if text else ()


def _flag(value: Any) -> bool:
    """Read a truth value; the desktop modeler writes some of them as text."""
    return value is True or value == "true"
