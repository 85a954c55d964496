"""Change requests, objections, and what a change does to the clocks."""

from __future__ import annotations

from marshmallow import fields

from app.api.schemas.cases import Paging
from app.api.schemas.fields import (
    Day,
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
from app.domain.change import TimerFate
from app.domain.vocabulary import ChangeKind, ChangeState, ObjectionState
from app.texts import sentence


class ChangeIn(In):
    """What is asked for, with the answers to its form: `GET …/changes/form` tells its fields."""

    kind = Word(ChangeKind, required=True)
    answers = Facts(required=True)


class ObjectionIn(In):
    """The answers to the form of an objection: `matter`, `reason`, `files`."""

    answers = Facts(required=True)


class PreviewIn(In):
    """A change to be looked at, not made."""

    kind = Word(ChangeKind, required=True)
    until = Day(allow_none=True, load_default=None)
    to_unit = Text(
        80, allow_none=True, load_default=None, metadata={"description": "Name of the unit."}
    )


class KindQuery(In):
    """Of which kind of change."""

    kind = Word(ChangeKind, required=True)


class ChangeQuery(Paging):
    """What the register is narrowed down to."""

    kind = Word(ChangeKind, load_default=absent)
    state = Word(ChangeState, load_default=absent)


class ChangeOut(Out):
    """One request for a change of a case, and what was decided."""

    id = fields.Integer()
    case = name_of("case.number")
    cycle = fields.Integer()
    kind = Word(ChangeKind)
    state = Word(ChangeState)
    ground = fields.String()
    reason = fields.String()
    done_so_far = fields.String()
    safeguards = fields.String()
    late = fields.Boolean()
    due_on = fields.Date(metadata={"description": "The due date when it was filed."})
    asked_until = fields.Date(allow_none=True)
    granted_until = fields.Date(allow_none=True)
    to_unit = name_of("to_unit.name")
    filed_at = moment()
    filed_by = name_of("filed_by.name")
    decided_at = moment()
    decided_by = name_of("decided_by.name")
    opinion = fields.String()
    labels = labels_of("kind", "state")


class Changes(Out):
    """The requests about one case, the latest first."""

    items = fields.List(fields.Nested(ChangeOut))


class ChangePage(Changes):
    """A stretch of the register, the latest first."""

    next = fields.String(allow_none=True)


class RaisedOut(Out):
    """One objection to a case, and its conclusion."""

    id = fields.Integer()
    case = name_of("case.number")
    cycle = fields.Integer()
    state = Word(ObjectionState)
    matter = fields.String()
    reason = fields.String()
    filed_at = moment()
    filed_by = name_of("filed_by.name")
    admitted_at = moment()
    decided_at = moment()
    decided_by = name_of("decided_by.name")
    conclusion = fields.String()
    new_due_on = fields.Date(allow_none=True)
    served_at = moment()
    appeal_body = fields.String()
    appealed_on = fields.Date(allow_none=True)
    appeal_result = fields.String()
    labels = labels_of("state")


class Objections(Out):
    """The objections to one case, the latest first."""

    items = fields.List(fields.Nested(RaisedOut))


class TimerEffectOut(Out):
    """What becomes of one clock."""

    fate = Word(TimerFate)
    timer = fields.String()
    key = fields.String(metadata={"description": "Id of the timer in the diagram."})
    step = fields.String(metadata={"description": "The task it sits on, if any."})
    process = fields.Integer(attribute="process_id", allow_none=True)
    rule = fields.String()
    from_at = moment()
    to_at = moment()
    provisional = fields.Boolean()
    is_deadline = fields.Boolean()
    labels = labels_of("fate")


class EffectsOut(Out):
    """What a change does to the due date and to each clock; nothing was changed."""

    due_from = fields.Date()
    due_to = fields.Date(allow_none=True)
    timers = fields.List(fields.Nested(TimerEffectOut))


class ChoiceOut(Out):
    """A kind of change, and why the caller can't ask for it now."""

    kind = Word(ChangeKind)
    why_not = told(
        lambda choice: sentence(choice.why_not) if choice.why_not else None, ["string", "null"]
    )
    labels = labels_of("kind")


class Choices(Out):
    """The kinds of change that the caller may ask for, and the others with the reason."""

    items = fields.List(fields.Nested(ChoiceOut))
