"""The clockwork: periodic sweeps over the database.

The database knows what is due; APScheduler only knows when to look. So a sweep
can be missed, repeated, or run twice at once, and nothing is lost or done twice.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import datetime

from apscheduler.schedulers.background import BackgroundScheduler
from flask import Flask

from app.clock import utcnow
from app.db import db
from app.domain.errors import Unavailable
from app.services import deadlines, deliveries, history, lights, tallies, tidying
from app.services.design import taking_effect
from app.services.forecasting import nightly as forecasts
from app.services.reports import schedule as reports
from app.services.signals import looking

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


def _within(app: Flask, act: Callable[[], object]) -> Callable[[], None]:
    """Return *act* as the scheduler calls it: an outage is one line, and the next call tries on."""

    def run() -> None:
        with app.app_context():
            try:
                act()
            except Unavailable as outage:
                log.warning("%s put off: %s", act.__qualname__, outage.__cause__ or outage)
            finally:
                db.session.remove()

    return run


def start(app: Flask) -> BackgroundScheduler:
    """Run the sweeps inside this process until it ends."""
    app.extensions["last_sweep"] = last_sweep
    scheduler = BackgroundScheduler(timezone="Asia/Shanghai")

    often = {"coalesce": True, "max_instances": 1, "misfire_grace_time": None}
    scheduler.add_job(_within(app, sweep), "interval", seconds=1, **often)
    scheduler.add_job(_within(app, tallies.follow), "interval", seconds=2, **often)
    scheduler.add_job(_within(app, deliveries.sweep), "interval", seconds=5, **often)
    scheduler.add_job(_within(app, taking_effect.sweep), "interval", seconds=30, **often)
    scheduler.add_job(_within(app, reports.sweep), "interval", seconds=60, **often)
    scheduler.add_job(_within(app, forecasts.changed), "interval", seconds=60, **often)
    # Once a day, whenever the machine is on: each asks whether it was done today.
    scheduler.add_job(_within(app, history.anchor_today), "interval", minutes=10, **often)
    scheduler.add_job(_within(app, forecasts.daily), "interval", minutes=10, **often)
    scheduler.add_job(_within(app, looking.daily), "interval", minutes=10, **often)
    return _begin(app, scheduler)


def keep_house(app: Flask) -> BackgroundScheduler:
    """Run in a process that only serves, beside workers, what needs the files that it serves."""
    return _begin(app, BackgroundScheduler(timezone="Asia/Shanghai"))


def _begin(app: Flask, scheduler: BackgroundScheduler) -> BackgroundScheduler:
    scheduler.add_job(_within(app, tidying.tidy), "interval", hours=1, misfire_grace_time=None)
    scheduler.start()
    logging.getLogger("apscheduler").setLevel(logging.WARNING)
    return scheduler
