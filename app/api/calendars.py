"""The working calendar: reading a year, and adopting a holiday notice."""

from __future__ import annotations

from typing import Any

from flask import g, request
from werkzeug.exceptions import UnsupportedMediaType

from app.api.calls import Call
from app.api.reading import uploaded
from app.api.schemas.calendars import HolidayNoticeOut, HolidayNoticeQuery, YearOut
from app.services import calendar_files, calendar_moves, calendar_years, calendars

#: Deadlines told one by one.
MOST = 1000
_FORM = {
    "type": "object",
    "properties": {
        "file": {"type": "string", "format": "binary"},
        "source": {"type": "string", "description": "The number of the notice."},
    },
    "required": ["file"],
}


@Call(method="GET", path="/calendar/<int:year>", answer=YearOut())
def get_calendar(year: int) -> dict[str, Any]:
    """Get one year of the working calendar, with the county's own days and school terms."""
    found = calendar_years.year(year, g.actor.county_id)
    return {
        "year": found.number,
        "calendar_version": calendars.current(g.actor.county_id).version,
        "provisional": found.provisional,
        "workdays": found.workdays,
        "days": found.marks.values(),
        "terms": found.terms,
    }


@Call(
    method="POST",
    path="/calendar/notices",
    query=HolidayNoticeQuery(),
    answer=HolidayNoticeOut(),
    writes=True,
    largest=calendar_files.BOUNDS.size + 100_000,
    takes={"multipart/form-data": _FORM},
)
def adopt_notice(query: dict[str, Any]) -> dict[str, Any]:
    """Adopt a holiday notice; or, with `preview`, only tell what it would move.

    Faults are told as `rows.<row>.<field>`; nothing is adopted then. Deadlines are only put off.
    """
    calendars.require_keeper(g.actor)
    form = uploaded()
    if form is None:
        raise UnsupportedMediaType
    file, name = form
    rows = calendar_files.read(file.stream.read(), name)
    proposal = calendars.propose_notice(rows)
    found = calendar_moves.what_moves(proposal, g.actor)
    facts = {
        "adopted": not query["preview"],
        "calendar_version": calendars.current().version,
        "running": False,
        "settles": proposal.settles,
        "changes": proposal.shown,
        **{key: len(getattr(found, key)) for key in ("later", "kept", "settled")},
        "moves": [move for move in found.later if move.seen][:MOST],
    }
    if query["preview"]:
        return facts
    source = request.form.get("source", "")
    adopted = calendar_moves.adopt_notice(rows, source=source, actor=g.actor)
    return facts | {"calendar_version": adopted.version, "running": adopted.moved is None}
