"""Batches: what is to be done to many tasks, what would be, and what was."""

from __future__ import annotations

from typing import Any

from marshmallow import fields, validate

from app.api.schemas.fields import Day, In, Out, Text, Whole, absent, told
from app.api.schemas.jobs import JobOut
from app.http import LARGEST_ID
from app.services.batch_lines import MOST, Line
from app.texts import sentence


class ChosenIn(In):
    """One task, at the revision that its reader saw."""

    id = Whole(1, LARGEST_ID, required=True)
    revision = Whole(1, LARGEST_ID, load_default=absent)


class BatchIn(In):
    """What is to be done to which tasks."""

    tasks = fields.List(
        fields.Nested(ChosenIn), required=True, validate=validate.Length(min=1, max=MOST)
    )
    colleague = Text(
        64, load_default="", metadata={"description": "Of `hand_over`: the username of whom to."}
    )
    until = Day(load_default=absent)
    extension_ground = Text(64, load_default="", metadata={"description": "Of `extend`."})
    reason = Text(2000, load_default="", metadata={"description": "Of `extend`."})
    done_so_far = Text(2000, load_default="", metadata={"description": "Of `extend`."})
    safeguards = Text(2000, load_default="", metadata={"description": "Of `extend`."})


def _letter(line: Line) -> dict[str, Any] | None:
    letter = line.letter
    if letter is None:
        return None
    names = ("id", "to", "cc", "subject", "demand")
    return {name: getattr(letter, name) for name in names}


class BatchLineOut(Out):
    """One task of a batch: what will be done to it, or why nothing."""

    task = fields.Integer(attribute="task.id")
    revision = fields.Integer(attribute="task.revision")
    case = fields.String(attribute="task.case.number", allow_none=True, dump_default=None)
    will = told(lambda line: sentence(line.will) if line.will else None, ["string", "null"])
    why_not = told(
        lambda line: sentence(line.why_not) if line.why_not else None, ["string", "null"]
    )
    letter = told(_letter, ["object", "null"], description="Of `sign`: what will be signed.")


class BatchPreviewOut(Out):
    """What a batch would do; nothing was done."""

    items = fields.List(fields.Nested(BatchLineOut))


class BatchResultOut(Out):
    """What became of one task."""

    task = fields.Integer(attribute="task.id")
    case = fields.String(attribute="task.case.number", allow_none=True, dump_default=None)
    is_done = fields.Boolean()
    told = told(
        lambda one: sentence(one.told) if one.told else None,
        ["string", "null"],
        description="What was done, or why not; null while it waits for its turn.",
    )


class BatchOut(Out):
    """A batch and what became of each task so far."""

    job = fields.Nested(JobOut)
    items = fields.List(fields.Nested(BatchResultOut))
