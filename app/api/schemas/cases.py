"""Cases, the feedback that opens them, and what follows them."""

from __future__ import annotations

from typing import Any

from marshmallow import fields, post_load

from app.api.schemas.fields import (
    Day,
    Flag,
    In,
    Out,
    Text,
    Whole,
    Word,
    absent,
    labels,
    moment,
    told,
)
from app.api.schemas.narrowing import Narrowed
from app.domain.case import Case
from app.domain.vocabulary import (
    Category,
    Light,
    Mode,
    Result,
    Rung,
    Severity,
    SourceLevel,
    Stage,
)
from app.services.opening import Feedback
from app.texts import event_text, label, sentence

#: A case's number is part of addresses.
NUMBER = r"[^\s/?#%\\]+"


class FeedbackIn(In):
    """One problem as it is fed back to a unit; what is left out is decided by the rules."""

    unit = Text(80, least=1, required=True, metadata={"description": "Name of the unit."})
    problem = Text(5000, least=1, required=True)
    requirement = Text(5000, least=1, required=True)
    category = Word(Category, required=True)
    severity = Word(Severity, required=True)
    issued_on = Day(required=True)
    number = Text(
        40,
        least=1,
        pattern=NUMBER,
        allow_none=True,
        metadata={"description": "Letters, digits, brackets, dots, hyphens; a digit at least."},
    )
    inspection = Text(120)
    letter_number = Text(60)
    lead_unit = Text(80, allow_none=True)
    department = Text(80, allow_none=True)
    co_units = Text(200)
    responsible = Text(60)
    basis = Text(5000)
    location = Text(120)
    source_level = Word(SourceLevel)
    external_number = Text(60, allow_none=True)
    mode = Word(Mode, allow_none=True)
    limit_days = Whole(1, 3650, allow_none=True)
    due_on = Day(allow_none=True)
    danger = Flag()
    construction = Flag()
    staged = Flag()

    @post_load
    def feedback(self, given: dict[str, Any], **_kwargs: Any) -> Feedback:
        """Make what the service takes."""
        return Feedback(**given)


def _labels(case: Case) -> dict[str, str]:
    names = ("category", "severity", "mode", "stage", "light")
    return {name: label(getattr(case, name)) for name in names}


class CaseOut(Out):
    """One problem one unit must put right, from feedback to close-out."""

    number = fields.String()
    problem = fields.String()
    requirement = fields.String()
    basis = fields.String()
    location = fields.String()
    unit = fields.String(attribute="unit.name")
    lead_unit = fields.String(attribute="lead_unit.name")
    department = fields.String(attribute="department.name")
    co_units = fields.String()
    responsible = fields.String()
    inspection = fields.String()
    letter_number = fields.String()
    source_level = Word(SourceLevel)
    external_number = fields.String(allow_none=True)
    category = Word(Category)
    severity = Word(Severity)
    mode = Word(Mode)
    stage = Word(Stage)
    light = Word(Light)
    rung = Word(Rung, allow_none=True)
    cycle = fields.Integer()
    key_item = fields.Boolean()
    percent = fields.Integer()
    issued_on = fields.Date()
    limit_days = fields.Integer(allow_none=True)
    due_on = fields.Date()
    original_due_on = fields.Date()
    due_provisional = fields.Boolean()
    acknowledged_at = moment()
    reported_done_at = moment()
    verify_result = Word(Result, allow_none=True)
    verified_at = moment()
    closed_out_at = moment()
    overdue_at = moment(metadata={"description": "When a due date first passed unreported."})
    suspended_at = moment()
    followed_up_at = moment()
    created_at = moment()
    labels = labels(_labels)


class Paging(In):
    """Which stretch of a list is asked for."""

    limit = Whole(1, 200, load_default=50)
    cursor = Text(
        500, load_default=absent, metadata={"description": "`next` of the page before, as it came."}
    )


class CaseQuery(Narrowed, Paging):
    """What the list of cases is narrowed down to."""

    q = Text(100, load_default="", metadata={"description": "In number, problem or lead unit."})
    stage = Word(Stage, load_default=absent)
    light = Word(Light, load_default=absent)
    unit = Text(80, load_default=absent, metadata={"description": "Name of the unit."})
    overdue = Flag(load_default=False)
    open = Flag(load_default=absent)
    figure = Text(40, load_default="", metadata={"description": "The cases behind a figure."})


class CasePage(Out):
    """A stretch of the list of cases, earliest due first."""

    items = fields.List(fields.Nested(CaseOut))
    next = fields.String(allow_none=True)
    total = fields.Integer()


class EventOut(Out):
    """One line of history."""

    seq = fields.Integer()
    at = moment()
    by = fields.String(
        attribute="by_name", metadata={"description": "Name of the person; empty: the system."}
    )
    on_behalf_of = fields.String(allow_none=True)
    what = fields.String(metadata={"description": "Kind of the line, stable."})
    text = told(event_text, "string", description="The line as people read it.")
    process = fields.Integer(attribute="process_id", allow_none=True)
    hash = fields.String(metadata={"description": "SHA-256, chained to the line before."})


class History(Out):
    """All that happened to a case, oldest first."""

    items = fields.List(fields.Nested(EventOut))


class DrawIn(In):
    """Why a closed-out case is looked at again, and who leads."""

    reason = Text(200, least=1, required=True)
    lead_verifier = Text(64, least=1, required=True, metadata={"description": "Username."})


class FollowUpOut(Out):
    """A closed-out case drawn to be looked at again."""

    id = fields.Integer()
    cycle = fields.Integer()
    reason = fields.String()
    drawn_at = moment()
    result = fields.String(allow_none=True)
    settled_at = moment()


class Drawn(Out):
    """The follow-up and its case."""

    follow_up = fields.Nested(FollowUpOut)
    case = fields.Nested(CaseOut)


class ImportQuery(In):
    """How a ledger with faults is dealt with."""

    right_rows_only = Flag(load_default=False)


class SkippedRow(Out):
    """One fault in a row that was left out."""

    row = fields.Integer()
    column = fields.String(metadata={"description": "The heading."})
    field = fields.String()
    message = told(lambda row: sentence(row.message), "string")


class Imported(Out):
    """The cases that a ledger opened, and what was left out."""

    count = told(lambda made: len(made.cases), "integer")
    numbers = told(
        lambda made: [case.number for case in made.cases], "array", items={"type": "string"}
    )
    cases = fields.List(fields.Nested(CaseOut))
    skipped = fields.List(fields.Nested(SkippedRow))
