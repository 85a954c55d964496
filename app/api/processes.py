"""Processes: starting one, and what it waits for."""

from __future__ import annotations

from typing import Any

from flask import g

from app import cursors
from app.api.calls import Call
from app.api.schemas.cases import History
from app.api.schemas.processes import (
    ProcessIn,
    ProcessOut,
    ProcessPage,
    ProcessQuery,
    TerminationIn,
)
from app.domain.errors import NotFound
from app.domain.process import Process
from app.services import history, process_list, processes
from app.services.process_list import Filter


@Call(method="GET", path="/processes", query=ProcessQuery(), answer=ProcessPage())
def list_processes(query: dict[str, Any]) -> dict[str, Any]:
    """List the processes about no case that concern the caller, the latest begun first."""
    narrow = Filter(query["q"], query["diagram"], query["running"], query["mine"])
    after = cursors.moment_after(query["cursor"], of="processes")
    page = process_list.page(g.actor, narrow, limit=query["limit"], after=after)
    following = cursors.encode(page.next, of="processes")
    return {"items": page.items, "next": following, "total": page.total}


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


@Call(method="GET", path="/processes/<int:process_id>/history", answer=History())
def get_process_history(process_id: int) -> dict[str, Any]:
    """Get all that happened in a process about no case, oldest first.

    What happens in a process about a case stands in the history of the case.
    """
    process = processes.get(process_id, g.actor)
    if process.case_id is not None:
        raise NotFound
    return {"items": history.events_of(process)}


@Call(
    method="POST",
    path="/processes/<int:process_id>/terminate",
    body=TerminationIn(),
    answer=ProcessOut(),
    writes=True,
    restricted=True,
)
def terminate_process(process_id: int, body: dict[str, Any]) -> dict[str, Any]:
    """End a process about no case where it stands, for a reason; for the head of the office."""
    processes.terminate(process_id, g.actor, body["reason"])
    return _whole(processes.get(process_id, g.actor))


def _whole(process: Process) -> dict[str, Any]:
    tasks, timers = processes.open_tasks(process), processes.armed_timers(process)
    same = ("id", "title", "status", "started_at", "finished_at", "started_by")
    return {
        **{name: getattr(process, name) for name in same},
        "diagram": process.diagram,
        "subject": process.case.number if process.case else None,
        "tokens": [*(task.key for task in tasks), *(timer.key for timer in timers)],
        "open_tasks": tasks,
        "timers": timers,
        "incidents": processes.incidents_of(process),
    }
