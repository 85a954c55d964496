"""Many rows at once: a case, its process and its clocks, copied as often as one likes."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import insert, select, update

from app.db import db, transaction
from app.domain.base import Base
from app.domain.case import Case
from app.domain.process import Process, Task, Timer

#: A copy has a history of its own to come.
_NO_HISTORY = {"history_head": "", "history_length": 0}
BATCH = 500


def copies(case: Case, count: int, *, key: str, due_at: datetime) -> None:
    """Copy *case* with all that it waits for, and let the clock *key* of each run out *at*."""
    for start in range(0, count, BATCH):
        with transaction() as session:
            for number in range(start, min(start + BATCH, count)):
                _copy(session, case, f"{case.number}-{number}")
    with transaction() as session:
        moved = {"due_at": due_at, "try_at": due_at}
        session.execute(update(Timer).where(Timer.key == key).values(moved))


def _copy(session: Any, case: Case, number: str) -> None:
    (facts,) = _rows(session, Case, Case.id == case.id)
    case_id = _add(session, Case, facts, number=number, problem=number, **_NO_HISTORY)
    (process,) = _rows(session, Process, Process.case_id == case.id)
    process_id = _add(session, Process, process, case_id=case_id)
    tasks = {
        row["id"]: _add(session, Task, row, case_id=case_id, process_id=process_id)
        for row in _rows(session, Task, Task.case_id == case.id)
    }
    for row in _rows(session, Timer, Timer.case_id == case.id):
        task_id = tasks.get(row["task_id"])
        _add(session, Timer, row, case_id=case_id, process_id=process_id, task_id=task_id)


def _rows(session: Any, table: type[Base], where: Any) -> list[Mapping[str, Any]]:
    return list(session.execute(select(table.__table__).where(where)).mappings())


def _add(session: Any, table: type[Base], row: Mapping[str, Any], **changes: Any) -> int:
    values = {name: value for name, value in row.items() if name != "id"} | changes
    made = session.execute(insert(table.__table__).values(values).returning(table.__table__.c.id))
    return int(made.scalar_one())


def armed(case: Case, count: int, *, due_at: datetime) -> None:
    """Arm *count* more clocks, all of one process: enough for those who only look for due ones."""
    with transaction() as session:
        row = _rows(session, Timer, Timer.case_id == case.id)[0]
        plain = {name: value for name, value in row.items() if name != "id"}
        plain |= {"due_at": due_at, "try_at": due_at}
        for start in range(0, count, BATCH):
            session.execute(insert(Timer), [plain] * min(BATCH, count - start))
    db.session.remove()
