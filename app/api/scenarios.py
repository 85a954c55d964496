"""Playing a process, and its scenarios."""

from __future__ import annotations

from datetime import datetime, time
from functools import partial
from typing import Any

from flask import g

from app import play_texts
from app.api.calls import Call
from app.api.schemas.plays import PlayIn, PlayOut, ScenarioIn, ScenarioOut, Scenarios, VersionQuery
from app.clock import LOCAL
from app.forms import check_on_paper
from app.services.design import drafts, overview, playing, scenarios
from app.services.design.charts import Chart, chart_of
from app.services.design.played import Played, Script
from app.services.design.timeline import Line
from app.services.diagrams import Bundle
from app.texts import language

#: When a played day begins.
MORNING = time(9)


@Call(
    method="POST",
    path="/diagrams/<key>/play",
    body=PlayIn(),
    answer=PlayOut(),
    restricted=True,
)
def play_diagram(key: str, body: dict[str, Any]) -> dict[str, Any]:
    """Play a script on paper and tell its timeline; nothing is stored."""
    overview.require_designer(g.actor)
    bundle = drafts.bundle(key, body["version"])
    return _whole(_play(bundle, _script(body)), chart_of(bundle.xml))


@Call(
    method="GET",
    path="/diagrams/<key>/scenarios",
    query=VersionQuery(),
    answer=Scenarios(),
    restricted=True,
)
def run_scenarios(key: str, query: dict[str, Any]) -> dict[str, Any]:
    """Run all scenarios of a process and compare with what is expected."""
    overview.require_designer(g.actor)
    bundle = drafts.bundle(key, query["version"])
    results = scenarios.run_all(bundle, _check(), county_id=g.actor.county_id)
    chart = chart_of(bundle.xml)
    return {
        "items": [_outcome(one, chart) for one in results.outcomes],
        "passed": results.passed,
        "coverage": results.coverage.percent,
        "never_taken": [flow.id for flow in results.coverage.never],
    }


@Call(
    method="POST",
    path="/diagrams/<key>/scenarios",
    body=ScenarioIn(),
    answer=ScenarioOut(),
    status=201,
    writes=True,
)
def save_scenario(key: str, body: dict[str, Any]) -> dict[str, Any]:
    """Keep a play as a scenario; what comes of it now is what is expected from now on."""
    bundle, script = drafts.bundle(key, body["version"]), _script(body)
    played = _play(bundle, script)
    made = scenarios.save(key, body["name"], script, played, g.actor)
    return _outcome(scenarios.Outcome(made, played, ()), chart_of(bundle.xml))


def _check() -> playing.Check:
    return partial(check_on_paper, language=language())


def _play(bundle: Bundle, script: Script) -> Played:
    return playing.play(bundle, script, playing.world_of(g.actor.county_id), _check())


def _script(body: dict[str, Any]) -> Script:
    starts_at = datetime.combine(body["starts_on"], MORNING, LOCAL)
    return Script(starts_at, body["facts"], body["moves"])


def _whole(played: Played, chart: Chart) -> dict[str, Any]:
    fault = played.fault
    return {
        "at": played.at,
        "finished": played.finished,
        "fault": play_texts.line_text(played.lines[-1], chart) if fault else None,
        "timeline": [_line(line, chart) for line in played.lines],
        "open_tasks": [_waiting(chart, sheet.task.key, sheet.deadline) for sheet in played.sheets],
        "timers": [_waiting(chart, clock.timer.key, clock) for clock in played.clocks],
        "variables": played.variables,
    }


def _line(line: Line, chart: Chart) -> dict[str, Any]:
    told = {name: getattr(line, name) for name in ("at", "kind", "element", "facts")}
    return {**told, "text": play_texts.line_text(line, chart)}


def _waiting(chart: Chart, element: str, clock: playing.Clock | None) -> dict[str, Any]:
    return {
        "element": element,
        "name": play_texts.element_name(chart, element),
        "due_on": clock.due.on if clock else None,
        "provisional": bool(clock and clock.due.provisional),
    }


def _outcome(outcome: scenarios.Outcome, chart: Chart) -> dict[str, Any]:
    def told(line: Line | None) -> str | None:
        return None if line is None else play_texts.dated(line, chart)

    return {
        "id": outcome.scenario.id,
        "name": outcome.scenario.name,
        "made_by": outcome.scenario.made_by.name if outcome.scenario.made_by else None,
        "passed": outcome.passed,
        "differences": [
            {"line": one.number, "expected": told(one.expected), "got": told(one.got)}
            for one in outcome.differences
        ],
    }
