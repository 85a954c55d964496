"""What goes through the queue: long jobs, deferred with their rows, and looks at what is due.

Procrastinate says who looks, and when; what there is to do the rows say. So nothing of its own
needs to be kept: what is done leaves its tables, and what a dead worker had in hand is thrown away.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from typing import Any

from flask import Flask
from procrastinate import App, PsycopgConnector, SyncPsycopgConnector
from procrastinate.exceptions import AlreadyEnqueued
from procrastinate.jobs import Status
from psycopg.conninfo import make_conninfo
from sqlalchemy.dialects import registry
from sqlalchemy.engine import make_url
from sqlalchemy.orm import Session

from app import scheduler
from app.db import db
from app.services import deadlines, deliveries, history, jobs, tallies, workers
from app.services.design import taking_effect
from app.services.forecasting import nightly as forecasts
from app.services.reports import schedule as reports
from app.services.signals import looking
from config.settings import Settings

log = logging.getLogger(__name__)

RUN_JOB = "run_job"


class ProcrastinateRunner:
    """Defers a job in the very transaction that writes its row."""

    def __init__(self) -> None:
        # Never opened: it only writes through the connections that it is given.
        self._queue = App(connector=SyncPsycopgConnector())

    def defer(self, session: Session, job_id: int) -> None:
        """Have a worker run the job as soon as the transaction is committed."""
        try:
            with session.begin_nested():
                deferrer = self._queue.configure_task(
                    RUN_JOB,
                    queue="jobs",
                    queueing_lock=_lock(job_id),
                    connection=session.connection().connection.driver_connection,
                )
                deferrer.defer(job_id=job_id)
        except AlreadyEnqueued:
            log.info("job %s is in the queue already", job_id)


def _lock(job_id: int) -> str:
    return f"job:{job_id}"


def conninfo(url: str) -> str:
    """Return the address of the database as psycopg reads it."""
    address = make_url(url)
    dialect = registry.load(address.drivername.replace("+", "."))()
    _, options = dialect.create_connect_args(address)
    return make_conninfo(**options)


class Errands:
    """What a worker does when its turn comes; each may be done twice, or at the same time."""

    #: Name, how often (with seconds), and who does it.
    PERIODIC = (
        ("fire_due", "* * * * * */2", "deadlines"),
        ("find_lost", "* * * * * */10", "deadlines"),
        ("deliver", "* * * * * */5", "notices"),
        ("count", "* * * * * */3", "notices"),
        ("take_effect", "* * * * * */30", "deadlines"),
        ("tidy", "* * * * *", "deadlines"),
        ("make_reports", "* * * * *", "notices"),
        ("foretell_changed", "* * * * *", "notices"),
        # Once a day, whenever a worker is there: each asks whether it was done today.
        ("anchor", "*/10 * * * *", "deadlines"),
        ("learn_forecasts", "*/10 * * * *", "notices"),
        ("look_for_signals", "*/10 * * * *", "notices"),
    )

    def __init__(self, app: Flask) -> None:
        settings: Settings = app.config["SETTINGS"]
        self._app = app
        self.queue = App(
            connector=PsycopgConnector(
                conninfo=conninfo(settings.database_url), min_size=1, max_size=3
            )
        )
        self._run_job = self.queue.task(name=RUN_JOB, queue="jobs")(self.run_job)
        for name, often, queue in self.PERIODIC:
            task = self.queue.task(name=name, queue=queue, queueing_lock=name)(getattr(self, name))
            self.queue.periodic(cron=often)(task)

    async def here(self, service: Callable[..., Any], *args: Any) -> Any:
        """Call a service in a thread, with the application around it."""

        def call() -> Any:
            with self._app.app_context():
                try:
                    return service(*args)
                finally:
                    db.session.remove()

        return await asyncio.to_thread(call)

    async def run_job(self, job_id: int) -> None:
        """Run one job, unless somebody has."""
        await self.here(jobs.run, job_id)

    async def fire_due(self, timestamp: int) -> None:
        """Fire what has run out; if that is much, have one more worker come and help."""
        if await self.here(deadlines.overdue_count) > deadlines.BATCH:
            task = self.queue.configure_task("fire_due", queueing_lock="fire_due")
            await _unless_queued(task.defer_async(timestamp=timestamp))
        await self.here(scheduler.sweep)
        await self.here(workers.swept)

    async def find_lost(self, timestamp: int) -> None:
        """Queue again what waits for nobody: its worker died, or it rests after a failure."""
        for job_id in await self.here(jobs.waiting):
            task = self.queue.configure_task(RUN_JOB, queueing_lock=_lock(job_id))
            await _unless_queued(task.defer_async(job_id=job_id))

    async def deliver(self, timestamp: int) -> None:
        """Send what waits to be sent."""
        await self.here(deliveries.sweep)

    async def count(self, timestamp: int) -> None:
        """Let the counters follow the cases."""
        await self.here(tallies.follow)

    async def take_effect(self, timestamp: int) -> None:
        """Put versions of diagrams in force whose day has come."""
        await self.here(taking_effect.sweep)

    async def make_reports(self, timestamp: int) -> None:
        """Have those reports made whose time has come."""
        await self.here(reports.sweep)

    async def tidy(self, timestamp: int) -> None:
        """Throw away what dead workers had in hand; the rows know it better."""
        for lost in await self.queue.job_manager.get_stalled_jobs():
            await self.queue.job_manager.finish_job(lost, Status.FAILED, delete_job=True)

    async def foretell_changed(self, timestamp: int) -> None:
        """Look again at cases that changed since they were foretold."""
        await self.here(forecasts.changed)

    async def learn_forecasts(self, timestamp: int) -> None:
        """Have each county's history learned from anew."""
        await self.here(forecasts.daily)

    async def look_for_signals(self, timestamp: int) -> None:
        """Look at what came in during the day for anything to ask about."""
        await self.here(looking.daily)

    async def anchor(self, timestamp: int) -> None:
        """Anchor the history of the day."""
        await self.here(history.anchor_today)


async def _unless_queued(deferring: Awaitable[int]) -> None:
    try:
        await deferring
    except AlreadyEnqueued:
        return
