"""The ledger of deadlines, and the proof of one that could be shown to a court."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flask import Blueprint, g, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import ngettext

from app.clock import local_date, utcnow
from app.deadline_texts import timer_text, unit_of
from app.domain.deadlines import last_day
from app.domain.history import Event
from app.domain.process import Task, Timer
from app.domain.rules import Unit
from app.domain.vocabulary import TimerState
from app.services import calendars, cases, english, timer_ledger, timer_proof
from app.services.timer_ledger import Check, TimerFilter, Window
from app.texts import event_text, language, step_name
from app.web import cursor
from app.web.pictures import timer_title
from app.web.reckonings import ends_at, lasting, lines_of, months_of, steps_of

bp = Blueprint("timers", __name__)

PAGE = 50
_NARROWING = ("state", "window", "code", "unit", "case", "check")


@dataclass(frozen=True, slots=True)
class Row:
    """One deadline as the ledger shows it."""

    timer: Timer
    title: str
    rule: str
    #: How late it fired, or how long it has been overdue.
    late: str
    #: How late the task that it is the deadline of was, in the deadline's own unit.
    task_late: str
    #: What its firing brought about.
    effects: list[str]


@bp.get("/monitor/timers")
def page() -> ResponseReturnValue:
    """List the deadlines that the person may see, what is longest overdue first."""
    narrow = _filter()
    after = cursor.read_moment(request.args.get("after"))
    found = timer_ledger.page(g.actor, narrow, limit=PAGE + 1, after=after)
    shown = found[:PAGE]
    end = cursor.write(shown[-1].due_at, shown[-1].id) if len(found) > PAGE else None
    return render_template(
        "timers/page.html",
        here="timers",
        rows=_rows(shown),
        ends_at=ends_at,
        narrow=narrow,
        state=request.args.get("state", ""),
        narrowed=narrow != TimerFilter(running=True),
        health=timer_ledger.health(g.actor if g.actor.sees_cases else None),
        total=timer_ledger.total(g.actor, narrow),
        units=cases.units(g.actor) if g.actor.sees_county else [],
        states=list(TimerState),
        next_url=_url(after=end) if end else None,
        first_url=_url() if after else None,
    )


def _filter() -> TimerFilter:
    asked = request.args
    state, window, check = (asked.get(name, "") for name in ("state", "window", "check"))
    case = _typed("case")
    return TimerFilter(
        state=TimerState(state) if state in list(TimerState) else None,
        window=Window(window) if window in list(Window) else None,
        check=Check(check) if check in list(Check) else None,
        code=_typed("code").upper(),
        unit_id=_number(asked.get("unit", "")),
        case=case,
        running=not (state or window or check or case),
    )


def _typed(name: str) -> str:
    """Return what somebody typed, without what no column can hold."""
    text = request.args.get(name, "").strip()[:40]
    return text if text.isprintable() else ""


def _number(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 10 else None


def _url(after: str | None = None) -> str:
    kept: dict[str, Any] = {key: request.args.get(key) or None for key in _NARROWING}
    return url_for("timers.page", **kept, after=after)


def _rows(timers: Sequence[Timer]) -> list[Row]:
    effects, tasks = timer_ledger.effects(timers), timer_ledger.tasks_of(timers)
    return [_row(one, effects.get(one.id, []), tasks) for one in timers]


def _row(timer: Timer, lines: Sequence[Event], tasks: Mapping[int, Task]) -> Row:
    late = timer_ledger.lateness(timer)
    task = tasks.get(timer.task_id or 0)
    return Row(
        timer=timer,
        title=timer_title(timer, tasks.values()),
        rule=timer_text(timer),
        late=lasting(late) if late is not None else "",
        task_late=task_late(timer, task) if task else "",
        effects=[event_text(line) for line in lines if line.what != "timer_fired" or _says(line)],
    )


def _says(line: Event) -> bool:
    """Tell whether the line of a firing says more than that it fired."""
    return bool(line.params.get("merged"))


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
