"""The designer's home: every process with its draft and its versions; and beginning a new one."""

from __future__ import annotations

from flask import current_app, flash, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from app.domain.errors import Invalid, NotFound
from app.domain.vocabulary import Role
from app.http import status_of
from app.services import diagrams
from app.services.design import drafts, overview
from app.texts import diagram_name, language
from app.web.designer.blueprint import bp


@bp.app_template_global()
def has_page(endpoint: str) -> bool:
    """Tell whether there is such a page."""
    return endpoint in current_app.view_functions


@bp.app_template_global()
def called(key: str, name: str) -> str:
    """Return what readers of English call a process: as its version in force says."""
    if language() != "en":
        return name
    try:
        return diagram_name(diagrams.get(key))
    except NotFound:
        return name


@bp.get("")
def home() -> ResponseReturnValue:
    """List every process that runs or is being drawn."""
    return render_template(
        "designer/home.html",
        here="designer",
        standings=overview.standings(),
        draws=g.actor.has(Role.ANALYST),
    )


@bp.get("/new")
def new() -> ResponseReturnValue:
    """Ask for the name of a new process."""
    drafts.require_analyst(g.actor)
    return render_template("designer/new.html", here="designer", typed={}, faults={})


@bp.post("/new")
def begin() -> ResponseReturnValue:
    """Begin a new process; on a fault the form comes back as it was typed."""
    typed = {name: request.form.get(name, "") for name in ("name", "key")}
    try:
        draft = drafts.begin(typed["key"], typed["name"], g.actor)
    except Invalid as error:
        page = render_template(
            "designer/new.html", here="designer", typed=typed, faults=error.fields
        )
        return page, status_of(error)
    flash(gettext("已开始绘制“%(name)s”。", name=draft.name))
    return redirect(entrance(draft.key), 303)


@bp.app_template_global()
def entrance(key: str) -> str:
    """Return where a process is drawn; its versions where there is no modeler."""
    page = "designer.modeler" if has_page("designer.modeler") else "designer.versions"
    return url_for(page, key=key)
