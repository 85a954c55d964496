"""Taking into the counters what has become of cases. For `tallies`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from itertools import product
from typing import Any

from sqlalchemy import (
    Select,
    Table,
    and_,
    bindparam,
    case,
    delete,
    func,
    insert,
    or_,
    select,
    text,
    update,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from app.clock import LOCAL, local_date
from app.domain.case import Case
from app.domain.people import Unit
from app.domain.process import Diagram, Process, Task
from app.domain.tally import (
    ANY,
    COUNTED,
    COUNTED_CASE,
    FLOW_TALLY,
    KIND,
    LENGTH_TALLY,
    STEP_TALLY,
    TALLIED,
    TALLY,
    Flow,
)
from app.domain.vocabulary import UnitKind
from app.services._figure import Condition
from app.services._measured import LETTERS, RESTS_FOR
from app.services.figures import FIGURES, day_of
from app.services.narrowing import LASTING, stretch_of
from app.services.statistics.durations import TOOK

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
    """By how much the rows of the four tables change."""

    tally: dict[Key, list[int]] = field(default_factory=dict)
    steps: dict[Key, list[int]] = field(default_factory=dict)
    flows: dict[Key, list[int]] = field(default_factory=dict)
    lengths: dict[Key, list[int]] = field(default_factory=dict)

    def add(self, added: Added, sign: int) -> None:
        """Add what a case adds, or take it away again.

        What was counted before revision 0013 remembers neither letters nor days.
        """
        held = [sign * (added["figures"] >> bit & 1) for bit in range(len(COUNTED))]
        held.append(sign * added.get("letters", 0))
        if (took := added.get("took")) is not None:
            for alike in _alike(added, added["kind"]):
                _add(self.lengths, (*alike, took), [sign])
        for alike in _alike(added, added["kind"], ANY):
            _add(self.tally, (*alike, added["lead"]), held)
            for diagram, step, count, overdue in added["steps"]:
                _add(self.steps, (*alike, diagram, step), [sign * count, sign * overdue])
            for kind, since in added["flows"]:
                _add(self.flows, (*alike, kind, date.fromisoformat(since)), [sign])


def _alike(added: Added, *kinds: Sequence[Any]) -> Iterator[Key]:
    """Yield what a case has in common with those of *kinds*, of all time and of its stretch."""
    for scope, kind in product(added["scopes"], kinds):
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
    """Have those counted anew of which the day alone has made something else since *last*."""
    if last == today:
        return
    for has_come in _days_that_come(min(last, today), max(last, today)):
        marked = update(Case).where(has_come, Case.counted >= 0).values(counted=-1)
        session.execute(marked, execution_options={"synchronize_session": False})


def _days_that_come(first: date, until: date) -> Iterator[Condition]:
    """Yield whose day has come or passed, each by an index: together no index would help.

    A due date; the deadline of a task; the day from which a closed case is to be looked back at.
    """
    yield or_(Case.due_on.between(first, until), Case.original_due_on.between(first, until))
    passed = Task.sort_at.between(_begins(first), _begins(until))
    yield Case.id.in_(select(Task.case_id).where(Task.closed_at.is_(None), passed))
    counties = select(Unit.id).where(Unit.kind == UnitKind.COUNTY)
    rested = timedelta(days=RESTS_FOR - 1)
    closed_out = Case.closed_out_at.between(_begins(first - rested), _begins(until - rested))
    yield and_(Case.county_id.in_(counties), closed_out)


def _begins(day: date) -> datetime:
    return datetime.combine(day, time.min, LOCAL)


def _count(session: Session, ids: Sequence[int], at: datetime) -> None:
    known = select(COUNTED_CASE).where(COUNTED_CASE.c.case_id.in_(ids))
    before = {row.case_id: row.added for row in session.execute(known)}
    after = dict(_added(session, ids, at))
    changed = [of for of in ids if before.get(of) != after[of]]
    changes = Changes()
    for of in changed:
        if of in before:
            changes.add(before[of], -1)
        changes.add(after[of], 1)
    _write(session, TALLY, changes.tally)
    _write(session, STEP_TALLY, changes.steps)
    _write(session, FLOW_TALLY, changes.flows)
    _write(session, LENGTH_TALLY, changes.lengths)
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
    for row in session.execute(_facts(local_date(at)), {"ids": ids}):
        yield (
            row.id,
            {
                "county": row.county_id,
                "department": row.department_id,
                "lead": row.lead_unit_id,
                "kind": [getattr(row, name) for name in KIND],
                "scopes": [ALL_TIME, str(stretch_of(row.issued_on))],
                "figures": sum(getattr(row, key) << bit for bit, key in enumerate(COUNTED)),
                "letters": row.letters,
                "took": row.took,
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


@lru_cache(maxsize=1)
def _facts(today: date) -> Select[Any]:
    """Ask what some cases add. To put it together takes longer than to ask it of one case."""
    plain = ("county_id", "department_id", "category", "severity", "source_level", "lead_unit_id")
    return select(
        *(Case.__table__.c[name] for name in ("id", *plain, "issued_on")),
        Case.mode.in_(LASTING).label("lasting"),
        *(case((FIGURES[key].holds(today), 1), else_=0).label(key) for key in COUNTED),
        *(day_of(flow).label(f"on_{flow}") for flow in Flow),
        case((FIGURES["issued"].holds(today), LETTERS), else_=0).label("letters"),
        case((FIGURES["verified"].holds(today), TOOK)).label("took"),
    ).where(Case.id.in_(bindparam("ids", expanding=True)))


def _open_steps(session: Session, ids: Sequence[int], at: datetime) -> dict[int, list[list[Any]]]:
    late = func.sum(case((Task.sort_at < at, 1), else_=0))
    query = (
        select(Process.case_id, Diagram.key, Task.key, func.count(), late)
        .select_from(Task)
        .join(Process, Process.id == Task.process_id)
        .join(Diagram, Diagram.id == Process.diagram_id)
        .where(Process.case_id.in_(ids), Task.closed_at.is_(None))
        .group_by(Process.case_id, Diagram.key, Task.key)
        .order_by(Diagram.key, Task.key)
    )
    found: dict[int, list[list[Any]]] = {}
    for case_id, *step in session.execute(query):
        found.setdefault(case_id, []).append(list(step))
    return found
