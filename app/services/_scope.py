"""Whose rows a person may see. One place, used by every page and call."""

from typing import Any

from sqlalchemy import ColumnElement, Select, and_, false, or_, select, true
from sqlalchemy.orm import Session, aliased

from app.domain.case import Case
from app.domain.change import ChangeRequest
from app.domain.errors import NotFound
from app.domain.people import UNIT_ROLES, Actor, Unit
from app.domain.process import Process, Task, Timer
from app.domain.vocabulary import ChangeState, Role

#: Roles that act for a supervised unit, not for its department.
_OWN = UNIT_ROLES - {Role.DEPARTMENT}


def visible(actor: Actor) -> ColumnElement[bool]:
    """Return the condition on `Case` that leaves only what *actor* may see.

    The county's people see all of their county; a department the cases it is competent for; a unit
    its own and those of the units below it (a town's schools), and what it is asked to take over.
    Administrators see no case.
    """
    if actor.sees_county:
        return Case.county_id == actor.county_id
    conditions: list[ColumnElement[bool]] = []
    if actor.has(Role.DEPARTMENT):
        conditions.append(Case.department_id == actor.unit_id)
    if not actor.roles.isdisjoint(_OWN):
        below = _subtree(actor.unit_path)
        conditions += [Case.lead_unit_id.in_(below), Case.unit_id.in_(below)]
        conditions.append(_asked_to_take(actor))
    return or_(*conditions) if conditions else false()


def sees(session: Session, actor: Actor, case_id: int, county_id: int) -> bool:
    """Tell whether *actor* may see the case of that id and county; see `visible`."""
    if actor.sees_county:
        return county_id == actor.county_id
    return session.scalar(select(Case.id).where(Case.id == case_id, visible(actor))) is not None


def _asked_to_take(actor: Actor) -> ColumnElement[bool]:
    """Return the condition on a case that the actor's unit is just being asked to take over."""
    return Case.id.in_(_asked(actor))


def _asked(actor: Actor) -> Select[int]:
    return select(ChangeRequest.case_id).where(
        ChangeRequest.to_unit_id == actor.unit_id, ChangeRequest.state == ChangeState.PENDING
    )


def _subtree(path: str) -> Select[int]:
    unit = aliased(Unit)
    return select(unit.id).where(unit.path.startswith(path))


def visible_by_index(session: Session, actor: Actor) -> ColumnElement[bool]:
    """Return the condition of `visible` with its units and requests read beforehand.

    A database then walks its indexes, where the questions inside the question made it look at
    every case.
    """
    if actor.sees_county:
        return Case.county_id == actor.county_id
    conditions: list[ColumnElement[bool]] = []
    if actor.has(Role.DEPARTMENT):
        conditions.append(Case.department_id == actor.unit_id)
    if not actor.roles.isdisjoint(_OWN):
        below = session.scalars(_subtree(actor.unit_path)).all()
        conditions += [Case.lead_unit_id.in_(below), Case.unit_id.in_(below)]
        asked = session.scalars(_asked(actor)).all()
        conditions += [Case.id.in_(asked)] if asked else []
    return or_(*conditions) if conditions else false()


def case_of(actor: Actor, *conditions: ColumnElement[bool]) -> Select[Case]:
    """Return a query for cases that *actor* may see and that meet *conditions*."""
    return select(Case).where(visible(actor), *(conditions or (true(),)))


def case_for(session: Session, number: str, actor: Actor, *, lock: bool = False) -> Case:
    """Return the case of that number; locked, it is read anew.

    Raises:
        NotFound: there is none, or it is none of the actor's business.
    """
    query = case_of(actor, Case.number == number)
    if lock:
        query = query.with_for_update(of=Case, key_share=True)
    found = session.scalars(query, execution_options={"populate_existing": lock}).first()
    if found is None:
        raise NotFound
    return found


def standalone(actor: Actor) -> ColumnElement[bool]:
    """Return the condition on `Process` that leaves those about no case that concern *actor*.

    They concern whoever began it, the office of its county, and all who have or had a task in it.
    """
    posts = (and_(Task.role == role, Task.unit_id == unit) for role, unit in actor.posts)
    own = or_(Task.closed_by_id == actor.id, Task.assignee_id == actor.id, *posts)
    has_task = select(Task.id).where(Task.process_id == Process.id, own).exists()
    concerned = [Process.started_by_id == actor.id, has_task]
    if actor.has(Role.OFFICE, Role.OFFICE_HEAD):
        concerned.append(Process.county_id == actor.county_id)
    return and_(Process.case_id.is_(None), or_(*concerned))


def of_standalone(process_id: Any, actor: Actor) -> ColumnElement[bool]:
    """Return the condition that a column names a process about no case that concerns *actor*."""
    condition: ColumnElement[bool] = process_id.in_(select(Process.id).where(standalone(actor)))
    return condition


def of_visible_timers(query: Select[Any], actor: Actor) -> Select[Any]:
    """Leave of a query on `Timer` those of cases, and of processes about none, that *actor* sees.

    The case, where there is one, is joined.
    """
    own = and_(Timer.case_id.is_(None), of_standalone(Timer.process_id, actor))
    return query.outerjoin(Case, Case.id == Timer.case_id).where(or_(visible(actor), own))


def holds(actor: Actor, task: Any) -> bool:
    """Tell whether a task was handed out to a post that *actor* holds."""
    return task.role in actor.roles and task.unit_id == actor.acts_for(task.role)
