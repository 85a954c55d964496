"""Timers: a text in the diagram becomes a rule; the engine itself never looks at a clock.

SpiffWorkflow's timers compare with ``datetime.now``, count months without clamping and refuse a
bare ``P5D``. Ours are waiting tokens that carry a rule; when the rule is due is the service's to
compute, and only `app.engine.fire` moves them.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from typing import Any

from SpiffWorkflow.bpmn.specs.event_definitions.base import EventDefinition

from app.clock import LOCAL
from app.domain.rules import Anchor, Rule, Span, Unit
from app.engine.expressions import Expression, ExpressionError, compile_expression

_DURATION = re.compile(
    r"P(?:(?P<years>\d+)Y)?(?:(?P<months>\d+)M)?(?:(?P<weeks>\d+)W)?(?:(?P<days>\d+)D)?"
    r"(?:T(?=\d)(?:(?P<hours>\d+)H)?(?:(?P<minutes>\d+)M)?)?"
)
_CYCLE = re.compile(r"R(?P<times>\d*)/(?P<span>P\w+)")
_MOMENT = re.compile(r"\d{4}-\d\d-\d\d(?:T[\d:.]+(?:Z|[+-]\d\d:?\d\d)?)?")
_MONTHS = {"years": 12, "months": 1}
_MINUTES = {"weeks": 7 * 1440, "days": 1440, "hours": 60, "minutes": 1}


@dataclass(frozen=True, slots=True)
class Timing:
    """What a timer body comes to: a rule, and how often it is to happen."""

    rule: Rule
    #: For ``R3/P1D``: three; ``None`` for ever.
    times: int | None = None

    @property
    def is_cycle(self) -> bool:
        """Whether the timer waits anew after it fired."""
        return self.rule.anchor is Anchor.EVERY


@dataclass(frozen=True, slots=True)
class TimerBody:
    """A compiled timer body: an ISO 8601 literal, or an expression."""

    text: str
    source: Timing | Expression

    @property
    def expression(self) -> Expression | None:
        """The expression, ``None`` for a literal."""
        return self.source if isinstance(self.source, Expression) else None

    @property
    def names(self) -> frozenset[str]:
        """The variables it reads."""
        return self.source.names if isinstance(self.source, Expression) else frozenset()

    def evaluate(self, variables: Mapping[str, Any]) -> Timing:
        """Return the rule with all variables replaced.

        Raises:
            ExpressionError: a variable is missing, or the value is no date, span or rule.
        """
        if isinstance(self.source, Timing):
            return self.source
        seen = {name: _meant(variables[name]) for name in self.names if name in variables}
        return _timing(self.source.evaluate(seen), self.text)


@lru_cache(maxsize=1024)
def compile_timer(text: str) -> TimerBody:
    """Read a timer body: an expression, or an ISO 8601 date, duration or cycle, bare or quoted.

    Raises:
        ExpressionError: it is neither.
    """
    text = text.strip()
    bare = text[1:-1] if len(text) > 1 and text[0] == text[-1] and text[0] in "\"'" else text
    literal = _iso(bare)
    if literal is None and bare != text:
        raise _refused(text)
    return TimerBody(text, literal or compile_expression(text))


def fixed_timing(text: str) -> Timing | None:
    """Return what a timer body comes to; ``None`` if that hangs on variables, or it is wrong."""
    try:
        body = compile_timer(text)
        return None if body.names else body.evaluate({})
    except ExpressionError:
        return None


class TimerDefinition(EventDefinition):
    """A timer that fires when it is told to, and not before."""

    def __init__(self, name: str, body: TimerBody, *, is_cycle: bool) -> None:
        super().__init__(name)
        self.body = body
        self.is_cycle = is_cycle

    def update_task(self, my_task: Any) -> None:
        """Arm the timer when it begins to wait."""
        if "rule" not in my_task.internal_data:
            timing = self._timing(my_task)
            my_task.internal_data["rule"] = str(timing.rule)
            if timing.times is not None:
                my_task.internal_data["left"] = timing.times

    def has_more(self, my_task: Any) -> bool:
        """Whether the timer is to wait again after it fires now."""
        return self.is_cycle and my_task.internal_data.get("left") != 1

    def rearm(self, my_task: Any) -> None:
        """Wait for the next time, by the rule as the variables now make it."""
        internal = my_task.internal_data
        internal["rule"] = str(self._timing(my_task).rule)
        if "left" in internal:
            internal["left"] -= 1

    def _timing(self, my_task: Any) -> Timing:
        """Return the rule as the variables make it; in a cycle, a mere span is its period."""
        timing = self.body.evaluate(my_task.data)
        if timing.is_cycle == self.is_cycle:
            return timing
        if not self.is_cycle or timing.rule.anchor is not Anchor.AFTER or timing.rule.on:
            raise _refused(self.body.text)
        return Timing(Rule(Anchor.EVERY, timing.rule.span))


def _iso(text: str) -> Timing | None:
    """Return what an ISO 8601 text means, ``None`` if it is none."""
    if match := _CYCLE.fullmatch(text):
        span, times = _span(match["span"]), int(match["times"] or 0)
        if span is None or (match["times"] and not times):
            return None
        return Timing(Rule(Anchor.EVERY, span), times or None)
    if span := _span(text):
        return Timing(Rule(Anchor.AFTER, span))
    if _MOMENT.fullmatch(text):
        return Timing(Rule(Anchor.ON, None, _moment(text)))
    return None


def _span(text: str) -> Span | None:
    """Return a duration in the largest unit that holds it whole; days and months do not mix."""
    match = _DURATION.fullmatch(text)
    parts = {} if match is None else {k: int(v) for k, v in match.groupdict().items() if v}
    if not parts or (parts.keys() & _MONTHS and parts.keys() & _MINUTES):
        return None
    if set(parts) == {"years"}:
        return _checked(Unit.YEARS, parts["years"], text)
    if parts.keys() <= _MONTHS.keys():
        return _checked(Unit.MONTHS, sum(_MONTHS[k] * n for k, n in parts.items()), text)
    minutes = sum(_MINUTES[k] * n for k, n in parts.items())
    if parts.keys() <= {"weeks", "days"}:
        return _checked(Unit.DAYS, minutes // 1440, text)
    if minutes % 60 == 0:
        return _checked(Unit.HOURS, minutes // 60, text)
    return _checked(Unit.MINUTES, minutes, text)


def _checked(unit: Unit, number: int, text: str) -> Span:
    try:
        return Span(unit, number)
    except ValueError as error:
        raise _refused(text) from error


def _moment(text: str) -> date | datetime:
    """Read a date or moment; one without offset is meant in Beijing."""
    try:
        if len(text) == len("2026-01-01"):
            return date.fromisoformat(text)
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise _refused(text) from error
    return moment if moment.tzinfo else moment.replace(tzinfo=LOCAL)


def _timing(value: Any, text: str) -> Timing:
    """Return what the value of an expression means as a timer."""
    if isinstance(value, Rule):
        return Timing(value)
    if isinstance(value, Span):
        return Timing(Rule(Anchor.AFTER, value))
    if isinstance(value, str):
        literal = _iso(value)
        if literal is not None:
            return literal
        try:
            return Timing(Rule.parse(value))
        except ValueError as error:
            raise _refused(text) from error
    raise _refused(text)


def _meant(value: Any) -> Any:
    """Return the span or rule that a variable holds as text, or the value itself."""
    if not isinstance(value, str):
        return value
    try:
        rule = Rule.parse(value)
    except ValueError:
        return value
    if rule.anchor is Anchor.AFTER and rule.on is None:
        return rule.span
    return value if rule.anchor is Anchor.ON else rule


def _refused(text: str) -> ExpressionError:
    return ExpressionError("“%(text)s”不是日期、时长或期限规则。", text=text[:200])
