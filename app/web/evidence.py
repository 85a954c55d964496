"""佐证材料: taking files in while a form is filled in, and giving them out again."""

from __future__ import annotations

from typing import BinaryIO, cast

from flask import Blueprint, g, jsonify, request, send_file, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from app.domain.errors import DomainError, Invalid
from app.http import status_of
from app.services import evidence
from app.texts import say

bp = Blueprint("evidence", __name__, url_prefix="/evidence")

#: Types that a browser shows by itself without running anything.
_SHOWN = frozenset({"application/pdf", "image/jpeg", "image/png"})


@bp.post("")
def upload() -> ResponseReturnValue:
    """Store one file; the form that holds its id makes it the case's."""
    try:
        sent = request.files.get("file")
        if sent is None or not sent.filename:
            raise Invalid(gettext("没有收到文件。"))
        stored = evidence.store(
            cast(BinaryIO, sent.stream),
            sent.filename,
            g.actor,
            size_hint=sent.content_length or None,
        )
    except DomainError as error:
        return jsonify(code=error.code, detail=say(error)), status_of(error)
    return jsonify(id=stored.id, name=stored.name, url=_url(stored.id)), 201


def _url(evidence_id: int) -> str:
    return url_for("evidence.download", evidence_id=evidence_id)


@bp.get("/<int:evidence_id>")
def download(evidence_id: int) -> ResponseReturnValue:
    """Give the file out; what could run in a browser is only ever saved."""
    found, path = evidence.open_file(evidence_id, g.actor)
    response = send_file(
        path,
        mimetype=found.media_type,
        download_name=found.name,
        as_attachment=found.media_type not in _SHOWN,
        etag=found.sha256,
        max_age=0,
    )
    response.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return response
