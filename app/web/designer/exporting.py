"""导出: files for the desktop modeler, signed bundles for other counties; and whom we trust."""

from __future__ import annotations

from io import BytesIO

from flask import Response, flash, g, redirect, render_template, request, send_file, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from app.domain.design_terms import APPROVED_ONCE
from app.domain.errors import Conflict, DomainError, Invalid, NotFound
from app.domain.vocabulary import Role
from app.http import status_of
from app.services.design import exports, signers
from app.texts import NOTICES, WORDS, say
from app.web.designer.blueprint import bp
from app.web.designer.versions import known, surroundings


@bp.get("/<key>/export")
def exporting(key: str) -> ResponseReturnValue:
    """List what can be downloaded of a process."""
    found, draft = known(key)
    return render_template(
        "designer/export.html",
        **surroundings(key, draft, found),
        versions=found,
        signable=APPROVED_ONCE,
    )


@bp.get("/<key>/export.bpmn")
def export_drawing(key: str) -> ResponseReturnValue:
    """Give out a drawing as the desktop modeler opens it."""
    body = exports.drawing(key, _version())
    return _file(body.encode(), f"{_stem(key)}.bpmn", "application/xml")


@bp.get("/<key>/export.zip")
def export_files(key: str) -> ResponseReturnValue:
    """Give out a drawing with its forms and tables."""
    return _file(exports.archive(key, _version()), f"{_stem(key)}.zip")


@bp.get("/<key>/desktop-pack.zip")
def desktop_pack(key: str) -> ResponseReturnValue:
    """Give out all that the desktop modeler needs to draw a process our way."""
    made = exports.desktop_pack(key, g.actor, notices=NOTICES, words=WORDS)
    return _file(made, f"{key}-desktop.zip")


@bp.get("/<key>/<int:version>/bundle")
def bundle(key: str, version: int) -> ResponseReturnValue:
    """Give out a version with our office's signature."""
    made = exports.signed_bundle(key, version, g.actor)
    return _file(made, f"{key}-v{version}-signed.zip")


def _version() -> int | None:
    """Return the version that is asked for; ``None`` for the draft or what is in force."""
    typed = request.args.get("version", "")
    if typed and not (typed.isdecimal() and len(typed) < 10):
        raise NotFound
    return int(typed) if typed else None


def _stem(key: str) -> str:
    version = _version()
    return f"{key}-v{version}" if version else key


def _file(body: bytes, name: str, kind: str = "application/zip") -> Response:
    return send_file(BytesIO(body), mimetype=kind, as_attachment=True, download_name=name)


@bp.get("/bundles")
def trusted() -> ResponseReturnValue:
    """List whose signatures we trust, and show our own key."""
    return _trusted()


def _trusted(refusal: DomainError | None = None) -> str:
    own = signers.own()
    return render_template(
        "designer/signers.html",
        here="designer",
        own=own,
        others=[one for one in signers.listing() if one.id != own.id],
        fingerprint=signers.fingerprint,
        heads=g.actor.has(Role.OFFICE_HEAD),
        typed=request.form,
        faults=refusal.fields if isinstance(refusal, Invalid) else {},
        fault=say(refusal) if refusal else None,
    )


@bp.post("/bundles")
def trust() -> ResponseReturnValue:
    """Trust an office's signature from now on."""
    name, key = request.form.get("name", ""), request.form.get("public_key", "")
    try:
        made = signers.trust(key, name, g.actor)
    except (Invalid, Conflict) as error:
        return _trusted(error), status_of(error)
    flash(gettext("已信任“%(name)s”的签名。", name=made.name))
    return redirect(url_for("designer.trusted"), 303)


@bp.post("/bundles/<int:signer_id>/distrust")
def distrust(signer_id: int) -> ResponseReturnValue:
    """Trust an office's signature no longer."""
    signers.distrust(signer_id, g.actor)
    flash(gettext("已移出信任名单。"))
    return redirect(url_for("designer.trusted"), 303)
