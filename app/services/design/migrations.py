"""Migration plans: drawn up by one analyst, carried out by a second person, taken back if need be.

Each process is carried in a transaction of its own, with the row that says what became of it: a job
that was killed goes on where it stood, and does nothing twice.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from secrets import token_hex

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.clock import utcnow
from app.db import db, transaction
from app.domain.case import Case
from app.domain.design import Migrated, MigrationPlan
from app.domain.design_terms import Migration, PlanState
from app.domain.errors import Invalid, NotAllowed, NotFound, Sentence, WrongStage
from app.domain.job import Job
from app.domain.people import Actor, User
from app.domain.process import Diagram, Process
from app.domain.vocabulary import DiagramState
from app.services import diagrams, elements, jobs
from app.services._scope import visible
from app.services.design._rehearsing import others
from app.services.design.drafts import require_analyst
from app.services.design.migration_jobs import KIND, UNDO, WHOLE, counts, moved
from app.services.design.overview import require_designer
from app.services.sentences import unpacked

__all__ = ["KIND", "UNDO", "counts"]

MOST_AT_ONCE = 200
LONGEST_NOTE = 1000


class OwnPlan(NotAllowed):
    """拟定和执行迁移方案须由不同人员办理，请由另一位业务分析员或督导办主任执行。"""

    code = "own_plan"


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawn:
    """What a plan says."""

    key: str
    version: int
    #: Old element → new element, by the number of the old version.
    mapping: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    keeps_timers: bool = True
    note: str = ""


def draw_up(drawn: Drawn, actor: Actor) -> MigrationPlan:
    """Keep a plan.

    Raises:
        NotAllowed: the actor is no analyst.
        NotFound: there is no such version.
        Invalid: the mapping names what is not there, or it does not say why.
    """
    require_analyst(actor)
    to = diagrams.get(drawn.key, drawn.version)
    note = _checked(drawn)
    with transaction() as session:
        made = MigrationPlan(
            key=drawn.key,
            to_id=to.id,
            mapping={version: dict(each) for version, each in drawn.mapping.items() if each},
            keeps_timers=drawn.keeps_timers,
            note=note,
            state=PlanState.DRAFT,
            made_at=utcnow(),
            made_by_id=actor.id,
        )
        session.add(made)
        session.flush()
        return made


def _checked(drawn: Drawn) -> str:
    note = drawn.note.strip()
    if not note:
        raise Invalid(fields={"note": ["请写明为什么迁移。"]})
    if len(note) > LONGEST_NOTE:
        raise Invalid(fields={"note": ["最多1000字。"]})
    known = _elements(drawn.key, drawn.version)
    for version, mapping in drawn.mapping.items():
        old = _elements(drawn.key, int(version)) if version.isdecimal() else frozenset[str]()
        for source, target in mapping.items():
            if source not in old or target not in known:
                fault = Sentence(
                    "“%(source)s”对应“%(target)s”：没有这个环节。", source=source, target=target
                )
                raise Invalid(fields={"mapping": [fault]})
    return note


def _elements(key: str, version: int) -> frozenset[str]:
    return frozenset(elements.of_xml(diagrams.get(key, version).xml).elements)


def listing(key: str, actor: Actor) -> list[MigrationPlan]:
    """List the plans of a process, the latest first."""
    require_designer(actor)
    query = select(MigrationPlan).where(MigrationPlan.key == key).options(*WHOLE)
    return list(db.session.scalars(query.order_by(MigrationPlan.id.desc())))


def get(plan_id: int, actor: Actor) -> MigrationPlan:
    """Return one plan.

    Raises:
        NotAllowed: the actor has no part in drawing.
        NotFound: there is none.
    """
    require_designer(actor)
    found = db.session.get(MigrationPlan, plan_id, options=WHOLE, populate_existing=True)
    if found is None:
        raise NotFound
    return found


def made_by(plan: MigrationPlan) -> User:
    """Return who drew the plan up."""
    return db.session.get_one(User, plan.made_by_id)


def outcome_called(name: str | None) -> Migration | None:
    """Return the outcome of that name; anything else is none in particular."""
    return next((one for one in Migration if one == name), None)


def undoing(plan: MigrationPlan) -> Job | None:
    """Return the last job that took processes of a plan back."""
    query = select(Job).where(Job.kind == UNDO, Job.key.startswith(f"{UNDO}:{plan.id}:"))
    return db.session.scalars(query.order_by(Job.id.desc()).limit(1)).first()


def apply(plan_id: int, actor: Actor) -> Job:
    """Carry every running process of other versions over; few at once, many by a job.

    Raises:
        NotAllowed: the actor has no part in drawing.
        OwnPlan: the actor drew it up.
        WrongStage: its version is not in force, or it was carried out already.
    """
    require_designer(actor)
    with transaction() as session:
        plan = _locked(session, plan_id)
        if plan.made_by_id == actor.id:
            raise OwnPlan
        if plan.state is not PlanState.DRAFT:
            raise WrongStage("该迁移方案已执行，不能再次执行。")
        if plan.to.state is not DiagramState.PUBLISHED:
            template = "第%(version)s版尚未生效，生效后才能迁移。"
            raise WrongStage(template, version=plan.to.version)
        some = others(plan.key, plan.to_id).subquery()
        number = session.scalar(select(func.count()).select_from(some)) or 0
        plan.state, plan.applied_at = PlanState.APPLIED, utcnow()
        job = _start(session, KIND, plan, actor)
        plan.job_id = job.id
    return _run(job.id, number)


def undo(plan_id: int, actor: Actor) -> Job:
    """Take back every process that has not moved on since the plan was carried out.

    Raises:
        NotAllowed: the actor has no part in drawing.
        WrongStage: it was not carried out, or is being carried out.
    """
    require_designer(actor)
    with transaction() as session:
        plan = _locked(session, plan_id)
        if plan.job is None or plan.job.finished_at is None:
            raise WrongStage("该迁移方案尚未执行完毕，不能撤回。")
        query = select(func.count()).where(*moved(plan_id))
        number = session.scalar(query) or 0
        job = _start(session, UNDO, plan, actor)
    return _run(job.id, number)


def _locked(session: Session, plan_id: int) -> MigrationPlan:
    found = session.get(MigrationPlan, plan_id, with_for_update=True, populate_existing=True)
    if found is None:
        raise NotFound
    return found


def _start(session: Session, kind: str, plan: MigrationPlan, actor: Actor) -> Job:
    params = {"plan_id": plan.id, "key": plan.key}
    name = f"{kind}:{plan.id}:{token_hex(8)}"
    return jobs.enqueue(session, jobs.Order(kind=kind, params=params, actor=actor, key=name))


def _run(job_id: int, number: int) -> Job:
    if number <= MOST_AT_ONCE:
        jobs.run(job_id)
    return db.session.get_one(Job, job_id, populate_existing=True)


@dataclass(frozen=True, slots=True)
class Carried:
    """What became of one process under a plan."""

    id: int
    process_id: int
    #: The case's, if it is about one; and whether the one who asks may open it.
    number: str | None
    seen: bool
    from_version: int
    outcome: Migration
    reason: str


def carried(
    plan_id: int,
    actor: Actor,
    *,
    outcome: Migration | None = None,
    after: int = 0,
    limit: int = 50,
) -> Sequence[Carried]:
    """List what became of the processes under a plan, from after the row *after*.

    Raises:
        NotAllowed, NotFound: as `get` does.
    """
    get(plan_id, actor)
    columns = (Migrated.id, Migrated.process_id, Migrated.outcome, Migrated.reason)
    version = Diagram.version
    query = (
        select(*columns, Case.number, version, visible(actor).label("seen"))
        .join(Process, Process.id == Migrated.process_id)
        .join(Diagram, Diagram.id == Migrated.from_id)
        .outerjoin(Case, Case.id == Process.case_id)
        .where(Migrated.plan_id == plan_id, Migrated.id > after)
    )
    if outcome is not None:
        query = query.where(Migrated.outcome == outcome)
    rows = db.session.execute(query.order_by(Migrated.id).limit(limit)).all()
    return [
        Carried(
            row.id,
            row.process_id,
            row.number,
            bool(row.seen),
            row.version,
            row.outcome,
            unpacked(json.loads(row.reason)) if row.reason else "",
        )
        for row in rows
    ]
