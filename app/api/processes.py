"""Processes and timers: starting one, and what they wait for."""

from __future__ import annotations

from typing import Any

from flask import g

from app.api import cursors
from app.api.calls import Call
from app.api.schemas.processes import ProcessIn, ProcessOut, TimerPage, TimerQuery
from app.domain.process import Process
from app.services import deadlines, processes
from app.services.deadlines import TimerFilter


@Call(
    method="POST",
    path="/processes",
    body=ProcessIn(),
    answer=ProcessOut(),
    status=201,
    writes=True,
)
def start_process(body: dict[str, Any]) -> dict[str, Any]:
    """Start a process on a published diagram, about a case or about nothing."""
    return _whole(
        processes.get(
            processes.start(body["diagram"], g.actor, body["variables"], subject=body["subject"]),
            g.actor,
        )
    )


@Call(method="GET", path="/processes/<int:process_id>", answer=ProcessOut())
def get_process(process_id: int) -> dict[str, Any]:
    """Get a process with what it waits for."""
    return _whole(processes.get(process_id, g.actor))


def _whole(process: Process) -> dict[str, Any]:
    tasks, timers = processes.open_tasks(process), processes.armed_timers(process)
    same = ("id", "status", "started_at", "finished_at")
    return {
        **{name: getattr(process, name) for name in same},
        "diagram": process.diagram.key,
        "version": process.diagram.version,
        "subject": process.case.number if process.case else None,
        "tokens": [*(task.key for task in tasks), *(timer.key for timer in timers)],
        "open_tasks": tasks,
        "timers": timers,
        "incidents": processes.incidents_of(process),
    }


@Call(method="GET", path="/timers", query=TimerQuery(), answer=TimerPage())
def list_timers(query: dict[str, Any]) -> dict[str, Any]:
    """List the deadlines of all cases that the caller may see, earliest due first."""
    narrow = TimerFilter(state=query["state"], overdue=query["overdue"])
    after, limit = cursors.moment_after(query["cursor"], of="timers"), query["limit"]
    found = deadlines.page(g.actor, narrow, limit=limit + 1, after=after)
    items = found[:limit]
    end = (items[-1].due_at, items[-1].id) if len(found) > limit else None
    return {"items": items, "next": cursors.encode(end, of="timers")}
