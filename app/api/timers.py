"""Timers: the ledger of deadlines, one with its proof, and two figures that must be 0."""

from __future__ import annotations

from typing import Any

from flask import Response, g, jsonify

from app import cursors
from app.api.calls import Call
from app.api.narrowing import unit_id
from app.api.schemas.timers import (
    TimerBeside,
    TimerHealth,
    TimerOut,
    TimerPage,
    TimerProof,
    TimerQuery,
)
from app.services import timer_ledger
from app.services.timer_ledger import TimerFilter, Window
from app.services.timer_proof import proof


@Call(method="GET", path="/timers", query=TimerQuery(), answer=TimerPage())
def list_timers(query: dict[str, Any]) -> dict[str, Any]:
    """List the deadlines of all cases that the caller may see.

    Earliest due first; of fired and disarmed ones, the latest first.
    """
    narrow = TimerFilter(
        state=query["state"],
        window=Window.OVERDUE if query["overdue"] else query["window"],
        code=query["code"],
        unit_id=unit_id(query["unit"]),
        case=query["case"],
        check=query["check"],
    )
    after, limit = cursors.moment_after(query["cursor"], of="timers"), query["limit"]
    found = timer_ledger.page(g.actor, narrow, limit=limit + 1, after=after)
    items = found[:limit]
    end = (items[-1].due_at, items[-1].id) if len(found) > limit else None
    return {"items": items, "next": cursors.encode(end, of="timers")}


@Call(method="GET", path="/timers/health", answer=TimerHealth())
def timers_health() -> timer_ledger.Health:
    """Count deadlines that fired twice, and overdue ones that nobody is at, everywhere."""
    return timer_ledger.health()


@Call(method="GET", path="/timers/<int:timer_id>", answer=TimerProof())
def get_timer(timer_id: int) -> Response:
    """Get everything about one deadline: how it was counted, moved and fired."""
    found = proof(timer_id, g.actor)
    return jsonify(TimerOut().dump(found.timer) | TimerBeside().dump(found))
