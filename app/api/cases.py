"""Cases: opening them one by one or by the ledger, finding them, their history and deadlines."""

from __future__ import annotations

from typing import Any

from flask import Response, g, request
from werkzeug.exceptions import UnsupportedMediaType

from app import cursors
from app.api.calls import Call
from app.api.jobs import accepted
from app.api.narrowing import narrowing_of, unit_id
from app.api.reading import uploaded
from app.api.schemas.cases import (
    CaseOut,
    CasePage,
    CaseQuery,
    DrawIn,
    Drawn,
    FeedbackIn,
    History,
    Imported,
    ImportQuery,
)
from app.api.schemas.jobs import JobOut
from app.api.schemas.timers import Timers
from app.domain.case import Case
from app.domain.job import Job
from app.services import cases, follow_ups, history, ledger, ledger_files, ledger_jobs, opening
from app.services.cases import Filter
from app.services.follow_ups import Draw
from app.services.ledger_jobs import Intake
from app.services.opening import Feedback
from app.services.sheets import EXCEL

#: What a body that is the file itself may be, and what such a file is called.
_LEDGERS = {
    EXCEL: "ledger.xlsx",
    "text/csv": "ledger.csv",
    "application/json": "ledger.json",
}
#: Rows of a ledger that a program waits for; more are imported by a job.
AT_ONCE = 500
_FILE = {"type": "string", "format": "binary"}
_NARROWING = ("stage", "light", "overdue", "open", "figure")


@Call(method="GET", path="/cases", query=CaseQuery(), answer=CasePage())
def list_cases(query: dict[str, Any]) -> dict[str, Any]:
    """List the cases that the caller may see, earliest due first."""
    narrow = Filter(
        text=query["q"],
        unit_id=unit_id(query["unit"]),
        within=narrowing_of(query),
        **{name: query[name] for name in _NARROWING},
    )
    after = cursors.day_after(query["cursor"], of="cases")
    page = cases.page(g.actor, narrow, limit=query["limit"], after=after)
    next_page = cursors.encode(page.next, of="cases")
    return {"items": page.items, "next": next_page, "total": page.total}


@Call(method="POST", path="/cases", body=FeedbackIn(), answer=CaseOut(), status=201, writes=True)
def open_case(body: Feedback) -> Case:
    """Issue feedback to a unit: enter the case in the ledger and start its process."""
    return opening.open_case(body, g.actor)


@Call(
    method="POST",
    path="/cases/import",
    query=ImportQuery(),
    answer=Imported(),
    status=201,
    later=JobOut(),
    writes=True,
    largest=ledger_files.LARGEST + 100_000,
    takes={
        "multipart/form-data": {"type": "object", "properties": {"file": _FILE}},
        **{media_type: _FILE for media_type in _LEDGERS if media_type != "application/json"},
        "application/json": {"type": "array", "items": {"type": "object"}},
    },
)
def import_cases(query: dict[str, Any]) -> ledger.Imported | Response:
    """Open a case for each row of a ledger; all rows or, if so chosen, the right rows only.

    A ledger of more than 500 rows is checked at once and imported by a job, whose address is told.
    The columns are known by their Chinese headings. Faults are told as `rows.<row>.<field>`.
    """
    if (form := uploaded()) is not None:
        file, name = form
        content = file.stream.read()
    elif request.mimetype in _LEDGERS:
        name, content = _LEDGERS[request.mimetype], request.get_data()
    else:
        raise UnsupportedMediaType
    right_rows_only = query["right_rows_only"]
    intake = Intake(data=content, name=name, right_rows_only=right_rows_only, at_once=AT_ONCE)
    done = ledger_jobs.take_in(intake, g.actor)
    return accepted(done) if isinstance(done, Job) else done


@Call(method="GET", path="/cases/<number>", answer=CaseOut())
def get_case(number: str) -> Case:
    """Get one case."""
    return cases.get(number, g.actor)


@Call(method="GET", path="/cases/<number>/history", answer=History())
def get_history(number: str) -> dict[str, Any]:
    """Get all that happened to a case, oldest first."""
    return {"items": history.events_of(cases.get(number, g.actor))}


@Call(method="GET", path="/cases/<number>/timers", answer=Timers())
def get_case_timers(number: str) -> dict[str, Any]:
    """Get all deadlines of a case, those that run first."""
    return {"items": cases.timers_of(cases.get(number, g.actor))}


@Call(
    method="POST",
    path="/cases/<number>/follow-up",
    body=DrawIn(),
    answer=Drawn(),
    status=201,
    writes=True,
)
def draw_follow_up(number: str, body: dict[str, str]) -> dict[str, Any]:
    """Draw a closed-out case to be looked at again, and start that process."""
    draw = Draw([number], body["reason"], body["lead_verifier"])
    follow_up = follow_ups.draw(draw, g.actor)[0]
    return {"follow_up": follow_up, "case": cases.get(number, g.actor)}
