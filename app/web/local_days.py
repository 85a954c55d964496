"""地方性假日: the days that the county keeps differently; what moves is shown before it counts."""

from __future__ import annotations

from datetime import date

from flask import Blueprint, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app.domain.errors import Invalid
from app.http import problem_of, status_of
from app.services import calendar_moves, calendar_years, calendars, local_days
from app.services.calendars import Proposal
from app.services.local_days import LocalHoliday, Removal
from app.web import given, moves
from app.web.calendar import tell

bp = Blueprint("local_days", __name__, url_prefix="/calendar/local")


@bp.before_request
def keepers_only() -> None:
    """Spare the others the form."""
    calendars.require_keeper(g.actor)


@bp.get("")
def page() -> ResponseReturnValue:
    """List the county's own days and ask for more."""
    return _draw()


@bp.post("")
def add() -> ResponseReturnValue:
    """Show what the days would move; once that was seen, adopt them."""
    try:
        local = _local()
        if "adopt" not in request.form:
            return _draw(proposal=local_days.propose(local, g.actor))
        adopted = calendar_moves.adopt_local(local, g.actor)
    except Invalid as error:
        return _draw(error=error), status_of(error)
    tell(adopted)
    return redirect(url_for("calendar.revision", number=adopted.version), 303)


def _local() -> LocalHoliday:
    if not request.form.get("last"):
        first = last = given.days("first")[0]
    else:
        first, last = given.days("first", "last")
    is_workday = request.form.get("kind") == "work"
    name, source = request.form.get("name", ""), request.form.get("source", "")
    return LocalHoliday(first, last, is_workday, name, source)


@bp.post("/remove")
def remove() -> ResponseReturnValue:
    """Show what taking a day away would move; once that was seen, do it."""
    try:
        (day,) = given.days("day")
        removal = Removal(day, request.form.get("source", ""))
        if "adopt" not in request.form:
            return _draw(proposal=local_days.propose_removal(removal, g.actor), removed=day)
        adopted = calendar_moves.remove_local(removal, g.actor)
    except Invalid as error:
        return _draw(error=error), status_of(error)
    tell(adopted)
    return redirect(url_for("calendar.revision", number=adopted.version), 303)


def _draw(
    *, proposal: Proposal | None = None, removed: date | None = None, error: Invalid | None = None
) -> str:
    found = calendar_moves.what_moves(proposal, g.actor) if proposal else None
    return render_template(
        "calendar/local.html",
        here="calendar",
        days=calendar_years.local_days(g.actor.county_id),
        proposal=proposal,
        moves=moves.page_of(found) if found else None,
        removed=removed,
        typed=request.form,
        errors=problem_of(error).get("errors", {}) if error else {},
    )
