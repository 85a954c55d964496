"""The problem document of RFC 9457 as it is described; `app.http` writes it."""

from __future__ import annotations

from marshmallow import fields

from app.api.schemas.fields import Out


class Finding(Out):
    """One thing wrong with a diagram."""

    code = fields.String(metadata={"description": "Stable: `family/fault`."})
    severity = fields.String(metadata={"enum": ["error", "warning"]})
    element = fields.String(allow_none=True, metadata={"description": "Id in the diagram."})
    message = fields.String(metadata={"description": "What is wrong and what to do."})
    why = fields.String(
        metadata={"description": "What happens if it is left so, or the article that asks for it."}
    )
    fix = fields.String(
        allow_none=True,
        metadata={"description": "Set where `POST /diagrams/fix` can mend it."},
    )
    help = fields.String(
        allow_none=True, metadata={"description": "Where the guide explains the rule."}
    )


class Problem(Out):
    """Why a call was refused."""

    type = fields.String()
    title = fields.String()
    status = fields.Integer()
    code = fields.String(metadata={"description": "Stable; programs may compare it."})
    detail = fields.String(metadata={"description": "For people, in their language."})


class ProblemDetail(Problem):
    """Why a call was refused, field by field where fields are to blame."""

    def on_bind_field(self, field_name: str, field_obj: fields.Field[object]) -> None:
        """Leave what is not always there optional."""
        field_obj.required = field_name not in ("errors", "problems")

    errors = fields.Dict(
        keys=fields.String(),
        values=fields.List(fields.String()),
        metadata={"description": "Sentences by field; a table's row is `measures.3.owner`."},
    )
    problems = fields.List(fields.Nested(Finding))
