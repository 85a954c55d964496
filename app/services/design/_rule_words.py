"""The body of a timer in words, as it is drawn: ``workdays(10)`` is 10个工作日."""

from __future__ import annotations

import re
from datetime import date, datetime

from app.clock import LOCAL
from app.domain.errors import Sentence
from app.domain.rule_words import SPANS, said
from app.domain.rules import Anchor, Rule, Unit
from app.engine.timers import Timing, fixed_timing

_UNITS = "|".join(Unit)
_SPAN = rf"(?P<unit>{_UNITS})\(\s*(?P<n>\w+)\s*\)"
_RELATIVE = re.compile(rf"(?P<anchor>before|after)\(\s*(?P<on>\w+)\s*,\s*{_SPAN}\s*\)")
_ALONE = re.compile(_SPAN)
_EVERY = re.compile(rf"every\(\s*{_SPAN}\s*\)")
#: What the dates are called that the program itself puts into a process.
_DATES = {"due": "整改期限", "filed_on": "提出之日", "answer_on": "答复期限"}


def drawn_rule(text: str) -> Sentence:
    """Say the body of a timer in words; one that says more than we know is quoted."""
    text = text.strip().removeprefix("${").removesuffix("}").strip()
    found = fixed_timing(text)
    return _rule(found) if found is not None else _expression(text)


def rule_of(text: str) -> Sentence:
    """Say a canonical rule, as running deadlines carry it, in words."""
    try:
        return _rule(Timing(Rule.parse(text)))
    except ValueError:
        return Sentence("“%(text)s”", text=text)


def _rule(timing: Timing) -> Sentence:
    rule = timing.rule
    if rule.span is None:
        return Sentence("%(day)s", day=_day(rule.on))
    span = said(rule.span)
    if rule.anchor is Anchor.EVERY:
        if timing.times:
            return Sentence("每%(span)s一次，共%(n)s次", span=span, n=timing.times)
        return Sentence("每%(span)s一次", span=span)
    return _relative(rule.anchor, _day(rule.on), span) if rule.on else span


def _expression(text: str) -> Sentence:
    if match := _RELATIVE.fullmatch(text):
        return _relative(match["anchor"], _date(match["on"]), _length(match))
    if match := _EVERY.fullmatch(text):
        return Sentence("每%(span)s一次", span=_length(match))
    if match := _ALONE.fullmatch(text):
        return _length(match)
    return _date(text)


def _length(match: re.Match[str]) -> Sentence:
    """Say a span whose number may be a variable."""
    number = match["n"]
    return SPANS[match["unit"]](number if number.isdigit() else Sentence("“%(text)s”", text=number))


def _relative(anchor: str, day: str, span: Sentence) -> Sentence:
    if anchor == Anchor.BEFORE:
        return Sentence("%(day)s之前%(span)s", day=day, span=span)
    return Sentence("%(day)s之后%(span)s", day=day, span=span)


def _date(name: str) -> Sentence:
    if name in _DATES:
        return Sentence(_DATES[name])
    return Sentence("“%(text)s”", text=name)


def _day(on: date | datetime | None) -> str:
    if isinstance(on, datetime):
        return on.astimezone(LOCAL).strftime("%Y-%m-%d %H:%M")
    return on.isoformat() if on else ""
