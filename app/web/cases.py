"""The ledger of cases, and one case with all that belongs to it."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, g, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from app.domain.errors import NotFound
from app.domain.tally import Flow
from app.domain.vocabulary import Light, Role, Stage, TimerState
from app.services import cases, diagrams, dossier, elements, english, figures, history, letters
from app.texts import label, language
from app.web import cursor, narrowing
from app.web.change_effects import standing_of
from app.web.papers import links, papers_of
from app.web.pictures import pictures_of
from app.web.road import road_of

bp = Blueprint("cases", __name__, url_prefix="/cases")

PAGE = 50
#: Clocks that run, or stand still with their case.
_TICKING = (TimerState.ARMED, TimerState.SUSPENDED)
_NARROWING = (
    *("q", "stage", "light", "unit", "overdue", "open"),
    *("figure", "flow", "since", "until", "step", "overdue_step"),
)


@bp.get("")
def page() -> ResponseReturnValue:
    """List the cases that the person may see, narrowed down by what the address says."""
    narrow = _filter()
    after = cursor.read_day(request.args.get("after"))
    found = cases.page(g.actor, narrow, limit=PAGE, after=after)
    return render_template(
        "cases/page.html",
        here="cases",
        found=found,
        narrow=narrow,
        narrowed=narrow != cases.Filter(),
        only_open=narrow == cases.Filter(open=True),
        query=narrow.text,
        behind=_behind(narrow),
        words={"stage": Stage, "light": Light},
        units=cases.units(g.actor) if g.actor.sees_county else [],
        next_url=_url(after=cursor.write(*found.next)) if found.next else None,
        first_url=_url() if after else None,
    )


def _filter() -> cases.Filter:
    within = narrowing.asked(*_NARROWING, "after")
    asked = request.args
    return cases.Filter(
        text=asked.get("q", "").strip()[:100],
        stage=narrowing.word(Stage, "stage"),
        light=narrowing.word(Light, "light"),
        unit_id=narrowing.number("unit"),
        overdue=bool(narrowing.flag("overdue")),
        open=narrowing.flag("open"),
        figure=asked.get("figure", ""),
        flow=_happened(),
        step=_step(),
        within=within,
    )


def _behind(narrow: cases.Filter) -> list[str]:
    """Say what figure of another page these cases are behind; nothing if they are behind none."""
    found: list[str] = []
    if narrow.figure:
        found.append(gettext(figures.FIGURES[narrow.figure].label))
    if happened := narrow.flow:
        days = {"since": happened.since, "until": happened.until}
        found += [label(happened.what), gettext("%(since)s 至 %(until)s", **days)]
    if step := narrow.step:
        found.append(_step_title(step))
        found += [gettext("已超期")] if step.overdue else []
    return found + narrowing.told(narrow.within) if found else []


def _step_title(step: cases.Step) -> str:
    """Name a step as the latest version of its diagram does."""
    try:
        drawn = diagrams.get(step.diagram)
    except NotFound:
        return step.key
    name = elements.drawing_of_version(drawn).name_of(step.key)
    return name if language() != "en" else english.name_of(drawn, step.key, name)


def _happened() -> cases.Happened | None:
    """Return what happened in certain days to the cases that the address asks for."""
    what, since, until = (
        narrowing.word(Flow, "flow"),
        narrowing.day("since"),
        narrowing.day("until"),
    )
    if what is None or since is None or until is None:
        return None
    return cases.Happened(what, since, until)


def _step() -> cases.Step | None:
    diagram, _, key = request.args.get("step", "").partition("/")
    overdue = bool(narrowing.flag("overdue_step"))
    return cases.Step(diagram[:64], key[:64], overdue) if key else None


def _url(after: str | None = None) -> str:
    names = (*_NARROWING, *narrowing.NAMES)
    kept: dict[str, Any] = {key: request.args.get(key) or None for key in names}
    return url_for("cases.page", **kept, after=after)


@bp.get("/<path:number>")
def case(number: str) -> ResponseReturnValue:
    """Show one case."""
    found = cases.get(number, g.actor)
    tasks, timers = cases.tasks_of(found), cases.timers_of(found)
    events = history.events_of(found)
    evidence = dossier.evidence_of(found)
    return render_template(
        "cases/case.html",
        here="cases",
        case=found,
        tasks=[task for task in tasks if task.closed_at is None],
        all_tasks=tasks,
        timers=[timer for timer in timers if timer.state in _TICKING],
        past_timers=[timer for timer in timers if timer.state is TimerState.FIRED],
        road=road_of(found, tasks),
        plan=dossier.plan_of(found),
        papers=papers_of(dossier.submissions_of(found), g.actor),
        files=links(evidence),
        evidence=links(evidence),
        letters=letters.of_case(found, g.actor),
        verifications=dossier.verifications_of(found),
        follow_ups=dossier.follow_ups_of(found),
        events=events[::-1],
        pictures=pictures_of(found, cases.processes_of(found), tasks, timers, events),
        standing=standing_of(found),
        may_draw=found.stage is Stage.CLOSED_OUT and g.actor.has(Role.OFFICE, Role.OFFICE_HEAD),
    )
