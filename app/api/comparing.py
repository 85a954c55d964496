"""Comparing versions of a process, and what another version would do to running deadlines."""

from __future__ import annotations

from typing import Any

from flask import g

from app.api.calls import Call
from app.api.schemas.comparing import (
    CompareQuery,
    ComparisonOut,
    DeadlineDifference,
    DeadlineQuery,
)
from app.services import rule_sets
from app.services.design import comparing, deadline_difference, overview
from app.services.design.deadline_difference import Found, Wanted
from app.texts import language


@Call(
    method="GET",
    path="/diagrams/<key>/compare",
    query=CompareQuery(),
    answer=ComparisonOut(),
    restricted=True,
)
def compare_diagrams(key: str, query: dict[str, Any]) -> dict[str, Any]:
    """List what differs between two versions, or a version and the draft, in words."""
    overview.require_designer(g.actor)
    before, after = comparing.sides(key, query["before"], query["after"])
    found = comparing.changes(
        before.bundle, after.bundle, english=language() == "en", rules=rule_sets.of_actor(g.actor)
    )
    return {"before": before.name, "after": after.name, "changes": found}


@Call(
    method="GET",
    path="/diagrams/<key>/deadline-difference",
    query=DeadlineQuery(),
    answer=DeadlineDifference(),
    restricted=True,
)
def get_deadline_difference(key: str, query: dict[str, Any]) -> Found:
    """Hold all running deadlines of a process against a version: old date, new date, and why.

    Nothing moves: a process stays on its version until it is migrated.
    """
    overview.require_designer(g.actor)
    wanted = Wanted(query["limit"], query["cursor"], query["timer"], query["effect"])
    return deadline_difference.difference(
        comparing.sides(key, after=query["to"])[1],
        g.actor,
        wanted,
        only=query["version"],
        english=language() == "en",
    )
