"""期限规则: the rule sets, and by which one the county works."""

from __future__ import annotations

from typing import Any

from flask import g

from app.api.calls import Call
from app.api.schemas.rule_sets import ChooseIn, RuleSetOut, RuleSets, whole
from app.services import rule_sets


@Call(method="GET", path="/rule-sets", answer=RuleSets())
def list_rule_sets() -> dict[str, Any]:
    """List the rule sets and say which is in force in the caller's county."""
    in_force = rule_sets.of_actor(g.actor)
    return {
        "items": [
            {"key": one.key, "name": one.name, "in_force": one.key == in_force.key}
            for one in rule_sets.all_sets().values()
        ]
    }


@Call(method="GET", path="/rule-sets/<name>", answer=RuleSetOut())
def get_rule_set(name: str) -> dict[str, Any]:
    """Get one rule set: each deadline with its length, its start and its law, and the policies."""
    return whole(rule_sets.get(name), rule_sets.of_actor(g.actor))


@Call(
    method="POST",
    path="/rule-sets/<name>/choose",
    body=ChooseIn(),
    answer=RuleSetOut(),
    writes=True,
)
def choose_rule_set(name: str, body: dict[str, Any]) -> dict[str, Any]:
    """Let the caller's county work by a set, for the deadlines that are set from now on.

    Running deadlines stay as they are.
    """
    chosen = rule_sets.choose(name, g.actor, instead_of=body["instead_of"])
    return whole(chosen, chosen)
