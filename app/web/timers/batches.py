"""Doing something to many tasks at once: first what will be done to which, then what was done."""

from __future__ import annotations

from datetime import date
from typing import Any

from flask import g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app.clock import today
from app.domain.errors import Invalid
from app.domain.vocabulary import JobState
from app.forms.at_once import SHARED, answering
from app.http import LARGEST_ID, status_of
from app.services import batch_jobs, batch_lines, changes, jobs, timer_list
from app.services.batch_lines import Action, Answering, Line, Wish
from app.texts import label, language, say, sentence
from app.web.frame import is_partial
from app.web.timers.asking import asked
from app.web.timers.blueprint import bp

_ACTIONS = "any(remind, hand_over, extend, sign)"


@bp.get(f"/monitor/timers/batch/<{_ACTIONS}:action>")
def batch(action: str) -> ResponseReturnValue:
    """Tell what would be done to which tasks, and which are left out and why."""
    wish, given = _wish(Action(action)), _given()
    return _draw(wish, given, batch_lines.preview(wish, g.actor, _answering(wish, given)))


@bp.post(f"/monitor/timers/batch/<{_ACTIONS}:action>")
def act(action: str) -> ResponseReturnValue:
    """Do it; what is refused by now is told with the rest."""
    wish, given = _wish(Action(action)), _given()
    checks = _answering(wish, given)
    try:
        job = batch_jobs.hurry(batch_jobs.start(wish, g.actor, checks), g.actor)
    except Invalid as error:
        lines = batch_lines.preview(wish, g.actor, checks)
        return _draw(wish, given, lines, error), status_of(error)
    return redirect(url_for("timers.batch_result", job_id=job.id), 303)


@bp.get("/monitor/timers/batch/results/<int:job_id>")
def batch_result(job_id: int) -> ResponseReturnValue:
    """Tell what became of each task; while it goes on, the page asks for its middle."""
    job = batch_jobs.get(job_id, g.actor)
    return render_template(
        "timers/_result.html" if is_partial() else "timers/result.html",
        here="timers",
        job=job,
        action=Action(job.params["action"]),
        going_on=job.state in (JobState.QUEUED, JobState.RUNNING),
        counted=jobs.KINDS[job.kind].counted,
        outcomes=batch_jobs.outcomes(job),
    )


def _wish(action: Action) -> Wish:
    sent = request.values
    revisions = {
        int(name[1:]): int(value)
        for name, value in sent.items()
        if name[:1] == "r" and _is_id(name[1:]) and _is_id(value)
    }
    to = sent.get("colleague", "").strip()
    return Wish(action, _tasks(), to=to[:64], until=_day(), revisions=revisions)


def _tasks() -> list[int]:
    """Return the chosen tasks: one by one, or all that the address asks for."""
    if request.method == "GET" and request.args.get("all") == "1":
        what = asked("all", "task", "colleague", "until", *SHARED)
        return timer_list.ids(g.actor, what, most=batch_lines.MOST)
    return [int(one) for one in request.values.getlist("task") if _is_id(one)]


def _is_id(text: str) -> bool:
    return text.isascii() and text.isdecimal() and len(text) < 11 and int(text) <= LARGEST_ID


def _day() -> date | None:
    try:
        return date.fromisoformat(request.values.get("until", ""))
    except ValueError:
        return None


def _given() -> dict[str, str]:
    return {name: request.values.get(name, "").strip() for name in SHARED}


def _answering(wish: Wish, given: dict[str, str]) -> Answering | None:
    return answering(wish, g.actor, language(), given)


def _draw(
    wish: Wish, given: dict[str, str], lines: list[Line], error: Invalid | None = None
) -> str:
    doable = [line for line in lines if line.is_done]
    choices: dict[str, Any] = {}
    if wish.action is Action.HAND_OVER:
        choices["colleagues"] = batch_lines.colleagues((line.task for line in lines), g.actor)
    if wish.action is Action.EXTEND:
        choices["grounds"] = changes.grounds("extension", g.actor)
    return render_template(
        "timers/preview.html",
        here="timers",
        wish=wish,
        given=given,
        name=label(wish.action),
        doable=doable,
        left_out=[line for line in lines if not line.is_done],
        ready=not wish.lacks,
        refusal=_refusal(error) if error else None,
        today=today(),
        at_once=batch_lines.AT_ONCE,
        **choices,
    )


def _refusal(error: Invalid) -> str:
    """Say what is wrong: the faults, where there are some."""
    faults = [sentence(text) for texts in error.fields.values() for text in texts]
    return faults[0] if faults else say(error)
