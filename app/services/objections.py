"""Objections: asking for the finding itself to be looked at again, taking that back, reading."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from app.clock import local_date, utcnow
from app.db import db, transaction
from app.domain.case import Case
from app.domain.change import Objection
from app.domain.deadlines import due
from app.domain.errors import NotAllowed, NotFound, Sentence, WrongStage
from app.domain.people import Actor
from app.domain.process import Process, Task
from app.domain.rules import Anchor, Rule
from app.domain.vocabulary import Role
from app.engine import send
from app.services import (
    _change_rules,
    _objection_clocks,
    _progress,
    _start,
    calendars,
    changes,
    diagrams,
    tasks,
)
from app.services._catalogue import Context, about, hold, running
from app.services._change_rules import Asking
from app.services._scope import case_for, visible

_DIAGRAM, _FORM = "objection", "objection_request"


def why_not(case: Case, actor: Actor) -> Sentence | None:
    """Say why *actor* can raise no objection now; ``None`` if they can."""
    asking = Asking(db.session(), case, actor, utcnow())
    refusal = _change_rules.objection_refusal(asking)
    return refusal.sentence if refusal else None


def form_of() -> tuple[str, int, Mapping[str, Any]]:
    """Return key, version and content of the form that an objection is raised with."""
    found = diagrams.published(db.session(), _DIAGRAM)
    return _FORM, found.version, found.forms[_FORM]


def to_object(number: str, actor: Actor) -> Case:
    """Return the case that *actor* may now object to.

    Raises:
        NotFound: there is no such case for this actor.
        NotAllowed: only the head of the lead unit objects.
        WrongStage: it is too early, too late, or decided.
        Conflict: one is being examined.
    """
    case = case_for(db.session(), number, actor)
    _require(Asking(db.session(), case, actor, utcnow()))
    return case


def _require(asking: Asking) -> None:
    if (refusal := _change_rules.objection_refusal(asking)) is not None:
        raise refusal


def file_objection(number: str, actor: Actor, answers: Mapping[str, Any]) -> Objection:
    """Raise an objection: start its process beside the case, with its first form completed.

    Raises as `to_object` does, and Invalid when an answer is missing.
    """
    with transaction() as session:
        case = case_for(session, number, actor, lock=True)
        asking = Asking(session, case, actor, utcnow())
        _require(asking)
        objection = Objection(
            case=case,
            cycle=case.cycle,
            matter="",
            reason="",
            filed_at=asking.at,
            filed_by_id=actor.id,
        )
        session.add(objection)
        session.flush()
        context = Context(session, about(case), asking.at, actor)
        _objection_clocks.stop(context)
        variables = _variables(asking)
        process_id = _start.beside(context, _DIAGRAM, variables, objection_id=objection.id)
        tasks.complete(session, changes.first_task(session, process_id), actor, answers)
        return objection


def _variables(asking: Asking) -> dict[str, Any]:
    """Return what the diagram counts from, and by when the answer is due."""
    on, limit = local_date(asking.at), asking.rules.objection.answer
    answer_on = on
    if limit.span is not None:
        calendar = calendars.current(asking.case.county_id)
        answer_on = due(Rule(Anchor.AFTER, limit.span, on), asking.at, calendar).on
    return {"filed_on": on.isoformat(), "answer_on": answer_on.isoformat(), "outcome": ""}


def withdraw(objection_id: int, actor: Actor) -> Objection:
    """Take an objection back before it is concluded.

    Raises:
        NotFound: there is no such objection for this actor.
        NotAllowed: only the head of the unit takes it back.
        WrongStage: it is concluded.
    """
    with transaction() as session:
        process_id = session.scalar(select(Process.id).filter_by(objection_id=objection_id))
        hold(session, process_id)
        objection = get(objection_id, actor)
        if not _is_ours(objection, actor):
            raise NotAllowed("只有申请人可以撤回。")
        if not objection.state.is_open:
            raise WrongStage("该异议已经办结。")
        process = running(session, process_id or 0)
        context = Context(session, process, utcnow(), actor)
        program = diagrams.compiled(session, process.diagram_id).program
        _progress.apply(context, send(program, process.state, "withdraw", {}))
        return objection


def may_withdraw(objection: Objection, actor: Actor) -> bool:
    """Tell whether *actor* may take the objection back."""
    return objection.state.is_open and _is_ours(objection, actor)


def _is_ours(objection: Objection, actor: Actor) -> bool:
    at_home = actor.unit_id == objection.case.lead_unit_id
    return at_home and actor.has(Role.UNIT_HEAD)


def get(objection_id: int, actor: Actor) -> Objection:
    """Return one objection.

    Raises:
        NotFound: there is none for this actor.
    """
    query = select(Objection).join(Case, Case.id == Objection.case_id).options(*_WHOLE)
    query = query.where(visible(actor), Objection.id == objection_id)
    found = db.session.scalars(query).first()
    if found is None:
        raise NotFound
    return found


def of_case(case: Case) -> Sequence[Objection]:
    """List the objections to one case, the latest first."""
    query = select(Objection).options(*_WHOLE).filter_by(case_id=case.id)
    return db.session.scalars(query.order_by(Objection.id.desc())).all()


def listing(actor: Actor) -> Sequence[Objection]:
    """List the objections to cases that *actor* may see, the latest first, at most 200."""
    query = select(Objection).join(Case, Case.id == Objection.case_id).options(*_WHOLE)
    return db.session.scalars(
        query.where(visible(actor)).order_by(Objection.id.desc()).limit(200)
    ).all()


def of_task(task: Task) -> Objection | None:
    """Return the objection that a task's process is about."""
    objection_id = task.process.objection_id
    return db.session.get(Objection, objection_id) if objection_id else None


_WHOLE = (
    joinedload(Objection.case).joinedload(Case.lead_unit),
    joinedload(Objection.filed_by),
    joinedload(Objection.decided_by),
)
