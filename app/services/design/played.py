"""What goes into a play and what comes out of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from app.domain.case import Case
from app.domain.deadlines import Due
from app.domain.errors import DomainError
from app.domain.plan import Plan
from app.domain.rule_sets import RuleSet
from app.engine import ArmedTimer, OpenTask
from app.services._rules import Ruled
from app.services.design.timeline import Line

#: ``{"do": "answer", "task": …, "answers": {…}}``, ``{"do": "strike"}``, ``{"do": "until",
#: "day": …}`` or ``{"do": "send", "message": …}``.
Move = Mapping[str, Any]
#: Moves of one play, and clocks that strike in it; more is a mistake or a circle.
MOST_MOVES = 500
MOST_STRIKES = 2_000


@dataclass(frozen=True, slots=True)
class Script:
    """All that a play is made from."""

    starts_at: datetime
    #: What the case and the process begin with; see `app.services.design.beginnings`.
    facts: Mapping[str, Any]
    moves: Sequence[Move] = ()


@dataclass(frozen=True, slots=True)
class Clock:
    """A clock that runs: by which rule, and when it strikes."""

    timer: ArmedTimer
    ruled: Ruled
    base: datetime
    due: Due


@dataclass(frozen=True, slots=True)
class Sheet:
    """An open task with the form it is done by, and what the form is filled in against."""

    task: OpenTask
    form: Mapping[str, Any]
    #: Its deadline: running, or struck already.
    deadline: Clock | None
    at: datetime
    case: Case | None
    plan: Plan | None
    rules: RuleSet
    #: The request of a change that the process is about, if it is about one.
    kind_of_change: str = ""

    @property
    def is_late(self) -> bool:
        """Whether its deadline has passed."""
        return self.deadline is not None and self.deadline.due.at <= self.at


#: Checks the answers to a sheet by its form and returns them as they are to be taken; raises
#: Invalid. Forms lie above the services, so who plays brings it along.
Check = Callable[[Sheet, Mapping[str, Any]], Mapping[str, Any]]


def as_given(_sheet: Sheet, answers: Mapping[str, Any]) -> Mapping[str, Any]:
    """Take answers as they are: those of a scenario were checked when it was played."""
    return answers


@dataclass(frozen=True, slots=True)
class Fault:
    """Why a play could not go on: at which move, where in the drawing."""

    #: The number of the move from 0; -1 for the beginning.
    move: int
    element: str
    error: DomainError


@dataclass(frozen=True, slots=True)
class Played:
    """What became of a script."""

    lines: Sequence[Line]
    #: For each move, the number of its first line.
    marks: Sequence[int]
    at: datetime
    sheets: Sequence[Sheet]
    #: The running clocks, the next to strike first.
    clocks: Sequence[Clock]
    #: How often each way was taken, and each element passed.
    ways: Mapping[tuple[str, str], int]
    passed: Mapping[str, int]
    variables: Mapping[str, Any]
    finished: bool
    case: Case | None
    fault: Fault | None

    def sheet(self, element: str) -> Sheet | None:
        """Return the open task of that element."""
        return next((one for one in self.sheets if one.task.key == element), None)
