"""Reading a ledger that comes back: what was typed into it, and all that should not have been."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from pathlib import PurePath
from typing import Any

import openpyxl
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.cell_range import CellRange

from app.domain.errors import DomainError, Invalid, Sentence, TooLarge
from app.services import ledger_bookkeeping
from app.services._content import office
from app.services._content.archives import Limits
from app.services._content.merges import merged_cells
from app.services.ledger_bookkeeping import MOST_ROWS, SHEET, Base, Bookkeeping, Slip
from app.services.ledger_cells import Unreadable, plain
from app.services.ledger_fields import BY_KEY, Column

LARGEST = 10_000_000
_LIMITS = Limits(unpacked=120_000_000, ratio=1_000)
_OLE = b"\xd0\xcf\x11\xe0"
#: Rows that somebody may have put above the headings.
_MOST_ABOVE = 40
_LAST_ROW = MOST_ROWS + 200


@dataclass(frozen=True, slots=True)
class Fault:
    """Something in the file that should not be there, and where."""

    sheet: str
    #: 0: it is no single row's.
    row: int
    #: The letter; empty: it is no single column's.
    column: str
    message: Sentence


@dataclass(frozen=True, slots=True)
class Typed:
    """A cell that says something else than was exported."""

    row: int
    #: ``N12``.
    cell: str
    base: Base
    column: Column
    text: str


@dataclass(frozen=True, slots=True)
class Returned:
    """What a file holds that came back."""

    slip: Slip
    digest: str
    rows: int
    typed: tuple[Typed, ...]
    faults: tuple[Fault, ...]
    #: Headings of columns that were added; what stands there is left alone.
    added: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Cell:
    value: object
    #: As openpyxl tells it: ``f`` a formula, ``e`` an error.
    kind: str


_Line = tuple[int, Sequence[_Cell]]


def read(data: bytes, name: str, open_to: Collection[str]) -> Returned:
    """Read a workbook that `ledger_workbook` wrote, in whatever program it was changed.

    *open_to* are the columns that whoever brings it back may change.

    Raises:
        Invalid: it is none of ours, or broken.
        TooLarge: it is larger than any export that can come back.
    """
    _require_sound(data, name)
    try:
        sheet, lines, notes = _sheets(data)
        books = ledger_bookkeeping.read(notes)
        merged = merged_cells(io.BytesIO(data), _LIMITS).get(sheet, [])
    except DomainError:
        raise
    except Exception as error:  # the parser answers a broken file with whatever breaks first
        raise Invalid("文件已损坏，或不是 .xlsx 文件。") from error
    return _Reader(books, sheet, open_to).read(lines, merged, hashlib.sha256(data).hexdigest())


def _require_sound(data: bytes, name: str) -> None:
    if PurePath(name).suffix.lower() != ".xlsx":
        raise Invalid("只能导回 .xlsx 文件，请另存为 .xlsx 再导回。")
    if len(data) > LARGEST:
        raise TooLarge("文件不能超过 %(most)s MB。", most=LARGEST // 1_000_000)
    if data.startswith(_OLE):
        raise Invalid("文件已加密或是旧版 .xls，请另存为不加密的 .xlsx。")
    office.inspect(io.BytesIO(data), _LIMITS)


def _sheets(data: bytes) -> tuple[str, list[_Line], list[list[Any]] | None]:
    """Return the name and the lines of the visible sheet, and the lines of the hidden one."""
    book = openpyxl.load_workbook(io.BytesIO(data), read_only=True)
    try:
        names = [one for one in book.sheetnames if one != SHEET]
        if SHEET not in book.sheetnames or not names:
            return "", [], None
        noted = book[SHEET].iter_rows(max_row=_LAST_ROW, values_only=True)
        notes = [list(line) for line in noted]
        lines = list(_lines(book[names[0]].iter_rows(max_row=_LAST_ROW + 1, max_col=100)))
        return names[0], lines, notes
    finally:
        book.close()


def _lines(rows: Any) -> Iterator[_Line]:
    for number, row in enumerate(rows, start=1):
        if number > _LAST_ROW:
            raise TooLarge("表格超过 %(most)s 行，请重新导出后修改。", most=MOST_ROWS)
        cells = [_Cell(cell.value, getattr(cell, "data_type", "n")) for cell in row]
        if any(cell.value not in (None, "") for cell in cells):
            yield number, cells


class _Reader:
    """Compares the lines of a sheet with what was noted of them."""

    def __init__(self, books: Bookkeeping, sheet: str, open_to: Collection[str]) -> None:
        self._slip, self._bases = books.slip, books.bases
        self._sheet, self._open_to = sheet, open_to
        self._columns = [BY_KEY.get(key) for key in books.slip.columns]
        self._number_at = books.slip.columns.index("number")
        self._faults: list[Fault] = []
        self._typed: list[Typed] = []
        self._first: dict[str, int] = {}
        self._merged: list[CellRange] = []

    def read(self, lines: Sequence[_Line], merged: Sequence[str], digest: str) -> Returned:
        place = self._heading_place(lines)
        heading_row, headings = lines[place]
        added = self._compare_headings(heading_row, [_heading(cell) for cell in headings])
        moved = bool(self._faults)
        self._note_merged(merged, heading_row)
        if not moved:
            for number, cells in lines[place + 1 :]:
                self._compare(number, cells)
        return Returned(
            self._slip,
            digest,
            len(self._first),
            tuple(self._typed),
            tuple(self._faults),
            added,
        )

    def _heading_place(self, lines: Sequence[_Line]) -> int:
        wanted = set(self._slip.headings)
        known = [len(wanted & {_heading(c) for c in cells}) for _, cells in lines[:_MOST_ABOVE]]
        most = max(known, default=0)
        if most < 2:
            raise Invalid("在“%(sheet)s”表中没有找到表头。", sheet=self._sheet)
        return known.index(most)

    def _compare_headings(self, row: int, found: Sequence[str]) -> tuple[str, ...]:
        """Note columns that are elsewhere or gone; return the headings of those that were added."""
        for place, heading in enumerate(self._slip.headings):
            now = found[place] if place < len(found) else ""
            if now == heading:
                continue
            letter = get_column_letter(place + 1)
            if heading in found:
                there = get_column_letter(found.index(heading) + 1)
                told = Sentence(
                    "“%(heading)s”列被移到第 %(there)s 列。", heading=heading, there=there
                )
            else:
                template = "“%(heading)s”列被删除或改名，这里现在是“%(now)s”。"
                told = Sentence(template, heading=heading, now=now)
            self._faults.append(Fault(self._sheet, row, letter, told))
        return tuple(one for one in found[len(self._slip.headings) :] if one)

    def _note_merged(self, merged: Sequence[str], heading_row: int) -> None:
        for reference in merged:
            cells = CellRange(reference)
            if cells.max_row >= heading_row and cells.min_col <= len(self._slip.columns):
                self._merged.append(cells)
                told = Sentence("单元格 %(range)s 被合并，请取消合并。", range=reference)
                letter = get_column_letter(cells.min_col)
                self._faults.append(Fault(self._sheet, cells.min_row, letter, told))

    def _compare(self, row: int, cells: Sequence[_Cell]) -> None:
        base = self._base(row, cells)
        if base is None:
            return
        for place, column in enumerate(self._columns):
            cell = cells[place] if place < len(cells) else _Cell(None, "n")
            key = self._slip.columns[place]
            try:
                text = _text(cell)
                if column is not None and text != base.texts[key]:
                    self._type(row, place, base, text)
            except Unreadable as unreadable:
                self._fault(row, place, unreadable.sentence)

    def _base(self, row: int, cells: Sequence[_Cell]) -> Base | None:
        """Return how the line was exported, or note why it is none of those."""
        cell = cells[self._number_at] if self._number_at < len(cells) else _Cell(None, "n")
        number = "" if cell.value is None else str(cell.value).strip()
        if not number and self._is_foot(cells):
            return None
        if number in self._first:
            told = Sentence("与第 %(row)s 行的问题编号相同。", row=self._first[number])
        elif number not in self._bases:
            template = "问题编号“%(number)s”不在导出的台账中；新问题请用“导入台账”。"
            told = Sentence(template, number=number)
        else:
            self._first[number] = row
            return self._bases[number]
        self._fault(row, self._number_at, told)
        return None

    def _is_foot(self, cells: Sequence[_Cell]) -> bool:
        texts = [str(cell.value).strip() for cell in cells if cell.value not in (None, "")]
        return all(text.startswith(tuple(self._slip.foot)) for text in texts)

    def _type(self, row: int, place: int, base: Base, text: str) -> None:
        if any(_covers(cells, row, place + 1) for cells in self._merged):
            return  # emptied by the merging, which is told by itself
        column = BY_KEY[self._slip.columns[place]]
        if column.key not in self._open_to:
            heading = self._slip.headings[place]
            told = Sentence("“%(heading)s”列不能在台账中修改。", heading=heading)
            self._fault(row, place, Sentence(column.instead) if column.instead else told)
        elif len(text) > column.longest:
            template = "不超过 %(most)s 字，现有 %(now)s 字。"
            self._fault(row, place, Sentence(template, most=column.longest, now=len(text)))
        else:
            cell = f"{get_column_letter(place + 1)}{row}"
            self._typed.append(Typed(row, cell, base, column, text))

    def _fault(self, row: int, place: int, told: Sentence) -> None:
        self._faults.append(Fault(self._sheet, row, get_column_letter(place + 1), told))


def _covers(cells: CellRange, row: int, column: int) -> bool:
    in_rows = cells.min_row <= row <= cells.max_row
    return in_rows and cells.min_col <= column <= cells.max_col


def _heading(cell: _Cell) -> str:
    return "" if cell.value is None else " ".join(str(cell.value).split())


def _text(cell: _Cell) -> str:
    """Return what a cell says.

    Raises:
        Unreadable: it is computed, an error, or no text.
    """
    if cell.kind == "f":
        raise Unreadable("单元格是公式，请改成文字。")
    if cell.kind == "e":
        raise Unreadable("单元格是错误值，请改成文字。")
    return plain(cell.value)
