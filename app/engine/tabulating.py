"""A decision table as plain rows and cells, so that two tables can be compared.

It takes what an editor may have left half done; what a table means, `app.engine.decisions` tells.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from app.engine.parsing import parse_xml


@dataclass(frozen=True, slots=True)
class Column:
    """One column: what it asks or sets."""

    id: str
    label: str
    #: The expression asked, or the variable set.
    text: str
    type: str
    is_output: bool


@dataclass(frozen=True, slots=True)
class Row:
    """One rule: its cells in the order of the columns, and what is noted beside it."""

    id: str
    cells: tuple[str, ...]
    note: str


@dataclass(frozen=True, slots=True)
class Table:
    """One decision table as written."""

    key: str
    name: str
    hit_policy: str
    columns: Sequence[Column]
    rows: Sequence[Row]

    @property
    def by_id(self) -> Mapping[str, Row]:
        """The rows by their id."""
        return {row.id: row for row in self.rows}


def tabulate(dmn_text: str) -> Table:
    """Read a table as it is written.

    Raises:
        InvalidDiagram: it is not safe XML.
    """
    root = parse_xml(dmn_text)
    decision = root.find("{*}decision")
    table = None if decision is None else decision.find("{*}decisionTable")
    if decision is None or table is None:
        return Table("", "", "", (), ())
    inputs = [_asked(one) for one in table.findall("{*}input")]
    outputs = [_set(one) for one in table.findall("{*}output")]
    return Table(
        decision.get("id") or "",
        decision.get("name") or "",
        " ".join(part for part in (table.get("hitPolicy"), table.get("aggregation")) if part)
        or "UNIQUE",
        (*inputs, *outputs),
        tuple(_row(one, n) for n, one in enumerate(table.findall("{*}rule"), start=1)),
    )


def _asked(element: Any) -> Column:
    expression = element.find("{*}inputExpression")
    text, kind = "", ""
    if expression is not None:
        text, kind = _text(expression), expression.get("typeRef") or ""
    return Column(element.get("id") or text, element.get("label") or text, text, kind, False)


def _set(element: Any) -> Column:
    name = element.get("name") or ""
    label = element.get("label") or name
    return Column(element.get("id") or name, label, name, element.get("typeRef") or "", True)


def _row(element: Any, number: int) -> Row:
    cells = [*element.findall("{*}inputEntry"), *element.findall("{*}outputEntry")]
    notes = [*element.findall("{*}description"), *element.findall("{*}annotationEntry")]
    note = " ".join(one.xpath("string()").strip() for one in notes)
    return Row(element.get("id") or f"#{number}", tuple(map(_text, cells)), note)


def _text(element: Any) -> str:
    return " ".join(str(element.xpath("string()")).split())
