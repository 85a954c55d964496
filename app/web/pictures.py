"""A process as its diagram shows it: what is open, what is ticking, what was passed.

The same facts come twice: as JSON for the viewer, and as rows of a table to read.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from flask import url_for
from flask_babel import gettext

from app.domain.case import Case
from app.domain.deadlines import last_day
from app.domain.history import Event
from app.domain.process import Process, Task, Timer
from app.domain.vocabulary import ProcessStatus, Role, TimerState
from app.texts import diagram_name, label, step_name, timer_name
from app.web.due import Due, due_of_task, due_of_timer

_OVER = (ProcessStatus.FINISHED, ProcessStatus.TERMINATED)


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the table beside a diagram."""

    element: str
    name: str
    kind: str
    who: str
    due: Due | None


@dataclass(frozen=True, slots=True)
class Picture:
    """One process, ready to draw."""

    id: str
    name: str
    src: str
    finished: bool
    facts: dict[str, Any]
    rows: tuple[Row, ...]


def picture_of(
    process: Process, tasks: Sequence[Task], timers: Sequence[Timer], events: Sequence[Event]
) -> Picture:
    """Return the picture of *process*, given all tasks, timers and history of its case."""
    open_tasks = [t for t in tasks if t.process_id == process.id and t.closed_at is None]
    ticking = [t for t in timers if t.process_id == process.id and t.state is TimerState.ARMED]
    passed = [event.passed for event in events if event.process_id == process.id and event.passed]
    return Picture(
        id=f"process-{process.id}",
        name=diagram_name(process.diagram),
        src=_source(process),
        finished=process.status in _OVER,
        facts={
            "tasks": [_token(task) for task in open_tasks],
            "timers": [_clock(timer) for timer in ticking],
            "trails": passed,
        },
        rows=(*map(_task_row, open_tasks), *(_timer_row(one, open_tasks) for one in ticking)),
    )


def pictures_of(
    case: Case,
    processes: Sequence[Process],
    tasks: Sequence[Task],
    timers: Sequence[Timer],
    events: Sequence[Event],
) -> list[Picture]:
    """Return the pictures of all processes of a case: running ones first, as they began."""
    order = sorted(processes, key=lambda p: (p.status in _OVER, p.id))
    return [picture_of(process, tasks, timers, events) for process in order]


def _source(process: Process) -> str:
    diagram = process.diagram
    return url_for("diagrams.drawing", key=diagram.key, version=diagram.version)


def _token(task: Task) -> dict[str, Any]:
    due = due_of_task(task)
    return {
        "element": task.key,
        "text": due.text if due else gettext("正在办理"),
        "title": due.exact if due else "",
        "overdue": bool(due and due.state == "late"),
    }


def _clock(timer: Timer) -> dict[str, Any]:
    due = due_of_timer(timer)
    return {
        "element": timer.key,
        "text": last_day(timer.due_at).strftime("%m-%d"),
        "title": f"{timer_name(timer)} {due.exact}",
        "overdue": due.state == "late",
    }


def _task_row(task: Task) -> Row:
    return Row(task.key, step_name(task), gettext("正在办理"), who_has(task), due_of_task(task))


def _timer_row(timer: Timer, tasks: Sequence[Task]) -> Row:
    return Row(timer.key, timer_title(timer, tasks), gettext("计时中"), "", due_of_timer(timer))


def timer_title(timer: Timer, tasks: Iterable[Task]) -> str:
    """Return the name of a timer after that of the task it sits on."""
    step = next((step_name(task) for task in tasks if task.id == timer.task_id), None)
    name = timer_name(timer)
    return gettext("%(step)s：%(timer)s", step=step, timer=name) if step else name


def who_has(task: Task) -> str:
    """Say who is to do an open task: a person, or the people of a post."""
    return holder(task.role, task.unit.name, task.assignee.name if task.assignee else None)


def holder(role: str, unit: str, assignee: str | None) -> str:
    """Say who is to do what waits for a post: whoever took it on, or the people of the post."""
    if assignee is not None:
        return assignee
    name = label(Role(role)) if role in list(Role) else role
    return gettext("%(name)s（%(unit)s）", name=name, unit=unit)
