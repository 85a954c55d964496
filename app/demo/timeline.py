"""All stories at once, in one order of time, with every deadline struck at its own moment."""

from __future__ import annotations

import heapq
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta

from app import scheduler
from app.clock import local_date, travel, utcnow
from app.demo.answers import answers_for, filed_with
from app.demo.county import whose
from app.demo.stories import Step, Story, length, stories
from app.domain.errors import Conflict, EngineError, WrongStage
from app.domain.people import Actor
from app.domain.process import Task
from app.domain.vocabulary import ChangeKind
from app.services import accounts, cases, changes, deadlines, follow_ups, objections, opening, tasks

__all__ = ["length", "play"]

OFFICE = "wangmin"
#: A step whose task is not open yet, because a festival lengthened a period, is tried again.
WAIT = timedelta(days=1)

MoveTo = Callable[[datetime], None]


def play() -> Iterator[str]:
    """Work the cases from their feedback up to now; yield what was done, step by step.

    Raises:
        Conflict: there are cases in the ledger already.
    """
    office = accounts.actor(OFFICE)
    if cases.page(office, cases.Filter(), limit=1).items:
        raise Conflict("台账中已有问题，不能再建立演示县。")
    return _played(office, utcnow())


def _played(office: Actor, now: datetime) -> Iterator[str]:
    told = stories(local_date(now))
    agenda = [(story.opens_at, n, -1) for n, story in enumerate(told)]
    heapq.heapify(agenda)
    with travel() as move_to:
        while agenda and agenda[0][0] <= now:
            at, n, index = heapq.heappop(agenda)
            _let_pass(at, move_to)
            done = _take(told[n], index, office)
            if done is None:
                heapq.heappush(agenda, (at + WAIT, n, index))
                continue
            yield f"{local_date(at)} {told[n].number} {done}"
            if index + 1 < len(told[n].steps):
                heapq.heappush(agenda, (max(at, told[n].steps[index + 1].at), n, index + 1))
        _let_pass(now, move_to)


def _let_pass(until: datetime, move_to: MoveTo) -> None:
    """Let the time pass until a moment; whatever is due on the way happens when it is due."""
    while (at := deadlines.next_moment()) is not None and at <= until:
        move_to(at)
        scheduler.sweep()
        if deadlines.overdue_count():
            raise EngineError("演示县的期限未能触发，详见日志。")
    move_to(until)


def _take(story: Story, index: int, office: Actor) -> str | None:
    """Open the case of *story*, or take one step of it; ``None`` if it is not open yet."""
    if index < 0:
        opening.open_case(story.feedback, office)
        return "下达"
    step = story.steps[index]
    if step.key == "draw":
        draw = follow_ups.Draw(numbers=[story.number], **step.answers)
        follow_ups.draw(draw, accounts.actor(step.who) if step.who else office)
        return "列入回头看"
    if step.key in ("ask", "object"):
        try:
            return _ask(story, step, office)
        except WrongStage:
            return None
    return _complete(story, step, office)


def _ask(story: Story, step: Step, office: Actor) -> str:
    """Ask for a change of the case, or object to it, as the person that the story names."""
    actor = accounts.actor(step.who)
    case = cases.get(story.number, office)
    if step.key == "object":
        form = objections.form_of()[2]
        objections.file_objection(story.number, actor, filed_with(form, case, actor, step))
        return "申请复查"
    kind = ChangeKind(step.answers["kind"])
    answers = filed_with(changes.form_of(kind)[2], case, actor, step)
    changes.file_request(story.number, actor, kind, answers)
    return f"申请{kind.label}"


def _complete(story: Story, step: Step, office: Actor) -> str | None:
    task = _open_task(story, step.key, office)
    if task is None:
        return None
    actor, name = accounts.actor(step.who or whose(task)), task.name
    tasks.complete_task(task.id, actor, answers_for(task, actor, story, step))
    return name


def _open_task(story: Story, key: str, office: Actor) -> Task | None:
    found = cases.tasks_of(cases.get(story.number, office))
    return next((task for task in found if task.key == key and task.closed_at is None), None)
