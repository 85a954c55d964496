"""Jobs: what goes on after the answer to a call."""

from __future__ import annotations

from typing import Any

from flask import Response, g, jsonify

from app.api.calls import Call
from app.api.schemas.jobs import JobOut, Jobs, address
from app.domain.job import Job
from app.services import jobs


@Call(method="GET", path="/jobs", answer=Jobs())
def list_jobs() -> dict[str, Any]:
    """List the caller's latest jobs, the latest first; an administrator sees everybody's."""
    return {"items": jobs.listing(g.actor)}


@Call(method="GET", path="/jobs/<int:job_id>", answer=JobOut())
def get_job(job_id: int) -> Job:
    """Get one job as it now stands."""
    return jobs.get(job_id, g.actor)


@Call(method="POST", path="/jobs/<int:job_id>/retry", answer=JobOut(), writes=True)
def retry_job(job_id: int) -> Job:
    """Queue a failed job again; what it did is not done twice."""
    return jobs.retry(job_id, g.actor)


def accepted(job: Job) -> Response:
    """Answer that a job does it, and where to look."""
    response = jsonify(JobOut().dump(job))
    response.status_code = 202
    response.headers["Location"] = address(job)
    return response
