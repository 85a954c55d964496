"""Incidents: what failed again and again, kept for a person who can mend it.

`report` is for whatever runs without a person watching: deadlines, notices, long jobs.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, func, or_, select, text, true, update
from sqlalchemy.orm import Session, joinedload

from app.clock import utcnow
from app.db import db, transaction
from app.domain.case import Case
from app.domain.errors import NotAllowed, NotFound, Sentence
from app.domain.people import Actor, Unit, User
from app.domain.process import Incident, Process, Timer
from app.domain.vocabulary import ProcessStatus, Role, TimerState
from app.services.sentences import packed, unpacked

#: Who sees incidents and acts on them.
MENDERS = (Role.SYSTEM_ADMIN, Role.OFFICE_HEAD)
LONGEST_LIKENESS = 120


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    """What went wrong, as whoever met with it tells."""

    #: What happened and what to do; a `Sentence` is read in either language.
    cause: str
    #: The kind of failure without its particulars: like ones are retried together.
    likeness: str
    process_id: int | None = None
    timer_id: int | None = None
    #: What else failed: ``delivery:7``, ``job:12``.
    subject: str = ""
    #: What the program said, for whoever mends it.
    detail: str = ""
    attempts: int = 0


def report(session: Session, failure: Failure) -> None:
    """Make an incident of a failure, or bring the open one about the same matter up to date."""
    found = session.scalars(_same(failure)).first()
    if found is None:
        found = Incident(at=utcnow())
        session.add(found)
    found.cause = str(failure.cause)
    found.sentence = packed(failure.cause) if isinstance(failure.cause, Sentence) else None
    found.likeness = failure.likeness[:LONGEST_LIKENESS]
    for name in ("process_id", "timer_id", "subject", "detail", "attempts"):
        setattr(found, name, getattr(failure, name))
    session.flush()


def _same(failure: Failure) -> Any:
    open_ones = select(Incident).where(Incident.resolved_at.is_(None))
    if failure.timer_id is not None:
        return open_ones.where(Incident.timer_id == failure.timer_id)
    return open_ones.where(
        Incident.timer_id.is_(None),
        Incident.process_id == failure.process_id
        if failure.process_id is not None
        else Incident.process_id.is_(None),
        Incident.subject == failure.subject,
    )


def passed(session: Session, at: datetime, **about: Any) -> None:
    """Close what is open *about* a matter that has just gone well after all."""
    session.execute(
        update(Incident)
        .filter_by(**about)
        .where(Incident.resolved_at.is_(None))
        .values(resolved_at=at, resolution="passed")
    )


def settle() -> int:
    """Close the incidents whose deadline or process is gone, by whatever way; return how many."""
    ids = list(db.session.scalars(_GONE))
    if not ids:
        return 0
    with transaction() as session:
        still = select(Incident.id).where(Incident.id.in_(ids), Incident.resolved_at.is_(None))
        free = session.scalars(still.with_for_update(skip_locked=True)).all()
        closed = {"resolved_at": utcnow(), "resolution": "passed"}
        session.execute(update(Incident).where(Incident.id.in_(free)).values(closed))
    return len(free)


_GONE = (
    select(Incident.id)
    .outerjoin(Timer, Timer.id == Incident.timer_id)
    .outerjoin(Process, Process.id == Incident.process_id)
    .where(
        text("incident.resolved_at IS NULL"),  # as the index has it
        or_(
            Timer.state.in_((TimerState.FIRED, TimerState.DISARMED)),
            Process.status.in_((ProcessStatus.FINISHED, ProcessStatus.TERMINATED)),
        ),
    )
)


def cause_of(incident: Incident) -> str:
    """Return the sentence that was reported."""
    told = incident.sentence
    found: str = incident.cause if told is None else unpacked(told)
    return found


def watches(actor: Actor) -> bool:
    """Tell whether *actor* sees incidents at all."""
    return actor.has(*MENDERS)


def mends_only(actor: Actor) -> bool:
    """Tell whether the actor keeps the program running and has no case to work on."""
    return actor.has(Role.SYSTEM_ADMIN) and not actor.sees_cases


def require(actor: Actor) -> None:
    """Raise NotAllowed unless *actor* sees incidents and acts on them."""
    if not watches(actor):
        raise NotAllowed("故障处理由督导办主任和系统管理员负责。")


def _visible(actor: Actor) -> ColumnElement[bool]:
    """Return the condition on `Incident` that leaves what is *actor*'s to mend.

    The system's admin mends everything; the head of an office what happens in the own county.
    """
    if actor.has(Role.SYSTEM_ADMIN):
        return true()
    cases = select(Case.id).where(Case.county_id == actor.county_id)
    own = (
        select(User.id)
        .join(Unit, Unit.id == User.unit_id)
        .where(Unit.path.startswith(f"/{actor.county_id}/"))
    )
    processes = select(Process.id).where(
        or_(
            Process.case_id.in_(cases),
            and_(Process.case_id.is_(None), Process.started_by_id.in_(own)),
        )
    )
    return Incident.process_id.in_(processes)


@dataclass(frozen=True, slots=True)
class Group:
    """Open incidents of one kind, the oldest first; of many only the first are shown."""

    likeness: str
    count: int
    items: list[Incident]


#: Of one kind, on one page.
SHOWN = 20

_WHOLE = (
    joinedload(Incident.process).options(joinedload(Process.case), joinedload(Process.diagram)),
    joinedload(Incident.timer),
    joinedload(Incident.resolved_by),
)


def groups(actor: Actor) -> list[Group]:
    """List what is open, kind by kind, the largest first."""
    query = (
        select(Incident.likeness, func.count(Incident.id).label("number"))
        .where(Incident.resolved_at.is_(None), _visible(actor))
        .group_by(Incident.likeness)
        .order_by(func.count(Incident.id).desc(), Incident.likeness)
        .limit(50)
    )
    return [
        Group(row.likeness, row.number, _open_like(actor, row.likeness))
        for row in db.session.execute(query).all()
    ]


def _open_like(actor: Actor, likeness: str) -> list[Incident]:
    query = select(Incident).options(*_WHOLE).filter_by(likeness=likeness)
    query = query.where(Incident.resolved_at.is_(None), _visible(actor))
    return list(db.session.scalars(query.order_by(Incident.id).limit(SHOWN)))


def ids_like(actor: Actor | None, likeness: str) -> list[int]:
    """List the ids of all open incidents of one kind; nobody is whoever runs the machine."""
    query = select(Incident.id).filter_by(likeness=likeness)
    query = query.where(Incident.resolved_at.is_(None), _visible(actor) if actor else true())
    return list(db.session.scalars(query.order_by(Incident.id)))


def page(
    actor: Actor, *, resolved: bool | None = None, limit: int = 50, after: int | None = None
) -> list[Incident]:
    """List incidents, the latest first; all, or only open or resolved ones."""
    query = select(Incident).options(*_WHOLE).where(_visible(actor))
    if resolved is not None:
        is_open = Incident.resolved_at.is_(None)
        query = query.where(~is_open if resolved else is_open)
    if after is not None:
        query = query.where(Incident.id < after)
    return list(db.session.scalars(query.order_by(Incident.id.desc()).limit(limit)))


def open_ones() -> list[Incident]:
    """List all that is open, for whoever runs the machine."""
    query = select(Incident).where(Incident.resolved_at.is_(None)).order_by(Incident.id)
    return list(db.session.scalars(query))


def get(incident_id: int, actor: Actor) -> Incident:
    """Return one incident.

    Raises:
        NotFound: there is none, or it is not the actor's to mend.
    """
    if not watches(actor):
        raise NotFound
    query = select(Incident).options(*_WHOLE).where(Incident.id == incident_id, _visible(actor))
    found = db.session.scalars(query).first()
    if found is None:
        raise NotFound
    return found


def count(actor: Actor) -> int:
    """Count what is open."""
    query = select(func.count(Incident.id)).where(Incident.resolved_at.is_(None), _visible(actor))
    return db.session.scalar(query) or 0
