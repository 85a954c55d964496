"""Figures as a table and the picture drawn from it: each number with the cases behind it.

A page makes a `Table`, the macro `_macros/chart.html` draws it, `workbooks.answer` sends it away.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

#: How a table is drawn: lying or upright bars, one upon another or side by side, or lines.
KINDS = ("stacked", "bars", "stacked-columns", "columns", "line")


@dataclass(frozen=True, slots=True)
class Cell:
    """One figure, and the address of the cases behind it."""

    value: float | None
    url: str = ""
    #: How the table writes it, where that is more than the number.
    text: str = ""

    @property
    def written(self) -> str:
        """What stands in the table."""
        if self.text or self.value is None:
            return self.text or "—"
        return f"{self.value:,}"


@dataclass(frozen=True, slots=True)
class Column:
    """One series of figures."""

    name: str
    #: Its colour and hatching: red yellow blue green grey navy teal pale.
    tone: str = ""
    #: Whether the picture shows it, or the table only.
    drawn: bool = True


@dataclass(frozen=True, slots=True)
class Row:
    """The figures of one unit, week or step."""

    name: str
    cells: Sequence[Cell]
    #: Where the name leads.
    url: str = ""
    #: What tells it from the others of its table, so that a refresh leaves the focus on it.
    key: str = ""
    #: A shorter name for the picture.
    short: str = ""


@dataclass(frozen=True, slots=True)
class Table:
    """Figures in rows and columns."""

    #: Of the first column.
    heading: str
    columns: Sequence[Column]
    rows: Sequence[Row]
    #: The last row, of all together.
    total: Row | None = None
    #: What the figures count: ``件``, or ``%``.
    unit: str = ""
    #: One sentence: what the picture shows, of what time. It stands under the picture's title.
    said: str = ""
    #: The name of files made of it, without an ending.
    file: str = ""
    #: Where its workbook is.
    excel: str = ""
    #: How many rows, from the first, the picture shows; ``None``: all.
    pictured: int | None = None

    def island(self, kind: str, title: str) -> Mapping[str, Any]:
        """Return what the program in the browser draws."""
        if kind not in KINDS:
            raise ValueError(kind)
        drawn = [(place, one) for place, one in enumerate(self.columns) if one.drawn]
        rows = self.rows[: self.pictured]
        return {
            "kind": kind,
            "title": title,
            "said": self.said,
            "unit": self.unit,
            "categories": [row.short or row.name for row in rows],
            "series": [
                {
                    "name": column.name,
                    "tone": column.tone,
                    "values": [row.cells[place].value for row in rows],
                    "links": [row.cells[place].url for row in rows],
                }
                for place, column in drawn
            ],
        }
