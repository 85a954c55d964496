"""A short while of everything that ``make soak`` does for hours."""

import json

import pytest

from tests.soak import full_disk, idle, kills, points, restores, rush, writers, zones
from tests.soak.places import CannotMount

pytestmark = pytest.mark.xdist_group("soak")


def right(figures):
    """Show the figures; tell whether they are as they must be."""
    print(json.dumps(figures, ensure_ascii=False))  # noqa: T201
    return figures["ok"]


def test_killed_processes_lose_nothing_and_do_nothing_twice(place):
    stops = 1 if place.kind == "postgresql" else 0

    assert right(kills.run(place, seed=1, cases=25, kills=5 if stops else 20, stops=stops))


def test_a_step_killed_at_any_of_its_points_is_made_once(sqlite):
    assert right(points.run(sqlite, times=1))


def test_restores_of_a_county_at_work_are_whole(place):
    assert right(restores.run(place, times=1, cases=20, seed=1))


def test_of_eight_writers_at_one_case_each_loser_is_told(place):
    assert right(writers.run(place, steps=200))


def test_a_sweep_that_finds_nothing_costs_next_to_nothing(place):
    figures = idle.run(place, timers=2000)

    assert figures["deadlines_ms"] < 50  # what it is on a quiet machine `make soak` shows


def test_wherever_the_machine_stands_deadlines_are_the_same(sqlite):
    assert right(zones.run(sqlite))


def test_deadlines_of_one_second_fire_once_under_four_workers(postgresql):
    assert rush.run(postgresql, timers=200, workers=4)["once"]


def test_a_full_disk_loses_nothing_and_the_program_goes_on_by_itself(sqlite):
    try:
        assert right(full_disk.run(sqlite, rounds=1, seed=1))
    except CannotMount as reason:
        pytest.skip(str(reason))
