"""期限台账: every deadline, also what is over, with its proof; and two figures that must be 0."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flask import g, render_template, request, url_for

from app.deadline_texts import timer_text
from app.domain.history import Event
from app.domain.process import Task, Timer
from app.domain.vocabulary import TimerState
from app.services import cases, timer_ledger
from app.services.timer_ledger import Check, TimerFilter, Window
from app.texts import event_text
from app.web import cursor, narrowing
from app.web.pictures import timer_title
from app.web.reckonings import ends_at, lasting
from app.web.timers.asking import typed
from app.web.timers.listing import figure
from app.web.timers.proofs import task_late

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


def draw() -> str:
    """Draw the ledger, what is longest overdue first."""
    narrow = _filter()
    after = cursor.read_moment(request.args.get("after"))
    by = timer_ledger.within(g.actor, narrow)
    found = timer_ledger.page(g.actor, narrow, limit=PAGE + 1, after=after, by=by)
    shown = found[:PAGE]
    end = cursor.write(shown[-1].due_at, shown[-1].id) if len(found) > PAGE else None
    return render_template(
        "timers/ledger.html",
        here="timers",
        view="ledger",
        rows=_rows(shown),
        ends_at=ends_at,
        narrow=narrow,
        state=request.args.get("state", ""),
        narrowed=narrow != TimerFilter(running=True),
        health=timer_ledger.health(g.actor if g.actor.sees_cases else None),
        total=figure(timer_ledger.total(g.actor, narrow, by=by)),
        units=cases.units(g.actor) if g.actor.sees_county else [],
        states=list(TimerState),
        next_url=_url(after=end) if end else None,
        first_url=_url() if after else None,
    )


def _filter() -> TimerFilter:
    narrowing.only("view", "after", *_NARROWING)
    state, window = narrowing.word(TimerState, "state"), narrowing.word(Window, "window")
    check, case = narrowing.word(Check, "check"), typed("case")
    return TimerFilter(
        state=state,
        window=window,
        check=check,
        code=typed("code").upper(),
        unit_id=narrowing.number("unit"),
        case=case,
        running=not (state or window or check or case),
    )


def _url(after: str | None = None) -> str:
    kept: dict[str, Any] = {key: request.args.get(key) or None for key in _NARROWING}
    return url_for("timers.page", view="ledger", **kept, after=after)


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
