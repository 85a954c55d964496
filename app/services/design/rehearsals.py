"""Rehearsing a version: what it would do to every running process, before anybody is moved."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from secrets import token_hex
from typing import Any

from sqlalchemy import Select, delete, func, insert, select
from sqlalchemy.orm import Session

from app.clock import utcnow
from app.db import db, transaction
from app.domain.case import Case
from app.domain.design_terms import Verdict
from app.domain.errors import NotFound, Sentence
from app.domain.going import GOING, TICKING
from app.domain.job import Job, JobItem
from app.domain.people import Actor
from app.domain.process import Diagram, Process, Task, Timer
from app.domain.vocabulary import DiagramState
from app.services import diagrams, jobs
from app.services._scope import visible
from app.services.design import _crossing
from app.services.design._crossing import Way
from app.services.design._rehearsing import Told, others, rehearse_some
from app.services.design.overview import require_designer

KIND = "rehearsal"
#: So many processes are rehearsed while one waits for the page; more take a job.
MOST_AT_ONCE = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """What is to be rehearsed: a version, or the draft, and how processes would be carried."""

    key: str
    version: int | None = None
    #: Old element → new element, by the number of the old version.
    mapping: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    keeps_timers: bool = True

    def way(self, session: Session) -> Way:
        """Return how processes are carried by it.

        Raises:
            NotFound: there is no such version.
            InvalidDiagram: what is being drawn cannot run.
        """
        target = _crossing.target_of(session, self.key, self.version)
        return Way(target, self.mapping, self.keeps_timers)


def rehearse(question: Question, actor: Actor) -> Job:
    """Run a version against a copy of every running process; few at once, many by a job.

    Raises:
        NotAllowed: the actor has no part in drawing.
        NotFound: there is no such process or version.
        InvalidDiagram: what is being drawn cannot run.
    """
    require_designer(actor)
    way = question.way(db.session())
    number = db.session.scalar(_number(question, way))
    params = {
        "key": question.key,
        "version": question.version,
        "mapping": {version: dict(each) for version, each in question.mapping.items()},
        "keeps_timers": question.keeps_timers,
    }
    key = f"{_prefix(question.key, question.version)}{token_hex(8)}"
    job_id = jobs.start(jobs.Order(kind=KIND, params=params, actor=actor, key=key)).id
    if (number or 0) <= MOST_AT_ONCE:
        jobs.run(job_id)
    return get(job_id, actor)


def _prefix(key: str, version: int | None) -> str:
    return f"{KIND}:{key}:{'draft' if version is None else version}:"


def get(job_id: int, actor: Actor) -> Job:
    """Return one rehearsal, whoever asked for it.

    Raises:
        NotAllowed: the actor has no part in drawing.
        NotFound: there is none.
    """
    require_designer(actor)
    found = db.session.get(Job, job_id, populate_existing=True)
    if found is None or found.kind != KIND:
        raise NotFound
    return found


def latest(key: str, version: int | None, actor: Actor) -> Job | None:
    """Return the last rehearsal of a version, or of the draft."""
    require_designer(actor)
    query = select(Job).where(
        Job.kind == KIND, Job.key.startswith(_prefix(key, version), autoescape=True)
    )
    return db.session.scalars(query.order_by(Job.id.desc()).limit(1)).first()


def of_draft(key: str, version: int, actor: Actor) -> Job | None:
    """Return the last rehearsal of the draft that became this version.

    Raises:
        NotFound: there is no such version.
    """
    require_designer(actor)
    made = diagrams.get(key, version)
    # What was returned became a draft again, and its rehearsals those of the next version.
    earlier = select(func.max(Diagram.created_at)).where(
        Diagram.key == key, Diagram.version < version, Diagram.state != DiagramState.RETURNED
    )
    query = select(Job).where(
        Job.kind == KIND,
        Job.key.startswith(_prefix(key, None), autoescape=True),
        Job.made_at >= earlier.scalar_subquery(),
        Job.made_at <= made.created_at,
    )
    return db.session.scalars(query.order_by(Job.id.desc()).limit(1)).first()


@dataclass(frozen=True, slots=True)
class Finding:
    """What a rehearsal says of one process."""

    process_id: int
    #: The case's, if it is about one; and whether the one who asks may open it.
    number: str | None
    seen: bool
    from_version: int
    verdict: Verdict
    #: The element that is the matter, of a refusal.
    element: str
    reason: Any
    #: Clocks that would be lost, begin, or have run out: each name, element and moment.
    lost: Sequence[Mapping[str, str]]
    begun: Sequence[Mapping[str, str]]
    at_once: Sequence[Mapping[str, str]]


def findings(
    job_id: int, actor: Actor, *, group: int | None = None, after: int = 0, limit: int = 50
) -> list[Finding]:
    """List what a rehearsal says, process by process, from after the process *after*.

    Raises:
        NotAllowed, NotFound: as `get` does.
    """
    get(job_id, actor)
    query = select(JobItem.place, JobItem.outcome).where(
        JobItem.job_id == job_id, JobItem.place > after
    )
    if group is not None:
        query = query.where(JobItem.outcome["group"].as_integer() == group)
    rows = db.session.execute(query.order_by(JobItem.place).limit(limit)).all()
    numbers = [row.outcome["number"] for row in rows if row.outcome["number"]]
    seen = set(
        db.session.scalars(select(Case.number).where(Case.number.in_(numbers), visible(actor)))
    )
    return [_finding(row.place, row.outcome, seen) for row in rows]


def _finding(process_id: int, told: Mapping[str, Any], seen: set[str]) -> Finding:
    return Finding(
        process_id,
        told["number"],
        told["number"] in seen,
        told["from"],
        Verdict(told["verdict"]),
        told["element"],
        told["reason"],
        told["lost"],
        told["begun"],
        told["at_once"],
    )


def open_at(key: str) -> dict[str, int]:
    """Count the running processes that wait at each element, whatever version they run on."""
    going = (Process.diagram_id == Diagram.id, Diagram.key == key, Process.status.in_(GOING))
    tasks = select(Task.key, Task.process_id).join(Process, Process.id == Task.process_id)
    clocks = select(Timer.key, Timer.process_id).join(Process, Process.id == Timer.process_id)
    both = (
        tasks.join(Diagram, going[0])
        .where(*going[1:], Task.closed_at.is_(None))
        .union(
            clocks.join(Diagram, going[0]).where(
                *going[1:], Timer.task_id.is_(None), Timer.state.in_(TICKING)
            )
        )
        .subquery()
    )
    query = select(both.c.key, func.count()).group_by(both.c.key)
    return {row[0]: row[1] for row in db.session.execute(query)}


@jobs.job(KIND, label="演练新版本", counted="已演练 %(amount)s 件")
def run(params: Mapping[str, Any], progress: jobs.Progress) -> jobs.Result:
    """Rehearse every process; begun anew it begins from the first."""
    question = Question(**params)
    with transaction() as session:
        session.execute(delete(JobItem).where(JobItem.job_id == progress.job_id))
    way = question.way(db.session())
    total = db.session.scalar(_number(question, way))
    groups: dict[str, dict[str, Any]] = {}
    done, last = 0, 0
    while True:
        progress(done, total or 0)
        told = list(rehearse_some(db.session(), question.key, way, last))
        if not told:
            break
        _keep(progress.job_id, told, groups)
        done, last = done + len(told), told[-1][0]
    progress(total or 0, total or 0)
    return _result(question, groups)


def _result(question: Question, groups: Mapping[Any, dict[str, Any]]) -> jobs.Result:
    counts = {
        verdict: sum(group["count"] for group in groups.values() if group["verdict"] == verdict)
        for verdict in Verdict
    }
    stay = counts[Verdict.MAPPING] + counts[Verdict.REFUSED]
    told = Sentence(
        "共演练 %(total)s 件：%(fine)s 件可以迁移，%(stay)s 件不能原样迁移，"
        "%(timers)s 件期限有变化。",
        total=sum(counts.values()),
        fine=counts[Verdict.FINE],
        stay=stay,
        timers=counts[Verdict.LOSES] + counts[Verdict.FIRES],
    )
    order = list(Verdict)
    worst_first = sorted(
        groups.values(), key=lambda one: (-order.index(Verdict(one["verdict"])), -one["count"])
    )
    facts = {"counts": {str(k): v for k, v in counts.items()}, "groups": worst_first}
    return jobs.Result(told, facts | {"at": utcnow().isoformat(), "key": question.key})


def _keep(job_id: int, told: Sequence[Told], groups: dict[Any, Any]) -> None:
    at = utcnow()
    for _, finding in told:
        finding["group"] = _group(groups, finding)
    rows = [
        {"job_id": job_id, "place": place, "params": {}, "done_at": at, "outcome": finding}
        for place, finding in told
    ]
    with transaction() as session:
        session.execute(insert(JobItem), rows)


def _group(groups: dict[Any, Any], finding: Mapping[str, Any]) -> int:
    """Count a finding among those like it; return the number of the group."""
    alike = {name: finding[name] for name in ("verdict", "from", "element", "reason")}
    for name in ("lost", "at_once"):
        clocks = {(clock["key"], clock["name"]) for clock in finding[name]}
        alike[name] = [{"key": key, "name": called} for key, called in sorted(clocks)]
    group = groups.setdefault(str(alike), {"number": len(groups), **alike, "count": 0})
    group["count"] += 1
    return int(group["number"])


def _number(question: Question, way: Way) -> Select[int]:
    some = others(question.key, way.target.diagram_id).subquery()
    return select(func.count()).select_from(some)
