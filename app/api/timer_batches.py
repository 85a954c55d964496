"""Doing something to many tasks at once: remind, hand over, ask for an extension, sign letters."""

from __future__ import annotations

from typing import Any

from flask import Response, g

from app.api.calls import Call
from app.api.jobs import accepted
from app.api.schemas.jobs import JobOut
from app.api.schemas.timer_batches import BatchIn, BatchOut, BatchPreviewOut
from app.domain.errors import NotFound
from app.forms.at_once import answering
from app.services import batch_jobs, batch_lines
from app.services.batch_lines import Action, Wish
from app.texts import language


@Call(
    method="POST",
    path="/timers/batches/<action>/preview",
    body=BatchIn(),
    answer=BatchPreviewOut(),
)
def preview_batch(action: str, body: dict[str, Any]) -> dict[str, Any]:
    """Tell what would be done to each task, and which are left out and why; nothing is done."""
    wish = _wish(action, body)
    return {"items": batch_lines.preview(wish, g.actor, answering(wish, g.actor, language(), body))}


@Call(
    method="POST",
    path="/timers/batches/<action>",
    body=BatchIn(),
    answer=JobOut(),
    status=202,
    writes=True,
)
def act_on_batch(action: str, body: dict[str, Any]) -> Response:
    """Have it done by a job: `remind`, `hand_over`, `extend` or `sign`; its result is told apart.

    What can't be done is left out and told there; 422 if nothing can be done at all.
    """
    wish = _wish(action, body)
    checks = answering(wish, g.actor, language(), body)
    return accepted(batch_jobs.start(wish, g.actor, checks))


@Call(method="GET", path="/timers/batches/results/<int:job_id>", answer=BatchOut())
def get_batch(job_id: int) -> dict[str, Any]:
    """Get a batch with what became of each task so far: first what was not done."""
    job = batch_jobs.get(job_id, g.actor)
    return {"job": job, "items": batch_jobs.outcomes(job)}


def _wish(action: str, body: dict[str, Any]) -> Wish:
    if action not in list(Action):
        raise NotFound
    chosen = body["tasks"]
    return Wish(
        Action(action),
        [one["id"] for one in chosen],
        to=body["colleague"],
        until=body["until"],
        revisions={one["id"]: one["revision"] for one in chosen if one["revision"]},
    )
