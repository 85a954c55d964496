"""Drafts of processes, and what is done to their versions."""

from __future__ import annotations

from typing import Any

from marshmallow import ValidationError, fields

from app.api.schemas.fields import (
    Day,
    Facts,
    In,
    Out,
    Text,
    Whole,
    Word,
    absent,
    labels_of,
    moment,
    name_of,
    told,
)
from app.api.schemas.processes import DiagramOut
from app.domain.design_terms import DiagramAct
from app.forms.wording import _
from app.texts import said_in, sentence

REVISION = Whole(0, 2**31 - 1, required=True)


class Drawing(Text):
    """BPMN, every space of it."""

    strips = False


class FormsByKey(Facts):
    """Form JSON by form key."""

    def _deserialize(self, value: Any, attr: Any, data: Any, **options: Any) -> dict[str, Any]:
        return _each(dict, super()._deserialize(value, attr, data, **options), _("须为对象。"))


class TablesById(Facts):
    """DMN text by decision id."""

    def _deserialize(self, value: Any, attr: Any, data: Any, **options: Any) -> dict[str, Any]:
        return _each(str, super()._deserialize(value, attr, data, **options), _("须为文字。"))


def _each(kind: type, found: dict[str, Any], wrong: str) -> dict[str, Any]:
    if not all(isinstance(one, kind) for one in found.values()):
        raise ValidationError(wrong)
    return found


class ContentIn(In):
    """A diagram with its forms and tables; what is left out is as it was."""

    xml = Drawing(2_000_000, load_default=absent, metadata={"description": "BPMN 2.0"})
    forms = FormsByKey(load_default=absent, metadata={"description": "Form JSON by form key."})
    decisions = TablesById(load_default=absent, metadata={"description": "DMN by decision id."})


class KeepDraftIn(ContentIn):
    """What is kept of a draft, and of which revision; 0 begins a draft."""

    revision = REVISION
    note = Text(200, load_default="")


class BundleIn(ContentIn):
    """A version that was drawn elsewhere, and why."""

    key = Text(63, least=1, required=True)
    xml = Drawing(2_000_000, least=1, required=True, metadata={"description": "BPMN 2.0"})
    note = Text(1000, load_default="")


class BeginIn(In):
    """How a new process is called."""

    key = Text(63, least=1, required=True)
    name = Text(60, least=1, required=True)


class RevisionIn(In):
    """Which revision of a draft is meant."""

    revision = REVISION


class SubmitIn(RevisionIn):
    """Which revision of a draft is submitted, and why it was drawn."""

    note = Text(1000, least=1, required=True)


class ApproveIn(In):
    """From which day a version is in force; today means at once."""

    effective_on = Day(load_default=absent, allow_none=True)
    note = Text(1000, load_default="")


class ReasonIn(In):
    """Why."""

    reason = Text(1000, least=1, required=True)


class DraftLine(Out):
    """One draft, without its content."""

    key = fields.String()
    name = fields.String()
    base_version = fields.Integer(attribute="base.version", allow_none=True, dump_default=None)
    revision = fields.Integer()
    saved_at = moment()
    saved_by = name_of("saved_by.name")


class Drafts(Out):
    """Every draft."""

    items = fields.List(fields.Nested(DraftLine))


class DraftOut(DraftLine):
    """One draft with its whole content."""

    xml = fields.String()
    forms = fields.Dict(keys=fields.String())
    decisions = fields.Dict(keys=fields.String(), values=fields.String())
    converted = told(
        lambda one: [said_in(line) for line in one.converted], "array", items={"type": "string"}
    )


class SaveOut(Out):
    """What a draft was at one time."""

    id = fields.Integer()
    at = moment()
    by = name_of("by.name")
    note = fields.String()


class Saves(Out):
    """What a draft was, the latest first."""

    items = fields.List(fields.Nested(SaveOut))


class VersionOut(DiagramOut):
    """One version, by whom and why."""

    author = name_of("author.name")
    approver = name_of("approver.name")
    effective_at = moment()
    note = told(lambda row: sentence(row.note), "string")


class VersionEvent(Out):
    """What was done to one version."""

    at = moment()
    by = name_of("by.name")
    version = fields.Integer(attribute="diagram.version")
    act = Word(DiagramAct)
    note = told(lambda row: sentence(row.note), "string")
    labels = labels_of("act")


class VersionHistory(Out):
    """What was done to the versions of a process, the latest first."""

    items = fields.List(fields.Nested(VersionEvent))
