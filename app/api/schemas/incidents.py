"""Incidents: what failed again and again, and what was done about it."""

from __future__ import annotations

from marshmallow import fields

from app.api.schemas.cases import Paging
from app.api.schemas.fields import Flag, In, Out, Text, absent, moment, name_of, told
from app.services.incidents import cause_of
from app.texts import sentence


class IncidentOut(Out):
    """What failed again and again, for a person to mend."""

    id = fields.Integer()
    process = fields.Integer(attribute="process_id", allow_none=True)
    timer = fields.Integer(attribute="timer_id", allow_none=True)
    case = name_of("process.case.number")
    subject = fields.String(metadata={"description": "What failed, if it is no process."})
    at = moment()
    cause = told(
        lambda row: sentence(cause_of(row)), "string", description="What happened, what to do."
    )
    detail = fields.String(metadata={"description": "What the program said."})
    attempts = fields.Integer()
    likeness = fields.String(metadata={"description": "The kind of failure."})
    resolved_at = moment()
    resolved_by = name_of("resolved_by.name")
    resolution = fields.String(
        allow_none=True, metadata={"enum": ["retried", "skipped", "passed", None]}
    )
    reason = fields.String()


class IncidentQuery(Paging):
    """Which incidents."""

    resolved = Flag(load_default=absent)


class IncidentPage(Out):
    """A stretch of the list of incidents, the latest first."""

    items = fields.List(fields.Nested(IncidentOut))
    next = fields.String(allow_none=True)


class RetryIn(In):
    """Whether to try all that failed in the same way."""

    like = Flag(load_default=False)


class RetriedOut(Out):
    """How often trying again went well, how often not; the sweep tries the others."""

    passed = fields.Integer()
    failed = fields.Integer()
    left = fields.Integer()


class SkipIn(In):
    """Why the step is left out."""

    reason = Text(400, least=1, required=True)
