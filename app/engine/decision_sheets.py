"""A decision table as it is written: columns, rules and cells, also while something in it is wrong.

What `app.engine.decisions` compiles to run, this reads to show and to try cell by cell.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from app.domain.errors import Problem, Sentence
from app.engine.cells import INPUT, compile_cell
from app.engine.decision_files import only_decision, text_in
from app.engine.decisions import MAX_RULES
from app.engine.expressions import Expression, ExpressionError, compile_expression
from app.engine.parsing import parse_xml

#: What a column's ``typeRef`` takes, and values of it to try cells with.
_SAMPLES: Mapping[str, tuple[Any, ...]] = {
    **dict.fromkeys(("integer", "long", "double", "number"), (1, 7)),
    "string": ("a", "b"),
    "boolean": (True, False),
    "date": ("2026-01-01", "2026-12-31"),
}
_KINDS: Mapping[type, str] = {str: "文字", bool: "是非", int: "数字", float: "数字", list: "列表"}


@dataclass(frozen=True, slots=True)
class Column:
    """One input or output column."""

    element: str | None
    label: str
    #: An input's expression, an output's variable.
    text: str
    type: str

    @property
    def samples(self) -> tuple[Any, ...]:
        """Values of its type; none if the type is not said."""
        return _SAMPLES.get(self.type, ())


@dataclass(frozen=True, slots=True)
class Box:
    """One cell."""

    element: str | None
    text: str


@dataclass(frozen=True, slots=True)
class Row:
    """One rule."""

    number: int
    element: str | None
    inputs: tuple[Box, ...]
    outputs: tuple[Box, ...]
    note: str


@dataclass(frozen=True, slots=True)
class Sheet:
    """One table."""

    key: str
    name: str
    hit_policy: str
    inputs: tuple[Column, ...]
    outputs: tuple[Column, ...]
    rows: tuple[Row, ...]

    def place_of(self, element: str | None) -> tuple[int | None, str]:
        """Return the rule's number and the column's label of a cell, a rule or a column."""
        for column in (*self.inputs, *self.outputs):
            if element and column.element == element:
                return None, column.label
        for row in self.rows:
            if element and row.element == element:
                return row.number, ""
            for box, column in self.boxes(row):
                if element and box.element == element:
                    return row.number, column.label
        return None, ""

    def boxes(self, row: Row) -> list[tuple[Box, Column]]:
        """Return the cells of a rule, each with its column."""
        pairs = zip(row.inputs, self.inputs, strict=False)
        return [*pairs, *zip(row.outputs, self.outputs, strict=False)]

    @property
    def samples(self) -> dict[str, tuple[Any, ...]]:
        """Values of each variable that stands alone at the head of a typed column."""
        return {column.text: column.samples for column in self.inputs if column.samples}


def read_sheet(dmn_text: str) -> Sheet:
    """Read a DMN file.

    Raises:
        InvalidDiagram: it is not safe XML, or holds no single table.
    """
    element = only_decision(parse_xml(dmn_text))
    table = element.find("{*}decisionTable")
    key = element.get("id")
    return Sheet(
        key,
        element.get("name") or key,
        table.get("hitPolicy") or "UNIQUE",
        tuple(_input(one) for one in table.findall("{*}input")),
        tuple(_output(one, key) for one in table.findall("{*}output")),
        tuple(_row(*pair) for pair in enumerate(table.findall("{*}rule")[:MAX_RULES], start=1)),
    )


def _input(element: Any) -> Column:
    expression = element.find("{*}inputExpression")
    kind = expression.get("typeRef") if expression is not None else None
    text = text_in(expression).strip()
    return Column(element.get("id"), element.get("label") or text, text, kind or "")


def _output(element: Any, key: str) -> Column:
    name = element.get("name") or key
    return Column(
        element.get("id"), element.get("label") or name, name, element.get("typeRef") or ""
    )


def _row(number: int, element: Any) -> Row:
    note = element.findtext("{*}description") or text_in(element.find("{*}annotationEntry"))
    inputs, outputs = (
        tuple(Box(one.get("id"), text_in(one)) for one in element.findall(name))
        for name in ("{*}inputEntry", "{*}outputEntry")
    )
    return Row(number, element.get("id"), inputs, outputs, note.strip())


def trial_problems(sheet: Sheet, declared: frozenset[str]) -> list[Problem]:
    """Try every cell that compiles with values of its column, and list what fails.

    *declared* are variables that cells may read beside those of the table's own columns.
    """
    known = {column.text for column in sheet.inputs} | declared | {INPUT}
    found: list[Problem] = []
    for row in sheet.rows:
        for box, column in zip(row.inputs, sheet.inputs, strict=False):
            found += _told(row, box, column, _input_faults(box, column, sheet, known))
        for box, column in zip(row.outputs, sheet.outputs, strict=False):
            found += _told(row, box, column, _output_faults(box, column, known))
    return found


def _told(
    row: Row, box: Box, column: Column, faults: Iterator[tuple[str, Sentence]]
) -> Iterator[Problem]:
    template = "第 %(rule)d 条规则“%(column)s”列：%(reason)s"
    for code, reason in faults:
        params = {"rule": row.number, "column": column.label, "reason": reason}
        yield Problem(code, box.element, template, params)


def _input_faults(
    box: Box, column: Column, sheet: Sheet, known: set[str]
) -> Iterator[tuple[str, Sentence]]:
    try:
        cell = compile_cell(box.text)
    except ExpressionError:
        return
    yield from _unknown(cell.names, known)
    yield from _misfits(_constant(box.text), column)
    samples = sheet.samples
    if not column.samples or cell.names - set(samples):
        return
    refusals = []
    for number, value in enumerate(column.samples):
        try:
            cell.holds(value, {name: samples[name][number] for name in cell.names})
        except ExpressionError as error:
            refusals.append(error.sentence)
    if len(refusals) == len(column.samples):
        yield "decision/cell", refusals[0]


def _output_faults(box: Box, column: Column, known: set[str]) -> Iterator[tuple[str, Sentence]]:
    if box.text.strip() in ("", "-"):
        return
    try:
        expression = compile_expression(box.text)
    except ExpressionError:
        return
    yield from _unknown(expression.names, known)
    yield from _misfits(_value(expression), column)


def _unknown(names: frozenset[str], known: set[str]) -> Iterator[tuple[str, Sentence]]:
    for name in sorted(names - known):
        template = '没有变量“%(name)s”。如果是文字，请加英文双引号，写成 "%(name)s"。'
        yield "decision/name", Sentence(template, name=name)


def _misfits(value: Any, column: Column) -> Iterator[tuple[str, Sentence]]:
    """Name the constant that a column of this type never holds."""
    for one in value if isinstance(value, list) else [value]:
        if one is None or not column.samples:
            continue
        if _kind(one) != _kind(column.samples[0]):
            template = "这一列是%(type)s，%(value)s是%(kind)s，永远不会符合。"
            yield (
                "decision/type",
                Sentence(
                    template,
                    type=Sentence(_kind(column.samples[0])),
                    value=str(one)[:40],
                    kind=Sentence(_kind(one)),
                ),
            )


def _kind(value: Any) -> str:
    return _KINDS.get(type(value), "列表")


def _constant(text: str) -> Any:
    try:
        return _value(compile_expression(text)) if text.strip() not in ("", "-") else None
    except ExpressionError:
        return None


def _value(expression: Expression) -> Any:
    try:
        return None if expression.names else expression.evaluate({})
    except ExpressionError:
        return None
