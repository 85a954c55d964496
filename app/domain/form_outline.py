"""The fields of a form as an outline: each has a place, ``2.0`` being the first inside the third.

Every change gives a new form; what this program doesn't know of a field goes along untouched.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from copy import deepcopy
from dataclasses import dataclass
from typing import Any

from app.domain.errors import NotFound
from app.domain.form_types import HOLDERS, TYPES

Form = Mapping[str, Any]
Place = tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Line:
    """One field in the outline."""

    place: Place
    component: Mapping[str, Any]
    #: Types of what it lies in, outermost first.
    within: tuple[str, ...] = ()
    #: Whether another follows beside it.
    is_last: bool = False

    @property
    def address(self) -> str:
        """Its place as text."""
        return address(self.place)


def address(place: Place) -> str:
    """Write a place as text."""
    return ".".join(map(str, place))


def place_of(text: str) -> Place:
    """Read a place.

    Raises:
        NotFound: it is none.
    """
    parts = text.split(".") if text else []
    if len(parts) > 8 or not all(part.isdecimal() and len(part) < 5 for part in parts):
        raise NotFound
    return tuple(int(part) for part in parts)


def lines(form: Form) -> list[Line]:
    """List all fields in the order of the page."""
    return list(_lines(form, (), ()))


def _lines(holder: Form, place: Place, within: tuple[str, ...]) -> Iterator[Line]:
    found = holder.get("components") or []
    for number, item in enumerate(found):
        here = (*place, number)
        yield Line(here, item, within, number == len(found) - 1)
        if item.get("type") in HOLDERS:
            yield from _lines(item, here, (*within, item["type"]))


def at(form: Form, place: Place) -> Mapping[str, Any]:
    """Return the field at a place.

    Raises:
        NotFound: there is none.
    """
    found = next((line.component for line in lines(form) if line.place == place), None)
    if found is None:
        raise NotFound("表单里已没有这个字段，它可能刚被他人移动或删除。")
    return found


def place_by_id(form: Form, component_id: str) -> Place | None:
    """Return where the field with an id stands."""
    found = (line.place for line in lines(form) if line.component.get("id") == component_id)
    return next(found, None) if component_id else None


def replaced(form: Form, place: Place, component: Mapping[str, Any]) -> dict[str, Any]:
    """Return the form with another field at a place."""
    made = _copy(form)
    _siblings(made, place)[place[-1]] = dict(component)
    return made


def added(form: Form, place: Place, component: Mapping[str, Any]) -> dict[str, Any]:
    """Return the form with one field more, at a place; those from there on move down."""
    made = _copy(form)
    siblings = _siblings(made, place)
    siblings.insert(min(place[-1], len(siblings)), dict(component))
    return made


def removed(form: Form, place: Place) -> dict[str, Any]:
    """Return the form without the field at a place."""
    at(form, place)
    made = _copy(form)
    del _siblings(made, place)[place[-1]]
    return made


def moved(form: Form, place: Place, to: Place) -> dict[str, Any]:
    """Return the form with a field brought before what now stands at *to*.

    Raises:
        NotFound: there is no such field or no such place, or it would lie in itself.
    """
    component = at(form, place)
    if to[: len(place)] == place:
        raise NotFound("字段不能移到它自己里面。")
    if component.get("type") not in fitting(form, to[:-1]):
        raise NotFound("表格的列只能是单个的填写项。")
    with_both = added(form, to, component)
    return removed(with_both, _shifted(place, to))


def _shifted(place: Place, by: Place) -> Place:
    """Return where what stood at *place* stands once something came in at *by*."""
    depth = len(by) - 1
    if len(place) > depth and place[:depth] == by[:depth] and place[depth] >= by[depth]:
        return (*place[:depth], place[depth] + 1, *place[depth + 1 :])
    return place


def fitting(form: Form, holder: Place) -> list[str]:
    """List the types that may stand in a holder."""
    inside = [at(form, holder[: depth + 1]).get("type") for depth in range(len(holder))]
    if "dynamiclist" in inside:
        return [one.name for one in TYPES.values() if one.in_tables]
    return [one.name for one in TYPES.values() if not (inside and one.name == "group")]


def _siblings(form: dict[str, Any], place: Place) -> list[Any]:
    holder: dict[str, Any] = form
    for number in place[:-1]:
        found = holder.get("components") or []
        if number >= len(found):
            raise NotFound("表单里已没有这个字段，它可能刚被他人移动或删除。")
        holder = found[number]
    if not isinstance(holder.get("components"), list):
        holder["components"] = []
    siblings: list[Any] = holder["components"]
    return siblings


def _copy(form: Form) -> dict[str, Any]:
    return deepcopy(dict(form))
