"""催办: telling whoever holds an open task that it is waited for, at most once a working day."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date, datetime, timedelta

from sqlalchemy import ColumnElement, and_, or_, select
from sqlalchemy.orm import Session

from app.clock import local_date, utcnow
from app.db import transaction
from app.domain.deadlines import last_day
from app.domain.errors import Conflict, DomainError, NotAllowed, Sentence
from app.domain.notice import Notice
from app.domain.people import UNIT_ROLES, Actor, Grant, Unit, User
from app.domain.process import Task
from app.domain.vocabulary import Role
from app.services import calendars
from app.services._catalogue import Context, hold, running
from app.services._history import record
from app.services._notices import tell_people
from app.services._scope import holds
from app.services.inbox import get_task, require_going
from app.services.timer_list import starts

#: The kind of notice, and of the line of history.
REMINDED = "reminded"
#: Who may remind whoever holds a task that they see.
MAY_REMIND = frozenset({Role.OFFICE, Role.OFFICE_HEAD, Role.CHIEF, Role.INSPECTOR})


def remind(task_id: int, actor: Actor) -> int:
    """Tell those who hold a task that it is waited for; return how many were told.

    Raises:
        TaskNotFound: there is no such task for this actor.
        NotAllowed, Conflict, AlreadyDone, WrongStage: as `refusal` says.
    """
    process_id = get_task(task_id, actor).process_id
    with transaction() as session:
        # Two who remind at once must not both find that nobody has.
        hold(session, process_id)
        task = session.get_one(Task, task_id, populate_existing=True)
        if (why_not := refusal(session, task, actor)) is not None:
            raise why_not
        return _tell(session, task, actor)


def _tell(session: Session, task: Task, actor: Actor) -> int:
    at = utcnow()
    told = session.scalars(select(User.id).distinct().join(Grant).where(_holder(task))).all()
    if not told:
        raise NotAllowed("没有人担任该岗位，无人可催，请先安排人员。")
    due = last_day(task.due_at).isoformat() if task.due_at else ""
    common = {
        "case_id": task.case_id,
        "process_id": None if task.case_id else task.process_id,
        "what": REMINDED,
        "params": {"by": actor.name, "due": due, "task_id": task.id},
        "at": at,
    }
    tell_people(session, _key(task, at), User.id.in_(told), common)
    context = Context(session, running(session, task.process_id), at, actor)
    to = task.assignee.name if task.assignee else task.role
    record(context, REMINDED, {"task": task.name, "key": task.key, "to": to})
    return len(told)


def _key(task: Task, at: datetime) -> str:
    return f"{REMINDED}:{task.id}:{_workday(task, at)}:"


def refusal(
    session: Session, task: Task, actor: Actor, *, reminded: Collection[int] | None = None
) -> DomainError | None:
    """Return why *actor* can't remind who holds a task that they see; ``None`` if they can.

    Who asks of many tasks says which of them have been *reminded*.
    """
    try:
        require_going(task)
    except DomainError as error:
        return error
    if (found := _of_person(task, actor)) is not None:
        return found
    if task.id in (reminded_lately(session, [task]) if reminded is None else reminded):
        return Conflict("本工作日内已催办过，请在下一个工作日再催。")
    return None


def _of_person(task: Task, actor: Actor) -> DomainError | None:
    if task.assignee_id == actor.id or (task.assignee_id is None and holds(actor, task)):
        return NotAllowed("该待办由您本人或您的岗位办理，无需催办。")
    if actor.has(*MAY_REMIND):
        return None
    if actor.has(Role.DEPARTMENT) and Role(task.role) in UNIT_ROLES - {Role.DEPARTMENT}:
        return None
    return NotAllowed("由督导办、总督学、责任督学催办；主管部门可催办所管单位。")


def reminded_lately(session: Session, tasks: Sequence[Task]) -> Collection[int]:
    """Return the ids of those of *tasks* that somebody has reminded this working day."""
    if not tasks:
        return ()
    now = utcnow()
    since = min(starts(_workday(task, now)) for task in tasks)
    query = select(Notice.params, Notice.at).where(
        or_(
            Notice.case_id.in_({one.case_id for one in tasks if one.case_id}),
            Notice.process_id.in_({one.process_id for one in tasks if not one.case_id}),
        ),
        Notice.what == REMINDED,
        Notice.at >= since,
    )
    since_of = {one.id: starts(_workday(one, now)) for one in tasks}
    never = now + timedelta.resolution
    return {
        row.params["task_id"]
        for row in session.execute(query)
        if row.at >= since_of.get(row.params["task_id"], never)
    }


def _workday(task: Task, at: datetime) -> date:
    """Return the working day that *at* belongs to: a day of rest to the last one before it."""
    county_id = task.case.county_id if task.case else task.process.county_id
    return calendars.current(county_id).add_workdays(local_date(at) + timedelta(days=1), -1)


def holder_of(task: Task) -> Sentence | str:
    """Name who holds a task: a person, or a post of a unit."""
    if task.assignee is not None:
        return task.assignee.name
    role = Sentence(Role(task.role).label)
    return Sentence("%(role)s（%(unit)s）", role=role, unit=task.unit.name)


def _holder(task: Task) -> ColumnElement[bool]:
    """Return the condition that a person with a grant holds *task*."""
    if task.assignee_id is not None:
        return and_(User.id == task.assignee_id, User.active)
    role = Role(task.role)
    home = User.unit_id == task.unit_id
    if role not in UNIT_ROLES:
        county = select(Unit.id).where(Unit.path.startswith(f"/{task.unit_id}/"))
        home = User.unit_id.in_(county)
    return and_(Grant.role == role, User.active, home)
