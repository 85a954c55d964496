"""The clockwork: periodic sweeps over the database.

The database knows what is due; APScheduler only knows when to look. So a sweep
can be missed, repeated, or run twice at once, and nothing is lost or done twice.
"""

from __future__ import annotations

import logging
from datetime import datetime

from apscheduler.schedulers.background import BackgroundScheduler
from flask import Flask

from app.clock import utcnow
from app.db import db
from app.domain.errors import Conflict
from app.services import deadlines, history

log = logging.getLogger(__name__)

#: When this process last finished a sweep; ``/healthz`` tells.
last_sweep: dict[str, datetime] = {}


def sweep() -> int:
    """Fire every timer that has run out and set stale lights; return how many timers fired.

    Each process has its own transaction: one that is broken must not hold up the rest.
    """
    fired = 0
    while batch := deadlines.due_timers():
        fired += sum(_fire(timer_id) for timer_id in batch)
    while stale := deadlines.stale_lights():
        for case_id in stale:
            _relight(case_id)
    last_sweep["at"] = utcnow()
    return fired


def _fire(timer_id: int) -> bool:
    try:
        return deadlines.fire(timer_id)
    except Conflict:
        log.info("timer %s: its process is being moved by someone else; next sweep", timer_id)
        deadlines.postpone(timer_id)
        return False
    except Exception as error:
        log.exception("timer %s could not be fired; it will be tried again", timer_id)
        deadlines.note_failure(timer_id, f"{type(error).__name__}: {error}")
        return False


def _relight(case_id: int) -> None:
    """Set one light; a case that fails rests for an hour, so that the others get theirs."""
    try:
        deadlines.refresh_light(case_id)
    except Exception:
        log.exception("the light of case %s could not be set; trying again in an hour", case_id)
        deadlines.postpone_light(case_id)


def start(app: Flask) -> BackgroundScheduler:
    """Run the sweeps inside this process until it ends."""
    app.extensions["last_sweep"] = last_sweep
    scheduler = BackgroundScheduler(timezone="Asia/Shanghai")

    def swept() -> None:
        with app.app_context():
            try:
                sweep()
            finally:
                db.session.remove()

    def anchored() -> None:
        with app.app_context():
            history.anchor()

    scheduler.add_job(
        swept, "interval", seconds=1, coalesce=True, max_instances=1, misfire_grace_time=None
    )
    scheduler.add_job(
        anchored, "cron", hour=0, minute=5, coalesce=True, max_instances=1, misfire_grace_time=None
    )
    scheduler.start()
    logging.getLogger("apscheduler").setLevel(logging.WARNING)
    return scheduler
