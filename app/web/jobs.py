"""后台任务: how far long work has come, what it came to, and trying again what failed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Blueprint, current_app, flash, g, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext, lazy_gettext

from app.clock import utcnow
from app.domain.job import Job
from app.domain.vocabulary import JobState, Role
from app.services import batch_jobs, calendar_moves, jobs, ledger_export, ledger_jobs, workers
from app.services.design import migrations, rehearsals
from app.services.forecasting import nightly
from app.services.past import totals, workbook
from app.services.reports import making
from app.services.signals import looking
from app.web.frame import is_partial
from config.settings import Settings

bp = Blueprint("jobs", __name__, url_prefix="/jobs")

#: How far a job is whose kind this process doesn't know.
_COUNTED = "%(amount)s"


def _plan(job: Job) -> str:
    return url_for("designer.plan", key=job.params["key"], plan_id=job.params["plan_id"])


#: Where one goes on when a job of some kind is done.
_ONWARD: dict[str, tuple[Callable[[Job], str], Any]] = {
    ledger_jobs.KIND: (lambda _: url_for("cases.page"), lazy_gettext("查看整改事项")),
    ledger_export.KIND: (
        lambda job: url_for("ledger.exported", job_id=job.id),
        lazy_gettext("下载台账"),
    ),
    batch_jobs.KIND: (
        lambda job: url_for("timers.batch_result", job_id=job.id),
        lazy_gettext("查看每项结果"),
    ),
    calendar_moves.KIND: (
        lambda job: url_for("calendar.revision", number=job.params["version"]),
        lazy_gettext("查看这次日历变更"),
    ),
    rehearsals.KIND: (
        lambda job: url_for(
            "designer.rehearsal", key=job.params["key"], version=job.params["version"]
        ),
        lazy_gettext("查看演练结果"),
    ),
    nightly.KIND: (lambda _: url_for("monitor.forecast"), lazy_gettext("查看逾期预测")),
    looking.KIND: (lambda _: url_for("monitor.signals"), lazy_gettext("查看异常提示")),
    workbook.KIND: (
        lambda job: url_for("monitor.past_file", job_id=job.id),
        lazy_gettext("下载往日台账"),
    ),
    totals.KIND: (
        lambda job: url_for(
            "monitor.past",
            day=job.params["day"],
            **job.params["narrow"],
        ),
        lazy_gettext("查看往日台账"),
    ),
    making.KIND: (
        lambda job: url_for("monitor.report", report_id=(job.outcome or {}).get("report", 0)),
        lazy_gettext("查看报告"),
    ),
    migrations.KIND: (_plan, lazy_gettext("查看迁移方案")),
    migrations.UNDO: (_plan, lazy_gettext("查看迁移方案")),
}


@bp.get("")
def page() -> ResponseReturnValue:
    """List the person's jobs; an administrator sees everybody's."""
    everybody = g.actor.has(Role.SYSTEM_ADMIN)
    found = jobs.listing(g.actor)
    return render_template("jobs/page.html", here="jobs", jobs=found, everybody=everybody)


@bp.get("/<int:job_id>")
def job(job_id: int) -> ResponseReturnValue:
    """Show one job; while it goes on, the page asks for its middle every second."""
    found = jobs.get(job_id, g.actor)
    going_on = found.state in (JobState.QUEUED, JobState.RUNNING)
    address, words = _ONWARD.get(found.kind, (None, ""))
    return render_template(
        "jobs/part.html" if is_partial() else "jobs/job.html",
        here="jobs",
        job=found,
        going_on=going_on,
        stands=going_on and _stands(found),
        counted=gettext(jobs.KINDS[found.kind].counted) if found.kind in jobs.KINDS else _COUNTED,
        onward=address(found) if address else None,
        onward_words=words,
        unattended=going_on and _unattended(),
    )


def _stands(found: Job) -> bool:
    """Tell whether nobody is at a job that was begun: it rests, or its worker died."""
    until = found.claimed_until
    if found.state is JobState.QUEUED:
        return bool(found.error)
    return until is not None and until <= utcnow()


def _unattended() -> bool:
    """Tell whether jobs are left to workers and there is none."""
    settings: Settings = current_app.config["SETTINGS"]
    return settings.jobs == "procrastinate" and not workers.at_work()


@bp.post("/<int:job_id>/retry")
def retry(job_id: int) -> ResponseReturnValue:
    """Queue a failed job again."""
    jobs.retry(job_id, g.actor)
    flash(gettext("已重新排队。"))
    return redirect(url_for("jobs.job", job_id=job_id), 303)
