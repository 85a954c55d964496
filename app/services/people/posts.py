"""What becomes of a person's post: another name, unit or role; leaving, and coming back."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import ColumnElement, and_, false, func, or_, select, update
from sqlalchemy.orm import Session

from app.clock import utcnow
from app.db import db, transaction
from app.domain.errors import Invalid
from app.domain.people import Actor, Grant, Unit, User
from app.domain.process import Task
from app.domain.vocabulary import Role
from app.services._catalogue import Context, hold, running
from app.services._history import record as record_history
from app.services.people import adding, record, rights
from app.services.people.passwords import end_logins


@dataclass(frozen=True, slots=True)
class Left:
    """What somebody leaves behind: tasks for colleagues, and schools without an inspector."""

    tasks: int = 0
    schools: int = 0


def leaving(user: User) -> Left:
    """Tell what would be left behind if the account were closed now."""
    session = db.session()
    tasks = select(func.count(Task.id)).where(_claimed(user, Actor.of(user).posts))
    schools = select(func.count(Unit.id)).where(Unit.inspector_id == user.id)
    return Left(session.scalar(tasks) or 0, session.scalar(schools) or 0)


def deactivate(user_id: int, by: Actor | None) -> Left:
    """Close an account: its logins end, what the person had claimed goes back to the post.

    Raises:
        NotAllowed: that is the system administrator's to do.
        Invalid: it is one's own account, or the last administrator's.
    """
    rights.require_keeper(by)
    if by is not None and by.id == user_id:
        raise Invalid("不能停用自己的账号。")
    with transaction() as session:
        user = rights.held(session, user_id, by)
        if not user.active:
            return Left()
        rights.refuse_last(session, user, user.roles)
        tasks = _give_back(session, user, Actor.of(user).posts, by)
        schools = _leave_schools(session, user)
        user.active = False
        end_logins(session, user.id)
        record.note(session, by, user, "deactivated", tasks=tasks, schools=schools)
        return Left(tasks, schools)


def reactivate(user_id: int, by: Actor | None) -> None:
    """Open a closed account again.

    Raises:
        NotAllowed: that is the system administrator's to do.
        Invalid: the person's unit is closed.
    """
    rights.require_keeper(by)
    with transaction() as session:
        user = rights.held(session, user_id, by)
        if user.active:
            return
        if not user.unit.active:
            raise Invalid("“%(unit)s”已停用，请先将该账号调到其他单位。", unit=user.unit.name)
        user.active, user.failures, user.locked_until = True, 0, None
        record.note(session, by, user, "reactivated")


def change(
    user_id: int, by: Actor | None, *, name: str | None = None, unit: str | None = None
) -> Left:
    """Correct a person's name, move them to the unit of that name, or both.

    What was signed keeps the name it was signed by, what was claimed stays with the old unit.

    Raises:
        NotAllowed: that is the system administrator's to do.
        Invalid: the name is missing or too long, or the county has no such active unit.
    """
    rights.require_keeper(by)
    tidy = adding.named(name, User) if name is not None else None
    with transaction() as session:
        user = rights.held(session, user_id, by)
        if tidy is not None and (before := user.name) != tidy:
            user.name = tidy
            record.note(session, by, user, "user_renamed", was=before, to=tidy)
        home = user.unit if unit in (None, user.unit.name) else _home(session, user, unit, by)
        return _move(session, user, home, by) if home is not user.unit else Left()


def _home(session: Session, user: User, unit: str | None, by: Actor | None) -> Unit:
    home = adding.unit_named(session, unit, "unit", by)
    if home.county_id != user.unit.county_id:
        raise Invalid(fields={"unit": ["不能调到其他县，请在该县新建账号。"]})
    return home


def _move(session: Session, user: User, home: Unit, by: Actor | None) -> Left:
    posts, before = set(Actor.of(user).posts), user.unit.name
    user.unit = home
    session.flush()
    tasks = _give_back(session, user, posts - set(Actor.of(user).posts), by)
    record.note(session, by, user, "moved", was=before, to=home.name, tasks=tasks)
    return Left(tasks)


def change_roles(
    user_id: int, by: Actor | None, *, add: Iterable[Role] = (), drop: Iterable[Role] = ()
) -> Left:
    """Grant roles and revoke others; what was claimed in a role that is lost goes back.

    Raises:
        NotAllowed: roles are another administrator's to grant.
        Invalid: they are one's own, contradict each other, or the county would be left without.
    """
    rights.require_granter(by)
    if by is not None and by.id == user_id:
        raise Invalid("不能更改自己的角色。")
    with transaction() as session:
        user = rights.held(session, user_id, by)
        before, after = user.roles, (user.roles - frozenset(drop)) | frozenset(add)
        gained, lost = sorted(after - before), before - after
        if not gained and not lost:
            return Left()
        rights.check_roles(after)
        rights.refuse_last(session, user, lost)
        posts = set(Actor.of(user).posts)
        user.grants = [one for one in user.grants if one.role in after]
        user.grants += [Grant(role=role) for role in gained]
        session.flush()
        left = Left(
            _give_back(session, user, posts - set(Actor.of(user).posts), by),
            _leave_schools(session, user) if Role.INSPECTOR in lost else 0,
        )
        gone = sorted(map(str, lost))
        told = {"granted": [str(one) for one in gained], "revoked": gone, "tasks": left.tasks}
        record.note(session, by, user, "roles_changed", **told)
        return left


def _claimed(user: User, posts: Iterable[tuple[Role, int]]) -> ColumnElement[bool]:
    """Return the condition on open tasks that the person holds in one of these posts."""
    of_posts = [and_(Task.role == role, Task.unit_id == unit) for role, unit in posts]
    open_ones = and_(Task.closed_at.is_(None), Task.assignee_id == user.id)
    return and_(or_(*of_posts) if of_posts else false(), open_ones)


def _give_back(
    session: Session, user: User, posts: Iterable[tuple[Role, int]], by: Actor | None
) -> int:
    """Let colleagues take what the person had claimed in these posts; their histories tell why."""
    query = select(Task.id, Task.process_id, Task.case_id).where(_claimed(user, posts))
    count = 0
    for row in session.execute(query.order_by(Task.case_id, Task.process_id, Task.id)).all():
        hold(session, row.process_id)
        task = session.get_one(Task, row.id, populate_existing=True)
        if task.closed_at is not None or task.assignee_id != user.id:
            continue
        task.assignee_id, task.revision = None, task.revision + 1
        session.flush()
        context = Context(session, running(session, row.process_id), utcnow(), by)
        line = {"task": task.name, "key": task.key, "whom": user.name}
        record_history(context, "given_back", line)
        count += 1
    return count


def _leave_schools(session: Session, user: User) -> int:
    """Leave the schools that the person looked after without an inspector."""
    theirs = select(func.count(Unit.id)).where(Unit.inspector_id == user.id)
    count = session.scalar(theirs) or 0
    session.execute(update(Unit).where(Unit.inspector_id == user.id).values(inspector_id=None))
    return count
