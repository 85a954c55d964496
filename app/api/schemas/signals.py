"""Signals: questions, facts, decisions."""

from __future__ import annotations

from marshmallow import fields

from app.api.schemas.cases import Paging
from app.api.schemas.fields import In, Out, Text, Word, absent, labels_of, moment, name_of, told
from app.domain.signal import SignalAct, SignalState
from app.services.signals.looking import KINDS
from app.texts import said_in


class SignalFactOut(Out):
    """One thing that a question rests on."""

    case = fields.String()
    unit = fields.String()
    told = told(lambda fact: said_in(fact["told"]), "string")


class SignalStepOut(Out):
    """One thing that happened to a question."""

    act = Word(SignalAct)
    at = moment()
    by = name_of("by_name")
    note = fields.String()


class SignalOut(Out):
    """A question, not a verdict."""

    id = fields.Integer()
    kind = fields.String(metadata={"enum": list(KINDS)})
    state = Word(SignalState)
    unit = name_of("unit.name")
    question = told(lambda one: said_in(one.question), "string")
    facts = fields.List(fields.Nested(SignalFactOut))
    found_at = moment()
    changed_at = moment()
    steps = fields.List(fields.Nested(SignalStepOut))
    labels = labels_of("state")


class SignalQuery(Paging):
    """Which questions."""

    kind = Text(32, load_default="", metadata={"description": f"One of {', '.join(KINDS)}."})
    state = Word(SignalState, load_default=absent)


class SignalPage(Out):
    """A stretch of the list of questions, the latest first."""

    items = fields.List(fields.Nested(SignalOut))
    next = fields.String(allow_none=True)


_DECISIONS = [state.value for state in SignalState if state is not SignalState.OPEN]


class DecisionIn(In):
    """What was done with a question, and why."""

    state = Word(SignalState, required=True, metadata={"enum": _DECISIONS})
    note = Text(1000, least=1, required=True)
