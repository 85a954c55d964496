"""The templates that reports are written into, and which reports make themselves."""

from __future__ import annotations

from io import BytesIO
from typing import Any

from flask import Response, g, send_file
from werkzeug.exceptions import UnsupportedMediaType

from app.api.calls import Call
from app.api.reading import uploaded
from app.api.reports import WORD
from app.api.schemas.reports import ScheduleIn, Templates
from app.domain.errors import NotFound
from app.domain.report import ReportKind
from app.services.reports import checking, schedule, templates

_FILE = {"type": "string", "format": "binary"}
_FORM = {"type": "object", "properties": {"file": _FILE}, "required": ["file"]}


@Call(method="GET", path="/reports/templates", answer=Templates(), restricted=True)
def list_report_templates() -> dict[str, Any]:
    """List which template each kind of report is written into, and which are made by schedule."""
    return _listed()


def _listed() -> dict[str, Any]:
    return {"items": templates.in_use(g.actor), "scheduled": schedule.switched_on(g.actor)}


@Call(method="GET", path="/reports/templates/<kind>", gives={WORD: _FILE}, restricted=True)
def get_report_template(kind: str) -> Response:
    """Get the template in use, to be edited."""
    of = _kind(kind)
    name, document = templates.fetch(of, g.actor)
    return send_file(
        BytesIO(document), mimetype=WORD, as_attachment=True, download_name=name or f"{of}.docx"
    )


@Call(
    method="PUT",
    path="/reports/templates/<kind>",
    answer=Templates(),
    takes={"multipart/form-data": _FORM},
    largest=checking.LARGEST + 100_000,
    restricted=True,
    writes=True,
)
def replace_report_template(kind: str) -> dict[str, Any]:
    """Put an own template into use, once it was checked and filled in for a trial."""
    form = uploaded()
    if form is None:
        raise UnsupportedMediaType
    file, name = form
    document = file.stream.read(checking.LARGEST + 1)
    templates.replace(_kind(kind), document, name, g.actor)
    return _listed()


@Call(
    method="DELETE",
    path="/reports/templates/<kind>",
    answer=Templates(),
    restricted=True,
    writes=True,
)
def restore_report_template(kind: str) -> dict[str, Any]:
    """Go back to the template that comes with the program."""
    templates.restore(_kind(kind), g.actor)
    return _listed()


@Call(
    method="PUT",
    path="/reports/schedule",
    body=ScheduleIn(),
    answer=Templates(),
    restricted=True,
    writes=True,
)
def schedule_reports(body: dict[str, Any]) -> dict[str, Any]:
    """Have reports of a kind make themselves from now on, or no longer."""
    schedule.switch(body["kind"], g.actor, on=body["on"])
    return _listed()


def _kind(text: str) -> ReportKind:
    if text not in list(ReportKind):
        raise NotFound
    return ReportKind(text)
