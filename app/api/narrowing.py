"""What a program narrows figures and lists down to; units by their names, people by theirs."""

from __future__ import annotations

from typing import Any

from flask import g

from app.domain.errors import Invalid, Sentence
from app.services import cases, inspectors
from app.services.narrowing import Narrowing, Period


def narrowing_of(query: dict[str, Any]) -> Narrowing:
    """Return what *query*, loaded by `Narrowed`, asks for.

    Raises:
        Invalid: the period is none, or there is no such unit or person.
    """
    return Narrowing(
        period=Period.of(query["period"]) if query["period"] else None,
        inspection=query["inspection"],
        lead_id=unit_id(query["lead"], field="lead"),
        department_id=unit_id(query["department"], field="department"),
        inspector_id=_person(query["inspector"]),
        **{name: query[name] for name in ("level", "category", "severity", "lasting")},
    )


def unit_id(name: str | None, *, field: str = "unit") -> int | None:
    """Return the id of the unit that the caller names.

    Raises:
        Invalid: there is none of that name.
    """
    if not name:
        return None
    found = next((unit.id for unit in cases.units(g.actor) if unit.name == name), None)
    if found is None:
        raise Invalid(fields={field: [Sentence("没有名为“%(name)s”的单位。", name=name)]})
    return found


def _person(username: str) -> int | None:
    if not username:
        return None
    people = inspectors.of_county(g.actor.county_id)
    found = next((one.id for one in people if one.username == username), None)
    if found is None:
        told = Sentence("没有用户名为“%(name)s”的责任督学。", name=username)
        raise Invalid(fields={"inspector": [told]})
    return found
