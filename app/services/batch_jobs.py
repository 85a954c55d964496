"""Carrying out what a preview told, task by task, each once, through the service of each action."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, select, update

from app.clock import utcnow
from app.db import db, together, transaction
from app.domain.errors import Conflict, DomainError, Invalid, NotFound, Sentence, Unavailable
from app.domain.idempotency import IdempotencyKey
from app.domain.job import Job, JobItem
from app.domain.people import Actor, User
from app.domain.process import Task
from app.domain.vocabulary import ChangeKind
from app.services import changes, jobs, reminding, tasks, timer_list
from app.services.batch_lines import AT_ONCE, Action, Answering, Line, Wish, fault_of, preview
from app.services.jobs import Order, Progress, Result
from app.services.sentences import packed, unpacked

KIND = "batch"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one task of a batch."""

    task: Task
    is_done: bool
    #: What was done, or why it was not; ``None`` while it waits for its turn.
    told: Sentence | None


def start(wish: Wish, actor: Actor, answering: Answering | None = None) -> Job:
    """Have done to each task what `preview` tells, by a job.

    What is left out is told with the rest when the batch is done.

    Raises:
        TaskNotFound, Invalid: as `preview` does; it is not said what to do, or there is nothing.
    """
    wish.require_whole()
    lines = preview(wish, actor, answering)
    if not any(line.is_done for line in lines):
        raise Invalid(fields={"tasks": ["所选各项都不能这样办理。"]})
    params = {"action": wish.action.value, "to": wish.to}
    items = [(n, _item(line, wish)) for n, line in enumerate(lines, 1)]
    order = Order(kind=KIND, params=params, actor=actor, items=items)
    return jobs.start(order)


def hurry(job: Job, actor: Actor) -> Job:
    """Do a small batch here and now, unless somebody else is at it already."""
    if (job.total or 0) <= AT_ONCE:
        jobs.run(job.id)
    return jobs.get(job.id, actor)


def _item(line: Line, wish: Wish) -> dict[str, Any]:
    facts: dict[str, Any] = {"task": line.task.id}
    if line.why_not is not None:
        return facts | {"why_not": packed(line.why_not)}
    facts |= {"will": packed(line.will), "answers": dict(line.answers)}
    if wish.action is Action.SIGN:
        facts["revision"] = line.task.revision
    return facts


@jobs.job(KIND, label="批量办理", counted="已处理 %(amount)s 项")
def carry_out(params: Mapping[str, Any], progress: Progress) -> Result:
    """Do the next task until there is none; what a task does and that it is done are one."""
    actor = Actor.of(db.session.get_one(User, progress.made_by_id))
    done, total = _count(progress.job_id)
    while (item := _next(progress.job_id)) is not None:
        progress(done, total)
        _do(item, params, actor)
        done += 1
    progress(total, total)
    return _result(progress.job_id)


def _count(job_id: int) -> tuple[int, int]:
    query = select(func.count(JobItem.done_at), func.count(JobItem.id)).filter_by(job_id=job_id)
    done, total = db.session.execute(query).one()
    return done, total


def _next(job_id: int) -> tuple[int, dict[str, Any]] | None:
    query = select(JobItem.id, JobItem.params).where(
        JobItem.job_id == job_id, JobItem.done_at.is_(None)
    )
    row = db.session.execute(query.order_by(JobItem.id).limit(1)).first()
    return (row.id, row.params) if row else None


def _do(item: tuple[int, dict[str, Any]], params: Mapping[str, Any], actor: Actor) -> None:
    item_id, facts = item
    task = {"task": facts["task"]}
    if "why_not" in facts:
        return _settle(item_id, task | {"error": facts["why_not"]})
    try:
        with together(_once(item_id)):
            _ACTS[Action(params["action"])](facts, params, actor)
            _settle(item_id, task | {"told": facts["will"]})
    except Unavailable:
        raise
    except DomainError as error:
        _settle(item_id, task | {"error": packed(fault_of(error))})
    return None


def _once(item_id: int) -> IdempotencyKey:
    """Return the row that two who are at the same task can't both write."""
    digest = hashlib.sha256(f"batch:{item_id}".encode()).hexdigest()
    return IdempotencyKey(digest=digest, body=digest, at=utcnow(), status=0, answer="")


def _settle(item_id: int, outcome: dict[str, Any]) -> None:
    with transaction() as session:
        session.execute(
            update(JobItem)
            .where(JobItem.id == item_id, JobItem.done_at.is_(None))
            .values(params={}, outcome=outcome, done_at=utcnow())
            .execution_options(synchronize_session=False)
        )


def _remind(facts: Mapping[str, Any], _params: Mapping[str, Any], actor: Actor) -> None:
    reminding.remind(facts["task"], actor)


def _hand_over(facts: Mapping[str, Any], params: Mapping[str, Any], actor: Actor) -> None:
    tasks.hand_over(facts["task"], actor, params["to"])


def _extend(facts: Mapping[str, Any], _params: Mapping[str, Any], actor: Actor) -> None:
    task = db.session.get_one(Task, facts["task"])
    if task.case is None:
        raise Conflict
    changes.file_request(task.case.number, actor, ChangeKind.EXTENSION, facts["answers"])


def _sign(facts: Mapping[str, Any], _params: Mapping[str, Any], actor: Actor) -> None:
    tasks.complete_task(facts["task"], actor, facts["answers"], revision=facts["revision"])


_ACTS: Mapping[Action, Callable[[Mapping[str, Any], Mapping[str, Any], Actor], None]] = {
    Action.REMIND: _remind,
    Action.HAND_OVER: _hand_over,
    Action.EXTEND: _extend,
    Action.SIGN: _sign,
}


def _result(job_id: int) -> Result:
    query = select(JobItem.outcome).filter_by(job_id=job_id)
    outcomes = [outcome or {} for outcome in db.session.scalars(query)]
    done = sum("told" in outcome for outcome in outcomes)
    told = Sentence("已办理 %(done)s 项。", done=done)
    if left := len(outcomes) - done:
        told = Sentence("已办理 %(done)s 项，%(left)s 项未办理。", done=done, left=left)
    return Result(told, {"done": done, "left": left})


def outcomes(job: Job) -> Sequence[Outcome]:
    """Tell what became of each task of a batch so far: first what was not done."""
    query = select(JobItem).filter_by(job_id=job.id).order_by(JobItem.place)
    items = list(db.session.scalars(query.execution_options(populate_existing=True)))
    facts = [item.outcome or item.params for item in items]
    found = {one.id: one for one in timer_list.by_ids([fact["task"] for fact in facts])}
    rows = [_outcome(found[fact["task"]], fact) for fact in facts if fact["task"] in found]
    return sorted(rows, key=lambda row: row.is_done)


def _outcome(task: Task, fact: Mapping[str, Any]) -> Outcome:
    kept = fact.get("told") or fact.get("error") or fact.get("why_not")
    return Outcome(task, "told" in fact, unpacked(kept) if kept else None)


def get(job_id: int, actor: Actor) -> Job:
    """Return the job of a batch.

    Raises:
        NotFound: there is none, or somebody else's.
    """
    found = jobs.get(job_id, actor)
    if found.kind != KIND or found.made_by_id != actor.id:
        raise NotFound
    return found
