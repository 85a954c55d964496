"""流程办理: starting a process about no case, following it, and ending it before its time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from flask import Blueprint, flash, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from app.domain.errors import Invalid
from app.domain.process import Process
from app.domain.vocabulary import ProcessStatus, TimerState
from app.http import problem_of, status_of
from app.services import dossier, history, process_list, processes
from app.services.process_list import Filter
from app.web import cursor
from app.web.papers import links, papers_of
from app.web.pictures import picture_of
from app.web.wording import process_name

bp = Blueprint("processes", __name__, url_prefix="/processes")

PAGE = 50
_NARROWING = ("q", "diagram", "running", "mine")
#: Clocks that run, or stand still.
_TICKING = (TimerState.ARMED, TimerState.SUSPENDED)


@bp.get("")
def page() -> ResponseReturnValue:
    """List the processes about no case that concern the person, the latest begun first."""
    narrow = _filter()
    after = cursor.read_moment(request.args.get("after"))
    found = process_list.page(g.actor, narrow, limit=PAGE, after=after)
    return render_template(
        "processes/page.html",
        here="processes",
        found=found,
        narrow=narrow,
        narrowed=narrow != Filter(),
        kinds=process_list.kinds(g.actor),
        open_tasks=process_list.open_tasks_of(found.items),
        clocks=process_list.next_clocks_of(found.items),
        may_start=bool(processes.startable(g.actor)),
        next_url=_url(after=cursor.write(*found.next)) if found.next else None,
        first_url=_url() if after else None,
    )


def _filter() -> Filter:
    asked = request.args
    return Filter(
        text=_typed("q", 100),
        diagram=_typed("diagram", 64),
        running={"1": True, "0": False}.get(asked.get("running", "")),
        mine=asked.get("mine") == "1",
    )


def _typed(name: str, most: int) -> str:
    """Return what somebody typed, without what no column can hold."""
    text = request.args.get(name, "").strip()[:most]
    return text if text.isprintable() else ""


def _url(after: str | None = None) -> str:
    kept: dict[str, Any] = {key: request.args.get(key) or None for key in _NARROWING}
    return url_for("processes.page", **kept, after=after)


@bp.get("/new")
def new() -> ResponseReturnValue:
    """Offer the processes that the person may start."""
    offered = processes.startable(g.actor)
    return render_template("processes/new.html", here="processes", offered=offered)


@bp.post("/new")
def start() -> ResponseReturnValue:
    """Start a process, and go on to its first task if it is the person's own."""
    found = processes.get(processes.start(request.form.get("key", ""), g.actor, {}), g.actor)
    flash(gettext("已发起“%(name)s”。", name=process_name(found)))
    if (own := processes.own_task(found, g.actor)) is not None:
        return redirect(url_for("tasks.page", task_id=own.id), 303)
    return redirect(_page(found), 303)


def _page(process: Process) -> str:
    return url_for("processes.process", process_id=process.id)


@bp.get("/<int:process_id>")
def process(process_id: int) -> ResponseReturnValue:
    """Show one process; what belongs to a case is shown with its case."""
    found = processes.get(process_id, g.actor)
    if found.case is not None:
        return redirect(url_for("cases.case", number=found.case.number))
    return _drawn(found)


def _drawn(
    found: Process, reason: str = "", faults: Mapping[str, Sequence[str]] | None = None
) -> str:
    tasks, timers = processes.tasks_of(found), processes.timers_of(found)
    events = history.events_of(found)
    evidence = links(dossier.evidence_of(found))
    going = found.status in (ProcessStatus.RUNNING, ProcessStatus.SUSPENDED)
    return render_template(
        "processes/process.html",
        here="processes",
        process=found,
        going=going,
        tasks=[task for task in tasks if task.closed_at is None],
        all_tasks=tasks,
        timers=[timer for timer in timers if timer.state in _TICKING],
        past_timers=[timer for timer in timers if timer.state is TimerState.FIRED],
        papers=papers_of(dossier.submissions_of(found), g.actor),
        files=evidence,
        evidence=evidence,
        events=events[::-1],
        picture=picture_of(found, tasks, timers, events),
        may_terminate=going and processes.may_terminate(g.actor),
        reason=reason,
        faults=(faults or {}).get("reason", ()),
    )


@bp.post("/<int:process_id>/terminate")
def terminate(process_id: int) -> ResponseReturnValue:
    """End a process before its time; without a reason the form comes back."""
    reason = request.form.get("reason", "")
    try:
        processes.terminate(process_id, g.actor, reason)
    except Invalid as error:
        found = processes.get(process_id, g.actor)
        return _drawn(found, reason, problem_of(error).get("errors")), status_of(error)
    found = processes.get(process_id, g.actor)
    flash(gettext("已终结“%(name)s”。", name=process_name(found)))
    return redirect(_page(found), 303)
