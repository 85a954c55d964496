"""Incidents: what failed, trying it again, leaving it out."""

from __future__ import annotations

from typing import Any

from flask import g

from app import cursors
from app.api.calls import Call
from app.api.schemas.incidents import (
    IncidentOut,
    IncidentPage,
    IncidentQuery,
    RetriedOut,
    RetryIn,
    SkipIn,
)
from app.domain.process import Incident
from app.services import incidents, mending


@Call(
    method="GET", path="/incidents", query=IncidentQuery(), answer=IncidentPage(), restricted=True
)
def list_incidents(query: dict[str, Any]) -> dict[str, Any]:
    """List what failed again and again, the latest first; for those who mend it."""
    incidents.require(g.actor)
    limit, after = query["limit"], cursors.moment_after(query["cursor"], of="incidents")
    found = incidents.page(
        g.actor, resolved=query["resolved"], limit=limit + 1, after=after[1] if after else None
    )
    items = found[:limit]
    end = (items[-1].at, items[-1].id) if len(found) > limit else None
    return {"items": items, "next": cursors.encode(end, of="incidents")}


@Call(
    method="POST",
    path="/incidents/<int:incident_id>/retry",
    body=RetryIn(),
    answer=RetriedOut(),
    writes=True,
)
def retry_incident(incident_id: int, body: dict[str, Any]) -> mending.Retried:
    """Try what failed again now, alone or with all that failed in the same way."""
    found = incidents.get(incident_id, g.actor)
    if body["like"]:
        return mending.retry_like(found.likeness, g.actor)
    return mending.retry(incident_id, g.actor)


@Call(
    method="POST",
    path="/incidents/<int:incident_id>/skip",
    body=SkipIn(),
    answer=IncidentOut(),
    writes=True,
)
def skip_incident(incident_id: int, body: dict[str, str]) -> Incident:
    """Leave out the step that failed, where its process can go on without it."""
    mending.skip(incident_id, g.actor, body["reason"])
    return incidents.get(incident_id, g.actor)
