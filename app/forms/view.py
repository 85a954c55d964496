"""A form as a page or an API client sees it: fields with their values, errors and choices."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from app.forms.components import Component, Option, components_of, inputs_in, inputs_of
from app.forms.conditions import computed, is_hidden, surroundings, watched
from app.forms.dates import day_of, limits_of
from app.forms.setting import NOWHERE, Setting
from app.forms.values import choices
from app.forms.wording import _

#: Where JavaScript puts the number of a new row.
ROW = "__row__"


@dataclass(frozen=True, slots=True)
class FieldView:
    """One component with all that a template needs to draw it."""

    component: Component
    #: The name of its control, ``measures.0.owner`` in a table.
    name: str
    value: Any = None
    errors: tuple[str, ...] = ()
    hidden: bool = False
    options: tuple[Option, ...] = ()
    first_day: str = ""
    last_day: str = ""
    #: Members of a group.
    children: tuple[FieldView, ...] = ()
    #: Rows of a table, and one empty row to copy.
    rows: tuple[tuple[FieldView, ...], ...] = ()
    blank_row: tuple[FieldView, ...] = ()

    @property
    def type(self) -> str:
        """What sort of component it is."""
        return self.component.type

    @property
    def id(self) -> str:
        """An HTML id."""
        return "field-" + self.name.replace(".", "-")

    @property
    def label(self) -> str:
        """What people call it."""
        return self.component.label

    @property
    def described_by(self) -> str:
        """The ids of its help and its errors, for ``aria-describedby``."""
        parts = (("help", self.component.help), ("error", self.errors))
        return " ".join(f"{self.id}-{part}" for part, present in parts if present)


@dataclass(frozen=True, slots=True)
class FormView:
    """A form ready to be drawn."""

    key: str
    fields: tuple[FieldView, ...]
    #: Names that conditions read; a change there asks the server what to show.
    watched: frozenset[str]
    #: Errors that belong to no field on the page.
    stray: tuple[str, ...] = ()
    #: Every error: the id of its control, where that is, what is wrong; in the order of the page.
    faults: tuple[tuple[str, str, str], ...] = field(default=())

    @property
    def hidden(self) -> list[str]:
        """The names of the components that are not shown now."""
        return [item.name for item in _all(self.fields) if item.hidden]


@dataclass(frozen=True, slots=True)
class _Draw:
    """What all parts of one form share while it is being drawn."""

    errors: Mapping[str, Sequence[str]]
    setting: Setting
    prefill: Mapping[str, Any]


def view_of(
    form: Mapping[str, Any],
    setting: Setting = NOWHERE,
    *,
    answers: Mapping[str, Any] | None = None,
    earlier: Mapping[str, Any] | None = None,
    errors: Mapping[str, Sequence[str]] | None = None,
) -> FormView:
    """Return the form to draw: with *answers* where there are any, else with its first values.

    What was answered *earlier* comes before the form's own first values.
    """
    components = components_of(form, setting.language)
    inputs = inputs_in(form, setting.language)
    errors = errors or {}
    draw = _Draw(errors, setting, {} if answers is not None else setting.prefills)
    first = {item.key: _first_value(item, draw) for item in inputs} | dict(earlier or {})
    known = surroundings(inputs, {**setting.context, **(first if answers is None else answers)})
    fields = tuple(_field(item, "", known, draw) for item in components)
    return FormView(
        key=str(form.get("id") or ""),
        fields=fields,
        watched=watched(inputs),
        stray=_stray(fields, errors),
        faults=tuple(_faults(fields)),
    )


def _field(item: Component, prefix: str, known: Mapping[str, Any], draw: _Draw) -> FieldView:
    name = f"{prefix}{item.key}"
    first_day, last_day = limits_of(item, draw.setting.context)
    value = computed(item, known) if item.type == "expression" else known.get(item.key)
    return FieldView(
        component=item,
        name=name,
        value=value,
        errors=tuple(draw.errors.get(name, ())),
        hidden=is_hidden(item, known),
        options=choices(item, draw.setting.options),
        first_day=first_day.isoformat() if first_day else "",
        last_day=last_day.isoformat() if last_day else "",
        children=_members(item, prefix, known, draw),
        rows=_rows(item, name, value, known, draw),
        blank_row=_row(item, f"{name}.{ROW}.", {}, known, draw),
    )


def _members(
    item: Component, prefix: str, known: Mapping[str, Any], draw: _Draw
) -> tuple[FieldView, ...]:
    if item.type != "group":
        return ()
    return tuple(_field(child, prefix, known, draw) for child in item.children)


def _rows(
    item: Component, name: str, value: Any, known: Mapping[str, Any], draw: _Draw
) -> tuple[tuple[FieldView, ...], ...]:
    if item.type != "dynamiclist":
        return ()
    found = [row for row in value if isinstance(row, Mapping)] if isinstance(value, list) else []
    rows = found or [{}] * item.rows
    return tuple(
        _row(item, f"{name}.{number}.", row, known, draw) for number, row in enumerate(rows)
    )


def _row(
    item: Component, prefix: str, row: Mapping[str, Any], known: Mapping[str, Any], draw: _Draw
) -> tuple[FieldView, ...]:
    if item.type != "dynamiclist":
        return ()
    columns = tuple(inputs_of(item.children))
    first = {} if row else {column.key: _first_value(column, draw) for column in columns}
    inside = {**known, **surroundings(columns, {**first, **row})}
    return tuple(_field(column, prefix, inside, draw) for column in columns)


def _first_value(item: Component, draw: _Draw) -> Any:
    """Return what a fresh form shows: its prefill if known, else its default."""
    played = {"today": draw.setting.context.get("today")}
    if (day := day_of(item.prefill, played)) is not None:
        return day.isoformat()
    found = draw.prefill.get(item.prefill) if item.prefill else None
    return item.default if found is None else found


def _all(fields: Sequence[FieldView]) -> list[FieldView]:
    """Return the fields and all that lies inside them, in the order of the page."""
    flat: list[FieldView] = []
    for item in fields:
        flat += [item, *_all(item.children)]
        for row in item.rows:
            flat += row
    return flat


def _faults(fields: Sequence[FieldView], place: str = "") -> Iterator[tuple[str, str, str]]:
    """Yield the id, the place and the text of every error, in the order of the page."""
    for item in fields:
        where = f"{place} {item.label}".strip()
        yield from ((item.id, where, text) for text in item.errors)
        yield from _faults(item.children)
        for number, row in enumerate(item.rows, start=1):
            label = _("%(table)s第 %(number)s 行", table=item.label, number=number)
            yield from _faults(row, label)


def _stray(fields: Sequence[FieldView], errors: Mapping[str, Sequence[str]]) -> tuple[str, ...]:
    """Return the errors that no field on the page would show."""
    shown = {item.name for item in _all(fields)}
    return tuple(text for name, texts in errors.items() if name not in shown for text in texts)
