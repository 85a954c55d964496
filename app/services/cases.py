"""Cases: finding them, and looking at one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date

from sqlalchemy import ColumnElement, Select, and_, func, or_, select, union_all
from sqlalchemy.orm import joinedload

from app.clock import local_date, utcnow
from app.db import db
from app.domain.case import Case
from app.domain.errors import NotFound
from app.domain.people import Actor, Unit
from app.domain.process import Diagram, Process, Task, Timer
from app.domain.tally import Flow
from app.domain.vocabulary import Light, Stage, UnitKind
from app.services import figures, tallies
from app.services._scope import case_of, visible
from app.services.narrowing import Narrowing


@dataclass(frozen=True, slots=True)
class Happened:
    """What happened to a case, and between which days, both within."""

    what: Flow
    since: date
    until: date

    def condition(self) -> ColumnElement[bool]:
        """Translate into a condition on `Case`."""
        condition: ColumnElement[bool] = figures.day_of(self.what).between(self.since, self.until)
        return condition


@dataclass(frozen=True, slots=True)
class Step:
    """A step of a diagram, by the keys of both, at which a task is open; overdue, if so asked."""

    diagram: str
    key: str
    overdue: bool = False

    def condition(self) -> ColumnElement[bool]:
        """Translate into a condition on `Case`."""
        query = (
            select(Task.case_id)
            .join(Process, Process.id == Task.process_id)
            .join(Diagram, Diagram.id == Process.diagram_id)
            .where(Task.closed_at.is_(None), Task.key == self.key, Diagram.key == self.diagram)
        )
        if self.overdue:
            query = query.where(Task.sort_at < utcnow())
        return Case.id.in_(query.where(Task.case_id.is_not(None)))


#: Lights and figures of cases that are not over.
_BURNING = (Light.BLUE, Light.YELLOW, Light.RED)
_RUNNING = frozenset(
    {"open", "within", "due_today", "overdue", "awaiting", "suspended"}
    | {"green", "blue", "yellow", "red"}
)


@dataclass(frozen=True, slots=True)
class Filter:
    """What a list of cases is narrowed down to."""

    text: str = ""
    stage: Stage | None = None
    light: Light | None = None
    unit_id: int | None = None
    overdue: bool = False
    open: bool | None = None
    #: A key of `figures.FIGURES`: the cases behind a figure.
    figure: str = ""
    #: What happened to them in certain days.
    flow: Happened | None = None
    #: Where a task of theirs is open.
    step: Step | None = None
    within: Narrowing = field(default_factory=Narrowing)

    @property
    def figures(self) -> tuple[str, ...]:
        """The figures that they must meet."""
        asked = (self.figure, "overdue" if self.overdue else "", "open" if self.open else "")
        return tuple(key for key in asked if key)

    @property
    def parts(self) -> tuple[str, ...]:
        """The figures that together make up all that is asked for besides `within`, if any do."""
        bare = Filter(figure=self.figure, overdue=self.overdue, open=self.open, within=self.within)
        if self != bare or self.open is False or len(self.figures) > 1:
            return ()
        return self.figures or ("issued", "revoked")

    @property
    def stages(self) -> tuple[Stage, ...]:
        """The stages in which such cases can be; empty if in any."""
        if self.stage is not None:
            return (self.stage,)
        runs = self.light in _BURNING or not _RUNNING.isdisjoint(self.figures)
        return tuple(stage for stage in Stage if not stage.is_over) if runs else ()

    def conditions(self, today: date) -> list[ColumnElement[bool]]:
        """Translate into conditions on `Case`."""
        found: list[ColumnElement[bool]] = [
            getattr(Case, name) == getattr(self, name)
            for name in ("stage", "light")
            if getattr(self, name) is not None
        ]
        if self.text:
            found.append(_matches(self.text))
        if self.unit_id is not None:
            found.append(or_(Case.lead_unit_id == self.unit_id, Case.unit_id == self.unit_id))
        found += [figures.condition(key, today) for key in self.figures]
        if self.open is False:
            found.append(~figures.condition("open", today))
        if self.flow is not None:
            found.append(self.flow.condition())
        if self.step is not None:
            found.append(self.step.condition())
        return found + self.within.conditions()


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
    query = case_of(actor, *conditions)
    if after is not None:
        on, case_id = after
        query = query.where(or_(Case.due_on > on, and_(Case.due_on == on, Case.id > case_id)))
    found = _earliest(query, narrow.stages, limit + 1)
    items = found[:limit]
    end = (items[-1].due_on, items[-1].id) if len(found) > limit else None
    return Page(items, end, _total(actor, narrow, conditions))


def _earliest(query: Select[Case], stages: Sequence[Stage], limit: int) -> list[Case]:
    """Return the first cases of a query by due date.

    Where only some stages can meet it, each is asked by itself: a short walk along the index of
    stages and due dates, where all at once would begin with the due dates of all closed cases.
    """
    ordered = query.order_by(Case.due_on, Case.id).limit(limit)
    if stages:
        each = (ordered.with_only_columns(Case.id).where(Case.stage == stage) for stage in stages)
        ids = union_all(*(select(one.subquery()) for one in each))
        ordered = select(Case).where(Case.id.in_(ids)).order_by(Case.due_on, Case.id).limit(limit)
    whole = (joinedload(Case.unit), joinedload(Case.lead_unit), joinedload(Case.department))
    return list(db.session.scalars(ordered.options(*whole)))


def _total(actor: Actor, narrow: Filter, conditions: Sequence[ColumnElement[bool]]) -> int:
    """Return how many there are: from the counters if they know it, else counted."""
    known = tallies.known(actor, narrow.within, narrow.parts)
    if known is not None:
        return known
    return db.session.scalar(select(func.count(Case.id)).where(visible(actor), *conditions)) or 0


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
        .join(Task.process)
        .where(Process.case_id == case.id)
        .order_by(Task.closed_at.is_not(None), Task.closed_at.desc(), Task.id)
    )
    return list(db.session.scalars(query))


def timers_of(case: Case) -> list[Timer]:
    """List all deadlines of a case: those that run first, by due date."""
    query = select(Timer).join(Timer.process).where(Process.case_id == case.id)
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
