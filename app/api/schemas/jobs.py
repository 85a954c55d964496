"""Jobs: how far long work has come."""

from __future__ import annotations

from marshmallow import fields

from app.api.schemas.fields import Out, Word, labels, moment, told
from app.domain.job import Job
from app.domain.vocabulary import JobState
from app.texts import job_name, job_told, label, said_in


class LeftOut(Out):
    """A row of a ledger that was not imported, and why."""

    row = fields.Integer()
    column = fields.String(metadata={"description": "The heading."})
    message = told(lambda one: said_in(one["message"]), "string")


def address(job: Job) -> str:
    """Return where a job is to be asked for."""
    return f"/api/v1/jobs/{job.id}"


def _labels(job: Job) -> dict[str, str]:
    return {"state": label(job.state)}


class JobOut(Out):
    """One piece of long work."""

    id = fields.Integer()
    url = told(address, "string")
    kind = fields.String()
    name = told(job_name, "string")
    state = Word(JobState)
    done = fields.Integer()
    total = fields.Integer(allow_none=True)
    attempts = fields.Integer()
    made_at = moment()
    started_at = moment()
    finished_at = moment()
    result = told(
        job_told, "string", description="What it came to, or why it failed; empty while it goes on."
    )
    skipped = fields.Function(
        lambda job: LeftOut(many=True).dump((job.outcome or {}).get("skipped", [])),
        metadata={"type": "array", "items": {"type": "object"}},
    )
    labels = labels(_labels)


class Jobs(Out):
    """The caller's jobs, the latest first."""

    items = fields.List(fields.Nested(JobOut))
