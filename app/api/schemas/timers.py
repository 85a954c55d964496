"""Timers: deadlines, how each was counted, moved and fired."""

from __future__ import annotations

from marshmallow import fields

from app.api.schemas.cases import EventOut, Paging
from app.api.schemas.fields import Flag, Out, Text, Word, absent, labels_of, moment, name_of, told
from app.deadline_texts import timer_text, unit_of
from app.domain.process import Timer
from app.domain.reckoning import Part
from app.domain.vocabulary import MoveCause, TimerState
from app.services.timer_ledger import Check, Window, lateness
from app.texts import timer_article, timer_name


def _lateness(timer: Timer) -> float | None:
    late = lateness(timer)
    return None if late is None else round(late.total_seconds(), 3)


class MoveOut(Out):
    """One time that a deadline was moved."""

    at = moment()
    cause = Word(MoveCause)
    reason = fields.String()
    by = name_of("by.name")
    from_at = moment()
    to_at = moment()
    from_rule = fields.String()
    to_rule = fields.String()
    calendar_version = fields.Integer()
    labels = labels_of("cause")


class TimerOut(Out):
    """One deadline: by which rule, from when, when due, and whether it fired."""

    id = fields.Integer()
    case = name_of("case.number")
    process = fields.Integer(attribute="process_id")
    task = fields.Integer(attribute="task_id", allow_none=True)
    step = fields.String(
        attribute="key", metadata={"description": "Id of the timer in the diagram."}
    )
    name = told(timer_name, "string")
    code = fields.String(metadata={"description": "Its number in the rule book, `T05`."})
    article = told(timer_article, "string", description="The rule it rests on.")
    ruled_by = fields.String(
        metadata={"description": "The rule set that fixed its length; empty: the diagram."}
    )
    rule_text = told(timer_text, "string", description="What is due by which law, a sentence.")
    unit = told(
        unit_of, ["string", "null"], description="What the time that is left is counted in."
    )
    rule = fields.String()
    base = moment()
    calendar_version = fields.Integer()
    due_at = moment()
    provisional = fields.Boolean()
    is_deadline = fields.Boolean(metadata={"description": "Whether its task is due by it."})
    state = Word(TimerState)
    armed_at = moment()
    disarmed_at = moment()
    suspended_at = moment()
    claimed_by = fields.String(
        allow_none=True, metadata={"description": "The worker that took it up to fire it."}
    )
    claimed_until = moment()
    fired_at = moment()
    fired_by = fields.String(allow_none=True)
    lateness_seconds = told(
        _lateness,
        ["number", "null"],
        description="From its moment to its firing, or till now if it is overdue; else null.",
    )
    attempts = fields.Integer(metadata={"description": "How often its step failed."})
    moves = fields.List(fields.Nested(MoveOut))
    missed = fields.Integer()
    labels = labels_of("state")


class TimerQuery(Paging):
    """Which timers."""

    state = Word(TimerState, load_default=absent)
    overdue = Flag(load_default=False)
    window = Word(Window, load_default=absent)
    code = Text(16, load_default="", metadata={"description": "Its number in the rule book."})
    unit = Text(80, load_default=absent, metadata={"description": "Name of the unit."})
    case = Text(40, load_default="", metadata={"description": "Part of the case's number."})
    check = Word(Check, load_default=absent)


class TimerPage(Out):
    """A stretch of the list of timers, earliest due first; of what is over, the latest."""

    items = fields.List(fields.Nested(TimerOut))
    next = fields.String(allow_none=True)


class ReckonedDay(Out):
    """One day of a deadline's period, and what it counted for."""

    on = fields.Date()
    part = fields.String(metadata={"enum": [str(part) for part in Part]})
    number = fields.Integer(allow_none=True)
    is_workday = fields.Boolean()
    name = fields.String(allow_none=True, metadata={"description": "The holiday."})


class ReckoningOut(Out):
    """How a deadline was counted."""

    start = fields.Date(allow_none=True, metadata={"description": "Not counted itself."})
    nominal = fields.Date(allow_none=True, metadata={"description": "Before it is put off."})
    due_at = moment(attribute="due.at")
    period = fields.Integer(allow_none=True)
    days = fields.List(fields.Nested(ReckonedDay))


class TimerBeside(Out):
    """What stands beside a deadline that is looked at by itself."""

    lines = fields.List(
        fields.Nested(EventOut), metadata={"description": "What its firing wrote into history."}
    )
    reckoning = fields.Nested(ReckoningOut, allow_none=True)
    agrees = fields.Boolean(
        metadata={"description": "Whether counting again gives the moment that is on file."}
    )


class TimerProof(TimerBeside, TimerOut):
    """Everything about one deadline."""


class TimerHealth(Out):
    """Two figures that must be 0, for the whole installation."""

    fired_twice = fields.Integer()
    unattended = fields.Integer()


class Timers(Out):
    """All timers of a case."""

    items = fields.List(fields.Nested(TimerOut))
