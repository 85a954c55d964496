"""Which fields a form shows, given what was answered so far."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from app.engine.expressions import ExpressionError, compile_expression
from app.forms.components import Component


def is_hidden(component: Component, answers: Mapping[str, Any]) -> bool:
    """Tell whether a condition of *component* holds; one that cannot be computed hides nothing."""
    return any(_holds(text, answers) for text in component.hide)


def watched(components: Iterable[Component]) -> frozenset[str]:
    """Return the names that any condition reads: a change there may change what is shown."""
    return frozenset(
        name
        for item in components
        for part in (item, *item.children)
        for text in part.hide
        for name in _names(text)
    )


def surroundings(components: Iterable[Component], known: Mapping[str, Any]) -> dict[str, Any]:
    """Return what conditions may read: every field, empty unless *known* has it."""
    return {**{item.key: None for item in components}, **known}


def computed(component: Component, answers: Mapping[str, Any]) -> Any:
    """Return the value of a read-only expression, or ``None`` while it has none."""
    try:
        value = compile_expression(component.expression).evaluate(answers)
    except ExpressionError:
        return None
    return value if value is None or isinstance(value, (bool, int, float, str)) else str(value)


def _holds(text: str, answers: Mapping[str, Any]) -> bool:
    try:
        return bool(compile_expression(text).evaluate(answers))
    except ExpressionError:
        return False


def _names(text: str) -> frozenset[str]:
    try:
        return compile_expression(text).names
    except ExpressionError:
        return frozenset()
