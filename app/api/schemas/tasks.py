"""Tasks, their forms, and what completing one brings."""

from __future__ import annotations

from enum import StrEnum

from marshmallow import fields

from app.api.schemas.cases import CaseOut, Paging
from app.api.schemas.fields import (
    Facts,
    Flag,
    In,
    Out,
    Text,
    Whole,
    Word,
    absent,
    labels,
    moment,
    name_of,
    told,
)
from app.clock import utcnow
from app.deadline_texts import timer_text, unit_of
from app.domain.process import Task
from app.domain.vocabulary import Outcome, Role
from app.services.inbox import View
from app.texts import label, step_name, timer_article


def is_overdue(task: Task) -> bool:
    """Tell whether a task is, or was done, after its deadline."""
    return task.due_at is not None and task.due_at <= (task.closed_at or utcnow())


def _labels(task: Task) -> dict[str, str]:
    found = {"role": label(Role(task.role))}
    if task.assignee is not None:
        found["assignee"] = task.assignee.name
    if task.case is not None:
        found |= {"stage": label(task.case.stage), "light": label(task.case.light)}
    return found


class DeadlineOut(Out):
    """By which rule a task is due."""

    code = fields.String(metadata={"description": "Its number in the rule book, `T05`."})
    rule = fields.String()
    rule_text = told(timer_text, "string", description="What is due by which law, a sentence.")
    unit = told(unit_of, ["string", "null"], description="What it is counted in.")
    article = told(timer_article, "string")
    base = moment()


class TaskOut(Out):
    """One human task, open or done."""

    id = fields.Integer()
    key = fields.String(metadata={"description": "Id of the step in the diagram."})
    name = told(step_name, "string")
    case = name_of("case.number")
    problem = name_of("case.problem")
    case_unit = name_of("case.unit.name")
    process = fields.Integer(attribute="process_id")
    title = fields.String(
        attribute="process.title",
        metadata={"description": "What tells a process about no case from others of its kind."},
    )
    diagram = fields.String(attribute="process.diagram.key")
    role = Word(Role)
    unit = fields.String(attribute="unit.name")
    assignee = name_of("assignee.username")
    opened_at = moment()
    due_at = moment()
    due_provisional = fields.Boolean()
    overdue = told(is_overdue, "boolean")
    suspended = fields.Boolean(
        metadata={"description": "Its case is suspended: it is due at no time and can't be done."}
    )
    closed_at = moment()
    closed_by = name_of("closed_by.username")
    outcome = Word(Outcome, allow_none=True)
    deadline = fields.Nested(DeadlineOut, allow_none=True)
    revision = fields.Integer()
    labels = labels(_labels)


class Sort(StrEnum):
    """The order of the inbox."""

    DUE_AT = "due_at"  #: most urgent first; what is done: latest first


class TaskQuery(Paging):
    """Which list of the inbox."""

    view = Word(View, load_default=View.MINE)
    sort = Word(Sort, load_default=Sort.DUE_AT)
    overdue = Flag(load_default=False)


class TaskPage(Out):
    """A stretch of the inbox."""

    items = fields.List(fields.Nested(TaskOut))
    next = fields.String(allow_none=True)
    total = fields.Integer()


class OptionOut(Out):
    """One choice."""

    value = fields.String()
    label = fields.String()


class FieldOut(Out):
    """One field of a form."""

    key = fields.String()
    type = fields.String()
    subtype = fields.String(allow_none=True)
    label = fields.String()
    help = fields.String(allow_none=True)
    required = fields.Boolean()
    options = fields.List(fields.Nested(OptionOut))
    min = fields.Raw(metadata={"type": ["number", "string", "null"]})
    max = fields.Raw(metadata={"type": ["number", "string", "null"]})
    minLength = fields.Integer(allow_none=True)  # noqa: N815 - as JSON Schema spells it
    maxLength = fields.Integer(allow_none=True)  # noqa: N815
    pattern = fields.String(allow_none=True)
    digits = fields.Integer(allow_none=True)
    multiple = fields.Boolean()
    condition = fields.String(
        allow_none=True, metadata={"description": "The field is hidden while this holds."}
    )
    columns = fields.List(fields.Nested(lambda: FieldOut()))  # noqa: PLW0108 - names itself


class FormOut(Out):
    """What a task is completed with."""

    key = fields.String()
    version = fields.Integer(metadata={"description": "Version of the diagram that holds it."})
    inputs = fields.List(fields.Nested(FieldOut), attribute="fields", data_key="fields")


class TaskBeside(Out):
    """What stands beside a task that is looked at by itself."""

    case = fields.Nested(CaseOut, allow_none=True)
    form = fields.Nested(FormOut, allow_none=True)
    draft = Facts(allow_none=True)
    draft_at = moment()
    why_not = fields.String(
        allow_none=True,
        metadata={"description": "Why the caller must not complete it; null: nothing hinders."},
    )


class TaskWhole(TaskBeside, TaskOut):  # type: ignore[misc]
    """A task with all it takes to do it; its case is told in full."""


class CompletionIn(In):
    """The answers to the form, and the revision of the task that they were given to."""

    answers = Facts(required=True)
    revision = Whole(0, 2**31 - 1, load_default=absent, allow_none=True)


class DraftIn(In):
    """Answers so far; nothing is checked yet."""

    answers = Facts(required=True)
    revision = Whole(0, 2**31 - 1, load_default=absent, allow_none=True)


class DraftKept(Out):
    """When a draft was kept."""

    draft_at = moment()


class HandOverIn(In):
    """To whom."""

    username = Text(64, least=1, required=True)


class Completed(Out):
    """What opened next, and where the case stands now."""

    opened = fields.List(fields.Nested(TaskOut))
    case = fields.Nested(CaseOut, allow_none=True)
