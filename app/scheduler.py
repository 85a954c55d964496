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
from app.services import deadlines, deliveries, history, lights

log = logging.getLogger(__name__)

#: When this process last finished a sweep; ``/healthz`` tells.
last_sweep: dict[str, datetime] = {}


def sweep() -> int:
    """Fire every timer that has run out and set stale lights; return how many timers fired.

    Each process has its own transaction: one that is broken must not hold up the rest.
    """
    fired = deadlines.sweep()
    while stale := lights.stale():
        for case_id in stale:
            lights.attempt(case_id)
    last_sweep["at"] = utcnow()
    return fired


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

    def delivered() -> None:
        with app.app_context():
            try:
                deliveries.sweep()
            finally:
                db.session.remove()

    def anchored() -> None:
        with app.app_context():
            history.anchor()

    scheduler.add_job(
        swept, "interval", seconds=1, coalesce=True, max_instances=1, misfire_grace_time=None
    )
    scheduler.add_job(
        delivered, "interval", seconds=5, coalesce=True, max_instances=1, misfire_grace_time=None
    )
    scheduler.add_job(
        anchored, "cron", hour=0, minute=5, coalesce=True, max_instances=1, misfire_grace_time=None
    )
    scheduler.start()
    logging.getLogger("apscheduler").setLevel(logging.WARNING)
    return scheduler
