"""As it was: the register at the end of a past day, its totals, and how a case came to stand so."""

from __future__ import annotations

from typing import Any

from flask import Response, g, send_file

from app import cursors
from app.api.calls import Call
from app.api.jobs import accepted
from app.api.narrowing import narrowing_of
from app.api.schemas.jobs import JobOut
from app.api.schemas.past import (
    PastDayQuery,
    PastIn,
    PastPage,
    PastProofOut,
    PastQuery,
    PastTotalsOut,
    TracedOut,
    TracedQuery,
)
from app.services.past import reach, register, totals, workbook
from app.services.past.anchors import covering
from app.services.sheets import EXCEL


def _asked(query: dict[str, Any]) -> reach.Asked:
    reach.sees_all(g.actor)
    narrow = narrowing_of(query)
    return reach.Asked(query["day"], narrow, query.get("show", ""), query.get("since"))


@Call(method="GET", path="/past", query=PastQuery(), answer=PastPage(), restricted=True)
def list_past(query: dict[str, Any]) -> dict[str, Any]:
    """List the cases as they stood at the end of a day, or what changed since another day.

    A page may be short, or empty, and yet have a next one.
    """
    asked = _asked(query)
    after = cursors.moment_after(query["cursor"], of="past")
    found = register.page(asked, g.actor, limit=query["limit"], after=after)
    return {"items": found.items, "next": cursors.encode(found.next, of="past")}


@Call(
    method="GET",
    path="/past/totals",
    query=PastDayQuery(),
    answer=PastTotalsOut(),
    later=JobOut(),
    restricted=True,
)
def count_past(query: dict[str, Any]) -> totals.Totals | Response:
    """Count the cases as they stood at the end of a day; of many, a job does it and keeps it."""
    asked = _asked(query)
    return totals.totals(asked, g.actor) or accepted(totals.order(asked, g.actor))


@Call(
    method="GET", path="/past/proof", query=PastDayQuery(), answer=PastProofOut(), restricted=True
)
def prove_past(query: dict[str, Any]) -> dict[str, Any]:
    """Get the anchor that seals the history of a day; ``null`` while there is none."""
    return {"anchor": covering(_asked(query).until)}


@Call(
    method="GET",
    path="/past/cases/<number>",
    query=TracedQuery(),
    answer=TracedOut(),
    restricted=True,
)
def trace_past(number: str, query: dict[str, Any]) -> register.Traced:
    """Get the lines of history by which a case is known to have stood so."""
    return register.trace(number, query["day"], g.actor)


@Call(
    method="POST",
    path="/past/exports",
    body=PastIn(),
    answer=JobOut(),
    status=202,
    restricted=True,
    writes=True,
)
def export_past(body: dict[str, Any]) -> Response:
    """Have a job write the register of a day as a workbook."""
    return accepted(workbook.order(_asked(body), g.actor))


@Call(
    method="GET",
    path="/past/exports/<int:job_id>",
    gives={EXCEL: {"schema": {"type": "string", "format": "binary"}}},
)
def get_past_export(job_id: int) -> Response:
    """Get the workbook that a job has written."""
    return send_file(workbook.made_by(job_id, g.actor), mimetype=EXCEL, as_attachment=True)
