"""The statements that run at every step of every case, built once. Shared by the services."""

from collections.abc import Sequence
from typing import Any, cast

from sqlalchemy import (
    ColumnElement,
    FromClause,
    Select,
    Subquery,
    Table,
    bindparam,
    func,
    insert,
    or_,
    select,
    true,
    update,
)
from sqlalchemy.sql.schema import ScalarElementColumnDefault

from app.domain.base import Base
from app.domain.case import Case
from app.domain.history import Event
from app.domain.process import Process, Submission, Task, Timer
from app.domain.vocabulary import Outcome, TimerState
from app.services._prepared import Prepared


def _table(mapped: type[Base]) -> Table:
    return cast(Table, mapped.__table__)


_CASE, _PROCESS, _TASK, _TIMER = _table(Case), _table(Process), _table(Task), _table(Timer)


def _insert(table: Table, *names: str, tells: Sequence[str] = ()) -> Prepared:
    """Return an insert of the columns *names* and of all that have a plain default."""
    defaults: dict[str, Any] = {
        column.name: column.default.arg
        for column in table.columns
        if isinstance(column.default, ScalarElementColumnDefault)
    }
    given: dict[str, Any] = {name: bindparam(name) for name in names}
    statement = insert(table).values(defaults | given)
    told = [table.c[name] for name in tells]
    return Prepared(statement.returning(*told) if told else statement)


INSERT_PROCESS = _insert(
    _PROCESS,
    *("case_id", "diagram_id", "cycle", "letter_id", "follow_up_id", "change_request_id"),
    *("objection_id", "state", "status", "revision", "started_at", "started_by_id"),
    *("unit_id", "county_id"),
    tells=["id"],
)
INSERT_TASK = _insert(
    _TASK,
    *("process_id", "case_id", "engine_id", "key", "name", "role", "unit_id", "assignee_id"),
    *("form_key", "opened_at", "due_at", "due_provisional", "sort_at"),
    tells=["id", "process_id", "engine_id"],
)
INSERT_TIMER = _insert(
    _TIMER,
    *("process_id", "case_id", "task_id", "engine_id", "key", "name", "code", "article", "rule"),
    *("base", "calendar_version", "due_at", "provisional", "is_deadline", "state", "armed_at"),
    *("ruled_by", "disarmed_at", "try_at"),
)
INSERT_EVENT = _insert(
    _table(Event),
    *("case_id", "process_id", "seq", "at", "by_id", "by_name", "on_behalf_of", "what"),
    *("params", "passed", "hash", "timer_id"),
)
INSERT_SUBMISSION = _insert(
    _table(Submission),
    *("task_id", "case_id", "cycle", "form_key", "diagram_id", "answers", "at", "by_id"),
)


def _chain(table: Table) -> Prepared:
    columns = (table.c.history_head, table.c.history_length)
    return Prepared(select(*columns).where(table.c.id == bindparam("of_id")))


def _move_head(table: Table, **also: int) -> Prepared:
    """Take the end of the chain; of two that add to it at once, one changes no row."""
    unmoved = table.c.history_length == bindparam("of_length")
    statement = update(table).where(table.c.id == bindparam("of_id"), unmoved)
    moved: dict[str, Any] = {
        "history_head": bindparam("head"),
        "history_length": bindparam("length"),
    }
    return Prepared(statement.values(moved | also), guards=True)


CHAIN_OF_CASE, CHAIN_OF_PROCESS = _chain(_CASE), _chain(_PROCESS)
#: What has a new line is to be counted anew.
MOVE_HEAD_OF_CASE, MOVE_HEAD_OF_PROCESS = _move_head(_CASE, counted=-1), _move_head(_PROCESS)


def _save(*names: str) -> Prepared:
    unmoved = _PROCESS.c.revision == bindparam("of_revision")
    statement = update(_PROCESS).where(_PROCESS.c.id == bindparam("of_id"), unmoved)
    return Prepared(statement.values({name: bindparam(name) for name in names}), guards=True)


#: Most steps leave a process running: SQLite then need not write the index of those that run.
SAVE_STATE = _save("state", "revision")
SAVE_STATUS = _save("state", "revision", "status", "finished_at")

FINISH_TASK = Prepared(
    update(_TASK)
    .where(_TASK.c.id == bindparam("of_id"), _TASK.c.closed_at.is_(None))
    .values(closed_at=bindparam("at"), closed_by_id=bindparam("by_id"), outcome=Outcome.DONE),
    guards=True,
)

WITHDRAW_TASK = Prepared(
    update(_TASK)
    .where(
        _TASK.c.process_id == bindparam("of_process"),
        _TASK.c.engine_id == bindparam("of_engine_id"),
        _TASK.c.closed_at.is_(None),
    )
    .values(closed_at=bindparam("at"), outcome=Outcome.WITHDRAWN)
)

DISARM_TIMER = Prepared(
    update(_TIMER)
    .where(
        _TIMER.c.process_id == bindparam("of_process"),
        _TIMER.c.engine_id == bindparam("of_engine_id"),
        or_(_TIMER.c.state == TimerState.ARMED, _TIMER.c.state == TimerState.SUSPENDED),
    )
    .values(state=TimerState.DISARMED, disarmed_at=bindparam("at"))
)

#: What a step reads of its process.
PROCESS_COLUMNS = (
    "id",
    "case_id",
    "diagram_id",
    "cycle",
    "letter_id",
    "follow_up_id",
    "change_request_id",
    "objection_id",
    "status",
    "revision",
    "state",
)
CASE_COLUMNS = ("lead_unit_id", "department_id", "county_id")
RUNNING_COLUMNS = PROCESS_COLUMNS + CASE_COLUMNS

#: Of a case; a process about none has them of its own.
_INSTEAD = {"lead_unit_id": "unit_id", "department_id": "unit_id", "county_id": "county_id"}
_CHAIN = ("history_head", "history_length")


def _running(case: FromClause) -> tuple[ColumnElement[Any], ...]:
    """Return what a step reads of its process and of its case, if there is one."""
    own = (_PROCESS.c[name] for name in PROCESS_COLUMNS)
    of_case = (
        func.coalesce(case.c[name], _PROCESS.c[instead]).label(name)
        for name, instead in _INSTEAD.items()
    )
    return (*own, *of_case)


def _history(case: FromClause) -> tuple[ColumnElement[Any], ...]:
    """Return the end of the history that a step goes on with."""
    return tuple(func.coalesce(case.c[name], _PROCESS.c[name]).label(name) for name in _CHAIN)


def _held(is_it: ColumnElement[bool], *, skip_locked: bool = False) -> Subquery:
    """Return the case to be held, as it stands once it is.

    Whoever does anything to a case holds it first and what belongs to it then: its processes, their
    tasks and timers, and last what these are about. Two who held one of them each would wait for
    each other. `key_share`: what refers to a row that is held may still be written.
    """
    columns = (_CASE.c[name] for name in ("id", *CASE_COLUMNS, *_CHAIN))
    query = select(*columns).where(is_it)
    return query.with_for_update(key_share=True, skip_locked=skip_locked).subquery("held")


def _held_of(table: Table) -> Subquery:
    """Return the case, to be held, to which a row of *table* belongs."""
    whose = select(table.c.case_id).where(table.c.id == bindparam("of_id"))
    return _held(_CASE.c.id == whose.scalar_subquery())


TIMER_COLUMNS = ("engine_id", "name", "key", "code", "rule", "base", "due_at", "provisional")

TASK_COLUMNS = (
    "engine_id",
    "key",
    "name",
    "role",
    "unit_id",
    "assignee_id",
    "form_key",
    "closed_at",
)

_OF_TASK, _OF_TIMER, _OF_PROCESS = _held_of(_TASK), _held_of(_TIMER), _held_of(_PROCESS)

#: A task with the columns of its process and case that completing it reads; all three are held.
LOAD = Prepared(
    select(
        _TASK.c.id.label("task_id"),
        _TASK.c.revision.label("task_revision"),
        *(_TASK.c[name] for name in TASK_COLUMNS),
        *_running(_OF_TASK),
        *_history(_OF_TASK),
    )
    .join_from(_TASK, _PROCESS, _PROCESS.c.id == _TASK.c.process_id)
    .outerjoin(_OF_TASK, _OF_TASK.c.id == _PROCESS.c.case_id)
    .where(_TASK.c.id == bindparam("of_id"))
    .with_for_update(of=[_PROCESS, _TASK], key_share=True)
)

#: Hold a process, and its case before; what is read by the next statement is as it then stands.
HOLD_PROCESS = Prepared(
    select(_PROCESS.c.id, _OF_PROCESS.c.id.label("case_id"))
    .outerjoin_from(_PROCESS, _OF_PROCESS, true())
    .where(_PROCESS.c.id == bindparam("of_id"))
    .with_for_update(of=_PROCESS, key_share=True)
)

RUNNING = Prepared(
    select(*_running(_CASE))
    .select_from(_PROCESS)
    .outerjoin(_CASE, _CASE.c.id == _PROCESS.c.case_id)
    .where(_PROCESS.c.id == bindparam("of_id"))
)

#: Fire a timer that has run out; of two workers that try, one changes no row. Whoever lost his
#: claim leaves it to the one who has it now.
FIRE_TIMER = Prepared(
    update(_TIMER)
    .where(
        _TIMER.c.id == bindparam("of_id"),
        _TIMER.c.state == TimerState.ARMED,
        _TIMER.c.try_at <= bindparam("at"),
        _TIMER.c.due_at <= bindparam("at"),
        or_(
            _TIMER.c.claimed_until.is_(None),
            _TIMER.c.claimed_until <= bindparam("at"),
            _TIMER.c.claimed_by == bindparam("worker"),
        ),
    )
    .values(state=TimerState.FIRED, fired_at=bindparam("at"), fired_by=bindparam("worker"))
)


def _striking(held: Subquery) -> Select[Any]:
    """Return the query for timers with what firing them reads of their processes and cases."""
    return (
        select(
            _TIMER.c.id.label("timer_id"),
            *(_TIMER.c[name] for name in TIMER_COLUMNS),
            *_running(held),
            *_history(held),
        )
        .join_from(_TIMER, _PROCESS, _PROCESS.c.id == _TIMER.c.process_id)
        .outerjoin(held, held.c.id == _PROCESS.c.case_id)
    )


#: A timer that is to be fired; all that it reads is held.
STRIKING = Prepared(
    _striking(_OF_TIMER)
    .where(_TIMER.c.id == bindparam("of_id"))
    .with_for_update(of=[_PROCESS, _TIMER], key_share=True)
)

_OF_MANY = _TIMER.c.id.in_(bindparam("ids", expanding=True))
_FREE = _held(_CASE.c.id.in_(select(_TIMER.c.case_id).where(_OF_MANY)), skip_locked=True)

#: The same of many, in the order in which they ran out; what somebody is at is left out.
ALL_STRIKING = (
    _striking(_FREE)
    .where(_OF_MANY, or_(_PROCESS.c.case_id.is_(None), _FREE.c.id.is_not(None)))
    .order_by(_TIMER.c.due_at, _TIMER.c.id)
    .with_for_update(of=_PROCESS, skip_locked=True, key_share=True)
)
