"""Playing a process and its scenarios over the API, and on the command line."""

import json

import pytest

from app.cli.diagrams import process
from tests.web.calling import Caller

PLAY = "/diagrams/rectification/play"
SCENARIOS = "/diagrams/rectification/scenarios"
SCRIPT = {"starts_on": "2026-09-01", "facts": {"severity": "general"}, "moves": [{"do": "strike"}]}


@pytest.fixture
def analyst(client, clock):
    return Caller(client, "fenxi")


def test_a_script_gives_its_timeline(analyst):
    told = analyst.post(PLAY, json=SCRIPT)

    assert told["fault"] is None
    assert [one["element"] for one in told["open_tasks"]] == ["draft_plan"]
    assert "期限届满：签收：2个工作日" in [line["text"] for line in told["timeline"]]


def test_a_move_that_cannot_be_made_says_why(analyst):
    moves = [{"do": "answer", "task": "rectify", "answers": {}}]

    told = analyst.post(PLAY, json=SCRIPT | {"moves": moves})

    assert told["fault"] == "停在“实施整改”：“实施整改”现在没有打开，不能办理。"


def test_a_kept_scenario_is_run_with_those_that_came_along(analyst):
    made = analyst.post(SCENARIOS, 201, json=SCRIPT | {"name": "无人签收"})

    results = analyst.get(SCENARIOS)

    assert results["passed"]
    assert results["coverage"] == 100
    assert made["id"] in [one["id"] for one in results["items"]]


def test_nobody_else_may_play_or_keep(client, clock):
    Caller(client, "wangmin").get(SCENARIOS, 403)
    Caller(client, "chenjianguo").post(SCENARIOS, 403, json=SCRIPT | {"name": "不许"})


def test_the_command_plays_the_scenarios_of_a_process(app):
    run = app.test_cli_runner().invoke

    told = run(process, ["play", "rectification", "--json"])

    assert told.exit_code == 0, told.output
    assert json.loads(told.stdout)["coverage"] == 100
