"""The live diagram: how much waits at each step, how long steps take, where one case went."""

from __future__ import annotations

from typing import Any

from flask import g

from app import cursors
from app.api.calls import Call
from app.api.narrowing import narrowing_of
from app.api.schemas.heat import (
    HeatOut,
    HeatQuery,
    PassageOut,
    PassageQuery,
    WaitingPage,
    WaitingQuery,
)
from app.services import heat, passed, waiting


@Call(method="GET", path="/diagrams/<key>/heat", query=HeatQuery(), answer=HeatOut())
def get_heat(key: str, query: dict[str, Any]) -> heat.Heat:
    """Count what is open and overdue at each step of a process, and how long each step takes.

    Only tasks that the caller may see are counted. Processes about no case are not narrowed down.
    """
    return heat.heat_of(g.actor, key, query["version"], narrowing_of(query))


@Call(
    method="GET",
    path="/diagrams/<key>/heat/<step>",
    query=WaitingQuery(),
    answer=WaitingPage(),
)
def list_waiting(key: str, step: str, query: dict[str, Any]) -> dict[str, Any]:
    """List the open tasks of a step, or the overdue ones: those behind its numbers."""
    asked = heat.asked_of(g.actor, key, query["version"], narrowing_of(query))
    after = cursors.moment_after(query["cursor"], of="waiting")
    page = waiting.page(asked, [step], overdue=query["overdue"], limit=query["limit"], after=after)
    end = cursors.encode(page.next, of="waiting")
    return {"items": page.items, "days": page.days, "next": end}


@Call(method="GET", path="/cases/<number>/passage", query=PassageQuery(), answer=PassageOut())
def get_passage(number: str, query: dict[str, Any]) -> passed.Passage:
    """Get the way of a case through a process: what it passed, when, and how long each step took.

    Of several processes on the same diagram it is the latest, unless one is named.
    """
    return passed.passage_of(g.actor, query["diagram"], number, query["process"])
