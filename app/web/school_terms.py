"""学期: when the county's schools teach, kept by hand."""

from __future__ import annotations

from flask import Blueprint, flash, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from app.domain.errors import Invalid
from app.http import problem_of, status_of
from app.services import calendars, school_terms
from app.services.school_terms import Term
from app.web import given

bp = Blueprint("school_terms", __name__, url_prefix="/calendar/terms")


@bp.before_request
def keepers_only() -> None:
    """Spare the others the form."""
    calendars.require_keeper(g.actor)


@bp.get("")
def page() -> ResponseReturnValue:
    """List the terms; one may be chosen for correction by the address."""
    return _draw(request.args.get("term", ""))


@bp.post("")
def save() -> ResponseReturnValue:
    """Enter a new term, or correct the one that was chosen."""
    chosen = request.form.get("term", "")
    try:
        starts_on, ends_on = given.days("starts_on", "ends_on")
        term = Term(request.form.get("name", ""), starts_on, ends_on)
        if _is_id(chosen):
            school_terms.change(int(chosen), term, g.actor)
        else:
            school_terms.add(term, g.actor)
    except Invalid as error:
        return _draw(chosen, error), status_of(error)
    flash(gettext("学期已保存。"))
    return redirect(url_for(".page"), 303)


@bp.post("/<int:term_id>/remove")
def remove(term_id: int) -> ResponseReturnValue:
    """Take a term away."""
    school_terms.remove(term_id, g.actor)
    flash(gettext("学期已删除。"))
    return redirect(url_for(".page"), 303)


def _is_id(text: str) -> bool:
    return text.isascii() and text.isdecimal() and len(text) < 10


def _draw(chosen: str = "", error: Invalid | None = None) -> str:
    terms = school_terms.of_county(g.actor.county_id)
    found = next((term for term in terms if str(term.id) == chosen), None)
    return render_template(
        "calendar/terms.html",
        here="calendar",
        terms=terms[::-1],
        chosen=found,
        typed=request.form,
        errors=problem_of(error).get("errors", {}) if error else {},
    )
