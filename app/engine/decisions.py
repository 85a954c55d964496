"""Decision tables: DMN files as dmn-js writes them, evaluated through our expression language.

A file holds one decision with one table. Its input cells are the tests of `app.engine.cells`; input
columns and output cells are expressions. Everything is compiled before anything runs.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from app.domain.errors import DomainError, Problem
from app.domain.rules import Rule, Span
from app.engine.cells import Cell, compile_cell
from app.engine.decision_files import InvalidDecision, label_of, only_decision, text_in
from app.engine.expressions import Expression, ExpressionError, compile_expression
from app.engine.parsing import parse_xml

HIT_POLICIES = ("UNIQUE", "FIRST", "ANY", "COLLECT")
MAX_RULES = 1_000


class DecisionFailed(DomainError):
    """决策表没有得出结果。"""

    code = "decision_failed"


@dataclass(frozen=True, slots=True)
class _Line:
    """One rule of the table."""

    number: int
    element: str | None
    tests: tuple[Cell, ...]
    results: tuple[Expression | None, ...]
    #: What was written in the input cells; to find rules that repeat another.
    written: tuple[str, ...]

    def holds(self, values: list[Any], variables: Mapping[str, Any]) -> bool:
        return all(
            cell.holds(value, variables) for cell, value in zip(self.tests, values, strict=True)
        )

    @property
    def always_holds(self) -> bool:
        return all(cell.test is None for cell in self.tests)


@dataclass(frozen=True, slots=True, eq=False)
class Decision:
    """A compiled decision table; each is only equal to itself."""

    key: str
    name: str
    hit_policy: str
    #: The variables it reads.
    inputs: tuple[str, ...]
    #: The variables it sets.
    outputs: tuple[str, ...]
    _columns: tuple[Expression, ...] = field(repr=False)
    _names: tuple[str, ...] = field(repr=False)
    _lines: tuple[_Line, ...] = field(repr=False)

    def evaluate(self, variables: Mapping[str, Any]) -> dict[str, Any]:
        """Return the outputs; for COLLECT, the list of all matches under the decision's key.

        Raises:
            DecisionFailed: no rule matches, or several where only one may.
            ExpressionError: a variable is missing, or its value does not fit a cell.
        """
        values = [column.evaluate(variables) for column in self._columns]
        matches = (line for line in self._lines if line.holds(values, variables))
        if self.hit_policy == "COLLECT":
            return {self.key: [self._collected(line, variables) for line in matches]}
        first = next(matches, None)
        if first is None:
            raise DecisionFailed("决策表“%(name)s”没有一条规则符合。", name=self.name)
        outputs = self._outputs(first, variables)
        for other in () if self.hit_policy == "FIRST" else matches:
            if self.hit_policy == "UNIQUE" or self._outputs(other, variables) != outputs:
                self._disagree(first, other)
        return outputs

    def hits(self, variables: Mapping[str, Any]) -> list[int]:
        """Return the numbers of the rules that count, from 1; raises as `evaluate` does."""
        found = self.matching(variables)
        return found[:1] if self.hit_policy == "FIRST" else found

    def outcomes(self) -> dict[str, frozenset[str]]:
        """Return the texts that each output can come to, where its cells are nothing but texts."""
        if self.hit_policy == "COLLECT":
            return {}
        columns = zip(*(line.results for line in self._lines), strict=True)
        found = {name: _texts(cells) for name, cells in zip(self._names, columns, strict=True)}
        return {name: texts for name, texts in found.items() if texts}

    def matching(self, variables: Mapping[str, Any]) -> list[int]:
        """Return the numbers of all rules that match, whatever the hit policy makes of them.

        Raises:
            ExpressionError: a variable is missing, or its value does not fit a cell.
        """
        values = [column.evaluate(variables) for column in self._columns]
        return [line.number for line in self._lines if line.holds(values, variables)]

    def problems(self) -> list[Problem]:
        """Return what runs, but probably not as meant."""
        return [*self._repeated(), *self._unreachable()]

    def _outputs(self, line: _Line, variables: Mapping[str, Any]) -> dict[str, Any]:
        values = (cell and cell.evaluate(variables) for cell in line.results)
        return {
            name: str(value) if isinstance(value, (Rule, Span)) else value
            for name, value in zip(self._names, values, strict=True)
        }

    def _collected(self, line: _Line, variables: Mapping[str, Any]) -> Any:
        outputs = self._outputs(line, variables)
        return outputs if len(outputs) > 1 else next(iter(outputs.values()))

    def _disagree(self, first: _Line, other: _Line) -> None:
        template = "决策表“%(name)s”第 %(first)d 条与第 %(other)d 条规则同时符合。"
        raise DecisionFailed(template, name=self.name, first=first.number, other=other.number)

    def _repeated(self) -> Iterator[Problem]:
        seen: dict[tuple[str, ...], int] = {}
        template = "第 %(rule)d 条规则与第 %(first)d 条的条件完全相同，请合并或删除。"
        for line in self._lines if self.hit_policy != "COLLECT" else ():
            first = seen.setdefault(line.written, line.number)
            if first != line.number:
                params = {"rule": line.number, "first": first}
                yield Problem("decision/repeated", line.element, template, params, "warning")

    def _unreachable(self) -> Iterator[Problem]:
        if self.hit_policy != "FIRST":
            return
        last = next((line.number for line in self._lines if line.always_holds), None)
        if last is None:
            template = "没有兜底规则（条件全部为空的最后一条）；都不符合时流程会出错。"
            yield Problem("decision/no_otherwise", self.key, template, {}, "warning")
        for line in self._lines[last:] if last else ():
            template = "第 %(rule)d 条规则在兜底规则之后，永远不会用到。"
            yield Problem(
                "decision/unreachable", line.element, template, {"rule": line.number}, "warning"
            )


def decide(dmn_text: str, variables: Mapping[str, Any]) -> dict[str, Any]:
    """Return what the decision table in *dmn_text* says about *variables*.

    Raises:
        InvalidDecision: the table cannot be read.
        DecisionFailed: it says nothing, or contradicts itself.
        ExpressionError: the variables do not fit it.
    """
    return compile_decision(dmn_text).evaluate(variables)


@lru_cache(maxsize=256)
def compile_decision(dmn_text: str) -> Decision:
    """Read a DMN file.

    Raises:
        InvalidDiagram: it is not safe XML, or (`InvalidDecision`) with every problem of the table.
    """
    root = parse_xml(dmn_text)
    reader = _Reader(only_decision(root))
    decision = reader.decision()
    if reader.problems:
        raise InvalidDecision(reader.problems)
    return decision


class _Reader:
    """Reads one table and collects all that is wrong with it."""

    def __init__(self, element: Any) -> None:
        self.problems: list[Problem] = []
        self.element = element
        self.key: str = element.get("id")
        self.table = element.find("{*}decisionTable")
        self.columns = self.table.findall("{*}input")
        self.results = self.table.findall("{*}output")
        self.names = [self._output_name(output) for output in self.results]

    def decision(self) -> Decision:
        hit_policy = self._hit_policy()
        columns = [self._column(column) for column in self.columns]
        lines = [
            self._line(number, rule)
            for number, rule in enumerate(self.table.findall("{*}rule")[: MAX_RULES + 1], start=1)
        ]
        self._check_shape(len(lines))
        return Decision(
            key=self.key,
            name=self.element.get("name") or self.key,
            hit_policy=hit_policy,
            inputs=tuple(sorted(_names(columns, lines))),
            outputs=(self.key,) if hit_policy == "COLLECT" else tuple(self.names),
            _columns=tuple(column for column in columns if column),
            _names=tuple(self.names),
            _lines=tuple(lines),
        )

    def _hit_policy(self) -> str:
        policy: str = self.table.get("hitPolicy") or "UNIQUE"
        if policy not in HIT_POLICIES or self.table.get("aggregation"):
            template = "命中策略须为 UNIQUE、FIRST、ANY 或不带汇总的 COLLECT。"
            self._problem("decision/hit_policy", self.table, template)
        return policy

    def _check_shape(self, rules: int) -> None:
        if not self.results or not 0 < rules <= MAX_RULES:
            template = "决策表须有输出列和 1 至 %(most)d 条规则。"
            self._problem("decision/empty", self.table, template, most=MAX_RULES)
        if len(set(self.names)) != len(self.names):
            self._problem("decision/output_name", self.table, "输出列的名称重复。")

    def _output_name(self, output: Any) -> str:
        name = output.get("name") or (self.key if len(self.results) == 1 else "")
        try:
            is_name = compile_expression(name).names == {name}
        except ExpressionError:
            is_name = False
        if not is_name:
            template = "输出列“%(name)s”的名称须是变量名。"
            self._problem("decision/output_name", output, template, name=name)
        return str(name)

    def _column(self, column: Any) -> Expression | None:
        try:
            return compile_expression(text_in(column.find("{*}inputExpression")))
        except ExpressionError as error:
            template = "输入列“%(column)s”：%(reason)s"
            params = {"column": label_of(column), "reason": error.sentence}
            self._problem("decision/input", column, template, **params)
            return None

    def _line(self, number: int, rule: Any) -> _Line:
        entries, results = rule.findall("{*}inputEntry"), rule.findall("{*}outputEntry")
        if (len(entries), len(results)) != (len(self.columns), len(self.results)):
            template = "第 %(rule)d 条规则的单元格数与列数不符。"
            self._problem("decision/cell", rule, template, rule=number)
        return _Line(
            number,
            rule.get("id"),
            tuple(self._test(number, *pair) for pair in zip(entries, self.columns, strict=False)),
            tuple(self._result(number, *pair) for pair in zip(results, self.results, strict=False)),
            tuple(" ".join(text_in(entry).split()) for entry in entries),
        )

    def _test(self, number: int, entry: Any, column: Any) -> Cell:
        try:
            return compile_cell(text_in(entry))
        except ExpressionError as error:
            self._bad_cell(number, entry, column, error)
            return Cell(frozenset(), None)

    def _result(self, number: int, entry: Any, column: Any) -> Expression | None:
        text = text_in(entry)
        try:
            return compile_expression(text) if text.strip() not in ("", "-") else None
        except ExpressionError as error:
            self._bad_cell(number, entry, column, error)
            return None

    def _bad_cell(self, number: int, entry: Any, column: Any, error: ExpressionError) -> None:
        template = "第 %(rule)d 条规则“%(column)s”列：%(reason)s"
        params = {"rule": number, "column": label_of(column), "reason": error.sentence}
        self._problem("decision/cell", entry, template, **params)

    def _problem(self, code: str, element: Any, template: str, **params: Any) -> None:
        self.problems.append(Problem(code, element.get("id") or self.key, template, params))


def _texts(cells: Iterable[Expression | None]) -> frozenset[str]:
    """Return the values of *cells*; none at all if one of them is no plain text."""
    values = [cell.evaluate({}) if cell and not cell.names else None for cell in cells]
    texts = [value for value in values if isinstance(value, str)]
    return frozenset(texts if len(texts) == len(values) else ())


def _names(columns: list[Expression | None], lines: list[_Line]) -> set[str]:
    cells = [cell for line in lines for cell in (*line.tests, *line.results)]
    return {name for part in (*columns, *cells) if part for name in part.names}
