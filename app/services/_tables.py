"""Tables as people keep them: sheets of a workbook, a CSV file, JSON objects; cells unchecked."""

import csv
import io
import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import PurePath
from typing import Any

import openpyxl

from app.domain.errors import DomainError, Invalid, TooLarge
from app.services._content import office, texts
from app.services._content.archives import Limits

MOST_COLUMNS = 200
#: Rows with nothing in them don't count, but they have to be read.
_LAST_ROW = 100_000
_OLE = b"\xd0\xcf\x11\xe0"

#: The number of a row as a spreadsheet counts, and its cells.
Line = tuple[int, Sequence[object]]


@dataclass(frozen=True, slots=True)
class Bounds:
    """How large a table may be."""

    size: int
    lines: int
    unpacked: int = 60_000_000


def read_tables(data: bytes, name: str, bounds: Bounds) -> Iterator[list[Line]]:
    """Yield the tables of a file, blank lines left out; *name* tells the kind of file.

    Raises:
        Invalid: it is no such file, is broken, encrypted, or carries macros.
        TooLarge: it exceeds *bounds*.
    """
    suffix = PurePath(name).suffix.lower()
    if suffix not in _READERS:
        raise Invalid("只能导入 .xlsx、.csv 或 .json 文件。")
    if len(data) > bounds.size:
        raise TooLarge("文件不能超过 %(most)s MB。", most=bounds.size // 1_000_000)
    try:
        for table in _READERS[suffix](data, bounds):
            yield _filled(table, bounds)
    except DomainError:
        raise
    except Exception as error:  # the parsers answer a broken file with whatever breaks first
        raise Invalid("文件已损坏，或不是 %(suffix)s 文件。", suffix=suffix) from error


def _filled(table: Iterable[Line], bounds: Bounds) -> list[Line]:
    filled: list[Line] = []
    for number, cells in table:
        if number > _LAST_ROW:
            raise TooLarge("文件行数过多，请删除表格下方的空行。")
        if not (shown := _shown(cells)):
            continue
        if len(filled) == bounds.lines:
            raise TooLarge("文件行数过多，请分几次导入。")
        filled.append((number, shown))
    return filled


def _shown(cells: Sequence[object]) -> Sequence[object]:
    """Return a line without the empty cells at its end, of which a sheet may have a million."""
    last = len(cells)
    if cells.count(None) == last:
        return ()
    while last and cells[last - 1] in (None, ""):
        last -= 1
    return cells[:last]


def _xlsx(data: bytes, bounds: Bounds) -> Iterator[Iterable[Line]]:
    if data.startswith(_OLE):
        raise Invalid("文件已加密或是旧版 .xls，请另存为不加密的 .xlsx。")
    office.inspect(io.BytesIO(data), Limits(unpacked=bounds.unpacked, ratio=1_000))
    book = openpyxl.load_workbook(io.BytesIO(data), read_only=True, data_only=True)
    try:
        for sheet in book.worksheets:
            rows = sheet.iter_rows(max_row=_LAST_ROW + 1, max_col=MOST_COLUMNS, values_only=True)
            yield enumerate(rows, start=1)
    finally:
        book.close()


def _csv(data: bytes, bounds: Bounds) -> Iterator[Iterable[Line]]:
    text = _decoded(data)
    head = text[:10_000]
    delimiter = max(",\t;", key=head.count)
    yield enumerate(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True), 1)


def _json(data: bytes, bounds: Bounds) -> Iterator[Iterable[Line]]:
    items = json.loads(_decoded(data), parse_constant=_refuse_constant)
    if not isinstance(items, list) or not all(isinstance(item, dict) for item in items):
        raise Invalid("JSON 文件应是一组对象，每行一个对象。")
    headings = list(dict.fromkeys(key for item in items for key in item))
    if len(headings) > MOST_COLUMNS:
        raise TooLarge("最多 %(most)s 列。", most=MOST_COLUMNS)
    body = ([item.get(key) for key in headings] for item in items)
    yield [(0, headings), *enumerate(body, start=1)]


def _refuse_constant(name: str) -> Any:
    raise ValueError(name)


def _decoded(data: bytes) -> str:
    """Read UTF-8, or what Excel writes in China when asked for text."""
    for encoding in texts.encoding_of(data):
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise Invalid("无法识别文件的文字编码，请另存为 UTF-8。")


_READERS = {".xlsx": _xlsx, ".csv": _csv, ".json": _json}
