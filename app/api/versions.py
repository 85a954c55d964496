"""Versions of diagrams: handed in, judged by a second person, in force from a day."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from flask import g, request

from app.api.calls import Call
from app.api.drafts import LARGEST
from app.api.reading import read_body
from app.api.schemas.design import (
    ApproveIn,
    BundleIn,
    ReasonIn,
    VersionHistory,
    VersionOut,
)
from app.domain.process import Diagram
from app.services import drawings
from app.services.design import drafts, overview, publishing

_XML = "application/xml"
#: Why a version was made whose sender didn't say.
UNSAID = "由接口送审"


@Call(
    method="POST",
    path="/diagrams",
    takes={_XML: {"type": "string", "description": "BPMN 2.0"}, "application/json": BundleIn()},
    answer=VersionOut(),
    status=201,
    largest=LARGEST,
    writes=True,
)
def create_diagram() -> Diagram:
    """Hand in a new version, as BPMN or as a bundle; a second person reviews it.

    Forms and tables that are not sent are those of the process as it is, and else of any published
    diagram.
    """
    drafts.require_analyst(g.actor)
    if not request.is_json:
        bundle, note = drawings.bundle(request.get_data()), ""
    else:
        sent = read_body(BundleIn())
        bundle, note = drawings.bundle(sent["xml"].encode()), sent["note"]
        given = {name: sent[name] for name in ("forms", "decisions") if sent[name] is not None}
        bundle = replace(bundle, key=sent["key"], **given)
    return publishing.offer(bundle, g.actor, note=note or UNSAID)


_ONE = "/diagrams/<key>/<int:version>"


@Call(method="POST", path=f"{_ONE}/publish", body=ApproveIn(), answer=VersionOut(), writes=True)
def publish_diagram(key: str, version: int, body: dict[str, Any]) -> Diagram:
    """Approve a version, as a second person: it is in force at once, or from the day given."""
    return publishing.approve(key, version, g.actor, **body)


@Call(method="POST", path=f"{_ONE}/return", body=ReasonIn(), answer=VersionOut(), writes=True)
def return_diagram(key: str, version: int, body: dict[str, Any]) -> Diagram:
    """Return a version that waits for its review; its content is a draft again."""
    return publishing.send_back(key, version, g.actor, **body)


@Call(method="POST", path=f"{_ONE}/withdraw", body=ReasonIn(), answer=VersionOut(), writes=True)
def withdraw_diagram(key: str, version: int, body: dict[str, Any]) -> Diagram:
    """Take back an approval before its day has come."""
    return publishing.withdraw(key, version, g.actor, **body)


@Call(method="POST", path=f"{_ONE}/restore", body=ReasonIn(), answer=VersionOut(), writes=True)
def restore_diagram(key: str, version: int, body: dict[str, Any]) -> Diagram:
    """Put a version in force again that was before."""
    return publishing.restore(key, version, g.actor, **body)


@Call(method="GET", path="/diagrams/<key>/history", answer=VersionHistory(), restricted=True)
def get_diagram_history(key: str) -> dict[str, Any]:
    """List what was done to the versions of a process, the latest first."""
    overview.require_designer(g.actor)
    return {"items": overview.history(key)}
