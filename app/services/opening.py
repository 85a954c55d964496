"""Feedback: opening cases, one or many, and what decision table DMN-1 makes of a problem."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from app.clock import utcnow
from app.db import transaction
from app.domain import numbering, standing
from app.domain.case import Case
from app.domain.deadlines import due
from app.domain.errors import Invalid, NotAllowed, Sentence
from app.domain.people import Actor, Unit
from app.domain.rules import Anchor, Rule, Span
from app.domain.rules import Unit as Counted
from app.domain.standing import NOW
from app.domain.vocabulary import Category, Mode, Role, Severity, SourceLevel
from app.services import _numbers, _start, calendars, diagrams
from app.services._catalogue import Context, about
from app.services._history import record

OWN_DEPARTMENT = "主管部门不能是被督导单位自己，请另行指定。"


@dataclass(frozen=True, slots=True)
class Feedback:
    """One problem as it is fed back to a unit: what it takes to open a case."""

    unit: str
    problem: str
    requirement: str
    category: Category
    severity: Severity
    issued_on: date
    #: ``None``: the next free number of the inspection's year.
    number: str | None = None
    inspection: str = ""
    letter_number: str = ""
    #: Names of units; ``None``: the unit itself, and its own competent department.
    lead_unit: str | None = None
    department: str | None = None
    co_units: str = ""
    responsible: str = ""
    basis: str = ""
    location: str = ""
    source_level: SourceLevel = SourceLevel.OWN
    external_number: str | None = None
    #: ``None``: as decision table DMN-1 says.
    mode: Mode | None = None
    limit_days: int | None = None
    due_on: date | None = None
    #: Danger to life and limb; building or buying needed; can only be done in stages.
    danger: bool = False
    construction: bool = False
    staged: bool = False


def open_case(feedback: Feedback, actor: Actor) -> Case:
    """Issue feedback to the unit: enter the case in the ledger and start its process.

    Raises:
        NotAllowed: only the office opens cases.
        Invalid: a unit is unknown, the number is taken or none, or the date can't be.
    """
    return open_cases([feedback], actor)[0]


def open_cases(feedback: Sequence[Feedback], actor: Actor) -> list[Case]:
    """Open all of them or none."""
    if not actor.has(Role.OFFICE, Role.OFFICE_HEAD):
        raise NotAllowed("只有督导办可以立案下达。")
    with transaction() as session:
        return [enter(session, one, actor) for one in feedback]


def enter(session: Session, feedback: Feedback, actor: Actor) -> Case:
    """Open one case within a transaction that another service has begun."""
    unit = _unit(session, feedback.unit, actor, field="unit")
    lead = _unit(session, feedback.lead_unit or feedback.unit, actor, field="lead_unit")
    case = Case(
        number=_number(session, feedback, unit.county_id),
        unit=unit,
        lead_unit=lead,
        county_id=unit.county_id,
        department=_department(session, feedback, unit, actor),
        created_at=utcnow(),
        counted_from=feedback.issued_on,
        **{name: getattr(feedback, name) for name in _COPIED},
    )
    _set_limit(session, case, feedback)
    _add(session, case)
    context = Context(session, about(case), utcnow(), actor)
    told = {"unit": lead.name, "due_on": case.due_on.isoformat(), NOW: standing.issued(case)}
    record(context, "opened", told)
    _start.rectification(context)
    return case


def _number(session: Session, feedback: Feedback, county_id: int) -> str:
    if feedback.number is None:
        return _numbers.next_of_cases(session, county_id, feedback.issued_on.year)
    if (fault := numbering.fault_of(feedback.number)) is not None:
        raise Invalid(fields={"number": [fault]})
    return feedback.number


def _add(session: Session, case: Case) -> None:
    """Write the case; its number may be taken already, or be taken at this very moment."""
    taken = Sentence("问题编号%(number)s已存在。", number=case.number)
    if session.scalar(select(Case.id).filter_by(number=case.number)):
        raise Invalid(fields={"number": [taken]})
    session.add(case)
    try:
        session.flush()
    except IntegrityError as error:
        raise Invalid(fields={"number": [taken]}) from error


_COPIED = (
    "inspection",
    "letter_number",
    "co_units",
    "responsible",
    "basis",
    "location",
    "source_level",
    "external_number",
    "problem",
    "requirement",
    "category",
    "severity",
    "issued_on",
)


def _unit(session: Session, name: str, actor: Actor, *, field: str) -> Unit:
    query = select(Unit).filter_by(name=name, active=True)
    unit = session.scalars(query.where(Unit.path.startswith(f"/{actor.county_id}/"))).first()
    if unit is None:
        raise Invalid(fields={field: [Sentence("没有名为“%(name)s”的单位。", name=name)]})
    return unit


def _department(session: Session, feedback: Feedback, unit: Unit, actor: Actor) -> Unit:
    """Return who is competent: as told, else the unit's own department, else the county."""
    if feedback.department:
        return _unit(session, feedback.department, actor, field="department")
    found = unit.department or session.get_one(Unit, unit.county_id)
    if found.id == unit.id:
        raise Invalid(fields={"department": [OWN_DEPARTMENT]})
    return found


def _set_limit(session: Session, case: Case, feedback: Feedback) -> None:
    """Set how the problem is to be put right and by when: as told, or as DMN-1 says."""
    advised = advise(session, feedback)
    case.mode = feedback.mode or Mode(advised["mode"])
    case.limit_days = feedback.limit_days or int(advised["days"])
    if feedback.due_on is not None:
        if feedback.due_on < feedback.issued_on:
            raise Invalid(fields={"due_on": ["整改时限不能早于下达日期。"]})
        case.due_on, case.due_provisional = feedback.due_on, False
        case.limit_days = feedback.limit_days
    else:
        rule = Rule(Anchor.AFTER, Span(Counted.DAYS, case.limit_days), feedback.issued_on)
        moment = due(rule, utcnow(), calendars.current(case.county_id))
        case.due_on, case.due_provisional = moment.on, moment.provisional
    case.original_due_on = case.due_on


def advise(session: Session, feedback: Feedback) -> dict[str, Any]:
    """Return what DMN-1 says of a problem: ``mode``, ``days``, ``extensions``."""
    facts = {
        "category": feedback.category.value,
        "severity": feedback.severity.value,
        "danger": feedback.danger,
        "construction": feedback.construction,
        "staged": feedback.staged,
        "relapse": False,
        "original_days": 0,
    }
    table = diagrams.published(session, _start.MAIN).decisions["time_limit"]
    return table.evaluate(facts)
