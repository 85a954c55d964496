"""Signals: questions about form without substance, and what the office did with them."""

from __future__ import annotations

from typing import Any

from flask import Response, g

from app import cursors
from app.api.calls import Call
from app.api.jobs import accepted
from app.api.schemas.jobs import JobOut
from app.api.schemas.signals import DecisionIn, SignalOut, SignalPage, SignalQuery
from app.domain.signal import Signal
from app.services.signals import asking, looking


@Call(method="GET", path="/signals", query=SignalQuery(), answer=SignalPage(), restricted=True)
def list_signals(query: dict[str, Any]) -> dict[str, Any]:
    """List the questions, the latest first; only those whom they are put to see them."""
    narrow = asking.SignalFilter(query["kind"], query["state"])
    after = cursors.moment_after(query["cursor"], of="signals")
    found = asking.page(g.actor, narrow, limit=query["limit"], after=after)
    return {"items": found.items, "next": cursors.encode(found.next, of="signals")}


@Call(method="GET", path="/signals/<int:signal_id>", answer=SignalOut(), restricted=True)
def get_signal(signal_id: int) -> Signal:
    """Get one question, what it rests on, and what happened to it."""
    return asking.get(signal_id, g.actor)


@Call(
    method="POST",
    path="/signals/<int:signal_id>/decide",
    body=DecisionIn(),
    answer=SignalOut(),
    restricted=True,
    writes=True,
)
def decide_signal(signal_id: int, body: dict[str, Any]) -> Signal:
    """Note what was done with a question, and why; new facts open it again."""
    asking.decide(signal_id, g.actor, body["state"], body["note"])
    return asking.get(signal_id, g.actor)


@Call(
    method="POST",
    path="/signals/look",
    answer=JobOut(),
    status=202,
    restricted=True,
    writes=True,
)
def look_for_signals() -> Response:
    """Have a job look for new ones now."""
    return accepted(looking.look_now(g.actor))
