"""The ledger as a workbook: written line by line, so that its length doesn't matter."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

from xlsxwriter.format import Format
from xlsxwriter.workbook import Workbook
from xlsxwriter.worksheet import Worksheet

from app.clock import LOCAL
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
_A3, _A4 = 8, 9
#: So many columns are read on A4.
_ON_A4 = 16
_INK = {"font_name": "宋体", "font_size": 10, "valign": "top"}
_CELL = {**_INK, "border": 1, "border_color": "#9AA5B1"}
_NUMBERS = {Kind.DATE: "yyyy-mm-dd", Kind.NUMBER: "General", Kind.TEXT: "@"}
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
        self._sheet: Worksheet = self._book.add_worksheet(
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
            for place, value in enumerate(values):
                self._write(place, value)
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

    def _write(self, place: int, value: Value) -> None:
        style, row = self._formats[place], self._row
        if value is None or value == "":
            if not self._origin.is_long:
                self._sheet.write_blank(row, place, None, style)
        elif isinstance(value, int | float):
            self._sheet.write_number(row, place, value, style)
        elif isinstance(value, date):
            self._sheet.write_datetime(row, place, value, style)
        else:
            self._sheet.write_string(row, place, in_chinese(value), style)

    def _head(self) -> int:
        """Write what stands above the table; return the row of the headings."""
        layout = self._shape.layout
        title = self._book.add_format({"font_name": "黑体", "font_size": 16})
        self._sheet.write_string(0, 0, layout.name, title)
        plain = self._book.add_format(_INK)
        lines = [*layout.head, self._told()]
        for row, line in enumerate(lines, start=1):
            self._sheet.write_string(row, 0, line, plain)
        heading_row = len(lines) + 1
        bold = {"bold": True, "text_wrap": True, "align": "center", "valign": "vcenter"}
        style = self._book.add_format({**_CELL, **bold, "bg_color": "#DCE6F1"})
        for place, column in enumerate(self._columns):
            self._sheet.write_string(heading_row, place, layout.heading(column), style)
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
        style = {**_CELL, "num_format": _NUMBERS[column.kind], "text_wrap": column.width > 8}
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
        sheet.repeat_rows(self._heading_row)
        sheet.hide_gridlines(0 if self._origin.is_long else 1)
        sheet.set_landscape()
        sheet.set_paper(_A4 if len(columns) <= _ON_A4 else _A3)
        sheet.fit_to_pages(1, 0)
        sheet.set_margins(left=0.4, right=0.4, top=0.5, bottom=0.6)
        sheet.set_footer("&C第 &P 页，共 &N 页")
        if self._origin.open_to:
            sheet.protect(options=_ALLOWED)


def _with_number(shape: Shape) -> tuple[Column, ...]:
    """Add the number by which a line is known when it comes back."""
    number = BY_KEY["number"]
    return shape.columns if number in shape.columns else (*shape.columns, number)
