"""监控总览, and who looks after which school."""

from __future__ import annotations

from marshmallow import fields

from app.api.schemas.fields import In, Out, Text, Word, moment, name_of, told
from app.api.schemas.narrowing import Narrowed
from app.domain.tally import OVERVIEW, Flow
from app.figure_texts import group_name
from app.services.axes import Axis

_COUNTS = {
    "additionalProperties": {"type": "integer"},
    "description": f"How many cases meet each figure: {', '.join(OVERVIEW)}.",
}


class OverviewQuery(Narrowed):
    """Of which cases, and by what they stand side by side."""

    by = Word(Axis, load_default=Axis.UNIT)


class LongestOut(Out):
    """The case that has been overdue longest."""

    number = fields.String()
    due_on = fields.Date()
    days = fields.Integer(metadata={"description": "Natural days since its due date."})


class ShareOut(Out):
    """A rate with what it is made of."""

    numerator = fields.Integer(attribute="part")
    denominator = fields.Integer(attribute="whole")


class GroupOut(Out):
    """One unit, town, department, category, severity or inspector."""

    key = told(lambda one: str(one.key), "string", description="An id, or a word; `0`: nobody's.")
    name = told(group_name, "string")
    narrows = fields.String(
        metadata={"description": "The parameter that narrows down to it; a unit goes by its name."}
    )
    counts = told(lambda one: dict(one.counts), "object", **_COUNTS)


class WeekOut(Out):
    """What happened in one week."""

    monday = fields.Date()
    issued = told(lambda week: week.counts[Flow.ISSUED], "integer")
    reported = told(lambda week: week.counts[Flow.REPORTED], "integer")
    closed_out = told(lambda week: week.counts[Flow.CLOSED_OUT], "integer")
    overdue = told(lambda week: week.counts[Flow.OVERDUE], "integer", description="Newly so.")


class StepOut(Out):
    """One step of a diagram at which cases wait."""

    diagram = fields.String(attribute="count.diagram")
    step = fields.String(attribute="count.step")
    name = fields.String()
    open = fields.Integer(attribute="count.open")
    overdue = fields.Integer(attribute="count.overdue")


class OverviewOut(Out):
    """How everything stands."""

    as_of = moment(
        attribute="as_of.at", metadata={"description": "Up to when the counters have followed."}
    )
    behind = fields.Boolean(
        attribute="as_of.behind", metadata={"description": "Whether cases changed since."}
    )
    counts = told(lambda found: dict(found.counts), "object", **_COUNTS)
    closed_out_this_month = fields.Integer(attribute="closed_out")
    relapse_rate = fields.Nested(ShareOut, attribute="relapses")
    longest_overdue = fields.Nested(LongestOut, attribute="longest", allow_none=True)
    groups = fields.List(fields.Nested(GroupOut), metadata={"description": "The worst first."})
    weeks = fields.List(fields.Nested(WeekOut))
    steps = fields.List(fields.Nested(StepOut), metadata={"description": "The busiest first."})


class SchoolOut(Out):
    """One school, and who looks after it."""

    id = fields.Integer()
    name = fields.String()
    town = name_of("parent.name")
    inspector = name_of("inspector.username")
    inspector_name = name_of("inspector.name")


class SchoolsOut(Out):
    """All schools of the county."""

    items = fields.List(fields.Nested(SchoolOut))


class AssignIn(In):
    """Who looks after one school from now on."""

    school = Text(80, least=1, required=True, metadata={"description": "Name of the school."})
    inspector = Text(
        64, required=True, metadata={"description": "Username of the inspector; empty: nobody."}
    )
