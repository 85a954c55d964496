"""Taking into the counters what has become of cases. For `tallies`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import product
from typing import Any

from sqlalchemy import Table, case, delete, func, insert, or_, select, text, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from app.clock import local_date
from app.domain.case import Case
from app.domain.process import Diagram, Process, Task
from app.domain.tally import (
    ANY,
    COUNTED,
    COUNTED_CASE,
    FLOW_TALLY,
    KIND,
    STEP_TALLY,
    TALLIED,
    TALLY,
    Flow,
)
from app.services.figures import FIGURES, day_of
from app.services.narrowing import LASTING, stretch_of

#: Cases taken in by one transaction.
BATCH = 1000
#: The scope of all cases; others are named by when a stretch of the year begins.
ALL_TIME = ""
_INSERT: Mapping[str, Any] = {"postgresql": postgresql.insert, "sqlite": sqlite.insert}

#: What a case adds, as JSON holds it.
Added = dict[str, Any]
Key = tuple[Any, ...]


@dataclass(slots=True)
class Changes:
    """By how much the rows of the three tables change."""

    tally: dict[Key, list[int]]
    steps: dict[Key, list[int]]
    flows: dict[Key, list[int]]

    def add(self, added: Added, sign: int) -> None:
        """Add what a case adds, or take it away again."""
        held = [sign * (added["figures"] >> bit & 1) for bit in range(len(COUNTED))]
        for alike in _alike(added):
            _add(self.tally, (*alike, added["lead"]), held)
            for diagram, step, count, overdue in added["steps"]:
                _add(self.steps, (*alike, diagram, step), [sign * count, sign * overdue])
            for kind, since in added["flows"]:
                _add(self.flows, (*alike, kind, date.fromisoformat(since)), [sign])


def _alike(added: Added) -> Iterator[Key]:
    """Yield what a case has in common with those of its kind, and with those of any kind."""
    for scope, kind in product(added["scopes"], (added["kind"], ANY)):
        yield (added["county"], scope, *kind, added["department"])


def _add(sums: dict[Key, list[int]], key: Key, amounts: Sequence[int]) -> None:
    old = sums.get(key)
    sums[key] = list(amounts) if old is None else [a + b for a, b in zip(old, amounts, strict=True)]


#: As the index has it.
UNCOUNTED = text("counted < 0")


def follow(session: Session, at: datetime, limit: int) -> int:
    """Take in up to *limit* cases whose history has grown; return how many there were.

    One process counts at a time; if another one does, there is nothing to do. Cases that a step
    holds just now are left for the next time: their history is about to grow anyway.
    """
    since = _turn(session, at)
    if since is None:
        return 0
    _mark_whose_day_has_come(session, local_date(since), local_date(at))
    stale = select(Case.id).where(UNCOUNTED).order_by(Case.id)
    free = stale.limit(limit).with_for_update(skip_locked=True, of=Case, key_share=True)
    ids = list(session.scalars(free))
    if ids:
        _count(session, ids, at)
    session.execute(update(TALLIED).values(at=at))
    return len(ids)


def _turn(session: Session, at: datetime) -> datetime | None:
    """Return up to when the counters have followed, having locked them; ``None`` if they are."""
    make = _INSERT[session.connection().dialect.name](TALLIED).values(id=1, at=at)
    session.execute(make.on_conflict_do_nothing(index_elements=["id"]))
    return session.scalar(select(TALLIED.c.at).with_for_update(skip_locked=True))


def _mark_whose_day_has_come(session: Session, last: date, today: date) -> None:
    """Have those counted anew whose due date has come or passed since the day of *last*."""
    if last == today:
        return
    first, until = min(last, today), max(last, today)
    come = or_(Case.due_on.between(first, until), Case.original_due_on.between(first, until))
    marked = update(Case).where(come).values(counted=-1)
    session.execute(marked, execution_options={"synchronize_session": False})


def _count(session: Session, ids: Sequence[int], at: datetime) -> None:
    known = select(COUNTED_CASE).where(COUNTED_CASE.c.case_id.in_(ids))
    before = {row.case_id: row.added for row in session.execute(known)}
    after = dict(_added(session, ids, at))
    changed = [of for of in ids if before.get(of) != after[of]]
    changes = Changes({}, {}, {})
    for of in changed:
        if of in before:
            changes.add(before[of], -1)
        changes.add(after[of], 1)
    _write(session, TALLY, changes.tally)
    _write(session, STEP_TALLY, changes.steps)
    _write(session, FLOW_TALLY, changes.flows)
    session.execute(delete(COUNTED_CASE).where(COUNTED_CASE.c.case_id.in_(changed)))
    if changed:
        rows = [{"case_id": of, "added": after[of]} for of in changed]
        session.execute(insert(COUNTED_CASE), rows)
    taken = update(Case).where(Case.id.in_(ids)).values(counted=Case.history_length)
    session.execute(taken, execution_options={"synchronize_session": False})


def _write(session: Session, table: Table, sums: Mapping[Key, Sequence[int]]) -> None:
    names = [column.name for column in table.columns]
    rows = [
        dict(zip(names, (*key, *amounts), strict=True))
        for key, amounts in sums.items()
        if any(amounts)
    ]
    if not rows:
        return
    new = _INSERT[session.connection().dialect.name](table)
    counts = [column.name for column in table.columns if not column.primary_key]
    grown = {name: table.c[name] + new.excluded[name] for name in counts}
    keys = [column.name for column in table.primary_key]
    session.execute(new.on_conflict_do_update(index_elements=keys, set_=grown), rows)


def _added(session: Session, ids: Sequence[int], at: datetime) -> Iterator[tuple[int, Added]]:
    steps = _open_steps(session, ids, at)
    for row in session.execute(_facts(ids, local_date(at))):
        yield (
            row.id,
            {
                "county": row.county_id,
                "department": row.department_id,
                "lead": row.lead_unit_id,
                "kind": [getattr(row, name) for name in KIND],
                "scopes": [ALL_TIME, str(stretch_of(row.issued_on))],
                "figures": sum(getattr(row, key) << bit for bit, key in enumerate(COUNTED)),
                "flows": [[kind, str(since_of(day))] for kind, day in _days(row)],
                "steps": steps.get(row.id, []),
            },
        )


def _days(row: Any) -> Iterable[tuple[str, date]]:
    told = ((str(flow), getattr(row, f"on_{flow}")) for flow in Flow)
    return ((flow, day) for flow, day in told if day is not None)


def since_of(day: date) -> date:
    """Return with what day the week of *day* begins, or the part of it in the same month."""
    return max(day - timedelta(days=day.weekday()), day.replace(day=1))


def _facts(ids: Sequence[int], today: date) -> Any:
    plain = ("county_id", "department_id", "category", "severity", "source_level", "lead_unit_id")
    return select(
        *(Case.__table__.c[name] for name in ("id", *plain, "issued_on")),
        Case.mode.in_(LASTING).label("lasting"),
        *(case((FIGURES[key].holds(today), 1), else_=0).label(key) for key in COUNTED),
        *(day_of(flow).label(f"on_{flow}") for flow in Flow),
    ).where(Case.id.in_(ids))


def _open_steps(session: Session, ids: Sequence[int], at: datetime) -> dict[int, list[list[Any]]]:
    late = func.sum(case((Task.sort_at < at, 1), else_=0))
    query = (
        select(Task.case_id, Diagram.key, Task.key, func.count(), late)
        .join(Process, Process.id == Task.process_id)
        .join(Diagram, Diagram.id == Process.diagram_id)
        .where(Task.case_id.in_(ids), Task.closed_at.is_(None))
        .group_by(Task.case_id, Diagram.key, Task.key)
        .order_by(Diagram.key, Task.key)
    )
    found: dict[int, list[list[Any]]] = {}
    for case_id, *step in session.execute(query):
        found.setdefault(case_id, []).append(list(step))
    return found
