"""Tables of figures as a workbook to take away: what the page shows, sheet by sheet."""

from __future__ import annotations

from collections.abc import Iterable
from io import BytesIO

from flask import Response, send_file
from flask_babel import gettext
from xlsxwriter import Workbook
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from app.web.charts import Cell, Table

EXCEL = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_NAMES, _FIGURES = 34, 12
_A4 = 9
#: What a sheet's name must not hold.
_FORBIDDEN = str.maketrans("[]:*?/\\", "（）：＊？／＼")


def answer(name: str, tables: Iterable[tuple[str, Table]]) -> Response:
    """Answer with a workbook of that name, a sheet for each title and its table."""
    file = BytesIO()
    with Workbook(file, {"in_memory": True, "strings_to_formulas": False}) as book:
        bold = book.add_format({"bold": True, "bottom": 1, "bg_color": "#DCE6F1"})
        whole = book.add_format({"num_format": "#,##0"})
        for title, table in tables:
            sheet = book.add_worksheet(title.translate(_FORBIDDEN)[:31])
            _set_up(sheet, table)
            _write(sheet, table, bold, whole)
    file.seek(0)
    return send_file(file, mimetype=EXCEL, as_attachment=True, download_name=f"{name}.xlsx")


def _set_up(sheet: Worksheet, table: Table) -> None:
    """Set up for paper: A4 lying, as wide as the page, headings on each."""
    sheet.set_landscape()
    sheet.set_paper(_A4)
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(1)
    sheet.freeze_panes(2, 1)
    sheet.set_column(0, 0, _NAMES)
    sheet.set_column(1, len(table.columns), _FIGURES)
    sheet.set_footer(gettext("&C第 &P 页，共 &N 页"))


def _write(sheet: Worksheet, table: Table, bold: Format, whole: Format) -> None:
    sheet.write_string(0, 0, table.said)
    for place, name in enumerate([table.heading, *(one.name for one in table.columns)]):
        sheet.write_string(1, place, name, bold)
    rows = [*table.rows, *([table.total] if table.total else [])]
    for line, row in enumerate(rows, start=2):
        sheet.write_string(line, 0, row.name)
        for place, cell in enumerate(row.cells, start=1):
            _put(sheet, line, place, cell, whole)


def _put(sheet: Worksheet, line: int, place: int, cell: Cell, whole: Format) -> None:
    if cell.value is None:
        sheet.write_string(line, place, cell.text)
    else:
        sheet.write_number(line, place, cell.value, None if cell.value % 1 else whole)
