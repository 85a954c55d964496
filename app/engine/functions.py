"""What expressions can call and compute: few, total, and bounded in size."""

from __future__ import annotations

import math
from collections.abc import Callable
from datetime import date, datetime
from functools import partial
from typing import Any

from app.domain.rules import Anchor, Rule, Span, Unit

#: Larger numbers are no dates, counts or amounts; a double holds all integers up to here exactly.
MAX_NUMBER = 10**15
MAX_TEXT = 10_000


def number(value: Any) -> float:
    """Return *value* if it can be counted with; ``true`` can not."""
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        raise TypeError(f"{type(value).__name__} is not a number")
    return value


def bounded(value: float) -> float:
    """Return a number that is not too large (nor infinite, nor not-a-number)."""
    if not abs(value) <= MAX_NUMBER:
        raise OverflowError("number too large")
    return value


def add(left: Any, right: Any) -> Any:
    """Add numbers, or join texts."""
    if isinstance(left, str) and isinstance(right, str):
        if len(left) + len(right) > MAX_TEXT:
            raise OverflowError("text too long")
        return left + right
    return bounded(number(left) + number(right))


def subtract(left: Any, right: Any) -> Any:
    """Subtract numbers."""
    return bounded(number(left) - number(right))


def multiply(left: Any, right: Any) -> Any:
    """Multiply numbers; a text or list is not repeated."""
    return bounded(bounded(number(left)) * bounded(number(right)))


def divide(left: Any, right: Any) -> Any:
    """Divide numbers."""
    return bounded(bounded(number(left)) / bounded(number(right)))


def ceil(value: Any) -> int:
    """Round up."""
    return math.ceil(bounded(number(value)))


def floor(value: Any) -> int:
    """Round down."""
    return math.floor(bounded(number(value)))


def length(value: Any) -> int:
    """Count the items of a list or the characters of a text."""
    if not isinstance(value, (str, list, tuple)):
        raise TypeError("only a text or a list has a length")
    return len(value)


def least(*values: Any) -> Any:
    """Return the smallest of several values, or of one list."""
    return min(_several(values))


def greatest(*values: Any) -> Any:
    """Return the largest of several values, or of one list."""
    return max(_several(values))


def _several(values: tuple[Any, ...]) -> Any:
    if len(values) != 1:
        return values
    if not isinstance(values[0], (list, tuple)):
        raise TypeError("one value is not several")
    return values[0]


def span(unit: Unit, count: Any) -> Span:
    """Return a length of time; its number is whole."""
    if number(count) != int(count):
        raise ValueError("a span counts in whole units")
    return Span(unit, int(count))


def relative(anchor: Anchor, base: Any, length_of_time: Any) -> Rule:
    """Return the rule "so long before (or after) that day"."""
    return Rule(anchor, _span(length_of_time), moment(base))


def every(length_of_time: Any) -> Rule:
    """Return the rule of a cycle."""
    return Rule(Anchor.EVERY, _span(length_of_time))


def moment(value: Any) -> date | datetime:
    """Read a day, or a moment with its offset.

    Raises:
        ValueError: it is neither.
    """
    if isinstance(value, str):
        is_day = len(value) == len("2026-01-01")
        value = date.fromisoformat(value) if is_day else datetime.fromisoformat(value)
    if not isinstance(value, date):
        raise TypeError("not a date")
    if isinstance(value, datetime) and value.tzinfo is None:
        raise ValueError("a moment needs its offset")
    return value


def _span(value: Any) -> Span:
    if not isinstance(value, Span):
        raise TypeError("not a length of time")
    return value


_MANY = 50

#: Name → (function, least and greatest number of arguments).
TABLE: dict[str | None, tuple[Callable[..., Any], int, int]] = {
    **{unit.value: (partial(span, unit), 1, 1) for unit in Unit},
    "before": (partial(relative, Anchor.BEFORE), 2, 2),
    "after": (partial(relative, Anchor.AFTER), 2, 2),
    "every": (every, 1, 1),
    "len": (length, 1, 1),
    "min": (least, 1, _MANY),
    "max": (greatest, 1, _MANY),
    "ceil": (ceil, 1, 1),
    "floor": (floor, 1, 1),
}
