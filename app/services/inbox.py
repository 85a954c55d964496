"""The inbox: what waits for whom, most urgent first."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, bindparam, func, literal, or_, select, union_all
from sqlalchemy.orm import Session, joinedload, selectinload, undefer

from app.clock import LOCAL, end_of_today, utcnow
from app.db import db
from app.domain.case import Case
from app.domain.errors import AlreadyDone, NotAllowed, Sentence, TaskNotFound, WrongStage
from app.domain.people import UNIT_ROLES, Actor, Grant, Unit, User
from app.domain.process import Process, Task
from app.domain.vocabulary import Duty, Role
from app.services import _duties
from app.services._catalogue import ANSWERS
from app.services._prepared import Prepared
from app.services._scope import holds, standalone, visible

#: Counts beside the lists stop here: nobody reads "2,347 overdue" differently from "999+".
COUNT_LIMIT = 1000


class View(StrEnum):
    """The three lists of an inbox."""

    MINE = "mine"  #: 我的待办: given to me, or to my post and taken by nobody else
    CLAIMABLE = "claimable"  #: 待认领: given to my post and taken by nobody
    DONE = "done"  #: 我已办


class Due(StrEnum):
    """Which tasks of a list are asked for; of those done only those done late."""

    ANY = ""
    OVERDUE = "overdue"
    TODAY = "today"  #: not overdue yet

    @property
    def conditions(self) -> list[ColumnElement[bool]]:
        """Translate into conditions on an open `Task`."""
        if self is Due.TODAY:
            return [Task.sort_at > utcnow(), Task.sort_at <= end_of_today()]
        return [Task.sort_at <= utcnow()] if self is Due.OVERDUE else []


@dataclass(frozen=True, slots=True)
class Page:
    """A stretch of a list, and where the next begins."""

    items: list[Task]
    #: Sort key and id of the last item when there are more.
    next: tuple[datetime, int] | None


def page(
    actor: Actor,
    view: View = View.MINE,
    due: Due = Due.ANY,
    *,
    limit: int = 50,
    after: tuple[datetime, int] | None = None,
) -> Page:
    """Return tasks of one view, overdue first (done: latest first), after the cursor *after*."""
    build = _done_page if view is View.DONE else _open_page
    ids = list(db.session.scalars(build(actor, view, due, limit=limit + 1, after=after)))
    whole = select(Task).options(*_WHOLE).where(Task.id.in_(ids[:limit]))
    found = {task.id: task for task in db.session.scalars(whole).unique()}
    items = [found[task_id] for task_id in ids[:limit]]
    more = len(ids) > limit
    return Page(items, _cursor(items[-1]) if more else None)


def _cursor(task: Task) -> tuple[datetime, int]:
    return task.closed_at or task.sort_at, task.id


def _open_page(
    actor: Actor,
    view: View,
    due: Due,
    *,
    limit: int,
    after: tuple[datetime, int] | None,
) -> Select[Any]:
    """Merge the lists of each post; each is one short walk along the index."""
    extra = due.conditions + ([_beyond(Task.sort_at, Task.id, after)] if after else [])
    lists = [
        select(Task.id, Task.sort_at)
        .where(_post(role, unit), _free(actor, view), *extra)
        .order_by(Task.sort_at, Task.id)
        .limit(limit)
        .subquery()
        for role, unit in actor.posts
    ]
    if not lists:
        return select(literal(0)).where(literal(False))
    merged = union_all(*(select(one.c.id, one.c.sort_at) for one in lists)).subquery()
    return select(merged.c.id).order_by(merged.c.sort_at, merged.c.id).limit(limit)


def _done_page(
    actor: Actor, _view: View, due: Due, *, limit: int, after: tuple[datetime, int] | None
) -> Select[Any]:
    query = select(Task.id).where(Task.closed_by_id == actor.id, Task.closed_at.is_not(None))
    if after is not None:
        at, task_id = after
        query = query.where(or_(Task.closed_at < at, and_(Task.closed_at == at, Task.id < task_id)))
    if due is Due.OVERDUE:
        query = query.where(Task.closed_at > Task.due_at)
    return query.order_by(Task.closed_at.desc(), Task.id.desc()).limit(limit)


def _post(role: Role, unit: int) -> ColumnElement[bool]:
    return and_(Task.role == role, Task.unit_id == unit, Task.closed_at.is_(None))


def _free(actor: Actor, view: View) -> ColumnElement[bool]:
    free = Task.assignee_id.is_(None)
    return free if view is View.CLAIMABLE else or_(free, Task.assignee_id == actor.id)


def _beyond(sort: Any, row_id: Any, after: tuple[datetime, int]) -> ColumnElement[bool]:
    at, task_id = after
    return or_(sort > at, and_(sort == at, row_id > task_id))


@dataclass(frozen=True, slots=True)
class Counts:
    """How much waits; each figure stops at `COUNT_LIMIT`."""

    mine: int
    claimable: int
    overdue: int
    today: int


def counts(actor: Actor) -> Counts:
    """Count what waits for *actor*."""
    return Counts(
        mine=_count(actor, View.MINE),
        claimable=_count(actor, View.CLAIMABLE),
        overdue=_count(actor, View.MINE, *Due.OVERDUE.conditions),
        today=_count(actor, View.MINE, *Due.TODAY.conditions),
    )


def _count(actor: Actor, view: View, *conditions: ColumnElement[bool]) -> int:
    total = 0
    for role, unit in actor.posts:
        some = (
            select(literal(1))
            .where(_post(role, unit), _free(actor, view), *conditions)
            .limit(COUNT_LIMIT)
            .subquery()
        )
        total += db.session.scalar(select(func.count()).select_from(some)) or 0
    return min(total, COUNT_LIMIT)


def total(actor: Actor, view: View, due: Due = Due.ANY) -> int:
    """Count one view exactly."""
    if view is View.DONE:
        late = [Task.closed_at > Task.due_at] if due is Due.OVERDUE else []
        where = and_(Task.closed_by_id == actor.id, Task.closed_at.is_not(None), *late)
    else:
        posts = (_post(role, unit) for role, unit in actor.posts)
        where = and_(or_(literal(False), *posts), _free(actor, view), *due.conditions)
    return db.session.scalar(select(func.count(Task.id)).where(where)) or 0


_WHOLE = (
    joinedload(Task.case).options(joinedload(Case.unit), joinedload(Case.lead_unit)),
    joinedload(Task.unit),
    joinedload(Task.process).joinedload(Process.diagram),
    joinedload(Task.assignee),
    joinedload(Task.closed_by),
    selectinload(Task.deadlines),
)


#: One task: what its page needs beside is few rows, read when the page comes to them.
_AT_HAND = (joinedload(Task.case), joinedload(Task.process).joinedload(Process.diagram))


def get_task(task_id: int, actor: Actor) -> Task:
    """Return a task of the actor's own, open or done, or of a case or process the actor may see.

    Raises:
        TaskNotFound: there is no such task for this actor.
    """
    task = db.session.scalars(_TASK, {"task_id": task_id}).first()
    if task is None or not (_is_mine(task, actor) or _may_see(task, actor)):
        raise TaskNotFound
    return task


_TASK = select(Task).options(*_AT_HAND, undefer(Task.draft)).where(Task.id == bindparam("task_id"))


def _is_mine(task: Task, actor: Actor) -> bool:
    return actor.id in (task.closed_by_id, task.assignee_id) or holds(actor, task)


def _may_see(task: Task, actor: Actor) -> bool:
    query = select(Case.id).where(Case.id == task.case_id, visible(actor))
    if task.case_id is None:
        query = select(Process.id).where(Process.id == task.process_id, standalone(actor))
    return db.session.scalar(query) is not None


def by_ids(ids: Collection[int]) -> list[Task]:
    """Return tasks by id, the oldest first; for ids that a service has just answered with."""
    return list(db.session.scalars(_BY_IDS, {"ids": list(ids)}))


_BY_IDS = (
    select(Task)
    .options(joinedload(Task.assignee), joinedload(Task.unit))
    .where(Task.id.in_(bindparam("ids", expanding=True)))
    .order_by(Task.id)
)


def opened(ids: Iterable[int]) -> list[Any]:
    """Tell of tasks that a step has just opened: ``key name role process_id unit assignee``."""
    connection = db.session.connection()
    return [_OPENED.row(connection, {"of_id": one}) for one in ids]


_OPENED = Prepared(
    select(Task.key, Task.name, Task.role, Task.process_id)
    .add_columns(Unit.name.label("unit"), User.name.label("assignee"))
    .join_from(Task, Unit, Unit.id == Task.unit_id)
    .outerjoin(User, User.id == Task.assignee_id)
    .where(Task.id == bindparam("of_id"))
)


def why_not(task: Task, actor: Actor) -> Sentence | None:
    """Say why *actor* must not complete a *task* that they may see; ``None`` if nothing hinders."""
    try:
        require(db.session(), task, actor)
    except (NotAllowed, AlreadyDone, WrongStage) as refusal:
        return refusal.sentence
    return None


def require(session: Session, task: Task, actor: Actor) -> None:
    """Raise NotAllowed, AlreadyDone or WrongStage unless *actor* may complete *task* now."""
    require_going(task)
    if not holds(actor, task):
        raise NotAllowed("该待办由“%(role)s”办理。", role=Sentence(Role(task.role).label))
    if task.assignee_id not in (None, actor.id):
        name = task.assignee.name if task.assignee else ""
        raise NotAllowed("该待办已由%(name)s认领，如需办理请对方释放或转交。", name=name)
    entry = ANSWERS.get(task.form_key or "")
    if entry and entry.duty and task.case:
        _duties.require(session, task.case, Duty(entry.duty), [actor.id])


def require_going(task: Task) -> None:
    """Raise AlreadyDone for a task that is closed, WrongStage while its case is suspended."""
    if task.closed_at is not None:
        raise done(task)
    if task.suspended:
        raise WrongStage("该事项已中止办理，恢复后再办理。")


def done(task: Task) -> AlreadyDone:
    if task.closed_by is None or task.closed_at is None:
        return AlreadyDone("该待办已随流程进展自动撤回，无需办理。")
    return AlreadyDone(
        "该待办已由%(name)s于%(at)s办结。",
        name=task.closed_by.name,
        at=task.closed_at.astimezone(LOCAL).strftime("%Y-%m-%d %H:%M"),
    )


def colleagues(task: Task, actor: Actor) -> list[User]:
    """List those whom a task could be handed to."""
    role = Role(task.role)
    home = User.unit_id == task.unit_id if role in UNIT_ROLES else _in_county(task.unit_id)
    query = (
        select(User)
        .join(Grant, Grant.user_id == User.id)
        .where(Grant.role == role, User.active, User.id != actor.id, home)
        .order_by(User.name)
    )
    return list(db.session.scalars(query))


def _in_county(county_id: int) -> ColumnElement[bool]:
    return User.unit_id.in_(select(Unit.id).where(Unit.path.startswith(f"/{county_id}/")))
