"""回头看: drawing closed-out cases to look at again."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from flask import Blueprint, flash, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from app.domain.errors import DomainError, Invalid
from app.domain.vocabulary import Role, Stage
from app.http import problem_of, status_of
from app.services import cases, dossier, follow_ups
from app.texts import say
from app.web import cursor
from app.web.access import office_only

bp = Blueprint("follow_ups", __name__, url_prefix="/follow-ups")

PAGE = 50


@bp.get("")
@office_only
def page() -> ResponseReturnValue:
    """List the closed-out cases to choose from; one may be chosen by the address."""
    return _draw(request.args.getlist("case"))


@bp.post("")
@office_only
def draw() -> ResponseReturnValue:
    """Draw the chosen cases."""
    chosen = request.form.getlist("case")
    what = follow_ups.Draw(
        chosen, request.form.get("reason", "").strip()[:200], request.form.get("lead", "")
    )
    try:
        if not chosen:
            raise Invalid(fields={"case": [gettext("请至少选择一件。")]})
        drawn = follow_ups.draw(what, g.actor)
    except DomainError as error:
        errors = problem_of(error).get("errors") or {"case": [say(error)]}
        return _draw(chosen, errors), status_of(error)
    flash(gettext("%(count)s 件已列入回头看。", count=len(drawn)))
    target = url_for("cases.case", number=chosen[0]) if len(drawn) == 1 else url_for("cases.page")
    return redirect(target, 303)


def _draw(chosen: Sequence[str], errors: Mapping[str, Sequence[str]] | None = None) -> str:
    after = cursor.read_day(request.args.get("after"))
    found = cases.page(g.actor, cases.Filter(stage=Stage.CLOSED_OUT), limit=PAGE, after=after)
    following = cursor.write(*found.next) if found.next else None
    return render_template(
        "follow_ups/page.html",
        here="follow_ups",
        found=found,
        chosen=set(chosen),
        reason=request.form.get("reason", ""),
        lead=request.form.get("lead", ""),
        team=dossier.people_with(Role.TEAM, g.actor.county_id),
        errors=errors or {},
        next_url=url_for("follow_ups.page", after=following) if following else None,
        first_url=url_for("follow_ups.page") if after else None,
    )
