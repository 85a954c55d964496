"""What is on file about a case that bears on its due date, line by line as it became known.

Of a case's row only facts are taken that stay as they are; all that changes comes dated, from
history and from answered forms, so that any past moment can be seen as it then was.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from itertools import count
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Row, Select, select
from sqlalchemy.orm import Session

from app.domain.case import Case
from app.domain.history import Event
from app.domain.process import Submission
from app.domain.vocabulary import Category, Mode, Severity, SourceLevel, Stage
from app.services._answer_rules import SENT_BACK

#: Cases whose histories are read at once.
BATCH = 500


class What(StrEnum):
    """What a line tells."""

    OPENED = "opened"
    RELAPSED = "relapsed"
    #: The due date was moved to another day.
    MOVED = "moved"
    EXTENDED = "extended"
    #: The case became a matter of lasting effort: how it is worked on was something else before.
    STANDING = "standing"
    STOPPED = "stopped"
    RESUMED = "resumed"
    #: Another unit answers for it from now on.
    HANDED = "handed"
    #: Terminated or revoked.
    OVER = "over"
    REPORTED = "reported"
    #: What was reported counts no more.
    BACK = "back"
    SIGNED = "signed"
    PLANNED = "planned"
    RETURNED = "returned"
    APPROVED = "approved"
    PROGRESS = "progress"
    APPLIED = "applied"


class Line(NamedTuple):
    """Something that became known at a moment."""

    at: datetime
    what: What
    value: Any = None


@dataclass(frozen=True, slots=True)
class Story:
    """A case, and what became known of it, in order."""

    case_id: int
    county_id: int
    category: Category
    severity: Severity
    mode: Mode
    level: SourceLevel
    unit_id: int
    department_id: int
    #: As its row has it today: for the last word on a case that is open.
    stage: Stage
    due_on: date
    counted_from: date
    reported: bool
    history_length: int
    lines: Sequence[Line] = field(default=())


_FACTS: tuple[Any, ...] = (
    *(Case.id, Case.county_id, Case.category, Case.severity, Case.mode, Case.source_level),
    *(Case.lead_unit_id, Case.department_id, Case.stage, Case.due_on, Case.counted_from),
    *(Case.reported_done_at, Case.history_length),
    *(Case.issued_on, Case.original_due_on, Case.created_at, Case.acknowledged_at),
)
_EVENTS = {
    "relapsed": What.RELAPSED,
    "deadline_moved": What.MOVED,
    "extension_granted": What.EXTENDED,
    "standing_granted": What.STANDING,
    "suspended": What.STOPPED,
    "resumed": What.RESUMED,
    "reassigned": What.HANDED,
    "terminated": What.OVER,
    "revoked": What.OVER,
}
_ANSWERS = ("percent", "next_step", "signed", "passed", "approved", "return_to", "result", "due")
_FORMS = (
    *("plan", "review", "approve_plan", "rectify", "sign_report"),
    *("first_review", "verify", "approve"),
)


def stories(
    session: Session, *conditions: ColumnElement[bool], after: int = 0
) -> Iterator[list[Story]]:
    """Yield the stories of cases by the batch, in the order of their ids."""
    while rows := session.execute(_next(conditions, after)).all():
        yield list(_told(session, rows))
        after = rows[-1].id


def _next(conditions: Sequence[ColumnElement[bool]], after: int) -> Select[Any]:
    return select(*_FACTS).where(Case.id > after, *conditions).order_by(Case.id).limit(BATCH)


def _told(session: Session, rows: Sequence[Row[Any]]) -> Iterator[Story]:
    lines: dict[int, list[tuple[datetime, int, Line]]] = {row.id: _first(row) for row in rows}
    order = count(2)
    for case_id, line in (*_from_history(session, rows), *_from_forms(session, rows)):
        lines[case_id].append((line.at, next(order), line))
    for row in rows:
        in_order = tuple(line for _, _, line in sorted(lines[row.id]))
        yield _story(row, in_order)


def _story(row: Row[Any], lines: Sequence[Line]) -> Story:
    return Story(
        case_id=row.id,
        county_id=row.county_id,
        category=row.category,
        severity=row.severity,
        mode=row.mode,
        level=row.source_level,
        unit_id=row.lead_unit_id,
        department_id=row.department_id,
        stage=row.stage,
        due_on=row.due_on,
        counted_from=row.counted_from,
        reported=row.reported_done_at is not None,
        history_length=row.history_length,
        lines=lines,
    )


def _first(row: Row[Any]) -> list[tuple[datetime, int, Line]]:
    """Return how the case began, and when the unit first had it in hand."""
    opened = Line(row.created_at, What.OPENED, (row.issued_on, row.original_due_on))
    found = [(opened.at, 0, opened)]
    if (at := row.acknowledged_at) is not None:
        found.append((at, 1, Line(at, What.SIGNED)))
    return found


def _from_history(session: Session, rows: Sequence[Row[Any]]) -> Iterator[tuple[int, Line]]:
    query = (
        select(Event.case_id, Event.at, Event.what, Event.params)
        .where(Event.case_id.in_([row.id for row in rows]), Event.what.in_(_EVENTS))
        .order_by(Event.case_id, Event.seq)
    )
    for case_id, at, what, params in session.execute(query):
        if what == "deadline_moved" and params.get("timer") != "due_on":
            continue  # a clock of a step, not the date of the case
        yield case_id, Line(at, _EVENTS[what], _value(what, params))


def _value(what: str, params: dict[str, Any]) -> Any:
    if what == "deadline_moved":
        return date.fromisoformat(params["to"]), params.get("cause") == "resumption"
    return date.fromisoformat(params["due_on"]) if what == "relapsed" else None


def _from_forms(session: Session, rows: Sequence[Row[Any]]) -> Iterator[tuple[int, Line]]:
    answers = (Submission.answers[name].as_string().label(name) for name in _ANSWERS)
    query = (
        select(Submission.case_id, Submission.at, Submission.form_key, *answers)
        .where(Submission.case_id.in_([row.id for row in rows]), Submission.form_key.in_(_FORMS))
        .order_by(Submission.case_id, Submission.id)
    )
    for row in session.execute(query):
        for what, value in _meant(row):
            yield row.case_id, Line(row.at, what, value)


def _meant(row: Row[Any]) -> Iterator[tuple[What, Any]]:
    """Tell what an answered form says; see `app.services._answers`."""
    match row.form_key:
        case "plan":
            yield What.PLANNED, None
        case "rectify":
            yield What.PROGRESS, _percent(row.percent)
            if row.next_step == "report":
                yield What.APPLIED, None
        case "sign_report":
            yield (What.REPORTED if row.signed == "yes" else What.RETURNED), None
        case "review" | "approve_plan":
            yield from _of_review(row)
        case _:
            yield from _of_verdict(row)


def _of_review(row: Row[Any]) -> Iterator[tuple[What, Any]]:
    if row.passed == "no":
        yield What.RETURNED, None
    elif row.form_key == "approve_plan":
        yield What.APPROVED, None


def _of_verdict(row: Row[Any]) -> Iterator[tuple[What, Any]]:
    """Tell whether the unit has to go on after it had reported, until when, and why."""
    if row.form_key == "verify" and row.result != "r1":
        due = date.fromisoformat(row.due) if row.due else None
        yield What.BACK, (due, row.result != "r3")
    elif _refused(row) and row.return_to in (None, "rectifying"):
        yield What.BACK, (None, True)


def _refused(row: Row[Any]) -> bool:
    return row.passed in SENT_BACK or row.approved == "no"


def _percent(text: str | None) -> int:
    return max(0, min(100, int(float(text)))) if text else 0
