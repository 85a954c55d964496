"""Variables that a process will be asked for and that nothing on its way will have set.

A new drawing may ask for what an earlier step of it answers; a process that was carried past that
step would fail there, in the hands of whoever completes the next task.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Any

from SpiffWorkflow.bpmn.specs.control import BoundaryEventSplit

from app.engine import state as states
from app.engine.compiling import Diagram
from app.engine.events import BoundaryEvent
from app.engine.expressions import Expression, compile_expression
from app.engine.fitting import key_of, name_of
from app.engine.loops import LoopTask
from app.engine.nested import Nested
from app.engine.runner import REMEMBERED
from app.engine.specs import DecisionTask, EffectTask, ScriptTask
from app.engine.timers import TimerDefinition
from app.engine.wiring import is_expression

#: Form → the variables that completing it sets, in order.
_Sets = tuple[tuple[str, frozenset[str]], ...]
#: A variable, and the element that would ask for it in vain: its id and its name.
Lack = tuple[str, str, str]


def lacks(diagram: Diagram, state: str, sets: Mapping[str, frozenset[str]]) -> tuple[Lack, ...]:
    """List what a process may be asked for before it is set; *sets* tells what forms set."""
    _, shape = states.split(state)
    return _lacks(diagram, shape, tuple(sorted(sets.items())))


@lru_cache(maxsize=REMEMBERED)
def _lacks(diagram: Diagram, shape: str, sets: _Sets) -> tuple[Lack, ...]:
    process, found = states.load(diagram, shape), dict[str, Lack]()
    for tree in process.trees():
        scope = _scope_of(diagram, tree.spec, sets)
        known = set(process.variables) | {name for t in tree.live() for name in t.own or ()}
        for variable in scope.read - known:
            places = [token.task_spec.name for token in tree.live()]
            reader = scope.reader_of(variable, places)
            if reader is not None and variable not in found:
                found[variable] = (variable, key_of(reader), name_of(reader))
    return tuple(found[name] for name in sorted(found))


class _Scope:
    """What the elements of one process or sub-process read and set."""

    def __init__(self, diagram: Diagram, spec: Any, sets: Mapping[str, frozenset[str]]) -> None:
        self.specs: dict[str, Any] = spec.task_specs
        self.read: set[str]
        self.all_sets: set[str]
        self.reads = {name: set(_reads(each)) for name, each in self.specs.items()}
        self.sets = {name: set(_sets(each, sets)) for name, each in self.specs.items()}
        for name, each in self.specs.items():
            if isinstance(each, Nested):
                inside = diagram.inner_specs[each.spec]
                inner = _scope_of(diagram, inside, tuple(sorted(sets.items())))
                self.reads[name] |= inner.read - inner.all_sets
                self.sets[name] |= inner.all_sets
        self.read = set[str]().union(*self.reads.values())
        self.all_sets = set[str]().union(*self.sets.values())

    def reader_of(self, variable: str, places: list[str]) -> Any | None:
        """Return what reads a variable on a way from *places* that does not set it before."""
        seen, ahead = set(places), list(places)
        while ahead:
            spec = self.specs[ahead.pop()]
            if variable in self.reads[spec.name]:
                return spec
            if variable in self.sets[spec.name]:
                continue
            for name in self._next(spec):
                if name not in seen:
                    seen.add(name)
                    ahead.append(name)
        return None

    def _next(self, spec: Any) -> Iterator[str]:
        yield from spec._outputs
        if isinstance(spec, LoopTask):
            yield spec.task_spec
        if not isinstance(spec, BoundaryEventSplit):
            for split in spec.inputs:
                if isinstance(split, BoundaryEventSplit) and not isinstance(spec, BoundaryEvent):
                    yield from split._outputs


@lru_cache(maxsize=256)
def _scope_of(diagram: Diagram, spec: Any, sets: _Sets) -> _Scope:
    return _Scope(diagram, spec, dict(sets))


def _sets(spec: Any, sets: Mapping[str, frozenset[str]]) -> Iterator[str]:
    """Yield the variables that an element sets."""
    if spec.manual:
        yield from sets.get(spec.extensions.form or "", ())
    elif isinstance(spec, ScriptTask):
        yield from (name for name, _ in spec.compiled.lines)
    elif isinstance(spec, DecisionTask):
        yield from (*spec.decision.outputs, spec.decision.key)
    elif isinstance(spec, LoopTask) and getattr(spec, "data_output", None) is not None:
        yield spec.data_output.bpmn_id  # type: ignore[attr-defined]


def _reads(spec: Any) -> Iterator[str]:
    """Yield the variables that an element cannot do without."""
    for condition, _ in getattr(spec, "cond_task_specs", ()):
        if condition is not None:
            yield from compile_expression(condition.args[0] or "").names
    definition = getattr(spec, "event_definition", None)
    if isinstance(definition, TimerDefinition):
        yield from definition.body.names
    if isinstance(spec, ScriptTask):
        yield from _of_script(spec)
    elif isinstance(spec, EffectTask):
        given = [value for value in spec.params.values() if isinstance(value, Expression)]
        yield from (name for value in given for name in value.names)
    elif spec.manual and is_expression(spec.extensions.assignee or ""):
        yield from compile_expression(spec.extensions.assignee).names


def _of_script(spec: ScriptTask) -> Iterator[str]:
    done: set[str] = set()
    for name, expression in spec.compiled.lines:
        yield from expression.names - done
        done.add(name)
