"""Processes from elsewhere and for elsewhere: files of modelers, signed bundles, whom we trust."""

from __future__ import annotations

from typing import Any

from flask import Response, g, request
from werkzeug.exceptions import UnsupportedMediaType

from app.api.calls import Call
from app.api.reading import uploaded
from app.api.schemas.transfers import (
    IncomingQuery,
    SignerIn,
    SignerOut,
    Signers,
    TakenAs,
    TakenIn,
    VersionQuery,
)
from app.domain.design import Signer
from app.services.design import drafts, exports, imports, incoming, overview, signers
from app.services.design.incoming import Incoming
from app.texts import NOTICES, WORDS

_FILE = {"type": "string", "format": "binary"}
_ZIP = "application/zip"
#: What a body that is the file itself may be, and what such a file is called.
_KINDS = {"application/xml": "drawing.bpmn", _ZIP: "bundle.zip"}


@Call(
    method="POST",
    path="/diagrams/import",
    query=IncomingQuery(),
    answer=TakenIn(),
    status=201,
    writes=True,
    largest=incoming.LARGEST + 100_000,
    takes={
        "multipart/form-data": {"type": "object", "properties": {"file": _FILE}},
        **dict.fromkeys(_KINDS, _FILE),
    },
)
def import_diagram(query: dict[str, Any]) -> dict[str, Any]:
    """Take in a file of another modeler, or a signed bundle; what was converted is told.

    It becomes a draft, with all its faults. A bundle signed by an office that we trust may become a
    version instead, which a second person reviews.
    """
    drafts.require_analyst(g.actor)
    if (form := uploaded()) is not None:
        file, name = form
        content = file.stream.read()
    elif request.mimetype in _KINDS:
        name, content = _KINDS[request.mimetype], request.get_data()
    else:
        raise UnsupportedMediaType
    found = incoming.read(content, name, into=query["into"])
    if query["taken_as"] is TakenAs.VERSION:
        return _told(found) | {"version": imports.as_version(found, g.actor), "draft": None}
    draft = imports.as_draft(
        found,
        g.actor,
        key=query["into"] or query["key"] or found.bundle.key,
        name=query["name"] or found.name,
        revision=query["revision"],
    )
    return _told(found) | {"draft": draft, "version": None}


def _told(found: Incoming) -> dict[str, Any]:
    seal = found.seal
    return {
        "changes": found.changes,
        "left_out": found.left_out,
        "skipped": found.skipped,
        "problems": found.problems,
        "seal": seal
        and {
            "signer": seal.signer,
            "fingerprint": seal.fingerprint,
            "version": seal.version,
            "sealed_at": seal.sealed_at,
            "trusted": found.seal_fault is None,
        },
    }


@Call(
    method="GET",
    path="/diagrams/<key>/files",
    query=VersionQuery(),
    gives={_ZIP: _FILE},
    restricted=True,
)
def get_diagram_files(key: str, query: dict[str, Any]) -> Response:
    """Get a drawing with its forms and tables as files of the desktop modeler."""
    overview.require_designer(g.actor)
    return Response(exports.archive(key, query["version"]), content_type=_ZIP)


@Call(method="GET", path="/diagrams/<key>/desktop-pack", gives={_ZIP: _FILE}, restricted=True)
def get_desktop_pack(key: str) -> Response:
    """Get all that the desktop modeler needs to draw a process our way, zipped."""
    made = exports.desktop_pack(key, g.actor, notices=NOTICES, words=WORDS)
    return Response(made, content_type=_ZIP)


@Call(
    method="GET", path="/diagrams/<key>/<int:version>/bundle", gives={_ZIP: _FILE}, restricted=True
)
def get_diagram_bundle(key: str, version: int) -> Response:
    """Get a version with our office's signature; only what was approved is signed."""
    return Response(exports.signed_bundle(key, version, g.actor), content_type=_ZIP)


@Call(method="GET", path="/diagrams/signers", answer=Signers(), restricted=True)
def list_diagram_signers() -> dict[str, Any]:
    """List whose signatures we trust; our own key is there to be given to others."""
    overview.require_designer(g.actor)
    signers.own()
    return {"items": signers.listing()}


@Call(
    method="POST",
    path="/diagrams/signers",
    body=SignerIn(),
    answer=SignerOut(),
    status=201,
    writes=True,
)
def trust_diagram_signer(body: dict[str, Any]) -> Signer:
    """Trust an office's signature from now on; the head of the office decides that."""
    return signers.trust(body["public_key"], body["name"], g.actor)


@Call(method="DELETE", path="/diagrams/signers/<int:signer_id>", status=204, writes=True)
def distrust_diagram_signer(signer_id: int) -> None:
    """Trust an office's signature no longer; what was imported stays."""
    signers.distrust(signer_id, g.actor)
