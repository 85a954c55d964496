"""Who is told of a version's way: the reviewers that it waits, its author what was decided."""

from __future__ import annotations

from sqlalchemy import ColumnElement
from sqlalchemy.orm import Session

from app.clock import utcnow
from app.domain.people import Actor, Grant, User
from app.domain.process import Diagram
from app.services import _notices
from app.services.design.overview import REVIEWERS


def waits(session: Session, version: Diagram) -> None:
    """Tell all who may judge a version, but its author, that it waits for them."""
    others = User.id.is_distinct_from(version.author_id)
    _tell(session, version, "version_submitted", Grant.role.in_(REVIEWERS) & others)


def judged(session: Session, version: Diagram, what: str, by: Actor) -> None:
    """Tell the author of a version what somebody else has decided about it."""
    if version.author_id is not None and version.author_id != by.id:
        _tell(session, version, what, User.id == version.author_id)


def _tell(session: Session, version: Diagram, what: str, people: ColumnElement[bool]) -> None:
    at = utcnow()
    params = {"name": version.name, "version": version.version}
    common = {"diagram_id": version.id, "what": what, "params": params, "at": at}
    _notices.tell_people(session, f"{what}:d{version.id}:{at.isoformat()}:", people, common)
