"""Versions of diagrams as rows: adding one, putting it in force, noting what was done to it.

What comes from drawing and what comes with the program goes through here alike.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.clock import utcnow
from app.domain.design import DiagramEvent
from app.domain.design_terms import DiagramAct
from app.domain.process import Diagram
from app.domain.vocabulary import DiagramState

_ALIVE = (DiagramState.DRAFT, DiagramState.APPROVED, DiagramState.PUBLISHED)


def locked(session: Session, key: str) -> list[Diagram]:
    """Return all versions, oldest first; others who mean to change one wait for us."""
    query = select(Diagram).filter_by(key=key).order_by(Diagram.version).with_for_update(of=Diagram)
    return list(session.scalars(query.execution_options(populate_existing=True)))


def same_content(session: Session, key: str, sha256: str) -> Diagram | None:
    """Return the version with this very content that waits or is in force, if there is one."""
    alive = (one for one in locked(session, key) if one.state in _ALIVE)
    return next((one for one in alive if one.sha256 == sha256), None)


def number(session: Session, key: str) -> int:
    """Return the number that the next version gets."""
    highest = session.scalar(select(func.max(Diagram.version)).filter_by(key=key))
    return (highest or 0) + 1


def note(
    session: Session, version: Diagram, act: DiagramAct, *, by_id: int | None = None, why: str = ""
) -> None:
    """Write a line of a version's history."""
    session.add(
        DiagramEvent(diagram_id=version.id, at=utcnow(), by_id=by_id, act=act, note=why.strip())
    )


def await_review(version: Diagram) -> None:
    """Take back that a version was approved: it waits for its review again."""
    version.state, version.effective_at, version.approver_id = DiagramState.DRAFT, None, None


def put_in_force(
    session: Session, version: Diagram, *, by_id: int | None, since: datetime | None = None
) -> None:
    """Let new processes run on this version, and on no other of its key."""
    now = utcnow()
    in_force = select(Diagram).filter_by(key=version.key, state=DiagramState.PUBLISHED)
    for other in session.scalars(in_force):
        if other.id != version.id:
            other.state = DiagramState.RETIRED
            note(session, other, DiagramAct.RETIRED, by_id=by_id)
    version.state = DiagramState.PUBLISHED
    version.published_at = version.published_at or now
    version.effective_at = since or now
