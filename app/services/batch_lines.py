"""What is to be done to many tasks at once, and to each of them: before it is done.

A preview is the very plan that is then carried out: what it leaves out, it leaves out.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cached_property
from typing import Any

from sqlalchemy import or_, select
from sqlalchemy.orm import Session, joinedload

from app.clock import utcnow
from app.db import db
from app.domain.case import Case
from app.domain.errors import (
    Conflict,
    DomainError,
    Invalid,
    NotAllowed,
    Sentence,
    SeparationOfDuties,
    TaskNotFound,
    WrongStage,
)
from app.domain.letter import Letter
from app.domain.people import Actor, User
from app.domain.process import Task
from app.domain.vocabulary import ChangeKind, Term
from app.services import _change_rules, inbox, reminding, timer_list
from app.services._change_rules import Asking
from app.services._scope import holds, of_standalone, visible

#: Rows of one batch, and of one that is done while its sender waits.
MOST = 500
AT_ONCE = 20


class Action(Term):
    """What can be done to many tasks at once."""

    REMIND = "remind", "催办"
    HAND_OVER = "hand_over", "转交"
    EXTEND = "extend", "申请延期"
    SIGN = "sign", "审签督办函"


@dataclass(frozen=True, slots=True)
class Wish:
    """What somebody wants done to which tasks."""

    action: Action
    tasks: Sequence[int]
    #: The username of whom to hand over to; to when to extend.
    to: str = ""
    until: date | None = None
    #: The revision of a task as its reader saw it, by its id: another one is not touched.
    revisions: Mapping[int, int] = field(default_factory=dict)

    @property
    def lacks(self) -> str:
        """The name of what the action still wants to know; empty if all is said."""
        if self.action is Action.HAND_OVER and not self.to:
            return "colleague"
        return "until" if self.action is Action.EXTEND and self.until is None else ""

    def require_whole(self) -> None:
        """Raise Invalid unless all is said that the action wants to know."""
        if self.lacks:
            wrong = {"colleague": "请选择转交给谁。", "until": "请填写延期至哪一天。"}
            raise Invalid(fields={self.lacks: [wrong[self.lacks]]})


#: Checks what the form of a step asks for, and returns the answers to it; raises Invalid.
Answering = Callable[[Task], Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class Line:
    """One task of a batch: what will be done, or why it is left out."""

    task: Task
    why_not: Sentence | None = None
    #: What will be done, in a sentence.
    will: Sentence | None = None
    answers: Mapping[str, Any] = field(default_factory=dict)
    letter: Letter | None = None

    @property
    def is_done(self) -> bool:
        """Whether it will be done."""
        return self.why_not is None


def preview(wish: Wish, actor: Actor, answering: Answering | None = None) -> list[Line]:
    """Tell what would be done to each task, and which are left out and why; nothing is changed.

    Raises:
        TaskNotFound: one of the tasks is none of the actor's business.
        Invalid: no task was chosen, or too many.
    """
    batch = _Batch(db.session(), wish, actor, _chosen(wish.tasks, actor))
    judge = _JUDGES[wish.action](batch)
    with batch.session.no_autoflush:
        return [_line(one, batch, judge, answering) for one in batch.tasks]


@dataclass(frozen=True)
class _Batch:
    """What is to be done to which tasks, by whom."""

    session: Session
    wish: Wish
    actor: Actor
    tasks: Sequence[Task]

    @cached_property
    def letters(self) -> Mapping[int, Letter]:
        """The letters that are to be signed, by the id of the task that signs them."""
        if self.wish.action is not Action.SIGN:
            return {}
        wanted = {
            task.id: task.process.letter_id
            for task in self.tasks
            if task.form_key == timer_list.SIGNING
        }
        query = select(Letter).where(Letter.id.in_(filter(None, wanted.values())))
        found = {letter.id: letter for letter in self.session.scalars(query)}
        return {task: found[of] for task, of in wanted.items() if of in found}


def _chosen(wanted: Sequence[int], actor: Actor) -> list[Task]:
    ids = list(dict.fromkeys(wanted))
    if not ids:
        raise Invalid(fields={"tasks": ["请至少选择一项。"]})
    if len(ids) > MOST:
        raise Invalid(fields={"tasks": [Sentence("一次最多%(most)s项。", most=MOST)]})
    own = [(Task.role == role) & (Task.unit_id == unit) for role, unit in actor.posts]
    query = (
        select(Task.id)
        .outerjoin(Case, Case.id == Task.case_id)
        .where(
            Task.id.in_(ids),
            or_(
                visible(actor),
                of_standalone(Task.process_id, actor),
                Task.assignee_id == actor.id,
                Task.closed_by_id == actor.id,
                *own,
            ),
        )
    )
    if set(db.session.scalars(query)) != set(ids):
        raise TaskNotFound
    return timer_list.by_ids(ids)


#: Says of a task what will be done to it, or returns why not.
Judge = Callable[[Task], DomainError | Sentence]


def _line(task: Task, batch: _Batch, judge: Judge, answering: Answering | None) -> Line:
    line = Line(task, letter=batch.letters.get(task.id))
    if batch.wish.revisions.get(task.id, task.revision) != task.revision:
        return replace(line, why_not=Conflict().sentence)
    found = judge(task)
    if isinstance(found, DomainError):
        return replace(line, why_not=fault_of(found))
    if answering is None:
        return replace(line, will=found)
    try:
        return replace(line, will=found, answers=answering(task))
    except Invalid as error:
        return replace(line, why_not=fault_of(error))


def fault_of(error: DomainError) -> Sentence:
    """Say why a task is left out: of several faults the first."""
    faults = [text for texts in getattr(error, "fields", {}).values() for text in texts]
    first = faults[0] if faults else error.sentence
    return first if isinstance(first, Sentence) else Sentence(first)


def _remind(batch: _Batch) -> Judge:
    session, reminded = batch.session, reminding.reminded_lately(batch.session, batch.tasks)

    def judge(task: Task) -> DomainError | Sentence:
        found = reminding.refusal(session, task, batch.actor, reminded=reminded)
        if found is not None:
            return found
        return Sentence("通知%(who)s", who=reminding.holder_of(task))

    return judge


def _hand_over(batch: _Batch) -> Judge:
    to = batch.wish.to
    query = select(User).options(joinedload(User.unit)).filter_by(username=to, active=True)
    colleague = batch.session.scalars(query).first() if to else None
    other = Actor.of(colleague) if colleague else None

    def judge(task: Task) -> DomainError | Sentence:
        if (found := _not_mine(task, batch.actor)) is not None:
            return found
        if not to:
            return Sentence("请选择转交给谁")
        if other is None or not holds(other, task):
            name = other.name if other else to
            return NotAllowed("%(name)s没有办理该待办的岗位，不能转交。", name=name)
        return Sentence("转交%(who)s", who=other.name)

    return judge


def _not_mine(task: Task, actor: Actor) -> DomainError | None:
    """Return why the actor can't give a task away or do it; ``None`` if they can."""
    try:
        inbox.require(db.session(), task, actor)
    except SeparationOfDuties:
        return None  # who may not do it may well hand it over
    except DomainError as error:
        return error
    return None


def _extend(batch: _Batch) -> Judge:
    cases: set[int] = set()

    def judge(task: Task) -> DomainError | Sentence:
        case = task.case
        if case is None:
            return WrongStage("该流程不属于任何事项，没有整改期限。")
        if case.id in cases:
            return Conflict("同一事项已在本次申请中。")
        cases.add(case.id)
        return _extension(Asking(batch.session, case, batch.actor, utcnow()), batch.wish.until)

    return judge


def _extension(asking: Asking, until: date | None) -> DomainError | Sentence:
    kind = ChangeKind.EXTENSION
    if (found := _change_rules.refusal(asking, kind)) is not None:
        return found
    if until is None:
        return Sentence("请填写延期至哪一天")
    try:
        _change_rules.check_until(asking, kind, until, "until")
        decider = _change_rules.decider(asking, kind, until)
    except DomainError as error:
        return error
    template = "由%(since)s延至%(until)s，由%(who)s审批"
    if _change_rules.is_late(asking):
        template = "由%(since)s延至%(until)s，由%(who)s审批（已过申请时限，将如实记载）"
    days = {"since": asking.case.due_on.isoformat(), "until": until.isoformat()}
    return Sentence(template, **days, who=Sentence(decider.label))


def _sign(batch: _Batch) -> Judge:
    def judge(task: Task) -> DomainError | Sentence:
        letter = batch.letters.get(task.id)
        if letter is None:
            return WrongStage("该待办不是审签督办函。")
        try:
            inbox.require(batch.session, task, batch.actor)
        except DomainError as error:
            return error
        if letter.drafter_id == batch.actor.id:
            return SeparationOfDuties("拟稿人不得审签自己拟的公文。")
        return Sentence("同意，编号印发至%(to)s", to=letter.to)

    return judge


_JUDGES: Mapping[Action, Callable[[_Batch], Judge]] = {
    Action.REMIND: _remind,
    Action.HAND_OVER: _hand_over,
    Action.EXTEND: _extend,
    Action.SIGN: _sign,
}


def colleagues(tasks: Iterable[Task], actor: Actor) -> list[User]:
    """List those whom some of *tasks* could be handed to by *actor*."""
    posts = {(one.role, one.unit_id): one for one in tasks if holds(actor, one)}
    found = {who.id: who for task in posts.values() for who in inbox.colleagues(task, actor)}
    return sorted(found.values(), key=lambda who: who.name)
