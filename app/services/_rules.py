"""By which rule a timer is due: the county's rule set, else what the diagram says.

This runs for every timer of every step, so that it must stay a look-up.
"""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

from app.domain.rule_sets import RuleSet
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
parsed = lru_cache(maxsize=4096)(Rule.parse)


def rule_of(context: Context, timer: ArmedTimer) -> Ruled:
    """Return by which rule *timer* is due.

    A diagram says what is counted from when; how long, and by which article, the rule set says
    for the timer's code. What is counted back from a date, or repeats, stays as it is drawn.
    A timer that is named for its length, 10日, takes the name of the rule when that differs.
    """
    drawn = _as_drawn(timer)
    if "code" not in timer.properties or drawn.rule.anchor is not Anchor.AFTER:
        return drawn
    return ruled_by(rule_sets.in_force(context.connection, _county_id(context)), timer)


def ruled_by(rules: RuleSet, timer: ArmedTimer) -> Ruled:
    """Return by which rule *timer* is due where these rules are in force."""
    drawn = _as_drawn(timer)
    rule, code = drawn.rule, timer.properties.get("code")
    if code is None or rule.anchor is not Anchor.AFTER:
        return drawn
    limit = rules.limit(code)
    if limit is None or limit.span is None:
        return drawn
    name = timer.name if limit.span == rule.span else limit.name.zh
    return Ruled(Rule(rule.anchor, limit.span, rule.on), name, limit.article.zh, rules.key)


def _as_drawn(timer: ArmedTimer) -> Ruled:
    return Ruled(parsed(timer.rule), timer.name, timer.properties.get("article", ""), "")


def _county_id(context: Context) -> int | None:
    """Return whose rules count: the case's county, else that of whoever acts."""
    if context.process.county_id is not None or context.by is None:
        return context.process.county_id
    return context.by.county_id
