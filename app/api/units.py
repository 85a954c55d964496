"""Units: the tree, adding to it, renaming, closing and opening again."""

from __future__ import annotations

from typing import Any

from flask import g

from app import cursors
from app.api.calls import Call
from app.api.schemas.units import NewUnitIn, UnitIn, UnitOut, UnitPage, UnitQuery
from app.domain.people import Unit
from app.services.people import adding, lists, units
from app.services.people.lists import Filter


@Call(method="GET", path="/units", query=UnitQuery(), answer=UnitPage(), restricted=True)
def list_units(query: dict[str, Any]) -> dict[str, Any]:
    """List the units of the county as a tree; for its administrators."""
    narrow = Filter(query["q"], query["below"], None, query["state"])
    place = cursors.number_after(query["cursor"], of="units")
    after = place[1] if place else None
    found = lists.units(g.actor, narrow, limit=query["limit"], after=after)
    end = (0, found.next) if found.next else None
    return {
        "items": found.items,
        "total": found.total,
        "next": cursors.encode(end, of="units"),
    }


@Call(method="POST", path="/units", body=NewUnitIn(), answer=UnitOut(), status=201, writes=True)
def add_unit(body: dict[str, Any]) -> Unit:
    """Add a unit to the tree."""
    department = body["department"] or None
    return adding.add_unit(
        body["name"], body["kind"], parent=body["parent"], department=department, by=g.actor
    )


@Call(method="PUT", path="/units/<int:unit_id>", body=UnitIn(), answer=UnitOut(), writes=True)
def change_unit(unit_id: int, body: dict[str, Any]) -> Unit:
    """Correct a unit's name, its competent department, and where it stands in the tree."""
    facts = {"name": body["name"], "department": body["department"] or None}
    units.change(unit_id, g.actor, **facts, parent=body["parent"])
    return lists.unit(unit_id, g.actor)


@Call(method="POST", path="/units/<int:unit_id>/deactivate", answer=UnitOut(), writes=True)
def deactivate_unit(unit_id: int) -> Unit:
    """Close a unit; refused, naming what, as long as anything waits there."""
    units.deactivate(unit_id, g.actor)
    return lists.unit(unit_id, g.actor)


@Call(method="POST", path="/units/<int:unit_id>/reactivate", answer=UnitOut(), writes=True)
def reactivate_unit(unit_id: int) -> Unit:
    """Open a closed unit again."""
    units.reactivate(unit_id, g.actor)
    return lists.unit(unit_id, g.actor)
