"""A form to be tried while it is drawn: drawn and checked as people will meet it, never kept."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from flask import g, jsonify, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from werkzeug.datastructures import MultiDict

from app.clock import today
from app.domain.errors import Invalid
from app.domain.form_types import PEOPLE, PREFILLS, SOURCES
from app.domain.vocabulary import Role
from app.forms import FormView, Option, Setting, answers_of, parse_post, view_of
from app.forms.setting import OnDemand
from app.http import problem_of
from app.services.design import forms as service
from app.texts import label, language
from app.web.designer.blueprint import bp
from app.web.designer.content import standing_of

#: A case to look at the form with.
_CASE = {
    "severity": "general",
    "mode": "dated",
    "category": "C04",
    "source_level": "own",
    "cycle": 1,
    "percent": 60,
    "kind": "extension",
}


@bp.post("/<key>/forms/<form>/try")
def try_form(key: str, form: str) -> ResponseReturnValue:
    """Say which fields are hidden, or what is wrong with what was filled in."""
    found = service.form_of(standing_of(key), form)
    typed = _typed(found)
    if "application/json" in request.headers.get("Accept", ""):
        return jsonify(hidden=view(found, typed).hidden)
    errors: Mapping[str, Sequence[str]] = {}
    try:
        answers_of(found, typed, _setting(), lenient=True)
    except Invalid as error:
        errors = problem_of(error).get("errors", {})
    except re.error:  # the linter names the field; nothing can be checked against it
        errors = {"_schema": [gettext("有字段的格式（正则表达式）写法有误，请先改正。")]}
    return render_template(
        "designer/form_trial.html",
        here="designer",
        now=standing_of(key),
        form_key=form,
        preview=view(found, typed, errors),
        passed=not errors,
        draws=g.actor.has(Role.ANALYST),
    )


def _typed(form: Mapping[str, Any]) -> dict[str, Any]:
    return parse_post(form, MultiDict(request.form))


def view(
    form: Mapping[str, Any],
    typed: Mapping[str, Any] | None = None,
    errors: Mapping[str, Sequence[str]] | None = None,
) -> FormView:
    """Return a form as people will see it, about a case made up for it."""
    return view_of(form, _setting(), answers=typed, errors=errors)


def _setting() -> Setting:
    context = {**_CASE, "due": today().isoformat()}
    return Setting(OnDemand(_options), context, OnDemand(_prefill), language())


def _options(source: str) -> list[Option]:
    """Return examples of what a source offers."""
    if source.startswith(PEOPLE):
        role = source.removeprefix(PEOPLE)
        name = label(Role(role)) if role in list(Role) else role
        return [
            Option(f"example_{n}", gettext("%(role)s（示例%(n)s）", role=name, n=n)) for n in (1, 2)
        ]
    name = gettext(SOURCES[source]) if source in SOURCES else source
    return [
        Option(f"example_{n}", gettext("%(role)s（示例%(n)s）", role=name, n=n)) for n in (1, 2)
    ]


def _prefill(name: str) -> str | None:
    if name == "user.name":
        return str(g.actor.name)
    if name.endswith(("due_on", "new_due", "asked_until")):
        return today().isoformat()
    return gettext("（%(what)s）", what=gettext(PREFILLS[name])) if name in PREFILLS else None
