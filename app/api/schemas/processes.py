"""Diagrams, processes, letters, evidence: what else a caller may see."""

from __future__ import annotations

from marshmallow import fields, validate

from app.api.schemas.cases import Paging
from app.api.schemas.fields import (
    Facts,
    Flag,
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


class FixIn(In):
    """A drawing, and the finding to be mended as the linter told it."""

    xml = Text(2_000_000, required=True, metadata={"description": "BPMN 2.0"})
    code = Text(80, required=True)
    element = Text(200, load_default=None, allow_none=True)


class FixOut(Out):
    """The same drawing with that finding mended; its layout is as it was."""

    xml = fields.String(metadata={"description": "BPMN 2.0"})


class ProcessIn(In):
    """Which diagram to start a process on, with what, about which case."""

    diagram = Text(64, least=1, required=True, metadata={"description": "Its key."})
    variables = Facts(load_default=dict)
    subject = Text(
        40, load_default=absent, allow_none=True, metadata={"description": "Number of a case."}
    )


class ProcessLine(Out):
    """One process as a list tells it."""

    id = fields.Integer()
    diagram = fields.String(attribute="diagram.key")
    version = fields.Integer(attribute="diagram.version")
    title = fields.String(metadata={"description": "What tells it from others of its kind."})
    status = Word(ProcessStatus)
    started_at = moment()
    started_by = name_of("started_by.username")
    finished_at = moment()


class ProcessQuery(Paging):
    """Which processes."""

    q = Text(100, load_default="", metadata={"description": "In the title, or who began it."})
    diagram = Text(64, load_default="", metadata={"description": "Its key."})
    running = Flag(load_default=absent, metadata={"description": "Still going on, or over."})
    mine = Flag(load_default=False, metadata={"description": "Only what the caller began."})


class ProcessPage(Out):
    """A stretch of the list of processes about no case, the latest begun first."""

    items = fields.List(fields.Nested(ProcessLine))
    next = fields.String(allow_none=True)
    total = fields.Integer()


class TerminationIn(In):
    """Why a process is ended before its time."""

    reason = Text(400, least=1, required=True)


class ProcessOut(ProcessLine):
    """One running or finished process."""

    subject = fields.String(allow_none=True)
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


class LetterQuery(Paging):
    """Which letters."""

    state = Word(LetterState, load_default=absent)


class Letters(Out):
    """Letters, the last drafted first."""

    items = fields.List(fields.Nested(LetterOut))
    next = fields.String(allow_none=True)


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
