"""Diagrams to look at: the list, one version, and its drawing for the viewer."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import Blueprint, Response, g, render_template, url_for
from flask.typing import ResponseReturnValue

from app.domain.process import Diagram
from app.domain.vocabulary import Role
from app.engine import UserTask
from app.services import diagrams, dossier, english
from app.services.design import overview
from app.texts import label, language

bp = Blueprint("diagrams", __name__, url_prefix="/diagrams")


@bp.get("")
def page() -> ResponseReturnValue:
    """List the versions of the diagrams: to those who don't draw, only what was in force."""
    draws = g.actor.has(*overview.REVIEWERS)
    found = [one for one in diagrams.listing() if draws or one.published_at]
    return render_template("diagrams/page.html", here="diagrams", diagrams=found, draws=draws)


@bp.get("/<key>/<int:version>")
def diagram(key: str, version: int) -> ResponseReturnValue:
    """Show one version."""
    found = diagrams.get(key, version)
    return render_template(
        "diagrams/diagram.html",
        here="diagrams",
        diagram=found,
        src=url_for("diagrams.drawing", key=key, version=version),
        steps=steps(found),
    )


def steps(found: Diagram) -> list[dict[str, str]]:
    """Return the lines of the table beside a drawing."""
    return [_step(element, step, found.forms) for element, step in dossier.steps_of(found).items()]


def _step(element: str, step: UserTask, forms: Mapping[str, Any]) -> dict[str, str]:
    """Return one line of the table beside the drawing; a form goes by its title if it has one."""
    role = label(Role(step.role)) if step.role in list(Role) else step.role
    name = step.properties.get("name_en") if language() == "en" else None
    form = step.form or ""
    title = str(forms.get(form, {}).get("title") or "")
    return {
        "element": element,
        "name": name or step.name,
        "role": role,
        "form": form,
        "title": title,
    }


@bp.get("/<key>/<int:version>.bpmn")
def drawing(key: str, version: int) -> ResponseReturnValue:
    """Give out the text of one version, its labels in the reader's language."""
    xml = diagrams.get(key, version).xml
    body = english.drawing(xml) if language() == "en" else xml
    return Response(body, content_type="application/xml; charset=utf-8")
