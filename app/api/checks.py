"""Checks of forms and decision tables before anybody keeps them."""

from __future__ import annotations

from typing import Any

from flask import g

from app.api.calls import Call
from app.api.schemas.checks import CellFindings, DecisionCheckIn, FieldFindings, FormCheckIn
from app.domain.form_outline import address
from app.http import problem_line
from app.services.design import decision_findings, form_findings, overview, standing
from app.services.design.standing import Standing
from app.services.diagrams import START_VARIABLES, declared_variables

LARGEST = 2_500_000


def _surroundings(body: dict[str, Any]) -> Standing | None:
    """Return the process that the part is meant for, if one is named."""
    overview.require_designer(g.actor)
    return standing.of(body["diagram"]) if body["diagram"] else None


@Call(
    method="POST",
    path="/diagrams/forms/check",
    body=FormCheckIn(),
    answer=FieldFindings(),
    largest=LARGEST,
    restricted=True,
)
def check_form(body: dict[str, Any]) -> dict[str, Any]:
    """List all that is wrong with a form, field by field."""
    now = _surroundings(body)
    case = now is not None and now.is_about_case
    found = form_findings.findings(body["key"], body["form"], case=case)
    return {
        "problems": [
            problem_line(one.problem)
            | {"field": one.field, "place": None if one.place is None else address(one.place)}
            for one in found
        ]
    }


@Call(
    method="POST",
    path="/diagrams/decisions/check",
    body=DecisionCheckIn(),
    answer=CellFindings(),
    largest=LARGEST,
    restricted=True,
)
def check_decision(body: dict[str, Any]) -> dict[str, Any]:
    """Try every cell of a decision table, and list what is wrong with which."""
    now = _surroundings(body)
    declared = declared_variables(now.content) if now else START_VARIABLES
    found = decision_findings.findings(
        body["xml"], declared, key=body["key"], asked=now is None or now.is_about_case
    )
    return {
        "problems": [
            problem_line(one.problem) | {"row": one.row, "column": one.column} for one in found
        ]
    }
