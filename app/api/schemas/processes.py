"""Diagrams, processes, letters, evidence: what else a caller may see."""

from __future__ import annotations

from marshmallow import fields, validate

from app.api.schemas.fields import (
    Facts,
    In,
    Out,
    Text,
    Word,
    absent,
    labels_of,
    moment,
    name_of,
    told,
)
from app.api.schemas.incidents import IncidentOut
from app.api.schemas.problems import Finding
from app.api.schemas.tasks import TaskOut
from app.api.schemas.timers import TimerOut
from app.domain.vocabulary import (
    DiagramState,
    LetterKind,
    LetterState,
    ProcessStatus,
)
from app.texts import diagram_name


class DiagramOut(Out):
    """One version of a diagram."""

    key = fields.String()
    version = fields.Integer()
    name = told(diagram_name, "string")
    state = Word(DiagramState)
    sha256 = fields.String()
    created_at = moment()
    published_at = moment()
    labels = labels_of("state")


class Diagrams(Out):
    """Every version of every diagram."""

    items = fields.List(fields.Nested(DiagramOut))


class Findings(Out):
    """All that is wrong with a diagram; nothing, if it may be published."""

    problems = fields.List(fields.Nested(Finding))


class ProcessIn(In):
    """Which diagram to start a process on, with what, about which case."""

    diagram = Text(64, least=1, required=True, metadata={"description": "Its key."})
    variables = Facts(load_default=dict)
    subject = Text(
        40, load_default=absent, allow_none=True, metadata={"description": "Number of a case."}
    )


class ProcessOut(Out):
    """One running or finished process."""

    id = fields.Integer()
    diagram = fields.String()
    version = fields.Integer()
    subject = fields.String(allow_none=True)
    status = Word(ProcessStatus)
    started_at = moment()
    finished_at = moment()
    tokens = fields.List(
        fields.String(), metadata={"description": "Ids of the elements where it waits."}
    )
    open_tasks = fields.List(fields.Nested(TaskOut))
    timers = fields.List(fields.Nested(TimerOut))
    incidents = fields.List(fields.Nested(IncidentOut))


class LetterOut(Out):
    """One official letter about one case."""

    id = fields.Integer()
    kind = Word(LetterKind)
    state = Word(LetterState)
    case = fields.String(attribute="case.number")
    cycle = fields.Integer()
    reason = fields.String()
    missed_due_on = fields.Date()
    number = fields.String(allow_none=True)
    to = fields.String()
    cc = fields.String()
    subject = fields.String()
    demand = fields.String()
    new_due_on = fields.Date(allow_none=True)
    drafted_at = moment()
    signed_at = moment()
    signer = name_of("signer.name")
    issued_on = fields.Date(allow_none=True)
    served_at = moment()
    replied_at = moment()
    reply = fields.String()
    labels = labels_of("kind", "state")


class LetterQuery(In):
    """Which letters."""

    state = Word(LetterState, load_default=absent)


class Letters(Out):
    """Letters, the latest first."""

    items = fields.List(fields.Nested(LetterOut))


class EvidenceOut(Out):
    """One uploaded file."""

    id = fields.Integer()
    name = fields.String()
    media_type = fields.String()
    size = fields.Integer()
    sha256 = fields.String(validate=validate.Length(equal=64))
    uploaded_at = moment()
    same_in = fields.List(
        fields.String(), metadata={"description": "Cases that hold the very same file already."}
    )


class Health(Out):
    """How the program is."""

    status = fields.String(metadata={"enum": ["ok", "failing"]})
    version = fields.String()
    database = fields.String(metadata={"enum": ["ok", "unreachable"]})
    jobs = fields.String(metadata={"enum": ["embedded", "procrastinate"]})
    workers = fields.Integer(
        allow_none=True, metadata={"description": "Seen lately; null: this process needs none."}
    )
    last_sweep = moment()
    overdue_timers = fields.Integer(allow_none=True)
    fired_twice = fields.Integer(allow_none=True)
    unattended_timers = fields.Integer(
        allow_none=True, metadata={"description": "Overdue for a minute, and nobody is at them."}
    )
