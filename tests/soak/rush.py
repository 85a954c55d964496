"""Thousands of deadlines run out in one second: each fires once, and soon."""

import time
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import func, select, update

from app import scheduler
from app.cli.server import at_rest
from app.db import db, transaction
from app.domain.history import Event
from app.domain.process import Timer
from app.domain.vocabulary import TimerState
from tests.cast import Cast
from tests.soak import crew, crowds
from tests.soak.places import Ground, program


def worker(post: crew.Post, _seed: int) -> None:
    """Sweep every second, as the scheduler does."""
    with program(post.url, post.folder):
        at_rest()
        while True:
            crew.patiently(post, scheduler.sweep)
            time.sleep(1)


def run(ground: Ground, *, timers: int, workers: int) -> dict[str, Any]:
    """Have *timers* run out at once under so many *workers*; return how late they fired."""
    url, folder = ground.database("rush"), ground.instance("rush")
    with program(url, folder):
        case = Cast(None).open_case()
        key = first_clock(case.id)
        crowds.copies(case, timers - 1, key=key, due_at=datetime.now(UTC) + timedelta(days=1))
        hands = crew.Crew(0)
        for number in range(workers):
            hands.add(worker, crew.Post(url, folder, f"worker{number}"))
        time.sleep(min(5, 1 + workers))  # until they are all looking
        struck_at = _strike(key)
        try:
            seconds = _wait(key, timers, struck_at)
        finally:
            hands.dismiss()
        figures = _lateness(key)
        lines = _count(select(func.count(Event.id)).where(Event.what == "timer_fired"))
    faults = crew.faults(folder)
    figures |= {"database": ground.kind, "timers": timers, "workers": workers}
    figures |= {"seconds": seconds, "lines": lines, "faults": faults[:5]}
    once = figures["fired"] == lines == timers and not faults
    return figures | {"once": once, "ok": once and figures["p99_s"] <= 5}


def first_clock(case_id: int) -> str:
    """Return the key of the clock that runs out first."""
    query = select(Timer.key).where(Timer.case_id == case_id).order_by(Timer.due_at)
    return db.session.scalars(query).first() or ""


def _strike(key: str) -> datetime:
    """Let them all run out in two seconds from now."""
    at = datetime.now(UTC) + timedelta(seconds=2)
    with transaction() as session:
        session.execute(update(Timer).where(Timer.key == key).values(due_at=at, try_at=at))
    return at


def _wait(key: str, timers: int, struck_at: datetime) -> float:
    fired = select(func.count(Timer.id)).where(Timer.key == key, Timer.state == TimerState.FIRED)
    patience = time.monotonic() + 60 + timers / 10
    while _count(fired) < timers and time.monotonic() < patience:
        time.sleep(0.5)
    return round((datetime.now(UTC) - struck_at).total_seconds(), 1)


def _count(query: Any) -> int:
    db.session.rollback()
    return db.session.scalar(query) or 0


def _lateness(key: str) -> dict[str, Any]:
    query = select(Timer.fired_at, Timer.due_at, Timer.fired_by).where(
        Timer.key == key, Timer.state == TimerState.FIRED
    )
    rows = db.session.execute(query).all()
    late = sorted((row.fired_at - row.due_at).total_seconds() for row in rows)
    return {
        "fired": len(late),
        "by": len({row.fired_by for row in rows}),
        "p50_s": round(late[len(late) // 2], 2),
        "p99_s": round(late[int(len(late) * 0.99)], 2),
        "max_s": round(late[-1], 2),
        "early": sum(one < 0 for one in late),
    }
