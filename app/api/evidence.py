"""Evidence: uploading files and getting them back."""

from __future__ import annotations

from typing import Any, BinaryIO, cast

from flask import Response, g, send_file
from werkzeug.exceptions import UnsupportedMediaType

from app.api.calls import Call
from app.api.reading import uploaded
from app.api.schemas.processes import EvidenceOut
from app.services import evidence

_FILE = {"type": "string", "format": "binary"}
_FORM = {"type": "object", "properties": {"file": _FILE}, "required": ["file"]}


@Call(
    method="POST",
    path="/evidence",
    answer=EvidenceOut(),
    status=201,
    writes=True,
    takes={"multipart/form-data": _FORM},
    largest=evidence.LARGEST + 100_000,
)
def upload_evidence() -> dict[str, Any]:
    """Upload a file; its id is what forms take. Only its uploader sees it until then."""
    form = uploaded()
    if form is None:
        raise UnsupportedMediaType
    file, name = form
    kept = evidence.store(cast(BinaryIO, file.stream), name, g.actor)
    same = ("id", "name", "media_type", "size", "sha256", "uploaded_at")
    return {
        **{name: getattr(kept, name) for name in same},
        "same_in": evidence.same_elsewhere(kept, g.actor),
    }


@Call(
    method="GET",
    path="/evidence/<int:evidence_id>",
    gives={"application/octet-stream": _FILE},
)
def download_evidence(evidence_id: int) -> Response:
    """Download a file. It never opens in the browser by itself."""
    found, path = evidence.open_file(evidence_id, g.actor)
    return send_file(path, mimetype=found.media_type, as_attachment=True, download_name=found.name)
