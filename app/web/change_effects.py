"""What a change does to the clocks of a case, and where its requests and objections stand."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from flask import g
from flask_babel import gettext

from app.clock import local_date, utcnow
from app.domain.case import Case
from app.domain.change import ChangeRequest, Objection, TimerFate
from app.domain.deadlines import last_day
from app.domain.errors import DomainError, Invalid
from app.domain.process import Task
from app.domain.vocabulary import ChangeKind, ObjectionState
from app.services import cases, changes, english, objections
from app.services.changes import Change, Effects, TimerEffect
from app.texts import label, language, say, sentence, step_name_in

#: What a conclusion on an objection does, as the change it amounts to.
_OUTCOMES = {
    ObjectionState.CHANGED: ChangeKind.EXTENSION,
    ObjectionState.REVOKED: ChangeKind.TERMINATION,
}
_NAMES_DAY = frozenset({ChangeKind.EXTENSION, ChangeKind.STANDING})


@dataclass(frozen=True, slots=True)
class Row:
    """One clock: what it is, when it is due now, and when then."""

    name: str
    #: The task it sits on, if any.
    step: str
    now: str
    then: str
    #: A word of `TimerFate`.
    fate: TimerFate
    provisional: bool = False


@dataclass(frozen=True, slots=True)
class Table:
    """The clocks that a change touches, and how many it leaves alone."""

    rows: tuple[Row, ...] = ()
    kept: int = 0
    #: Why nothing can be told yet, or why it can't be done.
    wanting: str = ""


def table_of(number: str, change: Change | None) -> Table | None:
    """Return the effects of *change*; ``None`` where nothing can be changed."""
    if change is None:
        return None
    if change.kind in _NAMES_DAY and change.until is None:
        return Table(wanting=gettext("填写新期限后，这里列出每个期限的变化。"))
    if change.kind is ChangeKind.REASSIGNMENT and change.unit_id is None:
        return Table(wanting=gettext("选择接收单位后，这里列出每个期限的变化。"))
    try:
        found = changes.preview(number, g.actor, change)
    except DomainError as error:
        return Table(wanting=_why_not(error))
    return _table(found, change.kind)


def _why_not(error: DomainError) -> str:
    """Say why it can't be done; beside the form no field is there to point at."""
    wrong = error.fields.values() if isinstance(error, Invalid) else ()
    return " ".join(sentence(one) for texts in wrong for one in texts) or say(error)


def _table(found: Effects, kind: ChangeKind) -> Table:
    touched = [one for one in found.timers if one.fate is not TimerFate.KEPT]
    fate = _fate_of_due(found, kind)
    then = found.due_to.isoformat() if found.due_to else label(fate)
    due = Row(gettext("整改期限"), "", found.due_from.isoformat(), then, fate)
    return Table((due, *map(_row, touched)), len(found.timers) - len(touched))


def _fate_of_due(found: Effects, kind: ChangeKind) -> TimerFate:
    if found.due_to is None:
        return TimerFate.ENDS if kind is ChangeKind.TERMINATION else TimerFate.STOPS
    return TimerFate.KEPT if found.due_to == found.due_from else TimerFate.MOVED


def _row(one: TimerEffect) -> Row:
    then = _day(one.to_at) if one.to_at else label(one.fate)
    step = step_name_in(one.process_id or 0, one.step_key, one.step)
    return Row(_name(one), step, _day(one.from_at), then, one.fate, one.provisional)


def _name(one: TimerEffect) -> str:
    timer = one.timer
    if language() == "en":
        timer = english.name_in_process(one.process_id, one.key, timer)
    return timer


def _day(at: datetime | None) -> str:
    return last_day(at).isoformat() if at else "—"


def asked(kind: ChangeKind, typed: Mapping[str, Any], process_id: int | None = None) -> Change:
    """Return the change that a form half filled in asks for."""
    until = changes.until_of(kind, typed)
    return Change(kind, until, _unit_id(typed.get("to_unit")), process_id)


def _unit_id(name: Any) -> int | None:
    return next((unit.id for unit in cases.units(g.actor) if unit.name == name), None)


def change_of(task: Task, typed: Mapping[str, Any]) -> Change | None:
    """Return the change that completing *task* may bring about, as far as it is typed."""
    if task.closed_at is not None:
        return None
    if (request := changes.of_task(task)) is not None:
        until = changes.until_of(request.kind, typed) or request.asked_until
        unit_id = _unit_id(typed.get("to_unit")) or request.to_unit_id
        return Change(request.kind, until, unit_id, task.process_id)
    outcome = str(typed.get("outcome") or "")
    if task.process.objection_id is None or outcome not in _OUTCOMES:
        return None
    until = _new_due(typed)
    if outcome == ObjectionState.CHANGED and until is None:
        return None
    return Change(_OUTCOMES[ObjectionState(outcome)], until, None, task.process_id)


def _new_due(typed: Mapping[str, Any]) -> date | None:
    try:
        return date.fromisoformat(str(typed.get("new_due") or ""))
    except ValueError:
        return None


@dataclass(frozen=True, slots=True)
class Standing:
    """Where the requests and objections of one case stand, for one reader."""

    choices: tuple[changes.Choice, ...]
    #: Why the reader can raise no objection; empty if they can, ``None`` if it is not theirs.
    no_objection: str | None
    requests: tuple[ChangeRequest, ...]
    objections: tuple[Objection, ...]
    #: Of a suspended case: how many days remained.
    remaining: int | None
    stood_still: int | None

    @property
    def open_objection(self) -> Objection | None:
        """The objection that is being examined."""
        return next((one for one in self.objections if one.state.is_open), None)


def standing_of(case: Case) -> Standing:
    """Return what the page of a case tells of changes and objections."""
    choices = changes.choices(case, g.actor)
    refusal = objections.why_not(case, g.actor) if choices else None
    since = local_date(case.suspended_at) if case.suspended_at else None
    return Standing(
        tuple(choices),
        (refusal or "") if choices else None,
        tuple(changes.of_case(case)),
        tuple(objections.of_case(case)),
        (case.due_on - since).days if since else None,
        (local_date(utcnow()) - since).days if since else None,
    )
