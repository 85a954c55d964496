"""The jobs that carry running processes over to another version, and take them back.

Each process is carried in a transaction of its own, with the row that says what became of it: a job
that was killed goes on where it stood, and does nothing twice.
"""

from __future__ import annotations

import json
import logging
from collections import Counter
from collections.abc import Mapping
from typing import Any

from sqlalchemy import ColumnElement, Select, func, select
from sqlalchemy.orm import Session, joinedload, undefer

from app.db import db, transaction
from app.domain.design import Migrated, MigrationPlan
from app.domain.design_terms import Migration
from app.domain.errors import Conflict, DomainError, Sentence, Unavailable
from app.domain.going import GOING
from app.domain.people import Actor, User
from app.domain.process import Process
from app.engine import Refusal
from app.services import jobs
from app.services._catalogue import hold
from app.services.design import _moving, _undoing
from app.services.design._crossing import Candidate, Way, target_of
from app.services.design._rehearsing import others
from app.services.sentences import packed

KIND, UNDO = "migration", "migration_undo"
log = logging.getLogger(__name__)

BATCH = 100
_TRIES = 3

WHOLE = (joinedload(MigrationPlan.to), joinedload(MigrationPlan.job))


def moved(plan_id: int) -> tuple[ColumnElement[bool], ...]:
    """Return the conditions on `Migrated` for what a plan carried and nobody took back."""
    return Migrated.plan_id == plan_id, Migrated.outcome == Migration.MOVED


@jobs.job(KIND, label="迁移在办事项", counted="已处理 %(amount)s 件")
def carry_all(params: Mapping[str, Any], progress: jobs.Progress) -> jobs.Result:
    """Carry each process that the plan has not yet dealt with."""
    plan, actor = _plan(params["plan_id"]), _actor(progress)
    way = Way(target_of(db.session(), plan.key, plan.to.version), plan.mapping, plan.keeps_timers)
    done = _count(plan.id)
    total = done + _left(plan)
    while ids := list(db.session.scalars(_rest(plan).limit(BATCH))):
        for process_id in ids:
            progress(done, total)
            _settle(plan.id, process_id, way, actor)
            done += 1
    progress(total, total)
    return _result(plan.id)


def _plan(plan_id: int) -> MigrationPlan:
    return db.session.get_one(MigrationPlan, plan_id, options=WHOLE, populate_existing=True)


def _actor(progress: jobs.Progress) -> Actor:
    return Actor.of(db.session.get_one(User, progress.made_by_id))


def _rest(plan: MigrationPlan) -> Select[int]:
    """Return the query for the processes that the plan has not dealt with."""
    dealt_with = select(Migrated.process_id).where(Migrated.plan_id == plan.id)
    query = others(plan.key, plan.to_id).where(Process.id.not_in(dealt_with))
    return query.order_by(Process.id)


def _left(plan: MigrationPlan) -> int:
    some = select(func.count()).select_from(_rest(plan).subquery())
    return db.session.scalar(some) or 0


def _count(plan_id: int) -> int:
    return db.session.scalar(select(func.count()).where(Migrated.plan_id == plan_id)) or 0


def _settle(plan_id: int, process_id: int, way: Way, actor: Actor) -> None:
    """Carry one process, or note why it stays; somebody may be working on it just now."""
    refused = Sentence("该事项正在办理，迁移时总被他人更新，请稍后另行迁移。")
    for _ in range(_TRIES):
        try:
            with transaction() as session:
                _carry(session, plan_id, process_id, way, actor)
                return
        except Conflict:
            continue
        except Unavailable:
            raise
        except DomainError as error:
            refused = error.sentence
            break
        except Exception:  # of one process: the others must not stay behind for it
            log.exception("process %s could not be carried over", process_id)
            refused = Sentence("系统出错，该事项没有迁移；请联系系统管理员。")
            break
    with transaction() as session:
        one = _moving.candidate(session, process_id, actor)
        _note(session, plan_id, one, one.context.process.state, refused)


def _carry(session: Session, plan_id: int, process_id: int, way: Way, actor: Actor) -> None:
    hold(session, process_id)
    one = _moving.candidate(session, process_id, actor)
    if one.diagram.id == way.target.diagram_id or one.context.process.status not in GOING:
        return
    before = one.context.process.state
    refusal = _moving.move(one, way)
    _note(session, plan_id, one, before, refusal)


def _note(
    session: Session,
    plan_id: int,
    one: Candidate,
    before: str,
    refusal: Refusal | Sentence | None,
) -> None:
    reason = refusal.reason if isinstance(refusal, Refusal) else refusal
    session.add(
        Migrated(
            plan_id=plan_id,
            process_id=one.context.process.id,
            at=one.context.at,
            outcome=Migration.MOVED if reason is None else Migration.REFUSED,
            reason=_written(reason),
            from_id=one.diagram.id,
            state_before=before,
            revision_after=one.context.process.revision,
        )
    )


def _written(reason: Sentence | None) -> str:
    return "" if reason is None else json.dumps(packed(reason), ensure_ascii=False)


@jobs.job(UNDO, label="撤回迁移", counted="已处理 %(amount)s 件")
def take_all_back(params: Mapping[str, Any], progress: jobs.Progress) -> jobs.Result:
    """Take back each process that the plan carried and that has not moved on."""
    plan_id, actor, went = params["plan_id"], _actor(progress), Counter[bool]()
    ids = list(db.session.scalars(select(Migrated.id).where(*moved(plan_id)).order_by(Migrated.id)))
    for done, row_id in enumerate(ids):
        progress(done, len(ids))
        went[_take_back(row_id, actor)] += 1
    progress(len(ids), len(ids))
    facts = {"plan_id": plan_id, "key": params["key"], "undone": went[True], "left": went[False]}
    told = Sentence(
        "已撤回 %(undone)s 件，%(left)s 件不能撤回。", undone=went[True], left=went[False]
    )
    return jobs.Result(told, facts)


def _take_back(row_id: int, actor: Actor) -> bool:
    """Take one process back, or note why not."""
    for last in (False,) * (_TRIES - 1) + (True,):
        try:
            with transaction() as session:
                row = session.get_one(Migrated, row_id, options=[undefer(Migrated.state_before)])
                hold(session, row.process_id)
                one = _moving.candidate(session, row.process_id, actor)
                why_not = _undoing.hindrance(one, row)
                if why_not is None:
                    _undoing.take_back(one, row)
                    row.outcome = Migration.UNDONE
                row.reason = _written(why_not)
                return why_not is None
        except Conflict:
            if last:
                return False
    return False


def _result(plan_id: int) -> jobs.Result:
    found = counts(plan_id)
    went, stay = found[Migration.MOVED], found[Migration.REFUSED]
    told = Sentence("已迁移 %(moved)s 件，未迁移 %(refused)s 件。", moved=went, refused=stay)
    plan = _plan(plan_id)
    facts = {"plan_id": plan_id, "key": plan.key, "moved": went, "refused": stay}
    return jobs.Result(told, facts)


def counts(plan_id: int) -> Counter[Migration]:
    """Count what became of the processes under a plan."""
    query = select(Migrated.outcome, func.count()).where(Migrated.plan_id == plan_id)
    rows = db.session.execute(query.group_by(Migrated.outcome)).all()
    return Counter({row[0]: row[1] for row in rows})
