"""A made-up county of many ended cases, whose law is known: rows as history has them, no processes.

Whether a case misses its date is drawn with `odds`: its severity, its unit, and how far it was when
it filed. So what forecasts say can be held against what is true.
"""

from __future__ import annotations

import math
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta
from typing import Any

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from app.clock import LOCAL
from app.domain.case import Case
from app.domain.history import Event
from app.domain.people import Unit, User
from app.domain.process import Diagram, Process, Submission, Task
from app.domain.vocabulary import Category, Light, Mode, Severity, SourceLevel, Stage
from app.services.forecasting.story import Line, Story, What

GRAVE = {Severity.GENERAL: 0.0, Severity.SERIOUS: 0.7, Severity.MAJOR: 1.6}
#: When the unit files how far it is, of 1.
FILES_AT = 0.4


def odds(severity: Severity, unit: float, lag: float) -> float:
    """The law, in log odds."""
    return -1.6 + GRAVE[severity] + unit + 2.5 * (lag - 0.1)


def chance(log_odds: float) -> float:
    return 1 / (1 + math.exp(-log_odds))


@dataclass(slots=True)
class Life:
    """One case: what it is, and what happened to it by which moment."""

    number: int
    severity: Severity
    category: Category
    unit: int
    issued_on: date
    days: int
    percent: int
    #: The truth about it once it has filed.
    chance: float
    reported_at: datetime
    lines: list[Line] = field(default_factory=list)

    @property
    def due_on(self) -> date:
        return self.issued_on + timedelta(days=self.days)

    def story(self, now: datetime) -> Story:
        """Tell it as a reader of the tables would, at a moment."""
        known = tuple(line for line in self.lines if line.at <= now)
        return Story(
            case_id=self.number,
            county_id=1,
            category=self.category,
            severity=self.severity,
            mode=Mode.IMMEDIATE,
            level=SourceLevel.OWN,
            unit_id=self.unit,
            department_id=2,
            stage=Stage.RECTIFYING,
            due_on=self.due_on,
            counted_from=self.issued_on,
            reported=self.reported_at <= now,
            history_length=len(known),
            lines=known,
        )


def morning(day: date) -> datetime:
    return datetime.combine(day, time(9), LOCAL)


def lives(
    seed: int, many: int, *, since: date, until: date, units: Sequence[int] = tuple(range(20))
) -> Iterator[Life]:
    """Yield cases issued evenly from one day to another."""
    rng = random.Random(seed)
    habit = {unit: rng.gauss(0, 0.8) for unit in units}
    span = (until - since).days
    for number in range(many):
        unit, severity = rng.choice(units), rng.choice(list(Severity))
        percent, days = rng.randrange(0, 61, 5), rng.choice((30, 60, 90))
        truth = chance(odds(severity, habit[unit], FILES_AT - percent / 100))
        late = rng.random() < truth
        part = rng.uniform(1.1, 1.5) if late else rng.uniform(0.75, 0.99)
        issued = since + timedelta(days=span * number // many)
        begun = morning(issued)
        life = Life(
            number=number + 1,
            severity=severity,
            category=rng.choice(list(Category)),
            unit=unit,
            issued_on=issued,
            days=days,
            percent=percent,
            chance=truth,
            reported_at=begun + timedelta(days=int(days * part)),
        )
        life.lines = [
            Line(begun, What.OPENED, (issued, life.due_on)),
            Line(begun + timedelta(days=1), What.SIGNED),
            Line(begun + timedelta(days=int(days * FILES_AT)), What.PROGRESS, percent),
            Line(life.reported_at, What.REPORTED),
        ]
        yield life


def with_shuffled_ends(found: Sequence[Life], seed: int) -> list[Life]:
    """Let cases end as any others did: what is known of a case says nothing of its end any more."""
    rng = random.Random(seed)
    parts = [(one.reported_at - morning(one.issued_on)).days / one.days for one in found]
    rng.shuffle(parts)
    mixed = []
    for one, part in zip(found, parts, strict=True):
        at = morning(one.issued_on) + timedelta(days=int(one.days * part))
        mixed.append(replace(one, reported_at=at, lines=[*one.lines[:-1], Line(at, What.REPORTED)]))
    return mixed


def enter(session: Session, found: Sequence[Life], now: datetime) -> dict[int, int]:
    """Write what is known of the cases by *now* into the tables; return their ids by number."""
    county = session.scalars(select(Unit).where(Unit.parent_id.is_(None))).one()
    user = session.scalars(select(User.id).order_by(User.id)).first()
    task = _desk(session, county.id, now)
    _insert(session, Case, [_case(life, county.id, now) for life in found])
    written = session.execute(select(Case.number, Case.id).where(Case.number.startswith("SYN-")))
    ids = {int(number.removeprefix("SYN-")): case_id for number, case_id in written}
    forms = [row for life in found for row in _forms(life, ids[life.number], task, now)]
    _insert(session, Submission, [{**row, "by_id": user} for row in forms])
    return ids


def _insert(session: Session, table: Any, rows: Sequence[dict[str, Any]]) -> None:
    for start in range(0, len(rows), 5000):
        session.execute(insert(table), rows[start : start + 5000])


def _desk(session: Session, county_id: int, now: datetime) -> tuple[int, int]:
    """Return the ids of one task, on which all the forms were answered, and of its diagram."""
    diagram = session.scalars(select(Diagram.id).order_by(Diagram.id)).first()
    assert diagram is not None
    process = Process(diagram_id=diagram, state="{}", started_at=now, county_id=county_id)
    session.add(process)
    session.flush()
    task = Task(
        process_id=process.id,
        engine_id=1,
        key="desk",
        name="desk",
        role="office",
        unit_id=county_id,
        opened_at=now,
        sort_at=now,
        closed_at=now,
    )
    session.add(task)
    session.flush()
    return task.id, diagram


def _case(life: Life, county_id: int, now: datetime) -> dict[str, Any]:
    reported = life.reported_at <= now
    return {
        "number": f"SYN-{life.number}",
        "unit_id": life.unit,
        "lead_unit_id": life.unit,
        "county_id": county_id,
        "department_id": county_id,
        "category": life.category,
        "severity": life.severity,
        "source_level": SourceLevel.OWN,
        "mode": Mode.IMMEDIATE,
        "problem": "问题",
        "requirement": "整改",
        "issued_on": life.issued_on,
        "counted_from": life.issued_on,
        "original_due_on": life.due_on,
        "due_on": life.due_on,
        "light": Light.GREEN,
        "stage": Stage.CLOSED_OUT if reported else Stage.RECTIFYING,
        "created_at": morning(life.issued_on),
        "acknowledged_at": _known(life.lines[1].at, now),
        "reported_done_at": _known(life.reported_at, now),
        "history_length": len([line for line in life.lines if line.at <= now]),
    }


def _known(at: datetime, now: datetime) -> datetime | None:
    return at if at <= now else None


def _forms(
    life: Life, case_id: int, desk: tuple[int, int], now: datetime
) -> Iterator[dict[str, Any]]:
    task_id, diagram_id = desk
    about = {"task_id": task_id, "case_id": case_id, "cycle": 1, "diagram_id": diagram_id}
    for line in life.lines:
        if line.at > now:
            continue
        if line.what is What.PROGRESS:
            answers = {"percent": line.value, "next_step": "progress"}
            yield {**about, "form_key": "rectify", "answers": answers, "at": line.at}
        elif line.what is What.REPORTED:
            answers = {"signed": "yes"}
            yield {**about, "form_key": "sign_report", "answers": answers, "at": line.at}


def file_progress(session: Session, case_id: int, at: datetime, percent: int) -> None:
    """Let a unit file how far it is."""
    before = session.scalars(select(Submission).order_by(Submission.id)).first()
    assert before is not None
    same = {name: getattr(before, name) for name in ("task_id", "diagram_id", "by_id", "cycle")}
    answers = {"percent": percent, "next_step": "progress"}
    session.add(Submission(**same, case_id=case_id, form_key="rectify", answers=answers, at=at))


def write_event(session: Session, case_id: int, at: datetime, what: str, **params: Any) -> None:
    """Add one line to a case's history."""
    seq = len(session.scalars(select(Event.id).filter_by(case_id=case_id)).all()) + 1
    line = Event(case_id=case_id, seq=seq, at=at, by_name="", what=what, params=params)
    line.passed, line.hash = [], "0" * 64
    session.add(line)
    session.flush()
