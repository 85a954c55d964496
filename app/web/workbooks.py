"""Tables of figures as a workbook to take away: what the page shows, sheet by sheet."""

from __future__ import annotations

from collections.abc import Iterable
from io import BytesIO
from typing import Any, NamedTuple

from flask import Response, send_file
from flask_babel import gettext
from xlsxwriter import Workbook
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from app.services import paper
from app.services.sheets import EXCEL
from app.web.charts import Cell, Table

_NAMES, _FIGURES = 34, 12
#: What a sheet's name must not hold.
_FORBIDDEN = str.maketrans("[]:*?/\\", "（）：＊？／＼")
_HEAD = {"bold": True, "bottom": 1, "bg_color": "#DCE6F1", "text_wrap": True, "valign": "vcenter"}
#: Of `_Forms`, in their order. Whatever stands in a column of figures stands to the right.
_FORMS: tuple[dict[str, Any], ...] = (
    _HEAD,
    {**_HEAD, "align": "right"},
    {"num_format": "#,##0"},
    {"num_format": "General"},
    {"align": "right"},
)


class _Forms(NamedTuple):
    """What cells look like."""

    heading: Format
    figures: Format
    whole: Format
    part: Format
    text: Format


def answer(name: str, tables: Iterable[tuple[str, Table]]) -> Response:
    """Answer with a workbook of that name, a sheet for each title and its table."""
    file = BytesIO()
    with Workbook(file, {"in_memory": True, "strings_to_formulas": False}) as book:
        forms = _Forms(*(book.add_format(form) for form in _FORMS))
        for title, table in tables:
            sheet = book.add_worksheet(title.translate(_FORBIDDEN)[:31])
            _set_up(sheet, table)
            _head(sheet, table, forms)
            _write(sheet, table, forms)
    file.seek(0)
    return send_file(file, mimetype=EXCEL, as_attachment=True, download_name=f"{name}.xlsx")


def _set_up(sheet: Worksheet, table: Table) -> None:
    """Set up for paper: A4 lying, as wide as the page, headings on each."""
    sheet.set_landscape()
    sheet.set_paper(paper.A4)
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(0, 1)
    sheet.freeze_panes(2, 1)
    sheet.set_column(0, 0, _NAMES)
    sheet.set_column(1, len(table.columns), _FIGURES)
    sheet.set_footer(gettext("&C第 &P 页，共 &N 页"))


def _head(sheet: Worksheet, table: Table, forms: _Forms) -> None:
    """Say what the table shows; headings stand over their figures, on as many lines as it takes."""
    sheet.write_string(0, 0, table.said)
    sheet.write_string(1, 0, table.heading, forms.heading)
    names = [one.name for one in table.columns]
    for place, name in enumerate(names, start=1):
        sheet.write_string(1, place, name, forms.figures)
    tallest = max((paper.lines(name, _FIGURES) for name in names), default=1)
    sheet.set_row(1, paper.height(tallest))


def _write(sheet: Worksheet, table: Table, forms: _Forms) -> None:
    rows = [*table.rows, *([table.total] if table.total else [])]
    if not rows:
        sheet.write_string(2, 0, gettext("暂无"))
    for line, row in enumerate(rows, start=2):
        sheet.write_string(line, 0, row.name)
        for place, cell in enumerate(row.cells, start=1):
            _put(sheet, line, place, cell, forms)


def _put(sheet: Worksheet, line: int, place: int, cell: Cell, forms: _Forms) -> None:
    if cell.value is None:
        sheet.write_string(line, place, cell.text, forms.text)
    else:
        form = forms.part if cell.value % 1 else forms.whole
        sheet.write_number(line, place, cell.value, form)
