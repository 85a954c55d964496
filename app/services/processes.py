"""Processes: starting one on any published diagram, looking at one, putting its rows right."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import bindparam, or_, select
from sqlalchemy.orm import Session, joinedload

from app import engine
from app.clock import utcnow
from app.db import db, transaction
from app.domain.case import Case
from app.domain.errors import Invalid, Listing, NotAllowed, NotFound, Sentence, WrongStage
from app.domain.going import GOING, TICKING
from app.domain.people import Actor
from app.domain.process import Diagram, Incident, Process, Task, Timer
from app.domain.vocabulary import DiagramState, ProcessStatus, Role
from app.services import _moves, _progress, diagrams
from app.services._catalogue import Context, Running, hold, running
from app.services._history import record
from app.services._prepared import Prepared
from app.services._scope import holds, sees, standalone, visible
from app.services.diagrams import Compiled

#: Of the reason for which a process is terminated.
LONGEST_REASON = 400


def start(
    key: str, actor: Actor, variables: Mapping[str, Any], *, subject: str | None = None
) -> int:
    """Start a process on the published diagram *key*, about the case numbered *subject* or none.

    Return its id.

    Raises:
        NotAllowed: others start such processes, or only the program does.
        NotFound: no such diagram is published, or no such case is the actor's business.
        Invalid: a variable isn't one that the diagram declares, or not a plain value.
    """
    _check_variables(variables)
    with transaction() as session:
        diagram = diagrams.published(session, key)
        _require_starter(diagram, actor)
        process = _of_unit(actor) if subject is None else _subject(session, subject, actor)
        if process.case_id is None and diagram.terms.about_case:
            raise Invalid(fields={"subject": ["该流程须关联一个问题，请给出问题编号。"]})
        return _progress.begin(Context(session, process, utcnow(), actor), diagram, variables)


def _require_starter(diagram: Compiled, actor: Actor) -> None:
    if not actor.has(*diagram.terms.starters):
        roles = Listing([Sentence(one.label) for one in sorted(diagram.terms.starters)])
        raise NotAllowed("“%(name)s”由%(roles)s发起。", name=diagram.name, roles=roles)
    if diagram.terms.by_program:
        template = "“%(name)s”由系统在事项办理中发起，不能单独发起；请在事项页面提出相应的申请。"
        raise NotAllowed(template, name=diagram.name)


@dataclass(frozen=True, slots=True)
class Offer:
    """A process that somebody may start, and what it is for."""

    diagram: Diagram
    description: str


def startable(actor: Actor) -> list[Offer]:
    """List the published diagrams about no case that *actor* may start processes on, by name."""
    session = db.session()
    query = select(Diagram).where(Diagram.state == DiagramState.PUBLISHED).order_by(Diagram.version)
    found = []
    for diagram in {one.key: one for one in session.scalars(query)}.values():
        terms = diagrams.compiled(session, diagram.id).terms
        by_hand = not (terms.about_case or terms.by_program)
        if by_hand and actor.has(*terms.starters):
            found.append(Offer(diagram, terms.description))
    return sorted(found, key=lambda one: one.diagram.name)


def _of_unit(actor: Actor) -> Running:
    """Return a process yet to begin that is about no case, for the actor's own unit."""
    unit = actor.unit_id
    return Running(lead_unit_id=unit, department_id=unit, county_id=actor.county_id)


def _subject(session: Session, number: str, actor: Actor) -> Running:
    """Return a process yet to begin about the case of that number, which is held."""
    row = _SUBJECT.row(session.connection(), {"of_number": number})
    if row is None or not sees(session, actor, row.id, row.county_id):
        raise NotFound
    return Running(*row)


_SUBJECT = Prepared(
    select(Case.id, Case.cycle, Case.lead_unit_id, Case.department_id, Case.county_id)
    .where(Case.number == bindparam("of_number"))
    .with_for_update(key_share=True)
)


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
    query = (
        select(Process)
        .outerjoin(Case, Case.id == Process.case_id)
        .options(joinedload(Process.diagram), joinedload(Process.case))
        .where(Process.id == process_id, or_(standalone(actor), visible(actor)))
    )
    found = db.session.scalars(query).first()
    if found is None:
        raise NotFound
    return found


def open_tasks(process: Process) -> list[Task]:
    """List what the process waits for from people."""
    query = select(Task).where(Task.process_id == process.id, Task.closed_at.is_(None))
    return list(db.session.scalars(query.order_by(Task.id)))


def own_task(process: Process, actor: Actor) -> Task | None:
    """Return the first open task that waits for *actor*."""
    waiting = (task for task in open_tasks(process) if task.assignee_id in (None, actor.id))
    return next((task for task in waiting if holds(actor, task)), None)


def armed_timers(process: Process) -> list[Timer]:
    """List the clocks that the process waits for, also while they stand still."""
    query = select(Timer).where(
        Timer.process_id == process.id,
        Timer.state.in_(TICKING),
    )
    return list(db.session.scalars(query.order_by(Timer.due_at)))


def tasks_of(process: Process) -> list[Task]:
    """List all tasks of a process, open ones first, then the latest done."""
    query = (
        select(Task)
        .options(joinedload(Task.assignee), joinedload(Task.closed_by), joinedload(Task.unit))
        .where(Task.process_id == process.id)
        .order_by(Task.closed_at.is_not(None), Task.closed_at.desc(), Task.id)
    )
    return list(db.session.scalars(query))


def timers_of(process: Process) -> list[Timer]:
    """List all deadlines of a process, by due date."""
    query = select(Timer).where(Timer.process_id == process.id)
    return list(db.session.scalars(query.order_by(Timer.due_at, Timer.id)))


def incidents_of(process: Process) -> list[Incident]:
    """List what failed in a process and still waits for somebody."""
    query = select(Incident).where(
        Incident.process_id == process.id, Incident.resolved_at.is_(None)
    )
    return list(db.session.scalars(query))


def terminate(process_id: int, actor: Actor, reason: str) -> None:
    """End a process about no case where it stands, for a reason that its history keeps.

    Raises:
        NotFound: there is none, or it is none of the actor's business.
        NotAllowed: the actor is not the head of the office.
        Invalid: no reason is given.
        WrongStage: it is over already, or it is about a case.
        Conflict: somebody else moved it at the same time.
    """
    found, reason = get(process_id, actor), reason.strip()
    if not may_terminate(actor):
        raise NotAllowed("终结流程由督导办主任决定。")
    if found.case_id is not None:
        raise WrongStage("该流程针对一个问题，请在事项页面申请终结。")
    if not 0 < len(reason) <= LONGEST_REASON:
        fault = Sentence("请写明理由，不超过 %(most)s 字。", most=LONGEST_REASON)
        raise Invalid(fields={"reason": [fault]})
    with transaction() as session:
        hold(session, process_id)
        context = Context(session, running(session, process_id), utcnow(), actor)
        if context.process.status not in GOING:
            raise WrongStage("该流程已经结束。")
        program = diagrams.compiled(session, context.process.diagram_id).program
        step = engine.cancel(program, context.process.state)
        record(context, "process_terminated", {"reason": reason})
        _progress.save(context, step, ProcessStatus.TERMINATED)
        _progress.close(context, step)


def may_terminate(actor: Actor) -> bool:
    """Tell whether *actor* decides on ending processes before their time."""
    return actor.has(Role.OFFICE_HEAD)


def running_ids() -> list[int]:
    """List the ids of all processes that run or stand still."""
    query = select(Process.id).where(Process.status.in_(GOING))
    return list(db.session.scalars(query.order_by(Process.id)))


def resync(process_id: int) -> int:
    """Make the rows of one process agree with its state; return how many were put right.

    The state is right by definition; rows are copies of what it waits for.
    """
    with transaction() as session:
        hold(session, process_id)
        process = running(session, process_id)
        program = diagrams.compiled(session, process.diagram_id).program
        context = Context(session, process, utcnow(), None)
        mended = _progress.resync(context, engine.waiting(program, process.state))
        if process.status is ProcessStatus.SUSPENDED:
            _moves.keep_still(context)
        return mended
