"""A worksheet that writes plain cells by the shortest way: that is where a long export's time goes.

xlsxwriter looks at each text five times before it writes it. Texts without any character that has
a meaning of its own are most; one look tells them apart, and the others take the usual way.
"""

from __future__ import annotations

import re
from typing import Any

from xlsxwriter.utility import xl_col_to_name
from xlsxwriter.worksheet import CellDatetimeTuple, CellNumberTuple, CellStringTuple, Worksheet

#: What is escaped, or kept by a mark: markup, control characters, spaces at either end.
_MEANING = re.compile(r"[&<>\"\x00-\x08\x0b-\x1f\ufffe\uffff]|_x[0-9A-Fa-f]{4}_|^\s|\s$")
_NUMBERS = (CellNumberTuple, CellDatetimeTuple)


class QuickSheet(Worksheet):  # type: ignore[misc]
    """A sheet of a workbook in constant memory."""

    def __init__(self) -> None:
        super().__init__()
        self._letters: dict[int, str] = {}
        self._heights: dict[int, float] = {}

    def fit_row(self, row: int, points: float) -> None:
        """Have a row be so tall until somebody changes what it says; then it fits itself anew."""
        self._heights[row] = points

    def _write_row(
        self, row: int, spans: Any, row_info: Any = None, empty_row: bool = False
    ) -> None:
        """Open a row. The library would fix its height for good, and text added later be cut."""
        points = self._heights.pop(row, None)
        if points is None or empty_row:
            super()._write_row(row, spans, row_info, empty_row)
        else:
            self.fh.write(f'<row r="{row + 1}" ht="{points:g}">')

    def _write_cell(self, row: int, col: int, cell: Any) -> None:
        """Write one cell; the library calls this for each, row by row."""
        if isinstance(cell, CellStringTuple):
            self._write_text(row, col, cell)
        elif isinstance(cell, _NUMBERS):
            self.fh.write(f"<c {self._where(row, col, cell)}><v>{cell.number:.16G}</v></c>")
        else:
            super()._write_cell(row, col, cell)

    def _write_text(self, row: int, col: int, cell: CellStringTuple) -> None:
        text = cell.string
        if not _MEANING.search(text):
            where = self._where(row, col, cell)
            self.fh.write(f'<c {where} t="inlineStr"><is><t>{text}</t></is></c>')
            return
        if text.startswith("<r>") and text.endswith("</r>"):
            # The library takes that for its own markup and would write it as it is.
            cell = CellStringTuple(f"{text} ", cell.format)
        super()._write_cell(row, col, cell)

    def _where(self, row: int, col: int, cell: Any) -> str:
        letter = self._letters.get(col)
        if letter is None:
            letter = self._letters[col] = xl_col_to_name(col)
        style = cell.format._get_xf_index() if cell.format else 0
        return f'r="{letter}{row + 1}" s="{style}"'
