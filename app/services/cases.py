"""Cases: finding them, and looking at one."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlalchemy.orm import joinedload

from app.clock import local_date, utcnow
from app.db import db
from app.domain.case import Case
from app.domain.errors import NotFound
from app.domain.people import Actor, Unit
from app.domain.process import Process, Task, Timer
from app.domain.vocabulary import (
    Category,
    Light,
    Severity,
    Stage,
    UnitKind,
)
from app.services._scope import case_of, visible


@dataclass(frozen=True, slots=True)
class Filter:
    """What a list of cases is narrowed down to."""

    text: str = ""
    stage: Stage | None = None
    light: Light | None = None
    severity: Severity | None = None
    category: Category | None = None
    unit_id: int | None = None
    overdue: bool = False
    open: bool | None = None

    def conditions(self, today: date) -> list[ColumnElement[bool]]:
        """Translate into conditions on `Case`."""
        found: list[ColumnElement[bool]] = [
            getattr(Case, name) == getattr(self, name)
            for name in ("stage", "light", "severity", "category")
            if getattr(self, name) is not None
        ]
        off = Case.stage.in_([stage for stage in Stage if stage.is_over])
        if self.text:
            found.append(_matches(self.text))
        if self.unit_id is not None:
            found.append(or_(Case.lead_unit_id == self.unit_id, Case.unit_id == self.unit_id))
        if self.overdue:
            runs = ~off & (Case.stage != Stage.SUSPENDED)
            found += [Case.due_on < today, Case.reported_done_at.is_(None), runs]
        if self.open is not None:
            found.append(~off if self.open else off)
        return found


def _matches(text: str) -> ColumnElement[bool]:
    units = select(Unit.id).where(Unit.name.contains(text, autoescape=True))
    return or_(
        Case.number.contains(text, autoescape=True),
        Case.problem.contains(text, autoescape=True),
        Case.lead_unit_id.in_(units),
    )


@dataclass(frozen=True, slots=True)
class Page:
    """A stretch of the case list, and where the next begins."""

    items: list[Case]
    next: tuple[date, int] | None
    total: int


def page(
    actor: Actor, narrow: Filter, *, limit: int = 50, after: tuple[date, int] | None = None
) -> Page:
    """List the cases that *actor* may see, earliest due first, after the cursor *after*."""
    conditions = narrow.conditions(local_date(utcnow()))
    query = case_of(actor, *conditions).options(
        joinedload(Case.unit), joinedload(Case.lead_unit), joinedload(Case.department)
    )
    count = select(func.count(Case.id)).where(visible(actor), *conditions)
    if after is not None:
        on, case_id = after
        query = query.where(or_(Case.due_on > on, and_(Case.due_on == on, Case.id > case_id)))
    found = list(db.session.scalars(query.order_by(Case.due_on, Case.id).limit(limit + 1)))
    more = len(found) > limit
    items = found[:limit]
    end = (items[-1].due_on, items[-1].id) if more else None
    return Page(items, end, db.session.scalar(count) or 0)


def get(number: str, actor: Actor) -> Case:
    """Return the case with this number.

    Raises:
        NotFound: there is none, or it is none of the actor's business.
    """
    query = case_of(actor, Case.number == number).options(
        joinedload(Case.unit), joinedload(Case.lead_unit), joinedload(Case.department)
    )
    found = db.session.scalars(query).first()
    if found is None:
        raise NotFound
    return found


def tasks_of(case: Case) -> list[Task]:
    """List all tasks of a case, open ones first, then the latest done."""
    query = (
        select(Task)
        .options(joinedload(Task.assignee), joinedload(Task.closed_by), joinedload(Task.unit))
        .where(Task.case_id == case.id)
        .order_by(Task.closed_at.is_not(None), Task.closed_at.desc(), Task.id)
    )
    return list(db.session.scalars(query))


def timers_of(case: Case) -> list[Timer]:
    """List all deadlines of a case: those that run first, by due date."""
    query = select(Timer).where(Timer.case_id == case.id)
    return list(db.session.scalars(query.order_by(Timer.state, Timer.due_at, Timer.id)))


def processes_of(case: Case) -> list[Process]:
    """List the processes of a case, the first begun first."""
    query = select(Process).options(joinedload(Process.diagram)).filter_by(case_id=case.id)
    return list(db.session.scalars(query.order_by(Process.id)))


def units(actor: Actor, *kinds: UnitKind) -> list[Unit]:
    """List the active units of the county, of some kinds or of all."""
    query = select(Unit).where(Unit.active, Unit.path.startswith(f"/{actor.county_id}/"))
    if kinds:
        query = query.where(Unit.kind.in_(kinds))
    return list(db.session.scalars(query.order_by(Unit.path)))
