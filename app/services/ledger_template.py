"""The empty ledger that offices fill in: a sheet to fill, an example, what each column means."""

import io
from collections.abc import Sequence

import openpyxl
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.worksheet import Worksheet

from app.domain.vocabulary import Category, Mode, Severity, Term
from app.services import paper, sheets
from app.services.ledger_columns import COLUMNS
from app.services.ledger_files import MOST_ROWS

_HEAD = PatternFill("solid", fgColor="DCE6F1")
_WIDTH, _OF_NOTES = 18, 90
_CHOICES: dict[str, type[Term]] = {"mode": Mode, "severity": Severity, "category": Category}
#: The longest list that Excel takes in a cell's rule.
_LONGEST_CHOICE = 255


def template() -> bytes:
    """Return the workbook. Only its first sheet is imported; the example is never."""
    book = openpyxl.Workbook()
    _fill_ledger(book.worksheets[0])
    _show_example(book.create_sheet("填写示例"))
    _explain(book.create_sheet("填写说明"))
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def _fill_ledger(sheet: Worksheet) -> None:
    sheet.title = "整改台账"
    _head(sheet, [column.heading + ("*" if column.required else "") for column in COLUMNS])
    for place, column in enumerate(COLUMNS, start=1):
        if column.field in _CHOICES:
            _offer(sheet, place, [term.label for term in _CHOICES[column.field]])


def _show_example(sheet: Worksheet) -> None:
    _head(sheet, [column.heading for column in COLUMNS])
    sheet.append([column.example for column in COLUMNS])
    for cell in sheet[2]:
        cell.alignment = Alignment(wrap_text=True, vertical="top")
    tallest = max(paper.lines(column.example, _WIDTH) for column in COLUMNS)
    sheet.row_dimensions[2].height = paper.height(tallest)


def _explain(sheet: Worksheet) -> None:
    _head(sheet, ["列名", "是否必填", "说明"], paper.A4)
    sheet.column_dimensions["C"].width = _OF_NOTES
    for column in COLUMNS:
        sheet.append([column.heading, "必填" if column.required else "选填", column.note])


def _head(sheet: Worksheet, headings: Sequence[str], size: int = paper.A3) -> None:
    sheet.append(list(headings))
    sheet.freeze_panes = "A2"
    for place, cell in enumerate(sheet[1], start=1):
        cell.font, cell.fill = Font(bold=True), _HEAD
        cell.alignment = Alignment(horizontal="center")
        sheet.column_dimensions[get_column_letter(place)].width = _WIDTH
    sheets.lie_down(sheet, size)


def _offer(sheet: Worksheet, place: int, words: Sequence[str]) -> None:
    choice = '"' + ",".join(words) + '"'
    if len(choice) > _LONGEST_CHOICE:
        return
    rule = DataValidation(type="list", formula1=choice, allow_blank=True, showErrorMessage=False)
    letter = get_column_letter(place)
    rule.add(f"{letter}2:{letter}{MOST_ROWS + 1}")
    sheet.add_data_validation(rule)
