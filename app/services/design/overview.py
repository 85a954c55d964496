"""What is drawn, what waits for review, what is in force: each process in one line."""

from __future__ import annotations

from dataclasses import dataclass, field

from sqlalchemy import func, select

from app.db import db
from app.domain.design import DiagramEvent, Draft
from app.domain.errors import NotAllowed
from app.domain.people import Actor
from app.domain.process import Diagram
from app.domain.vocabulary import DiagramState, Role
from app.services.design import drafts

#: Who may judge what another has drawn.
REVIEWERS = (Role.ANALYST, Role.OFFICE_HEAD)


@dataclass(slots=True)
class ProcessLine:
    """How far the drawing of one process has come."""

    key: str
    #: The newest version, whatever became of it.
    newest: Diagram | None = None
    in_force: Diagram | None = None
    draft: Draft | None = None
    #: Versions that wait for their review, and those that wait for their day, oldest first.
    submitted: list[Diagram] = field(default_factory=list)
    coming: list[Diagram] = field(default_factory=list)


def standings() -> list[ProcessLine]:
    """List every process that runs or is being drawn; what waits for somebody comes first."""
    found: dict[str, ProcessLine] = {}
    for version in db.session.scalars(select(Diagram).order_by(Diagram.key, Diagram.version)):
        _add(found.setdefault(version.key, ProcessLine(version.key)), version)
    for draft in drafts.listing():
        found.setdefault(draft.key, ProcessLine(draft.key)).draft = draft
    return sorted(found.values(), key=lambda one: (not one.submitted, not one.draft, one.key))


def _add(line: ProcessLine, version: Diagram) -> None:
    line.newest = version
    if version.state is DiagramState.PUBLISHED:
        line.in_force = version
    elif version.state is DiagramState.DRAFT:
        line.submitted.append(version)
    elif version.state is DiagramState.APPROVED:
        line.coming.append(version)


def require_designer(actor: Actor) -> None:
    """Let only those pass who draw, or judge what was drawn.

    Raises:
        NotAllowed: the actor does neither.
    """
    if not actor.has(*REVIEWERS):
        raise NotAllowed("流程设计由业务分析员使用，督导办主任可以审核。")


def draws_only(actor: Actor) -> bool:
    """Tell whether the actor draws processes and has no case to work on."""
    return actor.has(Role.ANALYST) and not actor.sees_cases


def to_review(actor: Actor) -> int:
    """Count the versions that wait for a review which the actor may give."""
    if not actor.has(*REVIEWERS):
        return 0
    query = (
        select(func.count())
        .select_from(Diagram)
        .where(Diagram.state == DiagramState.DRAFT, Diagram.author_id.is_distinct_from(actor.id))
    )
    return db.session.scalar(query) or 0


def versions(key: str) -> list[Diagram]:
    """List the versions of a process, newest first."""
    query = select(Diagram).filter_by(key=key).order_by(Diagram.version.desc())
    return list(db.session.scalars(query))


def history(key: str, version: int | None = None) -> list[DiagramEvent]:
    """List what was done to the versions of a process, or to one of them, the latest first."""
    query = select(DiagramEvent).join(DiagramEvent.diagram).where(Diagram.key == key)
    if version is not None:
        query = query.where(Diagram.version == version)
    return list(db.session.scalars(query.order_by(DiagramEvent.id.desc())))


def newer_than_base(base: Diagram | None, in_force: Diagram | None) -> bool:
    """Tell whether something came into force since *base* was made: drawing went on without it."""
    if base is None or in_force is None or base.id == in_force.id:
        return False
    since = in_force.effective_at or in_force.published_at
    return since is not None and since >= base.created_at
