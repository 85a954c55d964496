"""A running deadline held against another version, and many of them counted."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime

from app.domain.design_terms import DeadlineEffect
from app.domain.errors import Sentence

#: Where a list goes on: the process, and how many of its lines were told.
Place = tuple[int, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One running deadline of one process, as it stands and as it would stand."""

    place: Place
    effect: DeadlineEffect
    #: The clock in its own version; one that is new, in the newer.
    key: str
    name: Sentence
    #: ``None`` for a clock that only the newer version has.
    timer_id: int | None
    process_id: int
    version: int
    #: ``None`` where there is none, or the case is none of the reader's business.
    case: str | None
    from_rule: str = ""
    to_rule: str = ""
    from_at: datetime | None = None
    to_at: datetime | None = None
    provisional: bool = False
    #: Working days by which it would end later; negative: earlier.
    workdays: int = 0
    #: Whether it would have run out already, and fire as soon as the process were moved.
    at_once: bool = False
    #: Why it cannot be counted.
    reason: Sentence | None = None


@dataclass(slots=True)
class Group:
    """All deadlines that run by one clock."""

    key: str
    name: Sentence
    counts: Counter[DeadlineEffect] = field(default_factory=Counter)
    #: How often a rule becomes another.
    rules: Counter[tuple[str, str]] = field(default_factory=Counter)
    at_once: int = 0

    @property
    def total(self) -> int:
        """How many there are."""
        return sum(self.counts.values())

    @property
    def changed(self) -> int:
        """How many of them would not stay as they are."""
        return self.total - self.counts[DeadlineEffect.UNCHANGED]

    def enter(self, line: Line) -> None:
        """Count one of them."""
        self.counts[line.effect] += 1
        self.at_once += line.at_once
        pair = line.from_rule, line.to_rule
        if line.effect is not DeadlineEffect.UNCHANGED and len(self.rules) < _MOST_RULES:
            self.rules[pair] += 1


#: Pairs of rules remembered for one clock; where each case has a date of its own, some will do.
_MOST_RULES = 100


@dataclass(slots=True)
class Found:
    """A stretch of the lines asked for, and the whole counted."""

    groups: list[Group]
    lines: list[Line]
    next: str | None
    #: Processes on other versions than the one held against.
    processes: int

    def count(self, effect: DeadlineEffect) -> int:
        """Return how many deadlines fare so."""
        return sum(group.counts[effect] for group in self.groups)

    @property
    def effects(self) -> frozenset[DeadlineEffect]:
        """How any of them fares."""
        return frozenset(effect for group in self.groups for effect in group.counts)

    @property
    def total(self) -> int:
        """How many deadlines were looked at."""
        return sum(group.total for group in self.groups)

    @property
    def at_once(self) -> int:
        """How many would fire as soon as their process were moved."""
        return sum(group.at_once for group in self.groups)


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which lines are told; all are counted."""

    limit: int = 50
    after: str | None = None
    #: The id of a clock.
    timer: str = ""
    #: ``None``: all that would not stay as they are.
    effect: DeadlineEffect | None = None

    def takes(self, line: Line) -> bool:
        """Tell whether a line is one of those asked for."""
        if self.timer and line.key != self.timer:
            return False
        if self.effect is None:
            return line.effect is not DeadlineEffect.UNCHANGED
        return line.effect == self.effect
