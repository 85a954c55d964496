"""Plays and scenarios of a process."""

from __future__ import annotations

from marshmallow import fields

from app.api.schemas.fields import Day, Facts, In, Moment, Out, Text, Whole, Word, absent, name_of
from app.domain.design_terms import LineKind
from app.services.design.played import MOST_MOVES
from app.services.design.scenarios import LONGEST_NAME


class VersionQuery(In):
    """On what to play: without a version the draft, or where there is none what is in force."""

    version = Whole(1, 2**31 - 1, load_default=absent)


class PlayIn(In):
    """A script: from when, with what, and what is done.

    A move is `{"do": "answer", "task": …, "answers": {…}}`, `{"do": "strike"}` (the next clock),
    `{"do": "until", "day": …}` or `{"do": "send", "message": …}`. A file is answered by `true`.
    """

    starts_on = Day(required=True)
    facts = Facts(load_default=dict)
    moves = fields.List(Facts(), load_default=list, validate=lambda some: len(some) <= MOST_MOVES)
    version = Whole(1, 2**31 - 1, load_default=absent)


class ScenarioIn(PlayIn):
    """A script to be kept under a name; what comes of it is what is expected."""

    name = Text(LONGEST_NAME, least=1, required=True)


class LineOut(Out):
    """One line of a timeline."""

    at = Moment()
    kind = Word(LineKind)
    element = fields.String(metadata={"description": "Its id in the drawing, or empty."})
    text = fields.String()
    facts = fields.Dict(keys=fields.String())


class WaitingOut(Out):
    """An open task of a play, or a clock that runs."""

    element = fields.String()
    name = fields.String()
    due_on = fields.Date(allow_none=True)
    provisional = fields.Boolean()


class PlayOut(Out):
    """What became of a script."""

    at = Moment()
    finished = fields.Boolean()
    fault = fields.String(allow_none=True, metadata={"description": "Why it could not go on."})
    timeline = fields.List(fields.Nested(LineOut))
    open_tasks = fields.List(fields.Nested(WaitingOut))
    timers = fields.List(fields.Nested(WaitingOut))
    variables = fields.Dict(keys=fields.String())


class DifferenceOut(Out):
    """A line that is not as expected; one side is missing where nothing answers to the other."""

    line = fields.Integer()
    expected = fields.String(allow_none=True)
    got = fields.String(allow_none=True)


class ScenarioOut(Out):
    """One scenario, run on the content that was asked for."""

    id = fields.Integer()
    name = fields.String()
    made_by = name_of("made_by")
    passed = fields.Boolean()
    differences = fields.List(fields.Nested(DifferenceOut))


class Scenarios(Out):
    """All scenarios of a process, and what they cover."""

    items = fields.List(fields.Nested(ScenarioOut))
    passed = fields.Boolean()
    coverage = fields.Integer(metadata={"description": "Flows taken, of a hundred."})
    never_taken = fields.List(fields.String(), metadata={"description": "Ids of flows."})
