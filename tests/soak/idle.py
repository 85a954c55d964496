"""A sweep that finds nothing must cost next to nothing, however many deadlines lie ahead."""

import time
from datetime import timedelta
from statistics import median
from typing import Any

from app import scheduler
from app.clock import utcnow
from app.db import db
from app.services import deadlines
from tests.cast import Cast
from tests.soak import crowds
from tests.soak.places import Ground, program

SWEEPS = 200


def run(ground: Ground, *, timers: int) -> dict[str, Any]:
    """Arm *timers*, none of them due, and time the sweep."""
    with program(ground.database("idle"), ground.instance("idle")):
        case = Cast(None).open_case()
        crowds.armed(case, timers, due_at=utcnow() + timedelta(days=30))
        if ground.server is not None:
            db.session.connection().exec_driver_sql("ANALYZE")
            db.session.commit()
        deadlines_ms, whole_ms = _median_ms(deadlines.sweep), _median_ms(scheduler.sweep)
    return {
        "database": ground.kind,
        "armed": timers,
        "deadlines_ms": deadlines_ms,
        "whole_sweep_ms": whole_ms,
        "ok": deadlines_ms <= 2,
    }


def _median_ms(sweep: Any) -> float:
    took = []
    for _ in range(SWEEPS):
        started = time.perf_counter()
        assert sweep() == 0
        db.session.remove()
        took.append(time.perf_counter() - started)
    return round(median(took) * 1000, 2)
