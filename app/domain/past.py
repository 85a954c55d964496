"""As it was: the lines of a case's history folded into what the register said on a past day.

Lines written by earlier releases do not carry every fact. What they tell is taken from them; what
they may have changed without telling is not known any more, and stays unknown until a later line
tells it. Nothing is guessed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from app.domain.standing import NOW
from app.domain.vocabulary import Light, Stage

Facts = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Line:
    """A line of history, as far as it tells of the register."""

    id: int
    seq: int
    at: datetime
    what: str
    params: Mapping[str, Any]
    hash: str


@dataclass(slots=True)
class Standing:
    """How a case stood after the lines that were taken in. A fact that is not here is unknown."""

    facts: Facts = field(default_factory=dict)
    #: The latest line: by it the case is known to have stood so.
    known_by: Line | None = None
    #: Whether the lines are such as carry all that changes.
    tells_all: bool = False

    def take(self, line: Line) -> None:
        """Take in the next line."""
        self.known_by = line
        now = line.params.get(NOW)
        self.tells_all = self.tells_all or now is not None
        if not self.tells_all and (of_old := _OF_OLD.get(line.what)) is not None:
            of_old(self.facts, line.params)
        if line.what == "reassigned":
            self.facts["lead"] = line.params["to"]
        self.facts |= now or {}

    def copy(self) -> Standing:
        """Return the same standing, to go on from apart."""
        return Standing(dict(self.facts), self.known_by, self.tells_all)

    def get(self, name: str) -> Any:
        """Return a fact; ``None`` if it is unknown, or known to be nothing."""
        return self.facts.get(name)

    def knows(self, name: str) -> bool:
        """Tell whether history tells that fact."""
        return name in self.facts

    @property
    def stage(self) -> Stage | None:
        """The stage, if it is known."""
        return Stage(self.facts["stage"]) if "stage" in self.facts else None

    @property
    def light(self) -> Light | None:
        """The light, if it is known."""
        return Light(self.facts["light"]) if "light" in self.facts else None

    def day(self, name: str) -> date | None:
        """Return a fact that is a day."""
        text = self.facts.get(name)
        return date.fromisoformat(text) if text else None

    def overdue_on(self, day: date) -> bool | None:
        """Tell whether at the end of *day* the due date had passed unreported, if that is known."""
        stage, due_on = self.stage, self.day("due_on")
        if stage is None or due_on is None or not self.knows("reported_at"):
            return None
        runs = not stage.is_over and stage is not Stage.SUSPENDED
        return runs and due_on < day and self.facts["reported_at"] is None


def fold(lines: Iterable[Line]) -> Standing:
    """Return how a case stood after *lines*, its history from the first on."""
    standing = Standing()
    for line in lines:
        standing.take(line)
    return standing


# What the lines of earlier releases tell, and what they leave open.


def _opened(facts: Facts, params: Mapping[str, Any]) -> None:
    facts |= {"lead": params.get("unit"), "cycle": 1, "percent": 0, "reported_at": None}
    facts |= {"due_on": params.get("due_on"), "original_due_on": params.get("due_on")}


def _stepped(facts: Facts, params: Mapping[str, Any]) -> None:
    decided = params.get("decided") or {}
    for name in ("stage", "light", "percent", "reported_at"):
        facts.pop(name, None)
    if decided.get("due"):
        facts["due_on"] = decided["due"]


def _moved(facts: Facts, params: Mapping[str, Any]) -> None:
    if params.get("timer") == "due_on":
        facts["due_on"] = params.get("to")
        facts.pop("light", None)


def _lit(facts: Facts, params: Mapping[str, Any]) -> None:
    facts["light"] = str(params["to"])


def _relapsed(facts: Facts, params: Mapping[str, Any]) -> None:
    facts.pop("stage", None)
    facts.pop("light", None)
    facts |= {"cycle": params.get("cycle"), "due_on": params.get("due_on")}
    facts |= {"percent": 0, "reported_at": None}


def _stands(stage: Stage, light: Light) -> Callable[[Facts, Mapping[str, Any]], None]:
    def stand(facts: Facts, _params: Mapping[str, Any]) -> None:
        facts |= {"stage": stage.value, "light": light.value}

    return stand


_OF_OLD: Mapping[str, Callable[[Facts, Mapping[str, Any]], None]] = {
    "opened": _opened,
    "completed": _stepped,
    "timer_fired": _stepped,
    "resumed": _stepped,
    "reassigned": _stepped,
    "migrated": _stepped,
    "migration_undone": _stepped,
    "deadline_moved": _moved,
    "light_changed": _lit,
    "relapsed": _relapsed,
    "closed_out": _stands(Stage.CLOSED_OUT, Light.GREEN),
    "follow_up_drawn": _stands(Stage.FOLLOW_UP, Light.GREEN),
    "followed_up": _stands(Stage.CLOSED_OUT, Light.GREEN),
    "suspended": _stands(Stage.SUSPENDED, Light.GREY),
    "terminated": _stands(Stage.TERMINATED, Light.GREY),
    "revoked": _stands(Stage.REVOKED, Light.GREY),
}
