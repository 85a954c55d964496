"""The way of one process through its drawing: what it passed, when, and how long each step took."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from app.db import db
from app.domain.case import Case
from app.domain.errors import NotFound
from app.domain.history import Event
from app.domain.people import Actor
from app.domain.process import Process, Task
from app.domain.vocabulary import Outcome
from app.services import calendars, cases, dwell, elements, history
from app.services.elements import Drawing, Element


@dataclass(frozen=True, slots=True)
class Stop:
    """One element that was passed, or a step that now waits."""

    element: Element
    #: When it was passed; of what waits, when it began to.
    at: datetime
    #: Of a step for people: its task, and for how many working days it was, or has been, open.
    task: Task | None = None
    days: int = 0


@dataclass(frozen=True, slots=True)
class Passage:
    """One process with all it passed, in order, and then what it waits for."""

    case: Case
    process: Process
    stops: Sequence[Stop]
    #: The processes of the case on the same drawing, the first begun first.
    siblings: Sequence[Process]
    tasks: Sequence[Task]
    events: Sequence[Event]


def passage_of(actor: Actor, key: str, number: str, process_id: int | None = None) -> Passage:
    """Return the way of a case through the process *key*: the latest of its kind, or the one named.

    Raises:
        NotFound: there is no such case or process, or it is none of the actor's business.
    """
    case = cases.get(number, actor)
    siblings = [one for one in cases.processes_of(case) if one.diagram.key == key]
    chosen = [one for one in siblings if process_id in (None, one.id)]
    if not chosen:
        raise NotFound("%(number)s 没有办理过“%(key)s”流程。", number=number, key=key)
    process = chosen[-1]
    tasks, events = cases.tasks_of(case), history.events_of(case)
    own = [task for task in tasks if task.process_id == process.id]
    stops = (*_passed(process, own, events, case.county_id), *_waiting(process, own, case))
    return Passage(case, process, stops, siblings, tasks, events)


def _passed(
    process: Process, tasks: Sequence[Task], events: Iterable[Event], county_id: int
) -> list[Stop]:
    drawing = elements.drawing_of(db.session(), process.id)
    days = _days([task for task in tasks if task.outcome is Outcome.DONE], county_id)
    done = {(task.key, task.closed_at): task for task in tasks if task.id in days}
    found = []
    for event in events:
        for key in event.passed if event.process_id == process.id else ():
            task = done.get((key, event.at))
            element = _element(drawing, key)
            found.append(Stop(element, event.at, task, days[task.id] if task else 0))
    return found


def _waiting(process: Process, tasks: Sequence[Task], case: Case) -> list[Stop]:
    drawing = elements.drawing_of(db.session(), process.id)
    waiting = [task for task in tasks if task.closed_at is None]
    days = _days(waiting, case.county_id)
    return [
        Stop(_element(drawing, one.key), one.opened_at, one, days[one.id])
        for one in sorted(waiting, key=lambda task: (task.opened_at, task.id))
    ]


def _element(drawing: Drawing, key: str) -> Element:
    return drawing.elements.get(key) or Element(key, "", "")


def _days(tasks: Sequence[Task], county_id: int) -> Mapping[int, int]:
    return dwell.days_of(tasks, calendars.current(county_id))
