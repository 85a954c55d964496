"""Rehearsals: a version run against all that is open; and plans that carry processes over."""

from __future__ import annotations

from typing import Any

from flask import g

from app.api.calls import Call
from app.api.schemas.jobs import JobOut
from app.api.schemas.migrations import (
    CarriedPage,
    CarriedQuery,
    FindingQuery,
    MigrationPlanIn,
    MigrationPlanOut,
    MigrationPlans,
    OpenAt,
    RehearsalFindings,
    RehearsalOut,
    RehearsalQuery,
    RehearseIn,
)
from app.domain.design import MigrationPlan
from app.domain.errors import NotFound
from app.domain.job import Job
from app.services.design import migrations, overview, rehearsals
from app.services.design.migrations import Drawn
from app.services.design.rehearsals import Question


@Call(
    method="POST",
    path="/diagrams/<key>/rehearsals",
    body=RehearseIn(),
    answer=RehearsalOut(),
    status=201,
    restricted=True,
    writes=True,
)
def create_rehearsal(key: str, body: dict[str, Any]) -> Job:
    """Rehearse the draft, or a version, against every running process; many by a job."""
    return rehearsals.rehearse(Question(key=key, **body), g.actor)


@Call(
    method="GET",
    path="/diagrams/<key>/rehearsals",
    query=RehearsalQuery(),
    answer=RehearsalOut(),
    restricted=True,
)
def get_last_rehearsal(key: str, query: dict[str, Any]) -> Job:
    """Get the last rehearsal of the draft, or of a version."""
    found = rehearsals.latest(key, query["version"], g.actor)
    if found is None:
        raise NotFound
    return found


@Call(method="GET", path="/rehearsals/<int:job_id>", answer=RehearsalOut(), restricted=True)
def get_rehearsal(job_id: int) -> Job:
    """Get one rehearsal as it now stands."""
    return rehearsals.get(job_id, g.actor)


@Call(
    method="GET",
    path="/rehearsals/<int:job_id>/findings",
    query=FindingQuery(),
    answer=RehearsalFindings(),
    restricted=True,
)
def list_findings(job_id: int, query: dict[str, Any]) -> dict[str, Any]:
    """List what a rehearsal says of each process, in the order of their ids."""
    return {"items": rehearsals.findings(job_id, g.actor, **query)}


@Call(method="GET", path="/diagrams/<key>/cases", answer=OpenAt(), restricted=True)
def count_open(key: str) -> dict[str, Any]:
    """Count the running processes that wait at each element."""
    overview.require_designer(g.actor)
    return {"elements": rehearsals.open_at(key)}


@Call(
    method="POST",
    path="/diagrams/<key>/plans",
    body=MigrationPlanIn(),
    answer=MigrationPlanOut(),
    status=201,
    restricted=True,
    writes=True,
)
def create_plan(key: str, body: dict[str, Any]) -> MigrationPlan:
    """Draw up a plan to carry running processes to a version; a second person carries it out."""
    return migrations.draw_up(Drawn(key=key, **body), g.actor)


@Call(method="GET", path="/diagrams/<key>/plans", answer=MigrationPlans(), restricted=True)
def list_plans(key: str) -> dict[str, Any]:
    """List the plans of a process, the latest first."""
    return {"items": migrations.listing(key, g.actor)}


@Call(method="GET", path="/plans/<int:plan_id>", answer=MigrationPlanOut(), restricted=True)
def get_plan(plan_id: int) -> MigrationPlan:
    """Get one plan, with the job that carries it out."""
    return migrations.get(plan_id, g.actor)


@Call(
    method="GET",
    path="/plans/<int:plan_id>/cases",
    query=CarriedQuery(),
    answer=CarriedPage(),
    restricted=True,
)
def list_carried(plan_id: int, query: dict[str, Any]) -> dict[str, Any]:
    """List what became of each process under a plan."""
    return {"items": migrations.carried(plan_id, g.actor, **query)}


@Call(
    method="POST",
    path="/plans/<int:plan_id>/apply",
    answer=JobOut(),
    restricted=True,
    writes=True,
)
def apply_plan(plan_id: int) -> Job:
    """Carry a plan out, as a second person: few processes at once, many by a job."""
    return migrations.apply(plan_id, g.actor)


@Call(
    method="POST",
    path="/plans/<int:plan_id>/undo",
    answer=JobOut(),
    restricted=True,
    writes=True,
)
def undo_plan(plan_id: int) -> Job:
    """Take back the processes that have not moved on since."""
    return migrations.undo(plan_id, g.actor)
