"""The text of a deadline rule, and its value.

A diagram says ``workdays(10)``, ``days(30)``, ``before(due, workdays(3))`` or ``every(months(1))``.
The engine replaces the variables and hands on the canonical text of a `Rule`; the calendar of
`app.domain.deadlines` turns a rule and its base into a moment. The text is stored on the timer, so
that anybody can later see by which rule the moment was set.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum


class Unit(StrEnum):
    """What a deadline is counted in."""

    WORKDAYS = "workdays"  #: 工作日
    DAYS = "days"  #: 自然日
    MONTHS = "months"  #: 月
    YEARS = "years"  #: 年
    HOURS = "hours"  #: 小时
    MINUTES = "minutes"  #: 分钟


class Anchor(StrEnum):
    """How a rule stands to its date."""

    ON = "on"
    AFTER = "after"
    BEFORE = "before"
    EVERY = "every"


@dataclass(frozen=True, slots=True)
class Span:
    """A length of time in its own unit: ``workdays(10)``."""

    unit: Unit
    number: int
    #: Whether a period that would end on a day of rest ends on the next working day (顺延).
    rolls: bool = True

    def __post_init__(self) -> None:
        if not 0 <= self.number <= 100_000:
            raise ValueError(f"a span of {self.number} {self.unit}")

    def __str__(self) -> str:
        return f"{self.unit}({self.number}{'' if self.rolls else _STAYS})"


@dataclass(frozen=True, slots=True)
class Rule:
    """When something is due: a span after its base, or a date, or a span before or after a date."""

    anchor: Anchor
    span: Span | None = None
    #: ``None`` for a rule that counts from the moment it is armed.
    on: date | datetime | None = None

    def __str__(self) -> str:
        """Return the canonical text, which `parse` reads back."""
        if self.anchor is Anchor.EVERY:
            return f"every({self.span})"
        if self.on is None:
            return str(self.span)
        if self.anchor is Anchor.ON:
            return self.on.isoformat()
        return f"{self.anchor}({self.on.isoformat()}, {self.span})"

    @classmethod
    def parse(cls, text: str) -> Rule:
        """Read a canonical rule.

        Raises:
            ValueError: the text is not a rule.
        """
        if match := _SPAN.fullmatch(text):
            return cls(Anchor.AFTER, _span(match))
        if match := _EVERY.fullmatch(text):
            return cls(Anchor.EVERY, _span(match))
        if match := _RELATIVE.fullmatch(text):
            return cls(Anchor(match["anchor"]), _span(match), _moment(match["on"]))
        return cls(Anchor.ON, None, _moment(text))


#: What marks a span that ends on its last day, whether people work then or not.
_STAYS = ", stays"
_UNITS = "|".join(Unit)
_SPAN_TEXT = rf"(?P<unit>{_UNITS})\((?P<number>\d+)(?P<stays>{_STAYS})?\)"
_SPAN = re.compile(_SPAN_TEXT)
_EVERY = re.compile(rf"every\({_SPAN_TEXT}\)")
_RELATIVE = re.compile(rf"(?P<anchor>before|after)\((?P<on>[^,]+), {_SPAN_TEXT}\)")


def _span(match: re.Match[str]) -> Span:
    return Span(Unit(match["unit"]), int(match["number"]), rolls=match["stays"] is None)


def _moment(text: str) -> date | datetime:
    if len(text) == len("2026-01-01"):
        return date.fromisoformat(text)
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        raise ValueError(f"{text!r} has no offset")
    return moment
