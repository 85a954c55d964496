"""What is wrong with a form or a decision table, field by field and cell by cell."""

from __future__ import annotations

from marshmallow import fields

from app.api.schemas.design import Drawing
from app.api.schemas.fields import Facts, In, Out, Text, absent
from app.api.schemas.problems import Finding

_DIAGRAM = {
    "description": "Key of a process: check as its draft, or the version in force, would. "
    "Without it, only what holds everywhere is looked at."
}


class FormCheckIn(In):
    """A form, and which process it is to serve."""

    key = Text(63, load_default="form", metadata={"description": "What the form is called."})
    form = Facts(required=True, metadata={"description": "Form JSON, the form-js subset."})
    diagram = Text(64, load_default=absent, metadata=_DIAGRAM)


class FieldFinding(Finding):
    """One thing wrong with a form."""

    field = fields.String(allow_none=True, metadata={"description": "Key of the field."})
    place = fields.String(
        allow_none=True,
        metadata={"description": "Where it stands: `2.0` is the first inside the third."},
    )


class FieldFindings(Out):
    """All that is wrong with a form."""

    problems = fields.List(fields.Nested(FieldFinding))


class DecisionCheckIn(In):
    """A decision table, and which process it is to serve."""

    key = Text(63, load_default="", metadata={"description": "What the table must be called."})
    xml = Drawing(2_000_000, least=1, required=True, metadata={"description": "DMN 1.3"})
    diagram = Text(64, load_default=absent, metadata=_DIAGRAM)


class CellFinding(Finding):
    """One thing wrong with a table."""

    row = fields.Integer(allow_none=True, metadata={"description": "Number of the rule, from 1."})
    column = fields.String(metadata={"description": "Label of the column, empty if none is meant."})


class CellFindings(Out):
    """All that is wrong with a table."""

    problems = fields.List(fields.Nested(CellFinding))
