"""The ledger of cases, and one case with all that belongs to it."""

from __future__ import annotations

from enum import StrEnum
from typing import Any, TypeVar

from flask import Blueprint, g, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app.domain.vocabulary import Category, Light, Role, Severity, Stage, TimerState
from app.services import cases, dossier, history
from app.web import cursor
from app.web.change_effects import standing_of
from app.web.papers import links, papers_of
from app.web.pictures import pictures_of
from app.web.road import road_of

bp = Blueprint("cases", __name__, url_prefix="/cases")

PAGE = 50
#: Clocks that run, or stand still with their case.
_TICKING = (TimerState.ARMED, TimerState.SUSPENDED)
_NARROWING = ("q", "stage", "light", "severity", "category", "unit", "overdue", "open")
Word = TypeVar("Word", bound=StrEnum)


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
        query=narrow.text,
        words={"stage": Stage, "light": Light, "severity": Severity, "category": Category},
        units=cases.units(g.actor) if g.actor.sees_county else [],
        next_url=_url(after=cursor.write(*found.next)) if found.next else None,
        first_url=_url() if after else None,
    )


def _filter() -> cases.Filter:
    asked = request.args
    return cases.Filter(
        text=asked.get("q", "").strip()[:100],
        stage=_word(Stage, "stage"),
        light=_word(Light, "light"),
        severity=_word(Severity, "severity"),
        category=_word(Category, "category"),
        unit_id=_number(asked.get("unit", "")),
        overdue=asked.get("overdue") == "1",
        open={"1": True, "0": False}.get(asked.get("open", "")),
    )


def _word(vocabulary: type[Word], name: str) -> Word | None:
    asked = request.args.get(name, "")
    return vocabulary(asked) if asked in list(vocabulary) else None


def _number(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 10 else None


def _url(after: str | None = None) -> str:
    kept: dict[str, Any] = {key: request.args.get(key) or None for key in _NARROWING}
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
        letters=dossier.letters_of(found, g.actor),
        verifications=dossier.verifications_of(found),
        follow_ups=dossier.follow_ups_of(found),
        events=events[::-1],
        pictures=pictures_of(found, cases.processes_of(found), tasks, timers, events),
        standing=standing_of(found),
        may_draw=found.stage is Stage.CLOSED_OUT and g.actor.has(Role.OFFICE, Role.OFFICE_HEAD),
    )
