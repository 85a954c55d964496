"""What must be true of a database whatever happened to those who worked on it."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import and_, func, or_, select, text

from app import scheduler
from app.clock import travel
from app.db import db
from app.domain.case import Case
from app.domain.history import Event
from app.domain.notice import Notice
from app.domain.process import Incident, Process, Submission, Task, Timer
from app.domain.vocabulary import Outcome, ProcessStatus, TimerState
from app.services import history, processes


@dataclass
class Proof:
    """What was found wrong; empty is right."""

    #: Acknowledged, and not there.
    lost: list[str] = field(default_factory=list)
    #: There more than once.
    doubled: list[str] = field(default_factory=list)
    #: Waiting for nothing that could come, or rows that differ from the state.
    stuck: list[str] = field(default_factory=list)
    #: A history that does not verify, a database that is not sound.
    broken: list[str] = field(default_factory=list)
    #: Steps that failed and wait for a person.
    incidents: list[str] = field(default_factory=list)

    def __bool__(self) -> bool:
        """Tell whether all is right."""
        return not any(asdict(self).values())

    def figures(self) -> dict[str, Any]:
        """Return how much of each, and the first of what is wrong."""
        found = asdict(self)
        wrong = {name: lines[:5] for name, lines in found.items() if lines}
        return {name: len(lines) for name, lines in found.items()} | (
            {"wrong": wrong} if wrong else {}
        )


def settle(ahead: timedelta) -> None:
    """Fire all that has run out by then, as those would who come after the dead."""
    db.session.rollback()
    with travel() as move_to:
        for later in (timedelta(0), timedelta(minutes=2), timedelta(minutes=4)):
            move_to(datetime.now(UTC) + ahead + later)  # their claims run out in between
            scheduler.sweep()


def prove(told: Iterable[list[str]]) -> Proof:
    """Look at everything."""
    db.session.rollback()
    proof = Proof()
    _acknowledged(proof, list(told))
    _once(proof)
    _waits(proof)
    _sound(proof)
    proof.incidents += [
        f"{one.process_id}: {one.cause}"
        for one in db.session.scalars(select(Incident).where(Incident.resolved_at.is_(None)))
    ]
    db.session.rollback()
    return proof


def _acknowledged(proof: Proof, told: list[list[str]]) -> None:
    numbers = set(db.session.scalars(select(Case.number)))
    done = set(db.session.scalars(select(Submission.task_id)))
    closed = set(db.session.scalars(select(Task.id).where(Task.outcome == Outcome.DONE)))
    for what, key in told:
        there = key in numbers if what == "opened" else int(key) in done & closed
        if not there:
            proof.lost.append(f"{what} {key}")
    counted = Counter((what, key) for what, key in told)
    proof.doubled += [f"{what} {key} told twice" for (what, key), n in counted.items() if n > 1]


def _once(proof: Proof) -> None:
    keys = ((Submission, Submission.task_id), (Case, Case.problem), (Notice, Notice.key))
    for table, key in keys:
        query = select(key).group_by(key).having(func.count() > 1)
        proof.doubled += [f"{table.__tablename__} {one}" for one in db.session.scalars(query)]
    _agree(
        proof,
        "completed",
        select(Task.case_id, func.count())
        .where(Task.outcome == Outcome.DONE, Task.case_id.is_not(None))
        .group_by(Task.case_id),
    )
    _agree(
        proof,
        "timer_fired",
        select(Timer.case_id, func.count())
        .where(Timer.fired_at.is_not(None), Timer.case_id.is_not(None))
        .group_by(Timer.case_id),
    )


def _agree(proof: Proof, what: str, rows: Any) -> None:
    """Compare what the rows say happened to each case with what its history says."""
    lines = select(Event.case_id, func.count()).where(Event.what == what).group_by(Event.case_id)
    said, done = (dict(db.session.execute(query).all()) for query in (lines, rows))
    for case_id in said.keys() | done.keys():
        difference = said.get(case_id, 0) - done.get(case_id, 0)
        if difference:
            found = proof.doubled if difference > 0 else proof.lost
            found.append(f"case {case_id}: {what} {difference:+}")


#: What a process may wait for; a change of another clock will set a suspended one going again.
_RUNNING_CLOCKS = (TimerState.ARMED, TimerState.SUSPENDED)


def _waits(proof: Proof) -> None:
    for process_id in processes.running_ids():
        if changed := processes.resync(process_id):
            proof.stuck.append(f"process {process_id}: {changed} rows differ from its state")
    waiting = or_(
        select(Task.id).where(Task.process_id == Process.id, Task.closed_at.is_(None)).exists(),
        select(Timer.id)
        .where(and_(Timer.process_id == Process.id, Timer.state.in_(_RUNNING_CLOCKS)))
        .exists(),
    )
    query = select(Process.id).where(Process.status == ProcessStatus.RUNNING, ~waiting)
    proof.stuck += [f"process {one} waits for nothing" for one in db.session.scalars(query)]


def _sound(proof: Proof) -> None:
    proof.broken += [f"{one.number} {one.seq} {one.fault}" for one in history.verify()]
    if db.engine.dialect.name == "sqlite":
        said = db.session.scalar(text("PRAGMA integrity_check(1)"))
        proof.broken += [] if said == "ok" else [str(said)]
