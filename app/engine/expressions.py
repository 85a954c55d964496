"""The one expression language: flow conditions, timer rules, cardinalities, mappings, DMN cells.

An expression is read once into a tree of small closures, from a white list of syntax; nothing is
ever handed to ``eval``. `simpleeval`, cut down to the same list, took two to four times as long per
evaluation and still left the bounds, the signatures and the list of names to us.
"""

from __future__ import annotations

import ast
import math
import operator
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import lru_cache
from typing import Any

from app.domain.errors import DomainError
from app.domain.rules import Rule, Span
from app.engine import functions

MAX_LENGTH = 2_000
MAX_DEPTH = 50
#: Nested values in one result; more is no control variable.
MAX_ITEMS = 1_000

Run = Callable[[Mapping[str, Any]], Any]


class ExpressionError(DomainError):
    """表达式有误。"""

    code = "invalid_expression"


@dataclass(frozen=True, slots=True)
class Expression:
    """A compiled expression: knows which variables it reads, and computes its value."""

    text: str
    names: frozenset[str]
    _run: Run = field(repr=False, compare=False)

    def evaluate(self, variables: Mapping[str, Any]) -> Any:
        """Return the value: a JSON type, a `Span` or a `Rule`.

        Raises:
            ExpressionError: a variable is missing, or the values do not fit the expression.
        """
        try:
            return _result(self._run(variables))
        except ExpressionError:
            raise
        except (TypeError, ValueError, ArithmeticError, RecursionError) as error:
            template = "表达式“%(text)s”无法计算：数据类型或数值不符。"
            raise ExpressionError(template, text=self.text) from error


def compile_expression(text: str) -> Expression:
    """Read an expression, bare or in ``${…}``; equal texts give the same object.

    Raises:
        ExpressionError: the text is not in the language.
    """
    if len(text) > MAX_LENGTH:
        raise ExpressionError("表达式超过 %(limit)s 个字符。", limit=MAX_LENGTH)
    return _compile(_unwrapped(text))


def _unwrapped(text: str) -> str:
    line = " ".join(text.splitlines()).strip()
    if line.startswith("${") and line.endswith("}"):
        line = line[2:-1].strip()
    return line


@lru_cache(maxsize=4096)
def _compile(text: str) -> Expression:
    tree = _Tree()
    run = tree.build(_parsed(text), depth=1)
    return Expression(text, frozenset(tree.names), run)


def _parsed(text: str) -> ast.expr:
    if not text:
        raise ExpressionError("表达式为空。")
    if "\\" in text:
        raise ExpressionError("表达式中不能使用反斜杠。")
    try:
        body = ast.parse(text, mode="eval").body
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        raise ExpressionError(_misread(text), text=text[:200]) from error
    if text.encode()[body.end_col_offset :].strip(b") \t"):
        raise ExpressionError("表达式中不能使用注释。")
    return body


#: What people write by habit, looked for in what cannot be read; and what to write instead.
_HABITS = (
    (
        re.compile("[（）“”‘’，＝＞＜！]"),
        "表达式“%(text)s”写法有误：括号、引号、逗号等须用英文标点。",
    ),
    (re.compile("(?<![=!<>])=(?!=)"), "表达式“%(text)s”写法有误：是否相等写两个等号，即 ==。"),
    (re.compile(r"&&|\|\|"), "表达式“%(text)s”写法有误：“并且”写 and，“或者”写 or。"),
)


def _misread(text: str) -> str:
    """Return what to say of a text that is no expression."""
    said = (sentence for habit, sentence in _HABITS if habit.search(text))
    return next(said, "表达式“%(text)s”写法有误。")


class _Tree:
    """Turns syntax into closures, and notes the variables met on the way."""

    def __init__(self) -> None:
        self.names: set[str] = set()

    def build(self, node: ast.expr, depth: int) -> Run:
        if depth > MAX_DEPTH:
            raise ExpressionError("表达式嵌套超过 %(limit)s 层。", limit=MAX_DEPTH)
        builder = _BUILDERS.get(type(node))
        if builder is None:
            raise ExpressionError("表达式中不能使用这种写法：%(what)s。", what=_excerpt(node))
        return builder(self, node, depth + 1)

    def constant(self, node: ast.Constant, depth: int) -> Run:
        value = node.value
        if not isinstance(value, (str, int, float, type(None))):
            raise ExpressionError("表达式中不能使用这种值：%(what)s。", what=_excerpt(node))
        if isinstance(value, (int, float)) and not abs(value) <= functions.MAX_NUMBER:
            raise ExpressionError("数字过大：%(what)s。", what=_excerpt(node))
        return _always(value)

    def name(self, node: ast.Name, depth: int) -> Run:
        name = node.id
        if name in _WORDS:
            return _always(_WORDS[name])
        if name.startswith("_"):
            raise ExpressionError("变量名不能以下划线开头：%(name)s。", name=name[:80])
        self.names.add(name)

        def look_up(variables: Mapping[str, Any]) -> Any:
            try:
                return variables[name]
            except KeyError:
                raise ExpressionError("变量“%(name)s”没有值。", name=name) from None

        return look_up

    def sequence(self, node: ast.List | ast.Tuple, depth: int) -> Run:
        items = [self.build(item, depth) for item in node.elts]
        return lambda variables: [item(variables) for item in items]

    def both_or_either(self, node: ast.BoolOp, depth: int) -> Run:
        first, *rest = (self.build(value, depth) for value in node.values)
        go_on_if = isinstance(node.op, ast.And)

        def run(variables: Mapping[str, Any]) -> Any:
            value = first(variables)
            for part in rest:
                if bool(value) is not go_on_if:
                    return value
                value = part(variables)
            return value

        return run

    def unary(self, node: ast.UnaryOp, depth: int) -> Run:
        operand = self.build(node.operand, depth)
        if isinstance(node.op, ast.Not):
            return lambda variables: not operand(variables)
        operation = _UNARY.get(type(node.op))
        if operation is None:
            raise ExpressionError("表达式中不能使用这种写法：%(what)s。", what=_excerpt(node))
        return lambda variables: operation(functions.number(operand(variables)))

    def arithmetic(self, node: ast.BinOp, depth: int) -> Run:
        operation = _ARITHMETIC.get(type(node.op))
        if operation is None:
            raise ExpressionError("表达式中只能使用 + - * / 运算：%(what)s。", what=_excerpt(node))
        left, right = self.build(node.left, depth), self.build(node.right, depth)
        return lambda variables: operation(left(variables), right(variables))

    def comparison(self, node: ast.Compare, depth: int) -> Run:
        if not all(type(op) in _COMPARISONS for op in node.ops):
            raise ExpressionError("请用 == 或 != 比较：%(what)s。", what=_excerpt(node))
        operations = [_COMPARISONS[type(op)] for op in node.ops]
        first = self.build(node.left, depth)
        rest = [self.build(other, depth) for other in node.comparators]
        pairs = list(zip(operations, rest, strict=True))

        def run(variables: Mapping[str, Any]) -> bool:
            left = first(variables)
            for operation, other in pairs:
                right = other(variables)
                if not operation(left, right):
                    return False
                left = right
            return True

        return run

    def call(self, node: ast.Call, depth: int) -> Run:
        name = node.func.id if isinstance(node.func, ast.Name) else None
        if name not in functions.TABLE:
            raise ExpressionError("没有这个函数：%(what)s。", what=_excerpt(node.func))
        function, least, most = functions.TABLE[name]
        if node.keywords or any(isinstance(item, ast.Starred) for item in node.args):
            raise ExpressionError("函数 %(name)s 的参数写法有误。", name=name)
        if not least <= len(node.args) <= most:
            raise ExpressionError("函数 %(name)s 的参数个数不对。", name=name)
        items = [self.build(item, depth) for item in node.args]
        return lambda variables: function(*[item(variables) for item in items])


def _always(value: Any) -> Run:
    return lambda _variables: value


_WORDS = {"true": True, "false": False, "null": None}
_BUILDERS: dict[type[ast.expr], Callable[[_Tree, Any, int], Run]] = {
    ast.Constant: _Tree.constant,
    ast.Name: _Tree.name,
    ast.List: _Tree.sequence,
    ast.Tuple: _Tree.sequence,
    ast.BoolOp: _Tree.both_or_either,
    ast.UnaryOp: _Tree.unary,
    ast.BinOp: _Tree.arithmetic,
    ast.Compare: _Tree.comparison,
    ast.Call: _Tree.call,
}
_UNARY: dict[type[ast.unaryop], Callable[[Any], Any]] = {
    ast.USub: operator.neg,
    ast.UAdd: operator.pos,
}
_ARITHMETIC: dict[type[ast.operator], Callable[[Any, Any], Any]] = {
    ast.Add: functions.add,
    ast.Sub: functions.subtract,
    ast.Mult: functions.multiply,
    ast.Div: functions.divide,
}
_COMPARISONS: dict[type[ast.cmpop], Callable[[Any, Any], bool]] = {
    ast.Eq: operator.eq,
    ast.NotEq: operator.ne,
    ast.Lt: operator.lt,
    ast.LtE: operator.le,
    ast.Gt: operator.gt,
    ast.GtE: operator.ge,
    ast.In: lambda item, items: item in items,
    ast.NotIn: lambda item, items: item not in items,
}


def _excerpt(node: ast.expr) -> str:
    """Return the start of what was written; never fail on it."""
    try:
        return ast.unparse(node)[:80]
    except (RecursionError, ValueError):
        return type(node).__name__


def _result(value: Any) -> Any:
    """Return *value* as a JSON type, a `Span` or a `Rule`, or refuse it."""
    if value is None or type(value) in (bool, int, str, Span, Rule):
        return value
    return _json(value, [MAX_ITEMS], depth=0)


def _json(value: Any, budget: list[int], depth: int) -> Any:
    budget[0] -= 1
    if budget[0] < 0 or depth > MAX_DEPTH:
        raise ExpressionError("表达式的结果过大。")
    if value is None or isinstance(value, (bool, int, str)):
        return value
    if isinstance(value, float) and math.isfinite(value):
        return value
    if isinstance(value, (date, datetime)):
        return value.isoformat()
    if isinstance(value, (list, tuple)):
        return [_json(item, budget, depth + 1) for item in value]
    if isinstance(value, dict):
        return {str(key): _json(item, budget, depth + 1) for key, item in value.items()}
    raise ExpressionError("表达式的结果不是文字、数字、是非或列表。")
