"""The statements that run at every step of every case, built once. Shared by the services."""

from collections.abc import Sequence
from typing import Any, cast

from sqlalchemy import Table, bindparam, func, insert, or_, select, update
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

_RUNNING = (
    *(_PROCESS.c[name] for name in PROCESS_COLUMNS),
    func.coalesce(_CASE.c.lead_unit_id, _PROCESS.c.unit_id).label("lead_unit_id"),
    func.coalesce(_CASE.c.department_id, _PROCESS.c.unit_id).label("department_id"),
    func.coalesce(_CASE.c.county_id, _PROCESS.c.county_id).label("county_id"),
)
#: The end of the history that a step goes on with.
_HISTORY = tuple(
    func.coalesce(_CASE.c[name], _PROCESS.c[name]).label(name)
    for name in ("history_head", "history_length")
)

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

#: A task with the columns of its process and case that completing it reads.
LOAD = Prepared(
    select(
        _TASK.c.id.label("task_id"),
        _TASK.c.revision.label("task_revision"),
        *(_TASK.c[name] for name in TASK_COLUMNS),
        *_RUNNING,
        *_HISTORY,
    )
    .join_from(_TASK, _PROCESS, _PROCESS.c.id == _TASK.c.process_id)
    .outerjoin(_CASE, _CASE.c.id == _PROCESS.c.case_id)
    .where(_TASK.c.id == bindparam("of_id"))
    .with_for_update(of=_PROCESS, key_share=True)
)

#: Whoever does something to a task holds its process first, as those do who complete it: two who
#: held one of them each would wait for each other. `key_share`: what refers to the process may
#: still be written.
HOLD_PROCESS = Prepared(
    select(_PROCESS.c.id).where(_PROCESS.c.id == bindparam("of_id")).with_for_update(key_share=True)
)

RUNNING = Prepared(
    select(*_RUNNING)
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

_STRIKING = (
    select(
        _TIMER.c.id.label("timer_id"),
        *(_TIMER.c[name] for name in TIMER_COLUMNS),
        *_RUNNING,
        *_HISTORY,
    )
    .join_from(_TIMER, _PROCESS, _PROCESS.c.id == _TIMER.c.process_id)
    .outerjoin(_CASE, _CASE.c.id == _PROCESS.c.case_id)
)

#: A timer with what firing it reads of its process and case. The process is locked first, as by
#: those who complete its tasks, so that nobody waits for one who waits for him.
STRIKING = Prepared(
    _STRIKING.where(_TIMER.c.id == bindparam("of_id")).with_for_update(of=_PROCESS, key_share=True)
)

#: The same of many, in the order in which they ran out; processes that somebody moves are left out.
ALL_STRIKING = (
    _STRIKING.where(_TIMER.c.id.in_(bindparam("ids", expanding=True)))
    .order_by(_TIMER.c.due_at, _TIMER.c.id)
    .with_for_update(of=_PROCESS, skip_locked=True, key_share=True)
)
