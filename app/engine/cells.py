"""The cells of a decision table: the small part of FEEL that people write, over our expressions.

An input cell is a list of tests, any of which may hold::

    tests := "" | "-" | test ("," test)*
    test  := ("<" | "<=" | ">" | ">=" | "=" | "!=") expression
           | ("[" | "(") expression ".." expression ("]" | ")")
           | ("not" | "in") "(" tests ")"
           | expression

A plain expression must equal the input, or contain it if it is a list; an expression that uses the
variable ``input`` must hold. Nothing is less or greater than ``null``.
"""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from app.engine.expressions import Expression, ExpressionError, compile_expression

INPUT = "input"

#: Given the input and all variables: does the test hold?
Test = Callable[[Any, Mapping[str, Any]], bool]

_COMPARISONS: dict[str, Callable[[Any, Any], bool]] = {
    "<=": operator.le,
    ">=": operator.ge,
    "<": operator.lt,
    ">": operator.gt,
}
_COMPARISON = re.compile(r"(<=|>=|==|!=|<|>|=)(.+)", re.DOTALL)
_NESTED = re.compile(r"(not|in)\s*\(")
_MAX_NESTING = 10


@dataclass(frozen=True, slots=True)
class Cell:
    """A compiled input cell."""

    names: frozenset[str]
    #: ``None`` for a cell that anything passes.
    test: Test | None

    def holds(self, value: Any, variables: Mapping[str, Any]) -> bool:
        """Whether the input *value* passes."""
        return self.test is None or self.test(value, variables)


def compile_cell(text: str) -> Cell:
    """Read an input cell.

    Raises:
        ExpressionError: it is not in the grammar above.
    """
    names: set[str] = set()
    test = None if text.strip() in ("", "-") else _any_of(text, names)
    return Cell(frozenset(names - {INPUT}), test)


def _any_of(text: str, names: set[str], depth: int = 0) -> Test:
    if depth > _MAX_NESTING:
        raise ExpressionError("单元格嵌套过深。")
    tests = [_test(part.strip(), names, depth) for part in _split(text, ",")]
    if len(tests) == 1:
        return tests[0]
    return lambda value, variables: any(test(value, variables) for test in tests)


def _test(text: str, names: set[str], depth: int) -> Test:
    if match := _COMPARISON.fullmatch(text):
        return _comparison(match[1], _expression(match[2], names))
    if (match := _NESTED.match(text)) and _closes_at_end(text, match.end() - 1):
        inner = _any_of(text[match.end() : -1], names, depth + 1)
        if match[1] == "in":
            return inner
        return lambda value, variables: not inner(value, variables)
    if text[:1] in ("[", "(") and text[-1:] in ("]", ")"):
        bounds = list(_split(text[1:-1], ".."))
        if len(bounds) == 2:
            return _interval(text, *(_expression(bound, names) for bound in bounds))
    return _plain(_expression(text, names))


def _expression(text: str, names: set[str]) -> Expression:
    expression = compile_expression(text)
    names |= expression.names
    return expression


def _comparison(sign: str, expression: Expression) -> Test:
    if sign in _COMPARISONS:
        compare = _COMPARISONS[sign]
        return lambda value, variables: _ordered(compare, value, expression.evaluate(variables))
    wanted = sign != "!="
    return lambda value, variables: equal(value, expression.evaluate(variables)) is wanted


def _interval(text: str, low: Expression, high: Expression) -> Test:
    above = operator.ge if text[0] == "[" else operator.gt
    below = operator.le if text[-1] == "]" else operator.lt
    return lambda value, variables: (
        _ordered(above, value, low.evaluate(variables))
        and _ordered(below, value, high.evaluate(variables))
    )


def _plain(expression: Expression) -> Test:
    if INPUT in expression.names:
        return lambda value, variables: bool(expression.evaluate({**variables, INPUT: value}))

    def test(value: Any, variables: Mapping[str, Any]) -> bool:
        wanted = expression.evaluate(variables)
        if isinstance(wanted, list) and not isinstance(value, list):
            return any(equal(value, item) for item in wanted)
        return equal(value, wanted)

    return test


def equal(left: Any, right: Any) -> bool:
    """Whether two values are the same; ``true`` is not 1."""
    return isinstance(left, bool) is isinstance(right, bool) and bool(left == right)


def _ordered(compare: Callable[[Any, Any], bool], left: Any, right: Any) -> bool:
    if left is None or right is None:
        return False
    try:
        return compare(left, right)
    except TypeError as error:
        raise ExpressionError("无法比较 %(a)s 与 %(b)s 的大小。", a=left, b=right) from error


def _split(text: str, separator: str) -> Iterator[str]:
    """Cut *text* at each *separator* that is neither quoted nor in brackets."""
    start = 0
    for position, depth in _outside_quotes(text):
        if position >= start and depth == 0 and text.startswith(separator, position):
            yield text[start:position]
            start = position + len(separator)
    yield text[start:]


def _closes_at_end(text: str, opening: int) -> bool:
    """Whether the bracket at *opening* is closed by the last character."""
    closing = (at for at, depth in _outside_quotes(text) if at >= opening and depth == 0)
    return next(closing, None) == len(text) - 1


def _outside_quotes(text: str) -> Iterator[tuple[int, int]]:
    """Yield the positions outside quotation marks, each with its depth in brackets."""
    depth, quote = 0, ""
    for position, letter in enumerate(text):
        if quote:
            quote = "" if letter == quote else quote
            continue
        if letter in "\"'":
            quote = letter
            continue
        depth += (letter in "([") - (letter in ")]")
        yield position, depth
