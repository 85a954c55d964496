"""Firing deadlines that have run out: one, or many in one transaction. Shared by the services."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Connection, select
from sqlalchemy.orm import Session

from app import engine
from app.domain.case import Case
from app.domain.deadlines import Due, last_day, next_occurrence
from app.domain.errors import Conflict, EngineError, Unavailable, WrongStage
from app.domain.plan import Plan
from app.domain.rules import Anchor
from app.domain.vocabulary import ProcessStatus
from app.services import _case_rows, _progress, calendars, diagrams
from app.services._catalogue import Chain, Context, Running
from app.services._history import record
from app.services._later import Later
from app.services._rows import ALL_STRIKING, FIRE_TIMER, RUNNING_COLUMNS, STRIKING
from app.services._rules import parsed

#: When, and who: what the statement that fires is given.
Now = dict[str, Any]


class StepFailed(Exception):
    """A deadline's step could not be made; its ``__cause__`` is why."""

    def __init__(self, element: str, error: Exception) -> None:
        super().__init__(f"{element}: {type(error).__name__}: {error}")
        #: Where in the diagram it failed.
        self.element = element


def one(session: Session, timer_id: int, now: Now) -> bool:
    """Fire one timer; tell whether it was still there to be fired.

    Raises:
        Conflict: somebody else moved the process at the same time.
        StepFailed: the step cannot be made as things are.
    """
    connection = session.connection()
    timer = STRIKING.row(connection, {"of_id": timer_id})
    if timer is None or not _taken(connection, [timer], now):
        return False
    _step(_context(session, timer, now), timer)
    return True


def together(session: Session, ids: Sequence[int], now: Now) -> set[int]:
    """Fire those of many timers that do not touch each other; return their ids.

    Of one process or case only the first is fired; what somebody else is moving is left.

    Raises:
        Conflict: somebody was faster with one of them.
        StepFailed: the step of one of them cannot be made as things are.
    """
    connection = session.connection()
    found = connection.execute(ALL_STRIKING, {"ids": list(ids)}).all()
    timers = list(_apart(found))
    if _taken(connection, timers, now) != len(timers):
        raise Conflict
    later = Later(connection)
    cases = _cases(session, timers)  # held, so that each step finds its own
    planned = _planned(session, timers)
    for timer in timers:
        context = _context(session, timer, now)
        context.later, context.without_plan = later, timer.case_id not in planned
        _step(context, timer)
    later.send()
    _case_rows.write(connection, cases)
    session.flush()
    return {timer.timer_id for timer in timers}


def _apart(timers: Iterable[Any]) -> Iterator[Any]:
    """Yield the first timer of each case, and of each process that is about none."""
    seen = set[tuple[str, int]]()
    for timer in timers:
        whose = ("case", timer.case_id) if timer.case_id else ("process", timer.id)
        if whose not in seen:
            seen.add(whose)
            yield timer


def _taken(connection: Connection, timers: Sequence[Any], now: Now) -> int:
    return FIRE_TIMER.run_all(connection, [{"of_id": timer.timer_id} | now for timer in timers])


def _cases(session: Session, timers: Iterable[Any]) -> list[Case]:
    ids = [timer.case_id for timer in timers if timer.case_id]
    query = select(Case).where(Case.id.in_(ids))
    return list(session.scalars(query, execution_options={"populate_existing": True}))


def _planned(session: Session, timers: Iterable[Any]) -> set[int]:
    """Return which of the cases have a plan, in whichever cycle."""
    ids = [timer.case_id for timer in timers if timer.case_id]
    return set(session.scalars(select(Plan.case_id).where(Plan.case_id.in_(ids)).distinct()))


def _context(session: Session, timer: Any, now: Now) -> Context:
    process = Running(**{name: getattr(timer, name) for name in RUNNING_COLUMNS})
    chain = Chain(timer.case_id or timer.id, timer.history_head, timer.history_length)
    return Context(session, process, now["at"], None, chain=chain)


def _step(context: Context, timer: Any) -> None:
    """Move a process on by the timer that was taken."""
    with _named(timer, context):
        if context.process.status != ProcessStatus.RUNNING:
            raise WrongStage("该流程已中止或已结束，期限不再触发。")
        program = diagrams.compiled(context.session, context.process.diagram_id).program
        step = engine.fire(program, context.process.state, timer.engine_id)
        line = _line(timer) | _merged(timer, context) | _progress.foretold(context, step)
        record(context, "timer_fired", line, passed=step.passed)
        _progress.apply(context, step)


@contextmanager
def _named(timer: Any, context: Context) -> Iterator[None]:
    """Let a failure say at which element it happened."""
    try:
        yield
    except (Conflict, Unavailable):
        raise
    except Exception as error:
        element = error.params.get("element") if isinstance(error, EngineError) else None
        raise StepFailed(str(element or context.doing or timer.key), error) from error


def _line(timer: Any) -> dict[str, Any]:
    return {
        "timer_id": timer.timer_id,
        "timer": timer.name,
        "key": timer.key,
        "code": timer.code,
        "rule": timer.rule,
        "due_at": timer.due_at.isoformat(),
    }


def _merged(timer: Any, context: Context) -> dict[str, int]:
    """Return how many periods of a cycle this one firing stands for, if it is more than one."""
    rule = parsed(timer.rule)
    if rule.anchor is not Anchor.EVERY:
        return {}
    fired = Due(timer.due_at, last_day(timer.due_at), timer.provisional)
    calendar = calendars.current(context.process.county_id)
    _, missed = next_occurrence(rule, timer.base, fired, now=context.at, calendar=calendar)
    return {"merged": missed + 1} if missed else {}
