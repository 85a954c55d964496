"""The register of a past day, page by page, and what changed of it since an earlier day."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, NamedTuple

from sqlalchemy import or_, select
from sqlalchemy.orm import aliased

from app.db import db
from app.domain.case import Case
from app.domain.errors import NotFound
from app.domain.history import Event
from app.domain.past import Line, Standing, fold
from app.domain.people import Actor, Unit
from app.domain.process import Process, Task
from app.domain.standing import LASTING, plain
from app.domain.vocabulary import Category, Light, Severity, Stage
from app.services.past.reach import Asked, Sieve, of_reader
from app.services.past.walk import PORTION, Place, Stood, portions

#: So many portions are looked through for one page: what changed rarely is far between.
MOST_PORTIONS = 5
#: What two days are compared by, in the order in which it is told.
COMPARED = ("stage", "light", "percent", "due_on", "lead", "cycle", "key_item", "mode")
#: What a row shows and history may not tell.
SHOWN = ("lead", "stage", "light", "percent", "due_on", "cycle")


class Step(NamedTuple):
    """A step that was open, and who had to take it."""

    process_id: int
    key: str
    name: str
    role: str
    unit: str


class Change(NamedTuple):
    """What one fact was on the earlier day and on the later; ``None``: not known."""

    fact: str
    before: Any
    after: Any


@dataclass(frozen=True, slots=True)
class Row:
    """One case as it stood at the end of the day."""

    number: str
    problem: str
    unit: str
    lead_unit: str | None
    inspection: str
    category: Category
    severity: Severity
    issued_on: date
    original_due_on: date
    stage: Stage | None
    light: Light | None
    percent: int | None
    due_on: date | None
    overdue: bool | None
    cycle: int | None
    steps: tuple[Step, ...]
    #: The line of its history by which this is known.
    known_by: Line
    #: What history did not record by then.
    unknown: frozenset[str]
    #: Whether what never changes was taken from the case, since its first line does not tell it.
    lent: bool
    #: Whether it entered the register after the earlier day.
    entered: bool
    changes: tuple[Change, ...]


@dataclass(frozen=True, slots=True)
class Page:
    """A stretch of the register, and where the next begins."""

    items: list[Row]
    next: Place | None


def page(asked: Asked, actor: Actor, *, limit: int = 50, after: Place | None = None) -> Page:
    """List the cases as they stood, in the order in which they entered the register.

    With an earlier day, only those that entered or changed since. Where few of many are asked for,
    a page may be short, or empty, and yet have a next one.

    Raises:
        NotAllowed: the past is none of the actor's business.
    """
    sieve, found = Sieve(asked), list[Stood]()
    size = PORTION if asked.is_sifted else limit + 1
    for count, portion in enumerate(portions(asked, actor, after, size=size), start=1):
        for one in portion:
            if wanted(one, asked, sieve):
                if len(found) == limit:
                    return Page(rows_of(found, asked), found[-1].place)
                found.append(one)
        if count == MOST_PORTIONS:
            return Page(rows_of(found, asked), portion[-1].place)
    return Page(rows_of(found, asked), None)


def wanted(one: Stood, asked: Asked, sieve: Sieve) -> bool:
    """Tell whether a case that stood so is asked for."""
    if not sieve.keeps(one.standing):
        return False
    return asked.since is None or one.before is None or bool(_changes(one))


def _changes(one: Stood) -> tuple[Change, ...]:
    if one.before is None:
        return ()
    before, after = one.before.facts, one.standing.facts
    found = (Change(name, before.get(name), after.get(name)) for name in COMPARED)
    return tuple(change for change in found if change.before != change.after)


def rows_of(found: Sequence[Stood], asked: Asked) -> list[Row]:
    """Return the rows of some cases, with what is read for all of them together."""
    ids = [one.case_id for one in found]
    lasting, steps = _lasting(ids), _steps(ids, asked.until)
    return [_row(one, asked, lasting[one.case_id], steps.get(one.case_id, ())) for one in found]


def _row(one: Stood, asked: Asked, kept: Mapping[str, Any], steps: Iterable[Step]) -> Row:
    standing = one.standing
    facts = {**kept, **standing.facts}
    if standing.known_by is None:
        raise LookupError(f"case {one.case_id} has no history")
    return Row(
        number=facts["number"],
        problem=facts["problem"],
        unit=facts["unit"],
        lead_unit=facts.get("lead"),
        inspection=facts["inspection"],
        category=Category(facts["category"]),
        severity=Severity(facts["severity"]),
        issued_on=date.fromisoformat(facts["issued_on"]),
        original_due_on=date.fromisoformat(facts["original_due_on"]),
        stage=standing.stage,
        light=standing.light,
        percent=standing.get("percent"),
        due_on=standing.day("due_on"),
        overdue=standing.overdue_on(asked.day),
        cycle=standing.get("cycle"),
        steps=tuple(steps),
        known_by=standing.known_by,
        unknown=frozenset(name for name in SHOWN if not standing.knows(name)),
        lent=any(not standing.knows(name) for name in LASTING),
        entered=asked.since is not None and one.before is None,
        changes=_changes(one),
    )


def _lasting(ids: Sequence[int]) -> dict[int, dict[str, Any]]:
    """Return what never changes of some cases, for those whose first line does not tell it."""
    columns = {name: getattr(Case, attribute) for name, attribute in LASTING.items()}
    query = (
        select(Case.id, Unit.name.label("unit"), *(c.label(name) for name, c in columns.items()))
        .join(Unit, Unit.id == Case.unit_id)
        .where(Case.id.in_(ids))
    )
    rows = db.session.execute(query).mappings()
    return {row["id"]: {name: plain(row[name]) for name in (*columns, "unit")} for row in rows}


def _steps(ids: Sequence[int], until: datetime) -> dict[int, list[Step]]:
    unit = aliased(Unit)
    query = (
        select(Process.case_id, Task.process_id, Task.key, Task.name, Task.role, unit.name)
        .join_from(Task, Process, Process.id == Task.process_id)
        .join(unit, unit.id == Task.unit_id)
        .where(Process.case_id.in_(ids), Task.opened_at < until)
        .where(or_(Task.closed_at.is_(None), Task.closed_at >= until))
        .order_by(Process.case_id, Task.id)
    )
    found: dict[int, list[Step]] = {}
    for row in db.session.execute(query):
        found.setdefault(row.case_id or 0, []).append(Step._make(row[1:]))
    return found


@dataclass(frozen=True, slots=True)
class Traced:
    """The history of one case up to the end of a day, and how the case stood by it."""

    number: str
    lines: Sequence[Event]
    standing: Standing


def trace(number: str, day: date, actor: Actor) -> Traced:
    """Return the lines of a case by which its row of that day is known.

    Raises:
        NotAllowed: the past is none of the actor's business.
        NotFound: there is no such case, or none by that day, or it may not be looked at.
    """
    case_id = db.session.scalar(select(Case.id).where(Case.number == number, *of_reader(actor)))
    own = select(Event).where(Event.case_id == case_id, Event.at < Asked(day).until)
    lines = db.session.scalars(own.order_by(Event.seq)).all() if case_id else []
    if not lines:
        raise NotFound
    told = (Line(e.id, e.seq, e.at, e.what, e.params, e.hash) for e in lines)
    return Traced(number, lines, fold(told))
