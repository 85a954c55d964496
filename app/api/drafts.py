"""Drafts: the working copy of each process."""

from __future__ import annotations

from typing import Any

from flask import g

from app.api.calls import Call
from app.api.schemas.design import (
    BeginIn,
    DraftLine,
    DraftOut,
    Drafts,
    KeepDraftIn,
    RevisionIn,
    Saves,
    SubmitIn,
    VersionOut,
)
from app.domain.design import Draft
from app.domain.process import Diagram
from app.services.design import drafts, overview, publishing

#: Of a draft with its forms and tables, in bytes.
LARGEST = 6_000_000


@Call(method="GET", path="/drafts", answer=Drafts(), restricted=True)
def list_diagram_drafts() -> dict[str, Any]:
    """List what is being drawn."""
    overview.require_designer(g.actor)
    return {"items": drafts.listing()}


@Call(method="POST", path="/drafts", body=BeginIn(), answer=DraftLine(), status=201, writes=True)
def begin_diagram(body: dict[str, Any]) -> Draft:
    """Begin a new process with a drawing of nothing but its beginning and its end."""
    return drafts.begin(body["key"], body["name"], g.actor)


@Call(method="GET", path="/diagrams/<key>/draft", answer=DraftOut(), restricted=True)
def get_diagram_draft(key: str) -> Draft:
    """Get a draft with its whole content."""
    overview.require_designer(g.actor)
    return drafts.get(key)


@Call(
    method="PUT",
    path="/diagrams/<key>/draft",
    body=KeepDraftIn(),
    answer=DraftLine(),
    largest=LARGEST,
    writes=True,
)
def keep_diagram_draft(key: str, body: dict[str, Any]) -> Draft:
    """Keep what is given of a draft; faults of the drawing never refuse it.

    Revision 0 begins a draft from the version in force. Whoever kept another revision in between is
    named in the 409.
    """
    return drafts.keep(key, g.actor, **body)


@Call(
    method="DELETE",
    path="/diagrams/<key>/draft",
    query=RevisionIn(),
    status=204,
    writes=True,
)
def discard_diagram_draft(key: str, query: dict[str, Any]) -> None:
    """Throw a draft away with its saves."""
    drafts.discard(key, g.actor, revision=query["revision"])


@Call(method="GET", path="/diagrams/<key>/draft/saves", answer=Saves(), restricted=True)
def list_diagram_draft_saves(key: str) -> dict[str, Any]:
    """List what a draft was, the latest first."""
    overview.require_designer(g.actor)
    return {"items": drafts.saves(key)}


@Call(
    method="POST",
    path="/diagrams/<key>/draft/saves/<int:save_id>/go-back",
    body=RevisionIn(),
    answer=DraftLine(),
    writes=True,
)
def go_back_to_draft_save(key: str, save_id: int, body: dict[str, Any]) -> Draft:
    """Make a draft again what it was; what it is now stays among the saves."""
    return drafts.go_back(key, save_id, g.actor, revision=body["revision"])


@Call(
    method="POST",
    path="/diagrams/<key>/draft/submit",
    body=SubmitIn(),
    answer=VersionOut(),
    status=201,
    writes=True,
)
def submit_diagram_draft(key: str, body: dict[str, Any]) -> Diagram:
    """Make a draft the next version, which a second person reviews."""
    return publishing.submit(key, g.actor, **body)
