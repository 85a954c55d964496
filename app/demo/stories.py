"""The samples of the county and the story of each, as they stand in ``config/demo``.

Both were written for one day, DESIGNED_FOR. On another day every date in them is moved by the same
whole number of weeks, so that the last step is never in the future and weekdays stay weekdays;
a festival may then fall differently, and a step waits until its task is open. Texts keep the dates
they were written with.
"""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import cache
from typing import Any

from app.clock import LOCAL
from app.demo.county import FOLDER
from app.domain.vocabulary import Category, Mode, Severity
from app.services.opening import Feedback

DESIGNED_FOR = date(2026, 11, 22)
_MODES = {"LXLG": Mode.IMMEDIATE, "XQ": Mode.DATED, "FJD": Mode.STAGED, "CQ": Mode.STANDING}
_SEVERITIES = {one.label: one for one in Severity}
#: The office opens its post in the morning.
_OPENS = time(9, 0)


@dataclass(frozen=True, slots=True)
class Step:
    """One thing that somebody does: ``draw``, or the completion of the task *key*."""

    at: datetime
    key: str
    #: Username; empty: whoever holds the post.
    who: str
    answers: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Story:
    """One case: how it is fed back, and what people then do, in order."""

    opens_at: datetime
    feedback: Feedback
    #: What several steps share: ``plan``, ``verifiers``, ``outcome``.
    facts: Mapping[str, Any]
    steps: tuple[Step, ...]

    @property
    def number(self) -> str:
        """The number that the case is opened under."""
        return str(self.feedback.number)


def stories(today: date) -> list[Story]:
    """Return the stories as they go if they are to end on *today* or up to six days before."""
    shift = timedelta(weeks=(today - DESIGNED_FOR).days // 7)
    samples = {one["no"]: one for one in _samples()}
    return [_story(samples[one["no"]], _moved(one, shift), shift) for one in _scripts()]


def length() -> int:
    """Count the openings and the steps of all stories."""
    return sum(1 + len(one["steps"]) for one in _scripts())


@cache
def _samples() -> list[dict[str, Any]]:
    return list(json.loads((FOLDER / "sample_items.json").read_text(encoding="utf-8")))


@cache
def _scripts() -> list[dict[str, Any]]:
    return list(tomllib.loads((FOLDER / "stories.toml").read_text(encoding="utf-8"))["story"])


def _moved(value: Any, shift: timedelta) -> Any:
    """Move every date inside *value*; days become ISO text, moments those of Beijing."""
    match value:
        case datetime():
            return value.replace(tzinfo=LOCAL) + shift
        case date():
            return (value + shift).isoformat()
        case dict():
            return {key: _moved(inner, shift) for key, inner in value.items()}
        case list():
            return [_moved(inner, shift) for inner in value]
        case _:
            return value


def _story(sample: Mapping[str, Any], script: Mapping[str, Any], shift: timedelta) -> Story:
    """Join a sample with its script, whose ``feedback`` overrides what the sample says."""
    sample = {**sample, **script.get("feedback", {})}
    issued_on = date.fromisoformat(sample["issued_on"])
    if "feedback" not in script:
        issued_on += shift
    return Story(
        opens_at=datetime.combine(issued_on, _OPENS, LOCAL),
        feedback=_feedback(sample, issued_on, shift),
        facts=script,
        steps=tuple(_step(*line) for line in script["steps"]),
    )


def _step(at: datetime, key: str, *rest: Any) -> Step:
    who = next((one for one in rest if isinstance(one, str)), "")
    answers = next((one for one in rest if isinstance(one, Mapping)), {})
    return Step(at, key, who, answers)


def _feedback(sample: Mapping[str, Any], issued_on: date, shift: timedelta) -> Feedback:
    """Read a sample; its period is counted anew by the program unless it ends on a set day."""
    days = re.fullmatch(r"(\d+)日", sample["limit"])
    return Feedback(
        number=sample["item_code"],
        inspection=sample["project"],
        letter_number=sample["doc_no"],
        issued_on=issued_on,
        unit=sample["org"],
        lead_unit=sample["lead_unit"],
        department=sample["competent_dept"],
        co_units=sample["co_units"],
        responsible=sample["responsible"],
        category=Category(sample["category"]),
        severity=_SEVERITIES[sample["severity"]],
        problem=sample["problem"],
        basis=sample["basis"],
        requirement=sample["requirement"],
        mode=_MODES[sample["mode"]],
        limit_days=int(days[1]) if days else None,
        due_on=None if days else date.fromisoformat(sample["due_on"]) + shift,
    )
