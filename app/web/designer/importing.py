"""导入: files of other modelers and signed bundles, looked at before they are taken."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from flask import current_app, flash, g, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from app.domain.errors import DomainError, Invalid, InvalidDiagram, NotFound
from app.http import status_of
from app.services import parcels
from app.services.design import drafts, imports, incoming, overview
from app.services.design.incoming import LARGEST, Incoming
from app.texts import say
from app.web import given
from app.web.designer.blueprint import bp
from app.web.designer.home import entrance

#: Lines shown of what was changed, of each kind.
SHOWN = 200


@bp.get("/import")
def import_page() -> ResponseReturnValue:
    """Ask for a file."""
    drafts.require_analyst(g.actor)
    return _draw(into=request.args.get("into", ""))


@bp.post("/import")
def import_check() -> ResponseReturnValue:
    """Read the file and show what would become of it; nothing is kept yet."""
    drafts.require_analyst(g.actor)
    into = request.form.get("into", "")
    try:
        data, name = given.file(LARGEST)
        found = incoming.read(data, name, into=into or None)
    except DomainError as error:
        return _draw(into=into, refusal=error), status_of(error)
    session["diagram_import"] = [parcels.put(_folder(), data), name, into]
    return _draw(found=found, into=into)


@bp.post("/import/run")
def import_run() -> ResponseReturnValue:
    """Take in what was looked at: as a draft, or as a version to be reviewed."""
    drafts.require_analyst(g.actor)
    parcel, name, into = session.get("diagram_import") or ("", "", "")
    found = None
    try:
        found = incoming.read(parcels.take(_folder(), parcel), name, into=into or None)
        target = _taken_in(found, into)
    except DomainError as error:
        return _draw(found=found, into=into, refusal=error), status_of(error)
    session.pop("diagram_import", None)
    parcels.drop(_folder(), parcel)
    return redirect(target, 303)


def _taken_in(found: Incoming, into: str) -> str:
    """Take it in as was chosen; return where to go on."""
    if request.form.get("as") == "version":
        made = imports.as_version(found, g.actor)
        flash(gettext("第 %(version)s 版已导入，等待另一人审核。", version=made.version))
        return url_for("designer.review", key=made.key, version=made.version)
    key = into or request.form.get("key", "").strip()
    typed = request.form.get("revision", "")
    draft = imports.as_draft(
        found,
        g.actor,
        key=key,
        name=request.form.get("name", found.name),
        revision=int(typed) if typed.isdecimal() and len(typed) < 10 else 0,
    )
    flash(gettext("已导入为“%(name)s”的草稿。", name=draft.name))
    return url_for("designer.converted", key=key) if draft.converted else entrance(key)


@bp.get("/<key>/converted")
def converted(key: str) -> ResponseReturnValue:
    """List what was changed in the draft when it was imported."""
    draft = drafts.get(key)
    return render_template("designer/converted.html", here="designer", key=key, draft=draft)


def _folder() -> Path:
    folder: Path = current_app.config["SETTINGS"].instance / "parcels"
    return folder


def _draw(
    *, found: Incoming | None = None, into: str = "", refusal: DomainError | None = None
) -> str:
    faults = refusal.fields if isinstance(refusal, Invalid) else {}
    return render_template(
        "designer/import.html",
        here="designer",
        found=found,
        into=into,
        fault=say(refusal) if refusal else None,
        faults=faults,
        refused=refusal.problems if isinstance(refusal, InvalidDiagram) else (),
        standings=overview.standings(),
        target=_target(found, into) if found else None,
        typed=request.form,
        shown=SHOWN,
        most=LARGEST // 1_000_000,
    )


def _target(found: Incoming, into: str) -> dict[str, Any]:
    """Return the process that the file would go to, as it now stands."""
    key = into or found.bundle.key
    try:
        draft = drafts.get(key)
    except NotFound:
        return {"key": key, "known": bool(overview.versions(key)), "revision": 0, "draft": None}
    return {"key": key, "known": True, "revision": draft.revision, "draft": draft}
