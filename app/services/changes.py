"""Change requests: asking for more time, a pause, another unit or an end; taking it back; reading.

What is decided on a request, people decide through the tasks of its process.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, select
from sqlalchemy.orm import Session, joinedload

from app.clock import utcnow
from app.db import db, transaction
from app.domain.case import Case
from app.domain.change import ChangeRequest
from app.domain.errors import DomainError, Invalid, NotAllowed, NotFound, Sentence, WrongStage
from app.domain.people import Actor
from app.domain.process import Process, Task
from app.domain.rule_sets import Ground
from app.domain.vocabulary import ChangeKind, ChangeState
from app.services import (
    _change_answers,
    _change_requests,
    _change_rules,
    _changes,
    _start,
    rule_sets,
    tasks,
)
from app.services import diagrams as drawings
from app.services._catalogue import Context, Given, about, hold
from app.services._change_rules import Asking
from app.services._changes import Change, Effects, TimerEffect
from app.services._scope import case_for, visible

__all__ = ["Change", "Effects", "TimerEffect"]

#: Which diagram a request of each kind runs on, and its first form.
_DIAGRAMS = dict.fromkeys(ChangeKind, ("change_request", "change_application")) | {
    ChangeKind.REASSIGNMENT: ("reassignment", "reassignment_request")
}


@dataclass(frozen=True, slots=True)
class Choice:
    """A kind of change, and why the person can't ask for it now; ``None`` if they can."""

    kind: ChangeKind
    why_not: Sentence | None


def choices(case: Case, actor: Actor) -> list[Choice]:
    """List the kinds of change for somebody who may ask for some; for others nothing."""
    asking = Asking(db.session(), case, actor, utcnow())
    if not (asking.for_unit or asking.by_office):
        return []
    return [Choice(kind, _sentence(_change_rules.refusal(asking, kind))) for kind in ChangeKind]


def _sentence(error: DomainError | None) -> Sentence | None:
    return error.sentence if error else None


def form_of(kind: ChangeKind) -> tuple[str, int, Mapping[str, Any]]:
    """Return key, version and content of the form that a request of this kind is filed with."""
    diagram, form = _DIAGRAMS[kind]
    found = drawings.published(db.session(), diagram)
    return form, found.version, found.forms[form]


def to_ask(number: str, actor: Actor, kind: ChangeKind) -> Case:
    """Return the case that *actor* may now ask this change of.

    Raises:
        NotFound: there is no such case for this actor.
        NotAllowed: the actor isn't one who asks for this.
        WrongStage: the case doesn't stand where it can be asked for.
        Conflict: one is pending.
    """
    case = case_for(db.session(), number, actor)
    _change_rules.require(Asking(db.session(), case, actor, utcnow()), kind)
    return case


def is_late(case: Case, actor: Actor, kind: ChangeKind) -> bool:
    """Tell whether a request of this kind would be filed after the time to ask for it."""
    asking = Asking(db.session(), case, actor, utcnow())
    return kind in _change_rules.DATED and _change_rules.is_late(asking)


def file_request(
    number: str, actor: Actor, kind: ChangeKind, answers: Mapping[str, Any]
) -> ChangeRequest:
    """Ask for a change of a case: start the request's process with its first form completed.

    Raises as `to_ask` does, and:
        Invalid: an answer is missing, or asks for more than the county's rules allow.
    """
    with transaction() as session:
        # Two that ask at once must not both be found the first.
        case = case_for(session, number, actor, lock=True)
        asking = Asking(session, case, actor, utcnow())
        _change_rules.require(asking, kind)
        change = _enter(asking, kind)
        context = Context(session, about(case), asking.at, actor)
        variables = _variables(asking, kind, Given(answers))
        process_id = _start.beside(
            context, _DIAGRAMS[kind][0], variables, change_request_id=change.id
        )
        tasks.complete(session, first_task(session, process_id), actor, answers)
        return change


def _enter(asking: Asking, kind: ChangeKind) -> ChangeRequest:
    """Write the row; its first form fills in the rest."""
    case = asking.case
    change = ChangeRequest(
        case=case,
        cycle=case.cycle,
        kind=kind,
        ground="",
        reason="",
        due_on=case.due_on,
        filed_at=asking.at,
        filed_by_id=asking.actor.id,
    )
    asking.session.add(change)
    asking.session.flush()
    return change


def _variables(asking: Asking, kind: ChangeKind, answers: Mapping[str, Any]) -> dict[str, Any]:
    if kind is ChangeKind.REASSIGNMENT:
        return {"by_office": asking.by_office}
    until = _change_answers.until_of(kind, answers)
    if until is not None and kind in _change_rules.DATED:
        _change_rules.check_until(asking, kind, until, _change_answers.UNTIL[kind])
    return {
        "kind": kind.value,
        "occasion": _change_rules.occasion(asking, kind),
        "days": _change_rules.total_days(asking, until) if until else 0,
        "severity": asking.case.severity.value,
        "by_rule": _change_rules.decider(asking, kind, until).value,
        "by_office": asking.by_office,
    }


def grounds(of: str, actor: Actor) -> Sequence[Ground]:
    """List the grounds that the county's rules know: of an ``extension`` or a ``suspension``."""
    rules = rule_sets.of_actor(actor)
    return rules.suspension.grounds if of == "suspension" else rules.extension.grounds


def first_task(session: Session, process_id: int) -> int:
    """Return the id of the one task that a process has just opened."""
    query = select(Task.id).where(Task.process_id == process_id, Task.closed_at.is_(None))
    return session.scalars(query).one()


def withdraw(change_id: int, actor: Actor) -> ChangeRequest:
    """Take back a pending request.

    Raises:
        NotFound: there is no such request for this actor.
        NotAllowed: somebody else asked.
        WrongStage: it was decided already.
    """
    with transaction() as session:
        process_id = session.scalar(select(Process.id).filter_by(change_request_id=change_id))
        hold(session, process_id)
        change = get(change_id, actor)
        if not _change_requests.is_applicant(actor, change):
            raise NotAllowed("只有申请人可以撤回。")
        if change.state is not ChangeState.PENDING:
            raise WrongStage("该申请已经办结。")
        context = Context(session, about(change.case), utcnow(), actor)
        _change_requests.withdraw(context, process_id or 0)
        return change


def preview(number: str, actor: Actor, change: Change) -> Effects:
    """Tell what a change would do to the clocks of a case; nothing is changed.

    Raises:
        NotFound: there is no such case for this actor.
        WrongStage: it can't be done to the case as it stands.
        Invalid: the day or the unit can't be.
    """
    session = db.session()
    case = case_for(session, number, actor)
    if change.kind in _change_rules.DATED and change.until is None:
        raise Invalid(fields={"until": ["请填写新期限。"]})
    with session.no_autoflush:
        return _changes.preview(session, case, change, at=utcnow())


@dataclass(frozen=True, slots=True)
class Filter:
    """What a list of requests is narrowed down to."""

    kind: ChangeKind | None = None
    state: ChangeState | None = None

    @property
    def conditions(self) -> list[ColumnElement[bool]]:
        """Translate into conditions on `ChangeRequest`."""
        chosen = {"kind": self.kind, "state": self.state}
        return [getattr(ChangeRequest, name) == one for name, one in chosen.items() if one]


def page(
    actor: Actor, narrow: Filter, *, limit: int = 50, after: tuple[datetime, int] | None = None
) -> list[ChangeRequest]:
    """List the requests about cases that *actor* may see, the latest first."""
    query = _visible(actor).where(*narrow.conditions)
    if after is not None:
        at, change_id = after
        filed, row = ChangeRequest.filed_at, ChangeRequest.id
        query = query.where((filed < at) | ((filed == at) & (row < change_id)))
    query = query.order_by(ChangeRequest.filed_at.desc(), ChangeRequest.id.desc())
    return list(db.session.scalars(query.limit(limit)))


def of_case(case: Case) -> Sequence[ChangeRequest]:
    """List the requests about one case, the latest first."""
    query = select(ChangeRequest).options(*_WHOLE).filter_by(case_id=case.id)
    return db.session.scalars(query.order_by(ChangeRequest.id.desc())).all()


def get(change_id: int, actor: Actor) -> ChangeRequest:
    """Return one request.

    Raises:
        NotFound: there is none for this actor.
    """
    found = db.session.scalars(_visible(actor).where(ChangeRequest.id == change_id)).first()
    if found is None:
        raise NotFound
    return found


def of_task(task: Task) -> ChangeRequest | None:
    """Return the request that a task's process is about."""
    change_id = task.process.change_request_id
    return db.session.get(ChangeRequest, change_id) if change_id else None


def may_withdraw(change: ChangeRequest, actor: Actor) -> bool:
    """Tell whether *actor* may take the request back."""
    pending = change.state is ChangeState.PENDING
    return pending and _change_requests.is_applicant(actor, change)


_WHOLE = (
    joinedload(ChangeRequest.case).joinedload(Case.lead_unit),
    joinedload(ChangeRequest.to_unit),
    joinedload(ChangeRequest.filed_by),
    joinedload(ChangeRequest.decided_by),
)


def _visible(actor: Actor) -> Select[ChangeRequest]:
    query = select(ChangeRequest).join(Case, Case.id == ChangeRequest.case_id)
    return query.options(*_WHOLE).where(visible(actor))


def until_of(kind: ChangeKind, answers: Mapping[str, Any]) -> date | None:
    """Return the day that a form half filled in asks for; ``None`` while it names none."""
    for field in ("granted_until", _change_answers.UNTIL.get(kind, "")):
        try:
            return date.fromisoformat(str(answers.get(field) or ""))
        except ValueError:
            continue
    return None
