"""What is on file about a case: forms and their answers, plans, evidence. For reading only."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from sqlalchemy import and_, select
from sqlalchemy.orm import joinedload

from app.db import db
from app.domain.case import Case, FollowUp, Verification
from app.domain.evidence import Evidence
from app.domain.letter import Letter
from app.domain.people import Actor, Grant, Unit, User
from app.domain.plan import Plan
from app.domain.process import Diagram, Process, Submission, Task
from app.domain.vocabulary import Role
from app.engine import UserTask
from app.services import diagrams


def form_of(task: Task) -> Mapping[str, Any]:
    """Return the form a task is completed with: empty if its diagram names none."""
    diagram = task.process.diagram
    forms = diagrams.compiled(db.session(), diagram.id).forms
    found: Mapping[str, Any] = forms.get(task.form_key or "", {})
    return found


def submissions_of(of: Case | Process) -> list[Submission]:
    """List every answered form of a case, or of a process about none, the latest first."""
    own = Submission.case_id == of.id
    if isinstance(of, Process):
        tasks = select(Task.id).where(Task.process_id == of.id)
        own = and_(Submission.case_id.is_(None), Submission.task_id.in_(tasks))
    query = (
        select(Submission)
        .options(
            joinedload(Submission.by),
            joinedload(Submission.task).joinedload(Task.process).joinedload(Process.diagram),
        )
        .where(own)
        .order_by(Submission.id.desc())
    )
    return list(db.session.scalars(query))


def sent_back(task: Task, submissions: Sequence[Submission]) -> Submission | None:
    """Return the last submission of a step that came back to be mended; *submissions* latest first.

    It came back if it is reached from another step than the first time: whoever only judges what
    others mended gets it from the same step as before. A second letter is no first one mended.
    """
    cycle = task.case.cycle if task.case else None
    round_ = [
        one
        for one in submissions
        if one.task.process_id == task.process_id and cycle in (None, one.cycle)
    ]
    keys = [one.task.key for one in round_]
    if task.key not in keys or keys[0] == task.key:
        return None
    first = len(keys) - 1 - keys[::-1].index(task.key)
    same_way = keys[first + 1 : first + 2] == keys[:1]
    letter = letter_of(task)
    unworded = letter is not None and letter.drafter_id is None
    return None if same_way or unworded else round_[keys.index(task.key)]


def plan_of(case: Case) -> Plan | None:
    """Return the plan now in force, with its measures."""
    query = select(Plan).options(joinedload(Plan.measures)).filter_by(case_id=case.id)
    query = query.filter_by(cycle=case.cycle).order_by(Plan.id.desc()).limit(1)
    found: Plan | None = db.session.scalars(query).unique().first()
    return found


def verifications_of(case: Case) -> list[Verification]:
    """List the looks that were taken, the latest first."""
    query = select(Verification).filter_by(case_id=case.id).order_by(Verification.id.desc())
    return list(db.session.scalars(query))


def follow_ups_of(case: Case) -> list[FollowUp]:
    """List the times the closed-out case was looked at again, the latest first."""
    query = select(FollowUp).filter_by(case_id=case.id).order_by(FollowUp.id.desc())
    return list(db.session.scalars(query))


def letter_of(task: Task) -> Letter | None:
    """Return the letter that a task's process is about."""
    letter_id = task.process.letter_id
    return db.session.get(Letter, letter_id) if letter_id else None


def evidence_of(of: Case | Process) -> list[Evidence]:
    """List the files that were sent in with the forms of a case or process, the latest first."""
    own = Evidence.case_id == of.id
    if isinstance(of, Process):
        own = Evidence.task_id.in_(select(Task.id).where(Task.process_id == of.id))
    query = select(Evidence).options(joinedload(Evidence.uploaded_by)).where(own)
    return list(db.session.scalars(query.order_by(Evidence.id.desc())))


def files(ids: Collection[int], *, case: Case | None, actor: Actor) -> dict[int, Evidence]:
    """Return the files with these ids that are the case's or the actor's own, by id."""
    if not ids:
        return {}
    own = Evidence.uploaded_by_id == actor.id
    if case is not None:
        own = own | (Evidence.case_id == case.id)
    query = select(Evidence).where(Evidence.id.in_(ids), own)
    return {file.id: file for file in db.session.scalars(query)}


def people_with(role: Role, county_id: int) -> list[User]:
    """List the active people of the county who hold *role*, by name."""
    query = (
        select(User)
        .join(Grant, Grant.user_id == User.id)
        .join(Unit, Unit.id == User.unit_id)
        .where(User.active, Grant.role == role, Unit.path.startswith(f"/{county_id}/"))
        .order_by(User.name, User.id)
    )
    return list(db.session.scalars(query))


def steps_of(diagram: Diagram) -> Mapping[str, UserTask]:
    """Return the tasks for people that a diagram has, by the id of the element."""
    return diagrams.compiled(db.session(), diagram.id).program.tasks
