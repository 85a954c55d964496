"""Opening one case: a form, and what the decision table advises while it is being filled in."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Any

from flask import Blueprint, flash, g, jsonify, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from app.clock import today
from app.domain.errors import Invalid
from app.domain.rules import Unit
from app.domain.vocabulary import Category, Mode, Severity, SourceLevel, Term
from app.forms import Option, Setting, answers_of, parse_post, view_of
from app.http import problem_of, status_of
from app.services import advice, cases, opening
from app.services.opening import Feedback
from app.texts import label, language
from app.web.access import office_only
from app.web.due import Due, due_in_words
from app.web.once import new_key, once

bp = Blueprint("opening", __name__, url_prefix="/cases/new")

_TERMS: dict[str, type[Term]] = {
    "category": Category,
    "severity": Severity,
    "mode": Mode,
    "source_level": SourceLevel,
}
_DATES = ("issued_on", "due_on")
_FLAGS = ("danger", "construction", "staged")


@lru_cache(maxsize=1)
def _form() -> Mapping[str, Any]:
    found: Mapping[str, Any] = json.loads(
        Path(__file__).with_name("opening.form").read_text(encoding="utf-8")
    )
    return found


def _setting() -> Setting:
    units = [Option(unit.name, unit.name) for unit in cases.units(g.actor)]
    words = {
        name: [Option(term, label(term)) for term in vocabulary]
        for name, vocabulary in _TERMS.items()
    }
    return Setting({"units": units, **words}, language=language())


@bp.get("")
@office_only
def form() -> ResponseReturnValue:
    """Show the form, filled in as its address says."""
    return _draw(None)


@bp.post("")
@office_only
def open_case() -> ResponseReturnValue:
    """Open the case; on a fault the form comes back as it was typed."""
    typed = parse_post(_form(), request.form)
    try:
        answers = answers_of(_form(), typed, _setting(), lenient=True)
        opened = once(lambda: _opened(answers))
    except Invalid as error:
        return _draw(typed, problem_of(error).get("errors", {})), status_of(error)
    flash(gettext("%(number)s 已下达%(unit)s。", **opened))
    return redirect(url_for("cases.case", number=opened["number"]), 303)


def _opened(answers: Mapping[str, Any]) -> dict[str, str]:
    case = opening.open_case(_feedback(answers), g.actor)
    return {"number": case.number, "unit": case.lead_unit.name}


@bp.post("/advice")
@office_only
def advise() -> ResponseReturnValue:
    """Say what DMN-1 makes of what was typed so far."""
    typed = parse_post(_form(), request.form)
    found = _advice(typed)
    return render_template("cases/_advice.html", advice=found, due=_due(found))


@bp.post("/preview")
@office_only
def preview() -> ResponseReturnValue:
    """Say which fields are hidden, given what was typed so far."""
    typed = parse_post(_form(), request.form)
    return jsonify(hidden=view_of(_form(), _setting(), answers=typed).hidden)


def _draw(
    typed: Mapping[str, Any] | None, errors: Mapping[str, Sequence[str]] | None = None
) -> str:
    view = view_of(_form(), _setting(), answers=typed, errors=errors)
    found = _advice(typed) if typed else None
    return render_template(
        "cases/new.html",
        here="opening",
        form=view,
        once_key=new_key(),
        advice=found,
        due=_due(found),
    )


def _due(found: advice.Advice | None) -> Due | None:
    """Say how long there would be, in the words that the case will use: natural days."""
    if found is None:
        return None
    return due_in_words(found.due_at, provisional=found.provisional, unit=Unit.DAYS)


def _advice(typed: Mapping[str, Any]) -> advice.Advice | None:
    """Return the advice once category and severity are known."""
    if typed.get("category") not in list(Category) or typed.get("severity") not in list(Severity):
        return None
    days = typed.get("limit_days")
    known = {
        "unit": "",
        "problem": "",
        "requirement": "",
        "category": typed["category"],
        "severity": typed["severity"],
        "issued_on": _day(typed.get("issued_on")),
        "limit_days": days if isinstance(days, int) and 1 <= days <= 1095 else None,
        "flags": typed.get("flags") or [],
    }
    return advice.advise(_feedback(known), g.actor.county_id)


def _day(text: Any) -> str:
    try:
        return date.fromisoformat(str(text)).isoformat()
    except ValueError:
        return today().isoformat()


def _feedback(answers: Mapping[str, Any]) -> Feedback:
    """Turn checked answers into what the service takes."""
    facts: dict[str, Any] = {key: value for key, value in answers.items() if key != "flags"}
    facts |= {name: _TERMS[name](facts[name]) for name in _TERMS if name in facts}
    facts |= {name: date.fromisoformat(facts[name]) for name in _DATES if name in facts}
    facts |= {flag: flag in (answers.get("flags") or ()) for flag in _FLAGS}
    return Feedback(**facts)
