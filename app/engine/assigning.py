"""Clocks that hang on a variable, when the variable changes while they wait."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from SpiffWorkflow import TaskState
from SpiffWorkflow.bpmn.specs.control import BoundaryEventSplit

from app.engine.accounts import armed_tokens
from app.engine.events import BoundaryEvent
from app.engine.timers import TimerDefinition
from app.engine.tokens import LIVE, Process, Token


def assign(process: Process, variables: Mapping[str, Any]) -> None:
    """Set variables and let the clocks that read them wait by their new rules.

    A clock beside an open activity that has struck already waits again if its rule is now another:
    it struck for a date that no longer counts. Cycles keep their period. No token moves.
    """
    known = process.variables
    changed = {n for n, value in variables.items() if n not in known or known[n] != value}
    waiting = [t for t in armed_tokens(process).values() if _reads(t.task_spec, changed)]
    struck = [(split, spec) for split, spec in _struck(process) if _reads(spec, changed)]
    rules = [_rule(process, spec, split) for split, spec in struck]
    known.update(variables)
    for token in waiting:
        rule = _rule(process, token.task_spec, token)
        if rule != token.internal_data["rule"]:
            token.internal_data["rule"] = rule
            process.rearmed.add(token.id)
    for (split, spec), before in zip(struck, rules, strict=True):
        rule = _rule(process, spec, split)
        if rule != before:
            split._add_child(spec, TaskState.WAITING).internal_data["rule"] = rule


def _reads(spec: Any, names: set[str]) -> bool:
    """Whether a timer, no cycle, reads one of the variables *names*."""
    definition = spec.event_definition
    return not definition.is_cycle and not definition.body.names.isdisjoint(names)


def _rule(process: Process, spec: Any, token: Token) -> str:
    """Return the rule of a timer as the variables that *token* sees make it."""
    process.current = token
    return str(spec.event_definition.body.evaluate(token.data).rule)


def _struck(process: Process) -> Iterator[tuple[Token, Any]]:
    """Yield the timers that have struck beside an activity still open, each with its split."""
    for tree in process.trees():
        for split in tree.tasks.values():
            if isinstance(split.task_spec, BoundaryEventSplit) and _is_open(split):
                waits = {child.task_spec.name for child in split.children if child.state & LIVE}
                for spec in split.task_spec.outputs:
                    if _is_timer(spec) and spec.name not in waits:
                        yield split, spec


def _is_open(split: Token) -> bool:
    return any(
        child.state & LIVE and not isinstance(child.task_spec, BoundaryEvent)
        for child in split.children
    )


def _is_timer(spec: Any) -> bool:
    return isinstance(getattr(spec, "event_definition", None), TimerDefinition)
