"""By which rule a timer is due: the county's rule set, else what the diagram says.

This runs for every timer of every step, so that it must stay a look-up.
"""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

from app.domain.rules import Anchor, Rule
from app.engine import ArmedTimer
from app.services import rule_sets
from app.services._catalogue import Context


class Ruled(NamedTuple):
    """The rule of a timer, its name, what it rests on, and the set that ruled it; empty: none."""

    rule: Rule
    name: str
    article: str
    ruled_by: str


#: The same few rules are armed again and again.
_parse = lru_cache(maxsize=4096)(Rule.parse)


def rule_of(context: Context, timer: ArmedTimer) -> Ruled:
    """Return by which rule *timer* is due.

    A diagram says what is counted from when; how long, and by which article, the rule set says
    for the timer's code. What is counted back from a date, or repeats, stays as it is drawn.
    A timer that is named for its length, 10日, takes the name of the rule when that differs.
    """
    rule = _parse(timer.rule)
    drawn = Ruled(rule, timer.name, timer.properties.get("article", ""), "")
    code = timer.properties.get("code")
    if code is None or rule.anchor is not Anchor.AFTER:
        return drawn
    rules = rule_sets.in_force(context.connection, _county_id(context))
    limit = rules.limit(code)
    if limit is None or limit.span is None:
        return drawn
    name = timer.name if limit.span == rule.span else limit.name.zh
    return Ruled(Rule(rule.anchor, limit.span, rule.on), name, limit.article.zh, rules.key)


def _county_id(context: Context) -> int | None:
    """Return whose rules count: the case's county, else that of whoever acts."""
    if context.process.county_id is not None or context.by is None:
        return context.process.county_id
    return context.by.county_id
