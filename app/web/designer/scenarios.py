"""方案: kept plays, run again on the draft or a version, and what of the drawing they cover."""

from __future__ import annotations

from typing import Any

from flask import flash, g, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext, ngettext

from app import play_texts
from app.clock import today
from app.domain.errors import InvalidDiagram
from app.forms import samples
from app.services.design import drafts, exploring, playing
from app.services.design import scenarios as service
from app.services.design.charts import Chart
from app.services.design.timeline import Line
from app.web.designer import plays
from app.web.designer.blueprint import bp
from app.web.designer.play import surroundings, version_asked

#: Differences of one scenario that are shown.
SHOWN = 20


@bp.get("/<key>/play/scenarios")
def scenarios(key: str) -> ResponseReturnValue:
    """Run all scenarios and show what came of them."""
    bundle = drafts.bundle(key, version_asked())
    shown: dict[str, Any] = {"results": None}
    try:
        results = service.run_all(bundle, plays.check(), county_id=g.actor.county_id)
        chart = plays.chart(bundle)
        shown |= {
            "results": results,
            "rows": [_row(outcome, chart) for outcome in results.outcomes],
            "never": [plays.flow_text(flow, chart) for flow in results.coverage.never],
            "picture": plays.coverage_facts(results.coverage),
        }
    except InvalidDiagram as error:
        shown["problems"] = error.problems
    return render_template("designer/scenarios.html", **surroundings(bundle), **shown)


@bp.app_template_global()
def scenario_results(key: str, version: int) -> service.Results | None:
    """Return what the scenarios of a process make of a version; ``None`` if it cannot run."""
    bundle = drafts.bundle(key, version)
    try:
        return service.run_all(bundle, plays.check(), county_id=g.actor.county_id)
    except InvalidDiagram:
        return None


def _row(outcome: service.Outcome, chart: Chart) -> dict[str, Any]:
    """Return one scenario with its differences in words."""
    one = outcome.scenario
    return {
        "id": one.id,
        "name": one.name,
        "by": one.made_by.name if one.made_by else gettext("随程序提供"),
        "passed": outcome.passed,
        "moves": len(one.moves),
        "count": len(outcome.differences),
        "differences": [
            {
                "number": difference.number,
                "expected": _told(difference.expected, chart),
                "got": _told(difference.got, chart),
            }
            for difference in outcome.differences[:SHOWN]
        ],
    }


def _told(line: Line | None, chart: Chart) -> str:
    return "" if line is None else play_texts.dated(line, chart)


@bp.post("/<key>/play/scenarios/explore")
def explore_scenarios(key: str) -> ResponseReturnValue:
    """Let scenarios be found that take what no scenario takes yet, and keep them."""
    drafts.require_analyst(g.actor)
    bundle = drafts.bundle(key, version_asked())
    world = playing.world_of(g.actor.county_id)
    try:
        covered = service.run_all(bundle, plays.check(), county_id=g.actor.county_id).coverage
        player = exploring.Player(plays.check(), samples.samples)
        ground = exploring.Ground(bundle, plays.morning_of(today()), world, player)
        found = exploring.explore(ground, covered=frozenset(covered.flows))
    except InvalidDiagram:
        return _back(key)
    made = service.save_all(key, [(one.name, one.script, one.played) for one in found], g.actor)
    if made:
        told = ngettext("新增 %(num)s 个方案。", "新增 %(num)s 个方案。", len(made))
    else:
        told = gettext("没有找到新的走法；余下的路要靠逐步试走，或者根本走不到。")
    flash(told)
    return _back(key)


@bp.post("/<key>/play/scenarios/<int:scenario_id>/accept")
def accept_scenario(key: str, scenario_id: int) -> ResponseReturnValue:
    """Take what comes of a scenario now for what is expected."""
    bundle, scenario = drafts.bundle(key, version_asked()), service.get(key, scenario_id)
    played = plays.play(bundle, service.script_of(scenario))
    service.accept(key, scenario_id, played, g.actor)
    flash(gettext("“%(name)s”的预期结果已更新。", name=scenario.name))
    return _back(key)


@bp.post("/<key>/play/scenarios/<int:scenario_id>/remove")
def remove_scenario(key: str, scenario_id: int) -> ResponseReturnValue:
    """Throw a scenario away."""
    service.remove(key, scenario_id, g.actor)
    flash(gettext("方案已删除。"))
    return _back(key)


def _back(key: str) -> ResponseReturnValue:
    return redirect(url_for("designer.scenarios", key=key, version=version_asked()), 303)
