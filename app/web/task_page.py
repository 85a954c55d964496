"""The page of one task: its form, its case, the diagram, the history."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from flask import g, render_template, request

from app.domain.process import Submission, Task
from app.services import (
    cases,
    changes,
    dossier,
    history,
    inbox,
    processes,
    school_terms,
    stepping_in,
)
from app.web.change_effects import change_of, table_of
from app.web.filling import Filling
from app.web.frame import is_partial
from app.web.papers import Paper, ids_in, links, papers_of
from app.web.pictures import picture_of
from app.web.road import road_of

#: Papers shown above a form.
BEFORE = 3


@dataclass(frozen=True, slots=True)
class Attempt:
    """A form that was sent and not accepted."""

    typed: Mapping[str, Any]
    errors: Mapping[str, Sequence[str]] = field(default_factory=dict)
    #: Why the whole was refused, if no field is to blame.
    refusal: str | None = None


def draw(task: Task, attempt: Attempt | None = None) -> str:
    """Return the page of *task*, or the pane alone when it stands beside the list."""
    why_not = inbox.why_not(task, g.actor)
    filling, submissions = Filling(task), dossier.submissions_of(task.case or task.process)
    if why_not is None and (earlier := dossier.sent_back(task, submissions)):
        filling.take_up(earlier)
    typed = attempt.typed if attempt else None
    context = {
        "task": task,
        "why_not": why_not,
        "refusal": attempt.refusal if attempt else None,
        "form": filling.view(typed, attempt.errors if attempt else None),
        "typed_lines": filling.lines(attempt.typed) if attempt else [],
        "fillable": why_not is None,
        "may_step_in": stepping_in.may_step_in(task, g.actor),
        "drafted": attempt is None and task.draft is not None and task.closed_at is None,
        "came_back": filling.earlier is not None,
        "taken_up": attempt is None and task.draft is None and filling.earlier,
        "colleagues": inbox.colleagues(task, g.actor) if why_not is None else [],
        "beside": _is_beside(),
        "in_vacation": school_terms.falls_into_vacation(task),
        **_around(task, submissions, typed),
    }
    template = "tasks/panel.html" if is_partial() else "tasks/page.html"
    return render_template(template, **context)


def _is_beside() -> bool:
    """Tell whether the task stands beside the list, not on its own page."""
    in_pane = request.headers.get("HX-Target", "").endswith("#detail")
    return is_partial() and (in_pane or "from_inbox" in request.form)


def _around(
    task: Task, submissions: Sequence[Submission], typed: Mapping[str, Any] | None
) -> dict[str, Any]:
    """Return what lies around a task: its case, or only its process."""
    attached = ids_in(dict(typed or task.draft or {}))
    files = {**dossier.files(attached, case=task.case, actor=g.actor)}
    if task.case is None:
        files |= {file.id: file for file in dossier.evidence_of(task.process)}
        return _alone(task, submissions) | {"files": links(files.values())}
    case = task.case
    evidence = dossier.evidence_of(case)
    files |= {file.id: file for file in evidence}
    tasks, events = cases.tasks_of(case), history.events_of(case)
    papers = papers_of(submissions, g.actor)
    return {
        "case": case,
        "files": links(files.values()),
        "evidence": links(evidence),
        "papers": papers,
        "before": _before(task, papers),
        "plan": dossier.plan_of(case),
        "letter": dossier.letter_of(task),
        "change": changes.of_task(task),
        "effects": table_of(case.number, change_of(task, typed or task.draft or {})),
        "events": events[::-1],
        "road": road_of(case, tasks),
        "picture": picture_of(task.process, tasks, cases.timers_of(case), events),
    }


def _alone(task: Task, submissions: Sequence[Submission]) -> dict[str, Any]:
    """Return what lies around a task of a process about no case."""
    process = task.process
    tasks, timers = processes.tasks_of(process), processes.timers_of(process)
    events = history.events_of(process)
    papers = papers_of(submissions, g.actor)
    return {
        "papers": papers,
        "before": _before(task, papers),
        "events": events[::-1],
        "picture": picture_of(process, tasks, timers, events),
    }


def _before(task: Task, papers: Sequence[Paper]) -> list[Paper]:
    """Return what the task is judged on: the latest papers of its process, the oldest first."""
    same = [paper for paper in papers if paper.process_id == task.process_id and paper.lines]
    return [paper for paper in same[:BEFORE] if paper.by_id != g.actor.id][::-1]
