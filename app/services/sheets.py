"""A plain table as a workbook to take away."""

import io
from collections.abc import Iterable, Sequence
from datetime import date

import openpyxl
from openpyxl.styles import Alignment, Font
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.properties import PageSetupProperties
from openpyxl.worksheet.worksheet import Worksheet

from app.services import paper

#: The media type of a workbook.
EXCEL = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
WIDTH = 26

Value = str | int | date | None


def workbook(title: str, headings: Sequence[str], rows: Iterable[Sequence[Value]]) -> bytes:
    """Return a workbook of one sheet. Text stays text, whatever it begins with."""
    book = openpyxl.Workbook()
    sheet = book.worksheets[0]
    sheet.title = title[:31]
    sheet.append(list(headings))
    for place, cell in enumerate(sheet[1], start=1):
        cell.font = Font(bold=True)
        sheet.column_dimensions[get_column_letter(place)].width = WIDTH
    sheet.freeze_panes = "A2"
    lie_down(sheet)
    for number, row in enumerate(rows, start=2):
        for place, value in enumerate(row, start=1):
            cell = sheet.cell(number, place, value)
            if isinstance(value, str):
                cell.data_type = "s"  # or a name that begins with = would be computed
            elif isinstance(value, date):
                cell.alignment = Alignment(horizontal="left")  # or it runs into the next column
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def lie_down(sheet: Worksheet, size: int = paper.A4) -> None:
    """Set up for paper: lying, as wide as the page, headings and a page number on each."""
    sheet.page_setup.orientation, sheet.page_setup.paperSize = "landscape", size
    sheet.page_setup.fitToHeight = 0
    sheet.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
    sheet.print_title_rows = "1:1"
    sheet.oddFooter.center.text = "&P / &N"  # type: ignore[union-attr]
