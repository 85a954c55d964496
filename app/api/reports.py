"""统计报告: making them, their frozen figures, the cases behind, and the Word file."""

from __future__ import annotations

from io import BytesIO
from typing import Any

from flask import Response, g, send_file

from app import cursors
from app.api.calls import Call
from app.api.jobs import accepted
from app.api.schemas.cases import Paging
from app.api.schemas.jobs import JobOut
from app.api.schemas.reports import (
    FigureCases,
    FigureQuery,
    ReportFigures,
    ReportIn,
    Reports,
    SinceOut,
)
from app.domain.report import Report
from app.services.reports import making, reading

WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


@Call(method="GET", path="/reports", query=Paging(), answer=Reports(), restricted=True)
def list_reports(query: dict[str, Any]) -> dict[str, Any]:
    """List the county's reports, the latest first."""
    before, limit = cursors.number_after(query["cursor"], of="reports"), query["limit"]
    found = reading.listing(g.actor, limit=limit + 1, before=before[0] if before else None)
    end = (found[limit - 1].id, 0) if len(found) > limit else None
    return {"items": found[:limit], "next": cursors.encode(end, of="reports")}


@Call(
    method="POST",
    path="/reports",
    body=ReportIn(),
    later=JobOut(),
    restricted=True,
    writes=True,
)
def make_report(body: dict[str, Any]) -> Response:
    """Have a report made by a job; when it is done its result tells the report."""
    return accepted(making.order(body["kind"], body["day"], g.actor))


@Call(method="GET", path="/reports/<int:report_id>", answer=ReportFigures(), restricted=True)
def get_report(report_id: int) -> Report:
    """Get a report with its figures as they were frozen."""
    return reading.get(report_id, g.actor)


@Call(
    method="GET",
    path="/reports/<int:report_id>/cases",
    query=FigureQuery(),
    answer=FigureCases(),
    restricted=True,
)
def list_report_cases(report_id: int, query: dict[str, Any]) -> dict[str, Any]:
    """List the cases that stood behind one figure of a report."""
    report = reading.get(report_id, g.actor)
    after, limit = cursors.number_after(query["cursor"], of="figure"), query["limit"]
    start = after[0] if after else None
    found = reading.cases_of(report, query["figure"], limit=limit + 1, after=start)
    end = (found[limit - 1].id, 0) if len(found) > limit else None
    numbers = [case.number for case in found[:limit]]
    return {"items": numbers, "next": cursors.encode(end, of="figure")}


@Call(method="GET", path="/reports/<int:report_id>/since", answer=SinceOut(), restricted=True)
def compare_report(report_id: int) -> dict[str, Any]:
    """Tell what each figure of a report would be now, and how many cases came and went."""
    return {"items": reading.since(reading.get(report_id, g.actor))}


@Call(
    method="GET",
    path="/reports/<int:report_id>/file",
    gives={WORD: {"type": "string", "format": "binary"}},
    restricted=True,
)
def get_report_file(report_id: int) -> Response:
    """Get the Word file of a report."""
    name, document = reading.document(report_id, g.actor)
    return send_file(BytesIO(document), mimetype=WORD, as_attachment=True, download_name=name)
