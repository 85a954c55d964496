"""Processes: starting one on any published diagram, looking at one, putting its rows right."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import or_, select
from sqlalchemy.orm import Session, joinedload

from app import engine
from app.clock import utcnow
from app.db import db, transaction
from app.domain.case import Case
from app.domain.errors import Invalid, NotAllowed, NotFound
from app.domain.people import Actor
from app.domain.process import Incident, Process, Task, Timer
from app.domain.vocabulary import ProcessStatus, Role, TimerState
from app.services import _moves, _progress, diagrams
from app.services._catalogue import Context, Running, running
from app.services._scope import visible


def start(
    key: str, actor: Actor, variables: Mapping[str, Any], *, subject: str | None = None
) -> int:
    """Start a process on the published diagram *key*, about the case numbered *subject* or none.

    Return its id.

    Raises:
        NotAllowed: the actor starts no processes.
        NotFound: no such diagram is published, or no such case is the actor's business.
        Invalid: a variable isn't one that the diagram declares, or not a plain value.
    """
    if not actor.has(Role.OFFICE, Role.OFFICE_HEAD):
        raise NotAllowed("只有督导办可以发起流程。")
    _check_variables(variables)
    with transaction() as session:
        process = _of_office(actor) if subject is None else _subject(session, subject, actor)
        diagram = diagrams.published(session, key)
        if process.case_id is None and diagram.about_case:
            raise Invalid(fields={"subject": ["该流程须关联一个问题，请给出问题编号。"]})
        return _progress.begin(Context(session, process, utcnow(), actor), diagram, variables)


def _of_office(actor: Actor) -> Running:
    """Return a process yet to begin that is about no case, for the actor's own unit."""
    return Running(lead_unit_id=actor.unit_id, county_id=actor.county_id)


def _subject(session: Session, number: str, actor: Actor) -> Running:
    """Return a process yet to begin about the case of that number."""
    columns = (Case.id, Case.cycle, Case.lead_unit_id, Case.department_id, Case.county_id)
    row = session.execute(select(*columns).where(Case.number == number, visible(actor))).first()
    if row is None:
        raise NotFound
    return Running(*row)


def _check_variables(variables: Mapping[str, Any]) -> None:
    wrong = {
        f"variables.{name}": ["只能是文字、数字、是否，文字不超过500字。"]
        for name, value in variables.items()
        if not isinstance(value, str | int | float | bool | None) or len(str(value)) > 500
    }
    if wrong:
        raise Invalid(fields=wrong)


def get(process_id: int, actor: Actor) -> Process:
    """Return one process, running or finished.

    Raises:
        NotFound: there is none, or it is none of the actor's business.
    """
    own = Process.case_id.is_(None) & (Process.started_by_id == actor.id)
    query = (
        select(Process)
        .outerjoin(Case, Case.id == Process.case_id)
        .options(joinedload(Process.diagram), joinedload(Process.case))
        .where(Process.id == process_id, or_(own, visible(actor)))
    )
    found = db.session.scalars(query).first()
    if found is None:
        raise NotFound
    return found


def open_tasks(process: Process) -> list[Task]:
    """List what the process waits for from people."""
    query = select(Task).where(Task.process_id == process.id, Task.closed_at.is_(None))
    return list(db.session.scalars(query.order_by(Task.id)))


def armed_timers(process: Process) -> list[Timer]:
    """List the clocks that the process waits for, also while they stand still."""
    query = select(Timer).where(
        Timer.process_id == process.id,
        Timer.state.in_((TimerState.ARMED, TimerState.SUSPENDED)),
    )
    return list(db.session.scalars(query.order_by(Timer.due_at)))


def incidents_of(process: Process) -> list[Incident]:
    """List what failed in a process and still waits for somebody."""
    query = select(Incident).where(
        Incident.process_id == process.id, Incident.resolved_at.is_(None)
    )
    return list(db.session.scalars(query))


def running_ids() -> list[int]:
    """List the ids of all processes that run or stand still."""
    going = (ProcessStatus.RUNNING, ProcessStatus.SUSPENDED)
    query = select(Process.id).where(Process.status.in_(going))
    return list(db.session.scalars(query.order_by(Process.id)))


def resync(process_id: int) -> int:
    """Make the rows of one process agree with its state; return how many were put right.

    The state is right by definition; rows are copies of what it waits for.
    """
    with transaction() as session:
        process = running(session, process_id)
        program = diagrams.compiled(session, process.diagram_id).program
        context = Context(session, process, utcnow(), None)
        mended = _progress.resync(context, engine.waiting(program, process.state))
        if process.status is ProcessStatus.SUSPENDED:
            _moves.keep_still(context)
        return mended
