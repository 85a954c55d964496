"""The ledger as a workbook: written line by line, so that its length doesn't matter."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

from xlsxwriter.format import Format
from xlsxwriter.workbook import Workbook

from app.clock import LOCAL
from app.services import paper
from app.services._quick_sheet import QuickSheet
from app.services.ledger_bookkeeping import Notes, Slip, kept
from app.services.ledger_entries import Entry
from app.services.ledger_fields import BY_KEY, Column, Kind
from app.services.ledger_layouts import Shape
from app.services.ledger_values import Value, in_chinese

#: What a cell begins with is never computed, fetched or taken for a number.
_PLAIN = {
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
}
#: So many columns are read on A4.
_ON_A4 = 16
#: The height of a title of 16 point.
_TITLE = 24
_INK = {"font_name": "宋体", "font_size": 10, "valign": "top"}
_CELL = {**_INK, "border": 1, "border_color": "#9AA5B1"}
#: Dates and numbers keep off the text in the next column.
_KINDS: dict[Kind, dict[str, Any]] = {
    Kind.DATE: {"num_format": "yyyy-mm-dd", "align": "center"},
    Kind.NUMBER: {"num_format": "General", "align": "right", "indent": 1},
    Kind.TEXT: {"num_format": "@"},
}
#: What may be done to a sheet whose locked cells are protected from slips of the hand.
_ALLOWED = dict.fromkeys(
    ("autofilter", "sort", "format_cells", "format_columns", "format_rows"), True
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """Of whom and when an export is, and which of its cells may be changed to be brought back."""

    at: datetime
    #: Empty at the terminal.
    by: str
    #: Names of columns; none: it is for reading.
    open_to: frozenset[str] = frozenset()
    #: Whether it is so long that empty cells are left out and lines are ruled by the grid alone.
    is_long: bool = False


class LedgerBook:
    """A workbook that is being written: one sheet, frozen headings, filters, ready to print."""

    def __init__(self, target: Path, shape: Shape, origin: Origin) -> None:
        # What it puts aside while it writes goes with the folder, whatever happens.
        options = {"constant_memory": True, "tmpdir": str(target.parent), **_PLAIN}
        self._book = Workbook(str(target), options)
        self._shape, self._origin = shape, origin
        self._columns = _with_number(shape) if origin.open_to else shape.columns
        self._sheet: QuickSheet = self._book.add_worksheet(
            shape.layout.name, worksheet_class=QuickSheet
        )
        self._heading_row = self._head()
        self._row = self._heading_row + 1
        self._notes = Notes(self._book, self._slip()) if origin.open_to else None
        self._formats = [self._format_of(column) for column in self._columns]
        self._set_up()

    def add(self, entries: Iterable[Entry]) -> None:
        """Write lines."""
        for entry in entries:
            values = [column.value(entry) for column in self._columns]
            tallest = max(self._write(place, value) for place, value in enumerate(values))
            if tallest > 1:
                self._sheet.fit_row(self._row, paper.height(tallest))
            if self._notes is not None:
                self._notes.note(entry, values)
            self._row += 1

    def close(self) -> None:
        """Write the foot and the file itself."""
        last = max(self._row - 1, self._heading_row)
        self._sheet.autofilter(self._heading_row, 0, last, len(self._columns) - 1)
        for line in self._shape.layout.foot:
            self._row += 1
            self._sheet.write_string(self._row, 0, line, self._book.add_format(_INK))
        self._book.close()

    def _write(self, place: int, value: Value) -> int:
        """Write a cell; return how many lines it takes."""
        style, row = self._formats[place], self._row
        if value is None or value == "":
            if not self._origin.is_long:
                self._sheet.write_blank(row, place, None, style)
        elif isinstance(value, int | float):
            self._sheet.write_number(row, place, value, style)
        elif isinstance(value, date):
            self._sheet.write_datetime(row, place, value, style)
        else:
            text = in_chinese(value)
            self._sheet.write_string(row, place, text, style)
            return paper.lines(text, self._columns[place].width) if style.text_wrap else 1
        return 1

    def _head(self) -> int:
        """Write what stands above the table; return the row of the headings."""
        layout = self._shape.layout
        title = self._book.add_format({"font_name": "黑体", "font_size": 16})
        self._sheet.write_string(0, 0, layout.name, title)
        self._sheet.fit_row(0, _TITLE)
        plain = self._book.add_format(_INK)
        lines = [*layout.head, self._told()]
        for row, line in enumerate(lines, start=1):
            self._sheet.write_string(row, 0, line, plain)
        heading_row = len(lines) + 1
        bold = {"bold": True, "text_wrap": True, "align": "center", "valign": "vcenter"}
        style = self._book.add_format({**_CELL, **bold, "bg_color": "#DCE6F1"})
        headings = [layout.heading(column) for column in self._columns]
        for place, heading in enumerate(headings):
            self._sheet.write_string(heading_row, place, heading, style)
        widths = (column.width for column in self._columns)
        tallest = max(map(paper.lines, headings, widths))
        self._sheet.fit_row(heading_row, paper.height(tallest))
        return heading_row

    def _told(self) -> str:
        at = self._origin.at.astimezone(LOCAL).strftime("%Y-%m-%d %H:%M")
        told = f"{self._origin.by}　{at} 导出" if self._origin.by else f"{at} 导出"
        if self._origin.open_to:
            told += "。黄色的列可以修改，改后在“台账”页导回；其他单元格请勿改动。"
        return told

    def _slip(self) -> Slip:
        layout = self._shape.layout
        return Slip(
            layout=layout.key,
            columns=kept(self._columns),
            headings=[layout.heading(column) for column in self._columns],
            sheet=layout.name,
            heading_row=self._heading_row + 1,
            foot=list(layout.foot),
            exported_at=self._origin.at.isoformat(),
            exported_by=self._origin.by,
        )

    def _format_of(self, column: Column) -> Format:
        style = {**_CELL, **_KINDS[column.kind], "text_wrap": column.width > 8}
        if column.key in self._origin.open_to:
            style |= {"locked": False, "bg_color": "#FFF7D6"}
        return self._book.add_format(style)

    def _set_up(self) -> None:
        """Fix the headings on the screen and on every page of paper."""
        sheet, columns = self._sheet, self._columns
        for place, column in enumerate(columns):
            hidden = {"hidden": column not in self._shape.columns}
            sheet.set_column(place, place, column.width, None, hidden)
        fixed = 2 if len(columns) > 1 and columns[1].key == "number" else 1
        sheet.freeze_panes(self._heading_row + 1, fixed)
        sheet.hide_gridlines(0 if self._origin.is_long else 1)
        self._lay_out(fixed)
        if self._origin.open_to:
            sheet.protect(options=_ALLOWED)

    def _lay_out(self, fixed: int) -> None:
        """Set up for paper: as many pages side by side as can be read, headings on each."""
        sheet, shown = self._sheet, self._shape.columns
        size = paper.A4 if len(shown) <= _ON_A4 else paper.A3
        across = paper.pages_across([column.width for column in shown], size)
        sheet.set_landscape()
        sheet.set_paper(size)
        sheet.fit_to_pages(across, 0)
        sheet.repeat_rows(self._heading_row)
        if across > 1:
            sheet.repeat_columns(0, fixed - 1)
            sheet.print_across()
        sheet.set_margins(left=0.4, right=0.4, top=0.5, bottom=0.6)
        sheet.set_footer("&C第 &P 页，共 &N 页")


def _with_number(shape: Shape) -> tuple[Column, ...]:
    """Add the number by which a line is known when it comes back."""
    number = BY_KEY["number"]
    return shape.columns if number in shape.columns else (*shape.columns, number)
