"""What a sweep costs that finds nothing, with many deadlines armed."""

from datetime import timedelta
from statistics import median
from time import perf_counter

from sqlalchemy import insert, select

from app.clock import utcnow
from app.db import db, transaction
from app.domain.process import Process, Timer
from app.domain.vocabulary import TimerState
from app.services import deadlines

ROUNDS = 200


def fill(count: int, *, process_id: int | None = None) -> None:
    """Arm *count* more deadlines, due over the coming year; any process may carry them."""
    at = utcnow()
    carrier = process_id or db.session.scalars(select(Process.id).limit(1)).one()
    case_id = db.session.scalar(select(Process.case_id).filter_by(id=carrier))
    with transaction() as session:
        for start in range(0, count, 10_000):
            rows = [
                _row(carrier, case_id, number) | {"base": at, "armed_at": at}
                for number in range(start, min(start + 10_000, count))
            ]
            session.execute(insert(Timer), rows)


def _row(process_id: int, case_id: int | None, number: int) -> dict[str, object]:
    due_at = utcnow() + timedelta(minutes=5 * number + 60)
    return {
        "process_id": process_id,
        "case_id": case_id,
        "engine_id": 1_000_000 + number,
        "key": "bench",
        "name": "bench",
        "rule": "days(30)",
        "calendar_version": 1,
        "due_at": due_at,
        "try_at": due_at,
        "provisional": False,
        "state": TimerState.ARMED,
    }


def milliseconds() -> float:
    """Return what one sweep takes that finds nothing due."""
    deadlines.sweep()  # compiled once per worker
    taken = []
    for _ in range(ROUNDS):
        started = perf_counter()
        deadlines.sweep()
        db.session.rollback()
        taken.append(perf_counter() - started)
    return median(taken) * 1000
