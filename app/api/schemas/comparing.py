"""What differs between two versions of a process, and what that would do to running deadlines."""

from __future__ import annotations

from marshmallow import fields

from app.api.schemas.cases import Paging
from app.api.schemas.fields import In, Out, Text, Whole, Word, absent, labels_of, moment, told
from app.domain.design_terms import ChangeAct, ChangePart, ChangeWeight, DeadlineEffect
from app.texts import sentence

_SIDE = "`draft`, or the number of a version; "


class CompareQuery(In):
    """Which two are compared."""

    before = Text(
        10,
        data_key="from",
        load_default=absent,
        metadata={"description": _SIDE + "by default the one in force."},
    )
    after = Text(
        10,
        data_key="to",
        load_default=absent,
        metadata={"description": _SIDE + "by default the draft, else the newest."},
    )


class VersionChange(Out):
    """One difference between two versions, as a sentence and as values."""

    part = Word(ChangePart)
    act = Word(ChangeAct)
    weight = Word(ChangeWeight)
    element = fields.String(
        metadata={"description": "Its id in the later version; of what is gone, in the earlier."}
    )
    was = fields.String(metadata={"description": "Its id in the earlier version; empty: new."})
    kind = fields.String(metadata={"description": "BPMN's word for it, `form`, `row` …"})
    aspect = fields.String(metadata={"description": "What of it: `timer`, `role` …"})
    before = fields.String()
    after = fields.String()
    message = told(lambda one: sentence(one.sentence), "string")
    note = told(
        lambda one: sentence(one.note) if one.note else None,
        ["string", "null"],
        description="What one might not expect of it.",
    )
    also = fields.List(
        fields.String(), metadata={"description": "Flows that came or went with it."}
    )
    labels = labels_of("part", "act", "weight")


class ComparisonOut(Out):
    """Everything in which two versions differ; what matters to the work comes first."""

    before = fields.String(data_key="from")
    after = fields.String(data_key="to")
    changes = fields.List(fields.Nested(VersionChange))


class DeadlineQuery(Paging):
    """Which version running deadlines are held against, and which of them are told."""

    version = Whole(
        1,
        2**31 - 1,
        data_key="from",
        load_default=absent,
        metadata={"description": "Only processes on this version."},
    )
    to = Text(
        10,
        load_default=absent,
        metadata={"description": _SIDE + "by default the draft, else the newest."},
    )
    timer = Text(200, load_default="", metadata={"description": "Id of the clock's element."})
    effect = Word(
        DeadlineEffect,
        load_default=absent,
        metadata={"description": "By default all that would not stay as they are."},
    )


class DeadlineGroup(Out):
    """All deadlines that run by one clock, counted."""

    timer = fields.String(attribute="key")
    name = told(lambda one: sentence(one.name), "string")
    total = fields.Integer()
    at_once = fields.Integer(
        metadata={"description": "Would have run out already, and fire when moved."}
    )
    counts = told(
        lambda one: {str(effect): one.counts[effect] for effect in DeadlineEffect}, "object"
    )
    rules = told(
        lambda one: [
            {"from": old, "to": new, "count": count}
            for (old, new), count in one.rules.most_common()
        ],
        "array",
        items={"type": "object"},
    )


class DeadlineLine(Out):
    """One running deadline, as it stands and as it would stand if its process were moved."""

    timer = fields.Integer(attribute="timer_id", allow_none=True)
    step = fields.String(attribute="key", metadata={"description": "Id of the clock's element."})
    name = told(lambda one: sentence(one.name), "string")
    process = fields.Integer(attribute="process_id")
    version = fields.Integer(metadata={"description": "On which the process runs, and stays."})
    case = fields.String(
        allow_none=True, metadata={"description": "Null also where the caller may not see it."}
    )
    effect = Word(DeadlineEffect)
    from_at = moment()
    to_at = moment()
    from_rule = fields.String()
    to_rule = fields.String()
    provisional = fields.Boolean()
    workdays = fields.Integer(metadata={"description": "Later by so many; negative: earlier."})
    at_once = fields.Boolean()
    reason = told(
        lambda one: sentence(one.reason) if one.reason else None,
        ["string", "null"],
        description="Why it cannot be counted.",
    )
    labels = labels_of("effect")


class DeadlineDifference(Out):
    """Running deadlines held against a version: all counted, a stretch of them told."""

    processes = fields.Integer()
    total = fields.Integer()
    groups = fields.List(fields.Nested(DeadlineGroup))
    items = fields.List(fields.Nested(DeadlineLine), attribute="lines")
    next = fields.String(allow_none=True)
