"""What the ledger says of a stretch of cases: gathered by a few queries over all of them."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Row, and_, func, select
from sqlalchemy.orm import Session, aliased

from app.domain.case import Case, FollowUp, Verification
from app.domain.evidence import Evidence
from app.domain.history import Event
from app.domain.people import Unit, User
from app.domain.plan import Measure, Plan
from app.domain.process import Submission

#: What every line is made from. Plain rows: a hundred thousand of them leave nothing behind.
CASE_COLUMNS = tuple(
    getattr(Case, name)
    for name in (
        *("id", "number", "inspection", "letter_number", "source_level", "external_number"),
        *("unit_id", "lead_unit_id", "department_id", "co_units", "responsible", "category"),
        *("severity", "problem", "basis", "requirement", "location", "remark", "mode"),
        *("issued_on", "original_due_on", "due_on", "due_provisional", "stage", "cycle"),
        *("percent", "light", "reported_done_at", "verified_at", "closed_out_at"),
        *("history_length",),
    )
)
_UNITS = ("unit_id", "lead_unit_id", "department_id")
#: The form that a unit reports its progress and its result with.
_REPORT = "rectify"

CaseRow = Row[Any]


@dataclass(slots=True)
class Planned:
    """The plan in force: goal, leader, measures, and the money they take."""

    goal: str
    leader: str
    measures: list[str] = field(default_factory=list)
    #: 万元.
    fund: float | None = None


@dataclass(frozen=True, slots=True)
class Looked:
    """The last look of the present cycle: who was sent, when they looked, what they found."""

    verifiers: tuple[str, ...]
    at: Any
    result: Any


@dataclass(slots=True)
class Entry:
    """One case as the columns of the ledger read it; what no column asked for stays empty."""

    #: 序号: its place in the list.
    place: int
    case: CaseRow
    units: Mapping[int, str]
    plan: Planned | None = None
    look: Looked | None = None
    follow_up: Row[Any] | None = None
    #: What the unit last reported.
    report: Mapping[str, Any] = field(default_factory=dict)
    #: Names of the case's files, by id.
    files: Mapping[int, str] = field(default_factory=dict)
    issuer: str = ""
    inspector: str = ""


def gather(
    session: Session, cases: Sequence[CaseRow], needs: Collection[str], *, after: int = 0
) -> list[Entry]:
    """Return the entries of *cases* with what *needs* names of them; *after* so many others."""
    units = _names_of_units(session, cases)
    entries = [Entry(after + n, case, units) for n, case in enumerate(cases, start=1)]
    for name in needs:
        found = SOURCES[name](session, cases)
        for entry in entries:
            if (value := found.get(entry.case.id)) is not None:
                setattr(entry, name, value)
    return entries


def _names_of_units(session: Session, cases: Iterable[CaseRow]) -> dict[int, str]:
    ids = {getattr(case, name) for case in cases for name in _UNITS}
    query = select(Unit.id, Unit.name).where(Unit.id.in_(ids))
    return {row.id: row.name for row in session.execute(query)}


def _ids(cases: Sequence[CaseRow]) -> list[int]:
    return [case.id for case in cases]


def _plans(session: Session, cases: Sequence[CaseRow]) -> dict[int, Planned]:
    query = (
        select(Plan.id, Plan.case_id, Plan.goal, Plan.leader)
        .join(Case, and_(Case.id == Plan.case_id, Case.cycle == Plan.cycle))
        .where(Plan.case_id.in_(_ids(cases)))
        .order_by(Plan.id)
    )
    newest = {row.case_id: row for row in session.execute(query)}
    found = {row.id: Planned(row.goal, row.leader) for row in newest.values()}
    lines = (
        select(Measure.plan_id, Measure.text, Measure.fund)
        .where(Measure.plan_id.in_(found))
        .order_by(Measure.plan_id, Measure.position)
    )
    for plan_id, text, fund in session.execute(lines):
        plan = found[plan_id]
        plan.measures.append(text)
        if fund is not None:
            plan.fund = (plan.fund or 0) + fund
    return {row.case_id: found[row.id] for row in newest.values()}


def _looks(session: Session, cases: Sequence[CaseRow]) -> dict[int, Looked]:
    query = (
        select(
            Verification.case_id,
            Verification.verifiers,
            Verification.verified_at,
            Verification.result,
        )
        .join(Case, and_(Case.id == Verification.case_id, Case.cycle == Verification.cycle))
        .where(Verification.case_id.in_(_ids(cases)))
        .order_by(Verification.id)
    )
    newest = {row.case_id: row for row in session.execute(query)}
    usernames = {name for row in newest.values() for name in row.verifiers}
    people = select(User.username, User.name).where(User.username.in_(usernames))
    names = {row.username: row.name for row in session.execute(people)}
    return {
        case_id: Looked(
            tuple(names.get(one, one) for one in row.verifiers), row.verified_at, row.result
        )
        for case_id, row in newest.items()
    }


def _follow_ups(session: Session, cases: Sequence[CaseRow]) -> dict[int, CaseRow]:
    columns: tuple[Any, ...] = (FollowUp.case_id, FollowUp.settled_at, FollowUp.result)
    query = select(*columns).where(FollowUp.case_id.in_(_ids(cases))).order_by(FollowUp.id)
    return {row.case_id: row for row in session.execute(query)}


def _reports(session: Session, cases: Sequence[CaseRow]) -> dict[int, dict[str, Any]]:
    """Read what each unit reported last in the present cycle, however often it reported."""
    newest = (
        select(func.max(Submission.id))
        .join(Case, and_(Case.id == Submission.case_id, Case.cycle == Submission.cycle))
        .where(Submission.case_id.in_(_ids(cases)), Submission.form_key == _REPORT)
        .group_by(Submission.case_id)
    )
    query = select(Submission.case_id, Submission.answers).where(Submission.id.in_(newest))
    return {row.case_id: row.answers for row in session.execute(query) if row.case_id}


def _files(session: Session, cases: Sequence[CaseRow]) -> dict[int, dict[int, str]]:
    query = (
        select(Evidence.case_id, Evidence.id, Evidence.name)
        .where(Evidence.case_id.in_(_ids(cases)))
        .order_by(Evidence.id)
    )
    found: dict[int, dict[int, str]] = {}
    for case_id, file_id, name in session.execute(query):
        if case_id is not None:
            found.setdefault(case_id, {})[file_id] = name
    return found


def _issuers(session: Session, cases: Sequence[CaseRow]) -> dict[int, str]:
    """Read who opened each case: the first line of its history."""
    query = select(Event.case_id, Event.by_name).where(
        Event.case_id.in_(_ids(cases)), Event.seq == 1
    )
    return {case_id: name for case_id, name in session.execute(query) if case_id is not None}


def _inspectors(session: Session, cases: Sequence[CaseRow]) -> dict[int, str]:
    unit = aliased(Unit)
    query = (
        select(unit.id, User.name)
        .join(User, User.id == unit.inspector_id)
        .where(unit.id.in_({case.lead_unit_id for case in cases}))
    )
    names = {row.id: row.name for row in session.execute(query)}
    return {case.id: names.get(case.lead_unit_id, "") for case in cases}


#: Each is asked at most once for a stretch of cases.
SOURCES: Mapping[str, Callable[[Session, Sequence[CaseRow]], Mapping[int, Any]]] = {
    "plan": _plans,
    "look": _looks,
    "follow_up": _follow_ups,
    "report": _reports,
    "files": _files,
    "issuer": _issuers,
    "inspector": _inspectors,
}
