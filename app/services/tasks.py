"""Tasks: taking one on, handing it over, keeping a draft, completing it."""

from __future__ import annotations

from collections.abc import Container, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from app import engine
from app.clock import utcnow
from app.db import db, transaction
from app.domain.errors import Conflict, Invalid, NotAllowed, TaskNotFound
from app.domain.evidence import Evidence
from app.domain.form import declared, evidence_ids
from app.domain.people import Actor, User
from app.domain.process import Task
from app.domain.vocabulary import ProcessStatus
from app.services import _progress, diagrams
from app.services._catalogue import ANSWERS, Chain, Context, Given, Running, hold, running
from app.services._history import record
from app.services._rows import (
    FINISH_TASK,
    INSERT_SUBMISSION,
    LOAD,
    RUNNING_COLUMNS,
)
from app.services._scope import holds
from app.services._titles import keep_title
from app.services.inbox import get_task, require, require_going


def claim(task_id: int, actor: Actor) -> Task:
    """Take a task on, so that colleagues leave it alone.

    Raises:
        Conflict: somebody else took it first; the message says who.
    """
    return _assign(task_id, actor, allowed=(None, actor.id), to=actor.id, what="claimed")


def release(task_id: int, actor: Actor) -> Task:
    """Give a task that one has claimed back to all."""
    return _assign(task_id, actor, allowed=(actor.id,), to=None, what="released")


def hand_over(task_id: int, actor: Actor, username: str) -> Task:
    """Hand a task to a colleague who holds the same post.

    Raises:
        NotAllowed: that person couldn't do it.
    """
    task = get_task(task_id, actor)
    colleague = db.session.scalars(select(User).filter_by(username=username, active=True)).first()
    if colleague is None or not holds(Actor.of(colleague), task):
        raise NotAllowed("%(name)s没有办理该待办的岗位，不能转交。", name=username)
    allowed = (None, actor.id)
    return _assign(task_id, actor, allowed=allowed, to=colleague.id, what="handed_over")


def _assign(
    task_id: int, actor: Actor, *, allowed: Container[int | None], to: int | None, what: str
) -> Task:
    """Change who holds an open task, if it is now held by one of *allowed*."""
    process_id = get_task(task_id, actor).process_id
    with transaction() as session:
        hold(session, process_id)
        task = session.get_one(Task, task_id, populate_existing=True)
        require_going(task)
        if not holds(actor, task):
            raise NotAllowed
        if task.assignee_id not in allowed:
            raise Conflict("该待办已由%(name)s认领。", name=_name(task.assignee))
        task.assignee_id, task.revision = to, task.revision + 1
        session.flush()
        session.expire(task, ["assignee"])
        context = Context(session, running(session, task.process_id), utcnow(), actor)
        line = {"task": task.name, "key": task.key, "to": _name(task.assignee)}
        record(context, what, line)
        return task


def _name(user: User | None) -> str:
    return user.name if user else ""


def save_draft(task_id: int, actor: Actor, answers: Mapping[str, Any]) -> datetime:
    """Keep what was typed so far; return when.

    Raises:
        NotAllowed: the actor may see the task but not do it.
        AlreadyDone: it is too late.
    """
    require(db.session(), get_task(task_id, actor), actor)
    with transaction() as session:
        at = utcnow()
        session.execute(
            update(Task).where(Task.id == task_id).values(draft=dict(answers), draft_at=at)
        )
        return at


def complete_task(
    task_id: int, actor: Actor, answers: Mapping[str, Any], *, revision: int | None = None
) -> list[int]:
    """Complete an open task with validated *answers* and move its process on.

    Return the ids of the tasks that opened next.

    Raises:
        TaskNotFound: there is no such task for this actor.
        NotAllowed: the actor may see it but not do it.
        AlreadyDone: somebody was first; the message says who and when.
        Conflict: the task or its process moved while we were looking at it.
    """
    with transaction() as session:
        return complete(session, task_id, actor, answers, revision=revision)


def complete(
    session: Session,
    task_id: int,
    actor: Actor,
    answers: Mapping[str, Any],
    *,
    revision: int | None = None,
) -> list[int]:
    """Complete a task within a transaction that another service has begun.

    Raises as `complete_task` does.
    """
    task = _load(session, task_id, actor)
    if revision is not None and revision != task.task_revision:
        raise Conflict
    context = _context(session, task, actor)
    compiled = diagrams.compiled(session, task.diagram_id)
    form = compiled.forms.get(task.form_key or "", {})
    _keep(context, task, answers)
    if (entry := ANSWERS.get(task.form_key or "")) is not None and task.case_id is not None:
        entry.run(context, Given(answers))
    _attach(context, task, evidence_ids(form, answers))
    variables = declared(form, answers)
    if task.case_id is None:
        keep_title(context, compiled.terms.title, answers)
    step = engine.complete(compiled.program, task.state, task.engine_id, variables)
    line = {"task": task.name, "key": task.key, "decided": variables}
    line |= _progress.foretold(context, step)
    record(context, "completed", line, passed=step.passed)
    return _progress.apply(context, step)


def _load(session: Session, task_id: int, actor: Actor) -> Any:
    """Read an open task that *actor* may complete, with what the step needs of its process.

    Raises as `complete_task` does.
    """
    task = LOAD.row(session.connection(), {"of_id": task_id})
    mine = task is not None and task.closed_at is None and task.assignee_id in (None, actor.id)
    if not mine or not _goes(task) or not holds(actor, task) or _has_duty(task):
        # Off the beaten track: say exactly why not.
        whole = get_task(task_id, actor)
        session.refresh(whole)
        require(session, whole, actor)
    if task is None:
        raise TaskNotFound
    return task


def _goes(task: Any) -> bool:
    """Tell whether the task's process is neither suspended nor over."""
    return bool(task.status == ProcessStatus.RUNNING)


def _has_duty(task: Any) -> bool:
    entry = ANSWERS.get(task.form_key or "")
    return entry is not None and entry.duty is not None


def _context(session: Session, task: Any, actor: Actor) -> Context:
    process = Running(**{name: getattr(task, name) for name in RUNNING_COLUMNS})
    chain = Chain(task.case_id or task.id, task.history_head, task.history_length)
    return Context(session, process, utcnow(), actor, task.engine_id, chain)


def _keep(context: Context, task: Any, answers: Mapping[str, Any]) -> None:
    """Close the task's row and file what was answered."""
    finished = {"of_id": task.task_id, "at": context.at, "by_id": context.person.id}
    FINISH_TASK.run(context.connection, finished)
    INSERT_SUBMISSION.run(
        context.connection,
        {
            "task_id": task.task_id,
            "case_id": task.case_id,
            "cycle": task.cycle,
            "form_key": task.form_key or "",
            "diagram_id": task.diagram_id,
            "answers": dict(answers),
            "at": context.at,
            "by_id": context.person.id,
        },
    )


def _attach(context: Context, task: Any, files: list[int]) -> None:
    """Make the uploaded files that the answers hold part of the case.

    Raises:
        Invalid: one of them isn't the person's own, or belongs to something else already.
    """
    if not files:
        return
    own = (Evidence.uploaded_by_id == context.person.id) & Evidence.task_id.is_(None)
    attached = context.session.execute(
        update(Evidence)
        .where(Evidence.id.in_(files), own)
        .values(case_id=task.case_id, task_id=task.task_id)
        .execution_options(synchronize_session=False)
    )
    all_new = attached.rowcount == len(set(files))  # type: ignore[attr-defined]
    if not all_new and not _are_of_step(context, task, files):
        raise Invalid("附件已失效或已用于其他事项，请重新上传。")


def _are_of_step(context: Context, task: Any, files: list[int]) -> bool:
    """Tell whether all files were handed in with this step, now or before it was sent back."""
    rounds = select(Task.id).where(Task.process_id == context.process.id, Task.key == task.key)
    query = select(func.count(Evidence.id)).where(
        Evidence.id.in_(files), Evidence.task_id.in_(rounds)
    )
    return context.session.scalar(query) == len(set(files))
