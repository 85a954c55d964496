"""责任督学: the office says who looks after which school."""

from __future__ import annotations

from collections import Counter
from itertools import groupby

from flask import flash, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext, ngettext

from app.domain.errors import Invalid, Sentence
from app.services import inspectors as people
from app.web.monitor.blueprint import bp


@bp.get("/inspectors")
def inspectors() -> ResponseReturnValue:
    """Show the schools of each town with who looks after them."""
    schools = people.schools(g.actor)
    held = Counter(school.inspector_id for school in schools)
    towns = groupby(schools, key=lambda school: school.parent)
    return render_template(
        "monitor/inspectors.html",
        here="overview",
        towns=[(town.name if town else "", list(them)) for town, them in towns],
        people=people.of_county(g.actor),
        held=held,
        may_assign=people.may_assign(g.actor),
    )


@bp.post("/inspectors")
def assign_inspectors() -> ResponseReturnValue:
    """Assign those that were changed on the page; what others changed meanwhile stays."""
    moved = people.assign(g.actor, _chosen())
    said = ngettext("已调整 %(num)s 所学校的责任督学。", "已调整 %(num)s 所学校的责任督学。", moved)
    flash(said if moved else gettext("没有变化。"))
    return redirect(url_for("monitor.inspectors"), 303)


def _chosen() -> dict[int, int | None]:
    """Read whom the form names for each school, of those where it names somebody else."""
    asked = request.form
    return {
        _id(name.removeprefix("school-")): _id(person) if person else None
        for name, person in asked.items()
        if name.startswith("school-") and person != asked.get(name.replace("school-", "was-"))
    }


def _id(text: str) -> int:
    if not (text.isascii() and text.isdecimal() and len(text) < 10):
        raise Invalid(fields={"school": [Sentence("“%(text)s”不是编号。", text=text[:20])]})
    return int(text)
