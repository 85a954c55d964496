"""The register of a past day: rows as they stood, totals, and the history behind a row."""

from __future__ import annotations

from marshmallow import fields

from app.api.schemas.cases import Paging
from app.api.schemas.fields import Day, Facts, In, Out, Text, Word, absent, moment, name_of, told
from app.api.schemas.narrowing import Narrowed
from app.domain.vocabulary import Category, Light, Severity, Stage
from app.services.past.reach import SHOWN
from app.texts import event_text

_SHOW = {"description": f"One of {', '.join(SHOWN)}: what the totals count."}
_UNKNOWN = "What was not recorded at the time, by the names of these fields."


class PastDayQuery(Narrowed):
    """Which day, and which cases."""

    day = Day(required=True)


class PastIn(PastDayQuery):
    """Which day, compared with which, and which cases."""

    since = Day(load_default=absent, metadata={"description": "An earlier day: what changed."})
    show = Text(40, load_default="", metadata=_SHOW)


class PastQuery(PastIn, Paging):
    """Which day, compared with which, and which cases, page by page."""


class TracedQuery(In):
    """Up to which day."""

    day = Day(required=True)


class PastStepOut(Out):
    """A step that was open, and whose it was."""

    key = fields.String()
    name = fields.String()
    role = fields.String()
    unit = fields.String()


class PastChangeOut(Out):
    """What one fact was on the earlier day and on the later; ``null`` is not recorded."""

    fact = fields.String()
    before = fields.Raw(allow_none=True)
    after = fields.Raw(allow_none=True)


class KnownByOut(Out):
    """The line of history by which a row is known."""

    seq = fields.Integer()
    at = moment()
    hash = fields.String()


class PastRowOut(Out):
    """One case as it stood at the end of the day."""

    number = fields.String()
    problem = fields.String()
    unit = fields.String()
    lead_unit = fields.String(allow_none=True)
    inspection = fields.String()
    category = Word(Category)
    severity = Word(Severity)
    issued_on = fields.Date()
    original_due_on = fields.Date()
    stage = Word(Stage, allow_none=True)
    light = Word(Light, allow_none=True)
    percent = fields.Integer(allow_none=True)
    due_on = fields.Date(allow_none=True)
    overdue = fields.Boolean(allow_none=True)
    cycle = fields.Integer(allow_none=True)
    steps = fields.List(fields.Nested(PastStepOut))
    known_by = fields.Nested(KnownByOut)
    not_recorded = fields.Function(
        lambda row: sorted(row.unknown),
        metadata={"type": "array", "items": {"type": "string"}, "description": _UNKNOWN},
    )
    lent = fields.Boolean(metadata={"description": "What never changes is as the case has it now."})
    entered = fields.Boolean(metadata={"description": "It entered after the earlier day."})
    changes = fields.List(fields.Nested(PastChangeOut))


class PastPage(Out):
    """A stretch of the register, in the order in which the cases entered it."""

    items = fields.List(fields.Nested(PastRowOut))
    next = fields.String(allow_none=True)


class PastTotalsOut(Out):
    """How many cases stood how at the end of the day."""

    day = fields.Date()
    cases = fields.Integer()
    counts = Facts(metadata={"description": "By what ``show`` takes."})
    made_at = moment()


class PastAnchorOut(Out):
    """The heads of all histories, sealed together."""

    id = fields.Integer()
    at = moment()
    events = fields.Integer()
    last_event_id = fields.Integer()
    hash = fields.String()


class PastProofOut(Out):
    """What seals a day."""

    anchor = fields.Nested(PastAnchorOut, allow_none=True)


class PastLineOut(Out):
    """One line of history, and the facts that it was the first to tell."""

    seq = fields.Integer()
    at = moment()
    by = name_of("by_name")
    what = fields.String()
    text = told(event_text, "string")
    now = told(lambda line: line.params.get("now", {}), "object", additionalProperties=True)
    hash = fields.String()


class TracedOut(Out):
    """The history of a case up to the end of a day, and what it comes to."""

    number = fields.String()
    facts = Facts(attribute="standing.facts")
    tells_all = fields.Boolean(
        attribute="standing.tells_all",
        metadata={"description": "Whether its lines carry all that changed."},
    )
    lines = fields.List(fields.Nested(PastLineOut))
