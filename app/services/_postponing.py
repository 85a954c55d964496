"""Putting one case's deadlines off because the calendar changed. Shared by the services."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import CursorResult, bindparam, insert, select, update
from sqlalchemy.orm import Session

from app.domain.case import Case
from app.domain.going import TICKING
from app.domain.people import Actor
from app.domain.process import Process, Task, Timer, TimerMove
from app.domain.vocabulary import MoveCause
from app.services import _changes, _lights
from app.services._catalogue import Context, about, running
from app.services._history import end_of_chain, record_rest
from app.services._moves import Why, tell
from app.services._recounts import Forecast, Move

#: Rows that one transaction settles.
BATCH = 500


@dataclass(frozen=True, slots=True)
class Reason:
    """What entitles to a move, and who adopted it."""

    #: The number of the notice.
    note: str
    #: By which version of the calendar the new moments are counted.
    calendar_version: int
    by: Actor | None = None


def put_off(session: Session, case: Case, plan: Forecast, reason: Reason, at: datetime) -> int:
    """Move the deadlines of *case* that *plan* puts off; return how many were moved.

    Raises:
        Conflict: somebody moved one of its processes at the same time.
    """
    context = Context(session, about(case), at, reason.by)
    end_of_chain(context)  # their processes add to the same history
    moved = 0
    for move in plan.later:
        if move.timer_id is None:
            _changes.set_due(context, move.to_on, cause=MoveCause.CALENDAR, reason=reason.note)
        if move.timer_id is None or move.hangs:  # these went with the due date
            moved += 1
        else:
            moved += _put_off_timer(context, move, reason)
    if moved:
        _lights.refresh(context)
        record_rest(context)
    return moved


def hold_all(session: Session, moves: Iterable[Move]) -> None:
    """Hold the cases that *moves* are about, and the processes about none, in order of id."""
    cases = {move.case_id for move in moves}
    alone = {move.process_id for move in moves if move.case_id is None}
    for of, ids in ((Case, cases), (Process, alone)):
        held = select(of.id).where(of.id.in_(ids - {None})).order_by(of.id)
        session.execute(held.with_for_update(key_share=True))


def put_off_alone(session: Session, move: Move, reason: Reason, at: datetime) -> bool:
    """Move one timer of a process about no case, unless it was moved or fired meanwhile.

    Raises:
        Conflict: somebody moved the process at the same time.
    """
    process = running(session, move.process_id or 0)
    return _put_off_timer(Context(session, process, at, reason.by), move, reason)


def _put_off_timer(context: Context, move: Move, reason: Reason) -> bool:
    """Move one timer, unless it was moved or fired meanwhile."""
    if not put_off_row(context.session, move, reason, context.at):
        return False
    process = running(context.session, move.process_id or 0)
    what = {"timer": move.name, "key": move.key, "timer_id": move.timer_id}
    why = Why(MoveCause.CALENDAR, reason.note)
    tell(replace(context, process=process), what, (move.from_on, move.to_on), why)
    return True


def put_off_row(session: Session, move: Move, reason: Reason, at: datetime) -> bool:
    """Move the row of a timer and that of its task, and note why."""
    moment = {"due_at": move.to_at, "try_at": move.to_at, "provisional": move.provisional}
    found: CursorResult[Any] = session.execute(  # type: ignore[assignment]
        update(Timer)
        .where(Timer.id == move.timer_id, Timer.due_at == move.from_at)
        .where(Timer.state.in_(TICKING))
        .values(calendar_version=reason.calendar_version, **moment)
    )
    if found.rowcount != 1:
        return False
    if move.is_deadline and move.task_id is not None:
        due = {"due_at": move.to_at, "sort_at": move.to_at, "due_provisional": move.provisional}
        # A task that stands still with its case is due at no time until it goes on.
        runs = Task.closed_at.is_(None) & Task.due_at.is_not(None)
        session.execute(update(Task).where(Task.id == move.task_id, runs).values(**due))
    session.execute(insert(TimerMove).values(_note(move, reason, at)))
    return True


def _note(move: Move, reason: Reason, at: datetime) -> dict[str, Any]:
    return {
        "timer_id": move.timer_id,
        "at": at,
        "cause": MoveCause.CALENDAR,
        "reason": reason.note,
        "by_id": reason.by.id if reason.by else None,
        "from_at": move.from_at,
        "to_at": move.to_at,
        "from_rule": move.from_rule,
        "to_rule": move.to_rule,
        "calendar_version": reason.calendar_version,
    }


def settle(session: Session, moves: Iterable[Move], calendar_version: int) -> None:
    """Take 暂定 off deadlines that stay where they are; that changes nothing for anybody."""
    moves = list(moves)
    hold_all(session, moves)
    timers = [_settled(move, calendar_version) for move in moves if move.timer_id is not None]
    cases = [
        {"of_id": move.case_id, "was": move.from_on} for move in moves if move.timer_id is None
    ]
    tasks = [
        {"of_id": move.task_id, "was": move.from_at}
        for move in moves
        if move.is_deadline and move.task_id is not None
    ]
    for statement, rows in ((_TIMERS, timers), (_CASES, cases), (_TASKS, tasks)):
        if rows:
            session.connection().execute(statement, rows)


def _settled(move: Move, calendar_version: int) -> dict[str, Any]:
    return {"of_id": move.timer_id, "was": move.from_at, "version": calendar_version}


_TIMERS = (
    update(Timer)
    .where(Timer.id == bindparam("of_id"), Timer.due_at == bindparam("was"))
    .values(provisional=False, calendar_version=bindparam("version"))
)
_CASES = (
    update(Case)
    .where(Case.id == bindparam("of_id"), Case.due_on == bindparam("was"))
    .values(due_provisional=False)
)
_TASKS = (
    update(Task)
    .where(Task.id == bindparam("of_id"), Task.due_at == bindparam("was"))
    .values(due_provisional=False)
)


def batches(moves: list[Move]) -> Iterator[list[Move]]:
    """Yield the moves in portions that one transaction takes."""
    for start in range(0, len(moves), BATCH):
        yield moves[start : start + BATCH]
