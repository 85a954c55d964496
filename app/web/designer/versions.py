"""The versions of one process and what was done to them; its draft and what that was."""

from __future__ import annotations

from typing import Any

from flask import flash, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from app.domain.design import Draft
from app.domain.errors import DomainError, Invalid, InvalidDiagram, NotFound
from app.domain.process import Diagram
from app.domain.vocabulary import DiagramState, Role
from app.http import status_of
from app.services import diagrams
from app.services.design import drafts, overview, publishing
from app.texts import diagram_name, say
from app.web.designer.blueprint import bp


@bp.get("/<key>/versions")
def versions(key: str) -> ResponseReturnValue:
    """List the versions of a process and what was done to them."""
    found, draft = known(key)
    return render_template(
        "designer/versions.html",
        **surroundings(key, draft, found),
        versions=found,
        events=overview.history(key),
    )


def known(key: str) -> tuple[list[Diagram], Draft | None]:
    """Return the versions of a process and its draft.

    Raises:
        NotFound: it has neither.
    """
    found, draft = overview.versions(key), drafts.find(key)
    if not found and draft is None:
        raise NotFound
    return found, draft


def surroundings(key: str, draft: Draft | None, found: list[Diagram]) -> dict[str, Any]:
    """Return what every page about the draft or a version of a process shows."""
    in_force = next((one for one in found if one.state is DiagramState.PUBLISHED), None)
    named = in_force or (found[0] if found else None)
    return {
        "here": "designer",
        "key": key,
        "name": diagram_name(named) if named else draft.name if draft else key,
        "draft": draft,
        "in_force": in_force,
        "draws": g.actor.has(Role.ANALYST),
    }


@bp.get("/<key>/submit")
def submitting(key: str) -> ResponseReturnValue:
    """Show what the linter finds in the draft, and ask why it was drawn."""
    drafts.require_analyst(g.actor)
    return _submitting(key) if drafts.find(key) else _without_draft(key)


def _without_draft(key: str) -> ResponseReturnValue:
    """Lead to where a process says whether it is being drawn; one that isn't known is no page."""
    if not overview.versions(key):
        raise NotFound
    flash(gettext("没有草稿。改动流程图、表单或决策表后再来。"), "error")
    return redirect(url_for("designer.versions", key=key), 303)


def _submitting(key: str, note: str = "", refusal: DomainError | None = None) -> str:
    draft, found = drafts.get(key), overview.versions(key)
    shown = surroundings(key, draft, found)
    faults = refusal.fields.get("note", []) if isinstance(refusal, Invalid) else []
    return render_template(
        "designer/submit.html",
        **shown,
        problems=diagrams.lint(drafts.bundle(key)),
        behind=overview.newer_than_base(draft.base, shown["in_force"]),
        note=note,
        faults=faults,
        refusal=say(refusal) if refusal and not faults else None,
    )


@bp.post("/<key>/submit")
def submit(key: str) -> ResponseReturnValue:
    """Submit the draft; on a fault the page comes back as it was typed."""
    note = request.form.get("note", "")
    try:
        made = publishing.submit(key, g.actor, revision=_revision(), note=note)
    except (Invalid, InvalidDiagram) as error:
        return _submitting(key, note, error), status_of(error)
    flash(
        gettext(
            "第 %(version)s 版已送审，请另一位业务分析员或督导办主任审核。", version=made.version
        )
    )
    return redirect(url_for("designer.review", key=key, version=made.version), 303)


def _revision() -> int:
    """Return the revision that the person looked at; what is none matches none."""
    typed = request.form.get("revision", "")
    return int(typed) if typed.isdecimal() and len(typed) < 10 else -1


@bp.get("/<key>/saves")
def saves(key: str) -> ResponseReturnValue:
    """List what the draft was."""
    draft = drafts.find(key)
    if draft is None:
        return _without_draft(key)
    shown = surroundings(key, draft, overview.versions(key))
    return render_template("designer/saves.html", **shown, saves=drafts.saves(key))


@bp.get("/<key>/saves/<int:save_id>")
def save(key: str, save_id: int) -> ResponseReturnValue:
    """Show the draft as it was at one time."""
    shown = surroundings(key, drafts.get(key), overview.versions(key))
    return render_template("designer/save.html", **shown, save=drafts.saved(key, save_id))


@bp.get("/<key>/saves/<int:save_id>.bpmn")
def saved_drawing(key: str, save_id: int) -> ResponseReturnValue:
    """Give out the drawing of the draft as it was at one time."""
    xml = drafts.saved(key, save_id).xml
    return xml, {"Content-Type": "application/xml; charset=utf-8"}


@bp.post("/<key>/saves/<int:save_id>/go-back")
def go_back(key: str, save_id: int) -> ResponseReturnValue:
    """Make the draft again what it was."""
    drafts.go_back(key, save_id, g.actor, revision=_revision())
    flash(gettext("草稿已恢复为所选的内容；恢复前的内容仍在保存记录中。"))
    return redirect(url_for("designer.saves", key=key), 303)


@bp.post("/<key>/discard")
def discard(key: str) -> ResponseReturnValue:
    """Throw the draft away."""
    drafts.discard(key, g.actor, revision=_revision())
    flash(gettext("草稿已放弃。"))
    known = overview.versions(key)
    target = url_for("designer.versions", key=key) if known else url_for("designer.home")
    return redirect(target, 303)
