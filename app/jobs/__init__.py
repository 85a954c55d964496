"""Who runs long jobs: threads of the served process, or workers on any number of hosts.

Either way the rows of `timer` and `job` say what there is to do; what is here only looks.
"""

from __future__ import annotations

from flask import Flask

from app.services import batch_jobs, calendar_moves, jobs, ledger_jobs
from app.services.design import migrations, rehearsals
from app.services.reports import making
from config.settings import Settings

#: Modules that register kinds of jobs when they are imported.
KINDS = (ledger_jobs, batch_jobs, calendar_moves, rehearsals, migrations, making)


def init_app(app: Flask) -> None:
    """Have the jobs that this process starts deferred to workers, if it is set up so."""
    settings: Settings = app.config["SETTINGS"]
    jobs.configure()
    if settings.jobs == "procrastinate":
        from app.jobs.queue import ProcrastinateRunner  # takes its time to load

        jobs.configure(ProcrastinateRunner())
