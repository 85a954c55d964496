"""One task: looking at it, taking it on, filling in its form, sending it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from flask import Blueprint, flash, g, jsonify, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from app.domain.errors import DomainError
from app.domain.process import Task
from app.http import problem_of, row_id, status_of
from app.services import inbox, stepping_in
from app.services import tasks as service
from app.texts import listed, local_moment, say, sentence, step_name, step_name_in
from app.web.filling import Filling
from app.web.frame import is_partial
from app.web.pictures import holder
from app.web.task_page import Attempt, draw

bp = Blueprint("tasks", __name__, url_prefix="/tasks")


@bp.get("/<int:task_id>")
def page(task_id: int) -> ResponseReturnValue:
    """Show a task: alone, or in the pane beside the list."""
    return draw(inbox.get_task(task_id, g.actor))


@bp.get("/next")
def next_one() -> ResponseReturnValue:
    """Go to the most urgent task, or to the empty inbox."""
    nearest = inbox.page(g.actor, limit=1).items
    return _go(_page(nearest[0].id) if nearest else url_for("inbox.page"))


def _page(task_id: int) -> str:
    return url_for("tasks.page", task_id=task_id)


@bp.post("/<int:task_id>/complete")
def complete(task_id: int) -> ResponseReturnValue:
    """Check the form and complete the task; whatever is refused, what was typed stays."""
    task = inbox.get_task(task_id, g.actor)
    name, filling = step_name(task), Filling(task)
    typed = filling.typed()
    if filling.only_rows:
        return draw(task, Attempt(typed))
    try:
        filling.take_files(typed)
        answers = filling.answers(typed)
        opened = service.complete_task(task_id, g.actor, answers, revision=_revision())
    except DomainError as error:
        task = inbox.get_task(task_id, g.actor)
        return draw(task, _attempt(task, typed, error)), status_of(error)
    flash(_what_next(name, inbox.opened(opened)))
    return _go(_onward())


def _attempt(task: Task, typed: Mapping[str, Any], error: DomainError) -> Attempt:
    """Tell what is wrong: first that it comes too late, then which fields, else why at all."""
    if why_not := inbox.why_not(task, g.actor):
        return Attempt(typed, refusal=sentence(why_not))
    faults = _faults(error)
    return Attempt(typed, faults, None if faults else say(error))


def _faults(error: DomainError) -> Mapping[str, Sequence[str]]:
    found: Mapping[str, Sequence[str]] = problem_of(error).get("errors", {})
    return found


def _revision() -> int | None:
    return request.form.get("revision", type=row_id)


def _what_next(name: str, opened: Sequence[Any]) -> str:
    done = gettext("“%(name)s”已提交。", name=name)
    if not opened:
        return done
    onward = listed(
        gettext(
            "%(step)s（%(who)s）",
            step=step_name_in(one.process_id, one.key, one.name),
            who=holder(one.role, one.unit, one.assignee),
        )
        for one in opened
    )
    return done + gettext("下一环节：%(steps)s", steps=onward)


def _onward() -> str:
    """Return where to go after a task: back to the list it was done in, or to the next one."""
    if "from_inbox" in request.form:
        return url_for("inbox.page")
    return url_for("tasks.next_one")


def _go(url: str) -> ResponseReturnValue:
    if request.headers.get("HX-Request"):
        return "", 200, {"HX-Redirect": url}
    return redirect(url, 303)


@bp.post("/<int:task_id>/draft")
def save_draft(task_id: int) -> ResponseReturnValue:
    """Keep what was typed so far."""
    filling = Filling(inbox.get_task(task_id, g.actor))
    try:
        at = service.save_draft(task_id, g.actor, filling.typed())
    except DomainError as error:
        return _refusal(error)
    return jsonify(at=local_moment(at)[-5:])


@bp.post("/<int:task_id>/preview")
def preview(task_id: int) -> ResponseReturnValue:
    """Say which fields the form hides, given what was typed so far."""
    filling = Filling(inbox.get_task(task_id, g.actor))
    return jsonify(hidden=filling.view(filling.typed()).hidden)


def _refusal(error: DomainError) -> ResponseReturnValue:
    body: dict[str, Any] = {"code": error.code, "detail": say(error)}
    return jsonify(body), status_of(error)


@bp.post("/<int:task_id>/claim")
def claim(task_id: int) -> ResponseReturnValue:
    """Take the task on."""
    service.claim(task_id, g.actor)
    flash(gettext("已认领。"))
    return _back(task_id)


@bp.post("/<int:task_id>/release")
def release(task_id: int) -> ResponseReturnValue:
    """Give the task back."""
    service.release(task_id, g.actor)
    flash(gettext("已释放，同岗位人员可以认领。"))
    return _back(task_id)


@bp.post("/<int:task_id>/step-in")
def step_in(task_id: int) -> ResponseReturnValue:
    """Do an overdue task for those whose turn it was."""
    stepping_in.step_in(task_id, g.actor)
    flash(gettext("已接手，请办理。"))
    return _back(task_id)


@bp.post("/<int:task_id>/hand-over")
def hand_over(task_id: int) -> ResponseReturnValue:
    """Hand the task to a colleague."""
    task = service.hand_over(task_id, g.actor, request.form.get("username", ""))
    flash(gettext("已转交%(name)s。", name=task.assignee.name if task.assignee else ""))
    return _go(url_for("inbox.page"))


def _back(task_id: int) -> ResponseReturnValue:
    """Show the task again: the pane alone when it stands beside the list."""
    if is_partial():
        return draw(inbox.get_task(task_id, g.actor))
    return redirect(_page(task_id), 303)
