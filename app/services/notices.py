"""Notices: what a person was told, what of it is still unread, and the proof of both."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, and_, false, func, or_, select, update
from sqlalchemy.orm import joinedload, selectinload

from app.clock import local_date, today, utcnow
from app.db import db, transaction
from app.domain.case import Case
from app.domain.errors import NotAllowed, NotFound
from app.domain.notice import Notice
from app.domain.people import Actor, User
from app.domain.process import Process, Task
from app.domain.vocabulary import Role
from app.services._scope import standalone, visible

#: The bell counts no further.
MOST_COUNTED = 300
#: So many days are listed one by one, what was before by month.
LATELY = 7


@dataclass(frozen=True, slots=True)
class Page:
    """A stretch of the list, and where the next begins."""

    items: list[Notice]
    next: tuple[datetime, int] | None
    total: int


_WHOLE = (
    joinedload(Notice.case),
    joinedload(Notice.process).joinedload(Process.diagram),
    joinedload(Notice.diagram),
    selectinload(Notice.deliveries),
)


def page(
    actor: Actor,
    *,
    unread: bool | None = None,
    limit: int = 50,
    after: tuple[datetime, int] | None = None,
) -> Page:
    """List what *actor* was told, the latest first, after the cursor *after*."""
    conditions = _of(actor, unread)
    query = select(Notice).options(*_WHOLE)
    query = query.where(*conditions)
    if after is not None:
        query = query.where(Notice.id < after[1])  # they are numbered as they are told
    found = list(db.session.scalars(query.order_by(Notice.id.desc()).limit(limit + 1)))
    items = found[:limit]
    end = (items[-1].at, items[-1].id) if len(found) > limit else None
    total = db.session.scalar(select(func.count(Notice.id)).where(*conditions)) or 0
    return Page(items, end, total)


def _of(actor: Actor, unread: bool | None) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = [Notice.user_id == actor.id]
    if unread is not None:
        conditions.append(Notice.read_at.is_(None) if unread else Notice.read_at.is_not(None))
    return conditions


def unread(actor: Actor) -> int:
    """Count what *actor* has not read yet."""
    return db.session.scalar(select(func.count(Notice.id)).where(*_of(actor, unread=True))) or 0


def unread_lines(actor: Actor) -> int:
    """Count what is unread as the page shows it: what is alike and of one stretch is one line."""
    query = select(Notice.at, Notice.what).where(*_of(actor, unread=True))
    found = db.session.execute(query.order_by(Notice.at.desc()).limit(MOST_COUNTED))
    return len({(stretch(row.at), row.what) for row in found})


def get(notice_id: int, actor: Actor) -> Notice:
    """Return one notice.

    Raises:
        NotFound: there is none, or somebody else was told.
    """
    query = select(Notice).options(*_WHOLE)
    query = query.filter_by(id=notice_id, user_id=actor.id)
    found = db.session.scalars(query.execution_options(populate_existing=True)).first()
    if found is None:
        raise NotFound
    return found


def mark_read(actor: Actor, ids: Sequence[int] | None = None) -> None:
    """Note that *actor* has read some of it, or all; what was read before keeps its moment."""
    mine = [Notice.user_id == actor.id, Notice.read_at.is_(None)]
    if ids is not None:
        mine.append(Notice.id.in_(ids))
    with transaction() as session:
        read = update(Notice).where(*mine).values(read_at=utcnow())
        session.execute(read, execution_options={"synchronize_session": False})


def opened(notice_id: int, actor: Actor) -> Notice:
    """Return one notice, which *actor* has read herewith.

    Raises:
        NotFound: there is none, or somebody else was told.
    """
    get(notice_id, actor)
    mark_read(actor, [notice_id])
    return get(notice_id, actor)


def task_about(notice: Notice, actor: Actor) -> int | None:
    """Return the id of the most urgent task of what a notice is about that waits for *actor*."""
    posts = (and_(Task.role == role, Task.unit_id == unit) for role, unit in actor.posts)
    mine = or_(Task.assignee_id == actor.id, and_(Task.assignee_id.is_(None), or_(false(), *posts)))
    of_case = Process.case_id == notice.case_id
    about = of_case if notice.case_id is not None else Process.id == notice.process_id
    query = select(Task.id).join(Task.process).where(about, Task.closed_at.is_(None), mine)
    return db.session.scalar(query.order_by(Task.sort_at, Task.id).limit(1))


def may_see(notice: Notice, actor: Actor) -> bool:
    """Tell whether the case or process that a notice is about still is the actor's business."""
    query = select(Case.id).where(Case.id == notice.case_id, visible(actor))
    if notice.process_id is not None:
        query = select(Process.id).where(Process.id == notice.process_id, standalone(actor))
    return db.session.scalar(query) is not None


@dataclass(frozen=True, slots=True)
class Told:
    """One notice, and whom it was for."""

    notice: Notice
    user: User


def about(case: Case, actor: Actor) -> list[Told]:
    """List who was told what about *case*, the latest first: the proof of service.

    Raises:
        NotAllowed: the actor does not run the office.
    """
    if not actor.has(Role.OFFICE, Role.OFFICE_HEAD):
        raise NotAllowed("通知与送达记录由督导办查看。")
    query = (
        select(Notice, User)
        .join(User, User.id == Notice.user_id)
        .options(selectinload(Notice.deliveries), joinedload(User.unit))
        .where(Notice.case_id == case.id)
        .order_by(Notice.at.desc(), Notice.id.desc())
    )
    return [Told(row.Notice, row.User) for row in db.session.execute(query)]


def stretch(at: datetime) -> str:
    """Return the day of *at* if it was lately, else its month: what is listed together."""
    day = local_date(at)
    return str(day)[: 10 if (today() - day).days < LATELY else 7]


def stretches(notices: Sequence[Notice]) -> dict[str, list[Notice]]:
    """Sort notices by day or month, in their own order."""
    found: dict[str, list[Notice]] = {}
    for one in notices:
        found.setdefault(stretch(one.at), []).append(one)
    return found
