"""Jobs in the served process: two threads of its scheduler."""

from __future__ import annotations

from datetime import datetime
from threading import Lock

from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.schedulers.background import BackgroundScheduler
from flask import Flask
from sqlalchemy import event
from sqlalchemy.orm import Session

from app.clock import LOCAL
from app.db import db
from app.domain.errors import Unavailable
from app.services import jobs

THREADS = 2


class EmbeddedRunner:
    """Looks every second, and whenever a job is committed here, for jobs that wait."""

    def __init__(self, app: Flask, scheduler: BackgroundScheduler) -> None:
        self._app, self._scheduler = app, scheduler
        #: Jobs handed to a thread and not done yet.
        self._taken: set[int] = set()
        self._lock = Lock()
        scheduler.add_executor(ThreadPoolExecutor(THREADS), "jobs")
        self._look = scheduler.add_job(
            self.look, "interval", seconds=1, coalesce=True, misfire_grace_time=None
        )
        jobs.configure(self)

    def defer(self, session: Session, job_id: int) -> None:
        """Look as soon as the transaction is committed."""
        event.listen(session, "after_commit", self._soon, once=True)

    def _soon(self, _session: Session) -> None:
        self._look.modify(next_run_time=datetime.now(LOCAL))

    def look(self) -> None:
        """Hand every waiting job to a thread."""
        with self._app.app_context():
            try:
                found = jobs.waiting()
            except Unavailable:
                return  # the sweep says so; the jobs still wait when the database is back
            finally:
                db.session.remove()
        with self._lock:
            fresh = [job_id for job_id in found if job_id not in self._taken]
            self._taken.update(fresh)
        for job_id in fresh:
            self._scheduler.add_job(
                self._run, args=[job_id], executor="jobs", misfire_grace_time=None
            )

    def _run(self, job_id: int) -> None:
        with self._app.app_context():
            try:
                jobs.run(job_id)
            finally:
                db.session.remove()
                with self._lock:
                    self._taken.discard(job_id)
