"""The decision tables that come with the program, row by row."""

from pathlib import Path

import pytest

from app import engine

TABLES = {path.stem: path.read_text() for path in Path("bpmn").glob("*.dmn")}

PROBLEM = {
    "category": "C14", "severity": "general", "danger": False, "construction": False,
    "staged": False, "relapse": False, "original_days": 0,
}  # fmt: skip


@pytest.mark.parametrize(
    ("problem", "mode", "days", "extensions"),
    [
        ({"danger": True, "relapse": True}, "immediate", 3, 0),
        ({"category": "C04", "severity": "major"}, "immediate", 7, 0),
        ({"category": "C05", "severity": "serious"}, "immediate", 7, 0),
        ({"category": "C05", "severity": "general"}, "immediate", 15, 1),
        ({"category": "C02"}, "dated", 30, 1),
        ({"category": "C13", "severity": "major"}, "dated", 30, 1),
        *[({"category": category}, "dated", 30, 1) for category in ("C01", "C03", "C06", "C12")],
        ({"category": "C07", "construction": True}, "dated", 90, 2),
        ({"category": "C08"}, "dated", 60, 2),
        ({"category": "C11"}, "dated", 60, 2),
        ({"category": "C07", "staged": True}, "staged", 180, 1),
        ({"category": "C04", "relapse": True, "original_days": 30}, "immediate", 15, 0),
        ({"category": "C04", "relapse": True, "original_days": 90}, "immediate", 15, 0),
        ({"category": "C06", "relapse": True, "original_days": 45}, "dated", 23, 0),
        ({"category": "C07", "relapse": True, "original_days": 90}, "dated", 30, 0),
        ({"relapse": True, "original_days": 4}, "dated", 3, 0),
        ({}, "dated", 30, 1),
    ],
)
def test_time_limit(problem, mode, days, extensions):
    outcome = engine.decide(TABLES["time_limit"], {**PROBLEM, **problem})

    assert outcome == {"mode": mode, "days": days, "extensions": extensions}


EVERYONE = "unit_owner,unit_head,department,office,chief"
SOME = "unit_owner,unit_head,office"
OWNER = "unit_owner"
CASE = {"severity": "general", "source_level": "own", "cycle": 1, "government": False}


@pytest.mark.parametrize(
    ("remaining", "period", "lag", "light", "notify"),
    [
        (-1, 60, 0, "red", EVERYONE), (50, 60, 31, "red", EVERYONE), (0, 3, 0, "yellow", SOME),
        (10, 60, 0, "yellow", SOME), (3, 15, 0, "yellow", SOME), (50, 60, 10, "yellow", SOME),
        (50, 60, 30, "yellow", SOME), (11, 90, 0, "blue", OWNER), (4, 15, 0, "blue", OWNER),
        (20, 60, 9, "blue", OWNER), (5, 15, 0, "blue", OWNER), (6, 15, 0, "green", ""),
        (21, 60, 9, "green", ""),
    ],
)  # fmt: skip
def test_light(remaining, period, lag, light, notify):
    known = {"remaining": remaining, "period": period, "lag": lag}

    assert engine.decide(TABLES["light"], known) == {"light": light, "notify": notify}


@pytest.mark.parametrize(
    ("known", "authority", "public_notice", "report_upward", "verifiers"),
    [
        ({"severity": "general"}, "office_head", False, False, 1),
        ({"severity": "serious"}, "chief", True, False, 2),
        ({"severity": "major"}, "committee", True, False, 2),
        ({"cycle": 2}, "committee", True, False, 2),
        ({"government": True}, "committee", True, False, 2),
        ({"source_level": "higher"}, "committee", True, True, 2),
    ],
)
def test_authority(known, authority, public_notice, report_upward, verifiers):
    assert engine.decide(TABLES["authority"], {**CASE, **known}) == {
        "authority": authority,
        "public_notice": public_notice,
        "report_upward": report_upward,
        "on_site": verifiers == 2,
        "verifiers": verifiers,
    }
