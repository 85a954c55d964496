"""Diagrams: the list, the drawings, and the linter."""

from __future__ import annotations

from typing import Any

from flask import Response, request

from app.api.calls import Call
from app.api.schemas.processes import DiagramOut, Diagrams, Findings, FixIn, FixOut
from app.domain.process import Diagram
from app.http import problem_line
from app.services import diagrams, drawings
from app.services.design import fixes

_XML = "application/xml"
_DRAWING = {_XML: {"type": "string", "description": "BPMN 2.0"}}
LARGEST = 2_000_000


@Call(method="GET", path="/diagrams", answer=Diagrams())
def list_diagrams() -> dict[str, Any]:
    """List every version of every diagram, the newest of each first."""
    return {"items": diagrams.listing()}


@Call(method="GET", path="/diagrams/<key>", answer=DiagramOut(), gives=_DRAWING)
def get_diagram(key: str) -> Diagram | Response:
    """Get the published version; with `Accept: application/xml` its drawing."""
    found = diagrams.get(key)
    return _drawing(found) if _wants_xml("application/json") else found


@Call(method="GET", path="/diagrams/<key>/<int:version>", answer=DiagramOut(), gives=_DRAWING)
def get_diagram_version(key: str, version: int) -> Diagram | Response:
    """Get the drawing of one version; with `Accept: application/json` what is known of it."""
    found = diagrams.get(key, version)
    return _drawing(found) if _wants_xml(_XML) else found


def _wants_xml(usual: str) -> bool:
    others = [one for one in ("application/json", _XML) if one != usual]
    return request.accept_mimetypes.best_match([usual, *others], usual) == _XML


def _drawing(diagram: Diagram) -> Response:
    return Response(diagram.xml, content_type=f"{_XML}; charset=utf-8")


@Call(
    method="POST",
    path="/diagrams/lint",
    answer=Findings(),
    takes=_DRAWING,
    largest=LARGEST,
)
def lint_diagram() -> dict[str, Any]:
    """List all that is wrong with a drawing; forms and tables are those of published diagrams."""
    problems = drawings.lint(request.get_data())
    return {"problems": [problem_line(one) for one in problems]}


@Call(
    method="POST",
    path="/diagrams/fix",
    body=FixIn(),
    answer=FixOut(),
    largest=2 * LARGEST,
)
def fix_diagram(body: dict[str, Any]) -> dict[str, Any]:
    """Mend one finding that has a `fix`; give back the drawing, and keep nothing."""
    drawn = drawings.bundle(body["xml"].encode())
    mended = fixes.fix(drawn, code=body["code"], element=body.get("element"))
    return {"xml": mended.xml}
