"""Figures side by side: by unit, town, department, category, severity or inspector."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import aliased

from app.db import db
from app.domain.people import Actor, Unit, User
from app.domain.tally import OVERVIEW
from app.domain.vocabulary import Category, Severity, Term, UnitKind
from app.services import tallies
from app.services.narrowing import Narrowing
from app.services.tallies import Counts


class Axis(Term):
    """By what figures are put side by side."""

    UNIT = "unit", "责任单位"
    TOWN = "town", "乡镇街道"
    DEPARTMENT = "department", "主管部门"
    CATEGORY = "category", "问题类别"
    SEVERITY = "severity", "严重程度"
    INSPECTOR = "inspector", "责任督学"


@dataclass(frozen=True, slots=True)
class Group:
    """Figures of one value of an axis, and what narrows a list down to the cases behind them."""

    #: As `narrows` has it: an id, a word; 0 of those without an inspector.
    key: int | str
    #: A name; of a category or severity the word, whose label the reader's language has.
    name: str
    #: The parameter of an address that narrows down to it.
    narrows: str
    counts: Counts


@dataclass(frozen=True, slots=True)
class _Place:
    """What is to be known of a unit: its name, and the town and inspector it counts for."""

    id: int
    name: str
    town_id: int
    town: str
    inspector_id: int
    inspector: str


def groups(actor: Actor, narrow: Narrowing, axis: Axis) -> list[Group]:
    """Return the figures by *axis*, of each value that has any case.

    A unit outside all towns stands for itself among them.
    """
    if axis is Axis.CATEGORY:
        return _of_words(tallies.by(actor, narrow, "category"), Category, "category")
    if axis is Axis.SEVERITY:
        return _of_words(tallies.by(actor, narrow, "severity"), Severity, "severity")
    if axis is Axis.DEPARTMENT:
        found, places = tallies.by(actor, narrow, "department_id"), _places(actor)
        return [Group(of, places[of].name, "department", counts) for of, counts in found.items()]
    found, places = tallies.by(actor, narrow, "lead_unit_id"), _places(actor)
    return _joined(((_value(axis, places[of]), counts) for of, counts in found.items()), axis)


def _of_words(found: Mapping[Any, Counts], words: type[Term], narrows: str) -> list[Group]:
    return [Group(word, str(word), narrows, found[word]) for word in words if word in found]


def _value(axis: Axis, place: _Place) -> tuple[int, str]:
    if axis is Axis.TOWN:
        return place.town_id, place.town
    if axis is Axis.INSPECTOR:
        return place.inspector_id, place.inspector
    return place.id, place.name


def _joined(found: Iterable[tuple[tuple[int, str], Counts]], axis: Axis) -> list[Group]:
    sums: dict[tuple[int, str], dict[str, int]] = {}
    for value, counts in found:
        held = sums.setdefault(value, dict.fromkeys(OVERVIEW, 0))
        for key in OVERVIEW:
            held[key] += counts[key]
    narrows = {Axis.INSPECTOR: "inspector", Axis.TOWN: "lead"}.get(axis, "led_by")
    return [Group(key, name, narrows, counts) for (key, name), counts in sums.items()]


def _places(actor: Actor) -> dict[int, _Place]:
    parent, inspector = aliased(Unit), aliased(User)
    query = (
        select(Unit.id, Unit.name, parent.id, parent.name, parent.kind)
        .add_columns(inspector.id, inspector.name)
        .outerjoin(parent, parent.id == Unit.parent_id)
        .outerjoin(inspector, inspector.id == Unit.inspector_id)
        .where(Unit.path.startswith(f"/{actor.county_id}/"))
    )
    found: dict[int, _Place] = {}
    for of, name, above, town, kind, person_id, person in db.session.execute(query):
        in_town = kind is UnitKind.TOWN
        place = (above, town) if in_town else (of, name)
        found[of] = _Place(of, name, *place, person_id or 0, person or "")
    return found
