"""The scenarios that come with the diagrams: regression tests of the main process."""

import json
from datetime import datetime
from pathlib import Path
from time import perf_counter

import pytest

from app.clock import LOCAL
from app.domain.calendar import Calendar
from app.domain.rule_sets import DEFAULT
from app.forms import check_on_paper
from app.forms.samples import samples
from app.services import bundles, rule_sets
from app.services._calendar import Day
from app.services.calendar_sources import seed_days
from app.services.design import playing
from app.services.design.charts import chart_of
from app.services.design.coverage import coverage_of
from app.services.design.exploring import Ground, Player, explore
from app.services.design.playing import Script
from app.services.design.scenarios import differences
from app.services.design.timeline import BINDING, Line

BPMN = Path(__file__).parents[2] / "bpmn"
MAIN = bundles.read(BPMN / "rectification.bpmn")
SHIPPED = json.loads((BPMN / "scenarios" / "rectification.json").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def world():
    days = [
        Day(one["day"], one["is_workday"], one["name"], one["provisional"]) for one in seed_days()
    ]
    return playing.World(Calendar.of(days, version=1), rule_sets.get(DEFAULT))


def played(one, world):
    script = Script(datetime.fromisoformat(one["starts_at"]), one["facts"], one["moves"])
    return playing.play(MAIN, script, world, check_on_paper)


@pytest.mark.parametrize("one", SHIPPED["scenarios"], ids=lambda one: one["name"])
def test_the_main_process_does_as_its_scenario_says(one, world):
    got = [line for line in played(one, world).lines if line.kind in BINDING]

    wanted = [Line.read(json.loads(json.dumps(line))) for line in one["expects"]]
    assert differences(wanted, got) == []


def test_the_scenarios_take_every_way_of_the_main_process(world):
    plays = [played(one, world) for one in SHIPPED["scenarios"]]

    assert coverage_of(chart_of(MAIN.xml), plays).never == []


@pytest.mark.parametrize("key", ["expediting", "follow_up", "change_request", "objection"])
def test_scenarios_that_run_by_themselves_take_every_way(world, key):
    bundle = bundles.read(BPMN / f"{key}.bpmn")
    morning = datetime(2026, 9, 1, 9, tzinfo=LOCAL)
    ground = Ground(bundle, morning, world, Player(check_on_paper, samples))

    found = explore(ground)

    assert coverage_of(chart_of(bundle.xml), [one.played for one in found]).percent == 100
    assert [one.script for one in explore(ground)] == [one.script for one in found]


def test_a_changed_deadline_is_told_with_what_was_expected_and_what_came(world):
    one = SHIPPED["scenarios"][0]
    changed = bundles.read(BPMN / "rectification.bpmn")
    xml = changed.xml.replace('name="code" value="T06a"', 'name="codename" value="T06a"')
    xml = xml.replace(">workdays(3)<", ">workdays(4)<", 1)
    script = Script(datetime.fromisoformat(one["starts_at"]), one["facts"], one["moves"])

    got = playing.play(
        type(changed)("rectification", xml, changed.forms, changed.decisions), script, world
    )

    wanted = [Line.read(line) for line in one["expects"]]
    (found,) = differences(wanted, [line for line in got.lines if line.kind in BINDING])
    assert found.expected.facts["rule"] == "workdays(3)"
    assert found.got.facts["rule"] == "workdays(4)"


def test_a_school_year_takes_less_than_two_seconds(world):
    moves = [{"do": "until", "day": "2027-07-10"}]
    script = Script(datetime(2026, 9, 1, 9, tzinfo=LOCAL), {}, moves)
    started = perf_counter()
    playing.play(MAIN, script, world)

    assert perf_counter() - started < 2


def test_a_clock_that_never_comes_to_rest_is_named(world):
    xml = MAIN.xml.replace(">progress_every<", '>"R/PT1M"<')
    bundle = type(MAIN)("rectification", xml, MAIN.forms, MAIN.decisions)
    moves = [{"do": "answer", "task": "acknowledge", "answers": {"signed_by": "张三"}}]
    script = Script(
        datetime(2026, 9, 1, 9, tzinfo=LOCAL),
        {"mode": "immediate"},
        [*moves, {"do": "until", "day": "2026-12-01"}],
    )

    fault = playing.play(bundle, script, world).fault

    assert (fault.move, fault.element) == (1, "progress_missing")
    assert "过于频繁" in str(fault.error)
