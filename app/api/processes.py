"""Processes: starting one, and what it waits for."""

from __future__ import annotations

from typing import Any

from flask import g

from app.api.calls import Call
from app.api.schemas.processes import ProcessIn, ProcessOut
from app.domain.process import Process
from app.services import processes


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
