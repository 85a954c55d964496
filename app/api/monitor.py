"""监督: how everything stands, and who looks after which school."""

from __future__ import annotations

from typing import Any

from flask import g

from app.api.calls import Call
from app.api.narrowing import narrowing_of
from app.api.schemas.monitor import AssignIn, OverviewOut, OverviewQuery, SchoolsOut
from app.domain.errors import Invalid, Sentence
from app.services import inspectors, monitor


@Call(method="GET", path="/monitor/overview", query=OverviewQuery(), answer=OverviewOut())
def get_overview(query: dict[str, Any]) -> monitor.Overview:
    """Get how the cases stand that the caller sees: figures from counters, and who is worst off."""
    return monitor.overview(g.actor, narrowing_of(query), query["by"])


@Call(method="GET", path="/monitor/inspectors", answer=SchoolsOut())
def list_inspectors() -> dict[str, Any]:
    """List the schools of the county, each with the inspector who looks after it."""
    return {"items": inspectors.schools(g.actor)}


@Call(
    method="PUT",
    path="/monitor/inspectors",
    body=AssignIn(),
    answer=SchoolsOut(),
    restricted=True,
    writes=True,
)
def assign_inspector(body: dict[str, Any]) -> dict[str, Any]:
    """Say who looks after a school."""
    school = _one(inspectors.schools(g.actor), "name", body["school"], field="school")
    person = None
    if body["inspector"]:
        people = inspectors.of_county(g.actor.county_id)
        person = _one(people, "username", body["inspector"], field="inspector")
    inspectors.assign(g.actor, {school: person})
    return {"items": inspectors.schools(g.actor)}


def _one(rows: Any, name: str, value: str, *, field: str) -> int:
    """Return the id of the row that the caller names.

    Raises:
        Invalid: there is none of that name.
    """
    found = next((row.id for row in rows if getattr(row, name) == value), None)
    if found is None:
        raise Invalid(fields={field: [Sentence("没有“%(name)s”。", name=value)]})
    return int(found)
