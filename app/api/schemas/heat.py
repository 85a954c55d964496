"""The live diagram: figures of steps, and the way of one process."""

from __future__ import annotations

from typing import Any

from marshmallow import fields

from app.api.schemas.cases import Paging
from app.api.schemas.fields import Flag, In, Out, Text, Whole, absent, moment, name_of, told
from app.api.schemas.narrowing import Narrowed
from app.api.schemas.tasks import TaskOut
from app.services.dwell import REACH, SAMPLE
from app.services.passed import Stop
from app.texts import drawn_name

_VERSION: Any = {"description": "One version; by default all of them together."}
_DWELL = f"""\
Working days from the opening of a task to its completion, by the county's calendar, without \
those on which its case was suspended; of the last {SAMPLE} completions of the step, for which \
{REACH} are looked through."""


class HeatQuery(Narrowed):
    """Which tasks are counted."""

    version = Whole(1, 1_000_000, load_default=absent, metadata=_VERSION)


class WaitingQuery(HeatQuery, Paging):
    """Which of the open tasks of a step."""

    overdue = Flag(load_default=False)


class StepFigures(Out):
    """One step with its figures."""

    step = fields.String(attribute="key", metadata={"description": "Id of its element."})
    name = told(lambda line: drawn_name(line.step, line.key), "string")
    open = fields.Integer(attribute="count.open")
    overdue = fields.Integer(attribute="count.overdue")
    measured = told(lambda line: line.dwell.count if line.dwell else 0, "integer")
    median_workdays = told(
        lambda line: line.dwell and line.dwell.median, ["number", "null"], description=_DWELL
    )
    p90_workdays = told(lambda line: line.dwell and line.dwell.p90, ["integer", "null"])
    is_drawn = fields.Boolean(metadata={"description": "Whether the version shown has it."})


class HeatOut(Out):
    """All steps of a process."""

    diagram = fields.String(attribute="kind.key")
    version = fields.Integer(allow_none=True, metadata=_VERSION)
    shown_version = fields.Integer(attribute="diagram.version")
    running_versions = told(
        lambda heat: [one.version for one in heat.kind.running],
        "array",
        items={"type": "integer"},
        description="The versions that something still runs on.",
    )
    at = moment()
    steps = fields.List(fields.Nested(StepFigures), attribute="lines")


class WaitingPage(Out):
    """A stretch of the open tasks of a step, what has waited longest first."""

    items = fields.List(fields.Nested(TaskOut))
    waited_workdays = told(
        lambda page: {str(task): days for task, days in page["days"].items()},
        "object",
        additionalProperties={"type": "integer"},
        description="For how many working days each has waited, by its id.",
    )
    next = fields.String(allow_none=True)


class PassageQuery(In):
    """Which process of the case."""

    diagram = Text(64, load_default="rectification")
    process = Whole(1, 2**31 - 1, load_default=absent)


def _state(stop: Stop) -> str:
    if stop.task is None:
        return "passed"
    return "waiting" if stop.task.closed_at is None else "done"


class PassageStop(Out):
    """One element that was passed, or a step that now waits."""

    element = fields.String(attribute="element.key")
    name = fields.String(attribute="element.name")
    kind = fields.String(attribute="element.kind")
    at = moment()
    state = told(_state, "string", enum=["passed", "done", "waiting"])
    by = name_of("task.closed_by.name")
    workdays = told(lambda stop: stop.days if stop.task else None, ["integer", "null"])


class PassageOut(Out):
    """The way of a process, in order; what waits now comes last."""

    process = fields.Integer(attribute="process.id")
    diagram = fields.String(attribute="process.diagram.key")
    version = fields.Integer(attribute="process.diagram.version")
    stops = fields.List(fields.Nested(PassageStop))
