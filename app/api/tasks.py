"""The inbox, and doing a task."""

from __future__ import annotations

from typing import Any

from flask import Response, g, jsonify

from app import cursors
from app.api import answering
from app.api.calls import Call
from app.api.schemas.tasks import (
    Completed,
    CompletionIn,
    DraftIn,
    DraftKept,
    HandOverIn,
    TaskBeside,
    TaskOut,
    TaskPage,
    TaskQuery,
    TaskWhole,
)
from app.domain.errors import Conflict
from app.domain.process import Task
from app.services import inbox, stepping_in
from app.services import tasks as service
from app.services.inbox import Due
from app.texts import sentence


@Call(method="GET", path="/tasks", query=TaskQuery(), answer=TaskPage())
def list_tasks(query: dict[str, Any]) -> dict[str, Any]:
    """List what waits for the caller, most urgent first; or what the caller did, latest first."""
    view, due = query["view"], Due.OVERDUE if query["overdue"] else Due.ANY
    after = cursors.moment_after(query["cursor"], of=view)
    page = inbox.page(g.actor, view, due, limit=query["limit"], after=after)
    return {
        "items": page.items,
        "next": cursors.encode(page.next, of=view),
        "total": inbox.total(g.actor, view, due),
    }


@Call(method="GET", path="/tasks/<int:task_id>", answer=TaskWhole())
def get_task(task_id: int) -> Response:
    """Get a task with its case, its form's fields and, for who may do it, the draft."""
    task = inbox.get_task(task_id, g.actor)
    obstacle = inbox.why_not(task, g.actor)
    beside = {
        "case": task.case,
        "form": answering.described(task, g.actor),
        "draft": None if obstacle else task.draft,
        "draft_at": None if obstacle else task.draft_at,
        "why_not": sentence(obstacle) if obstacle else None,
    }
    return jsonify(TaskOut().dump(task) | TaskBeside().dump(beside))


@Call(method="POST", path="/tasks/<int:task_id>/claim", answer=TaskOut(), writes=True)
def claim_task(task_id: int) -> Task:
    """Take a task on, so that colleagues leave it alone."""
    return service.claim(task_id, g.actor)


@Call(method="POST", path="/tasks/<int:task_id>/release", answer=TaskOut(), writes=True)
def release_task(task_id: int) -> Task:
    """Give a task that one has claimed back to all who hold the post."""
    return service.release(task_id, g.actor)


@Call(method="POST", path="/tasks/<int:task_id>/step-in", answer=TaskOut(), writes=True)
def step_in(task_id: int) -> Task:
    """Take a first review that the department has left overdue over, for the office to do."""
    return stepping_in.step_in(task_id, g.actor)


@Call(
    method="POST",
    path="/tasks/<int:task_id>/hand-over",
    body=HandOverIn(),
    answer=TaskOut(),
    writes=True,
)
def hand_over_task(task_id: int, body: dict[str, str]) -> Task:
    """Hand a task to a colleague who holds the same post."""
    return service.hand_over(task_id, g.actor, body["username"])


@Call(
    method="POST",
    path="/tasks/<int:task_id>/draft",
    body=DraftIn(),
    answer=DraftKept(),
    writes=True,
)
def keep_draft(task_id: int, body: dict[str, Any]) -> dict[str, Any]:
    """Keep what was typed so far; nothing is checked yet."""
    task = inbox.get_task(task_id, g.actor)
    if body["revision"] not in (None, task.revision):
        raise Conflict
    return {"draft_at": service.save_draft(task_id, g.actor, body["answers"])}


@Call(
    method="POST",
    path="/tasks/<int:task_id>/complete",
    body=CompletionIn(),
    answer=Completed(),
    writes=True,
)
def complete_task(task_id: int, body: dict[str, Any]) -> dict[str, Any]:
    """Complete a task with the answers to its form, and learn what opened next.

    409 when somebody was first: the detail says who and when. 422 field by field.
    """
    task = inbox.get_task(task_id, g.actor)
    answers = answering.checked(task, body["answers"], g.actor)
    opened = service.complete_task(task_id, g.actor, answers, revision=body["revision"])
    return {"opened": inbox.by_ids(opened), "case": task.case}
