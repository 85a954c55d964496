"""The proof of one deadline, that could be shown to a court."""

from __future__ import annotations

from flask import g, render_template
from flask.typing import ResponseReturnValue
from flask_babel import ngettext

from app.clock import local_date, utcnow
from app.deadline_texts import timer_text, unit_of
from app.domain.deadlines import last_day
from app.domain.process import Task, Timer
from app.domain.rules import Unit
from app.services import calendars, english, timer_ledger, timer_proof
from app.texts import language, step_name
from app.web.pictures import timer_title
from app.web.reckonings import ends_at, lasting, lines_of, months_of, steps_of
from app.web.timers.blueprint import bp


def task_late(timer: Timer, task: Task) -> str:
    """Say how late the task was, or is, that a timer is the deadline of."""
    end = task.closed_at or utcnow()
    if not timer.is_deadline or end <= timer.due_at:
        return ""
    last, day = last_day(timer.due_at), local_date(end)
    if unit_of(timer) is Unit.WORKDAYS:
        days = calendars.current(g.actor.county_id).workdays_between(last, day)
        return ngettext("办理逾期 %(num)s 个工作日", "办理逾期 %(num)s 个工作日", days)
    days = (day - last).days
    return ngettext("办理逾期 %(num)s 个自然日", "办理逾期 %(num)s 个自然日", days)


@bp.get("/timers/<int:timer_id>")
def timer(timer_id: int) -> ResponseReturnValue:
    """Show everything about one deadline; printed, it is a proof."""
    found = timer_proof.proof(timer_id, g.actor)
    task = found.task
    late = timer_ledger.lateness(found.timer)
    return render_template(
        "timers/timer.html",
        here="timers",
        proof=found,
        timer=found.timer,
        title=timer_title(found.timer, [task] if task else []),
        step=step_name(task) if task else "",
        rule=timer_text(found.timer),
        late=lasting(late) if late is not None else "",
        task_late=task_late(found.timer, task) if task else "",
        ends_at=ends_at,
        steps=steps_of(found),
        days=lines_of(found),
        months=months_of(found),
        following=_following(found),
    )


def _following(found: timer_proof.Proof) -> list[str]:
    """Name what comes after it in the diagram."""
    told = [one for one in found.following if one.name]
    if language() != "en":
        return [one.name for one in told]
    diagram = found.timer.process.diagram
    return [english.name_of(diagram, one.key, one.name) for one in told]
