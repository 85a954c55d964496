"""Reading a holiday notice from a spreadsheet, a CSV file or JSON (holiday-cn's form as well)."""

import csv
import io
import json
import zipfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path, PurePath

import openpyxl

from app.domain.errors import DomainError, Invalid, TooLarge
from app.domain.holiday_notice import NO, YES, HolidayRow, plain_text

LARGEST = 1_000_000
#: A spreadsheet is a zip archive; what it unpacks to is bounded too.
LARGEST_UNPACKED = 20_000_000
MOST_ROWS = 3_000
MOST_COLUMNS = 30

_HEADINGS = {
    "day": ("日期", "date", "day"),
    "is_workday": ("是否上班", "上班", "安排", "类型", "is_workday", "workday"),
    "is_off": ("是否放假", "放假", "isoffday", "is_off"),
    "name": ("名称", "节日", "节假日", "name"),
}
_COLUMNS = {heading: column for column, headings in _HEADINGS.items() for heading in headings}

_Table = Iterable[tuple[int, Sequence[object]]]


def read(file: Path | bytes, name: str) -> list[HolidayRow]:
    """Return the rows of a notice as they stand, unchecked; *name* tells the kind of file.

    Raises:
        Invalid: it is no such file, or has no column of days or of 上班 and 放假.
        TooLarge: it is larger than any notice.
    """
    suffix = PurePath(name).suffix.lower()
    if suffix not in _READERS:
        raise Invalid("只能导入 .xlsx、.csv 或 .json 文件。")
    content = _content(file)
    try:
        table = _READERS[suffix](content)
    except DomainError:
        raise
    except Exception as error:  # the parsers answer a broken file with whatever breaks first
        raise Invalid("文件已损坏，或不是 %(suffix)s 文件。", suffix=suffix) from error
    return _rows(table)


def _content(file: Path | bytes) -> bytes:
    size = len(file) if isinstance(file, bytes) else file.stat().st_size
    if size > LARGEST:
        raise TooLarge
    return file if isinstance(file, bytes) else file.read_bytes()


def _xlsx(content: bytes) -> _Table:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        if sum(entry.file_size for entry in archive.infolist()) > LARGEST_UNPACKED:
            raise TooLarge
    book = openpyxl.load_workbook(io.BytesIO(content), read_only=True, data_only=True)
    try:
        sheet = book.worksheets[0]
        rows = sheet.iter_rows(max_row=MOST_ROWS + 2, max_col=MOST_COLUMNS, values_only=True)
        return list(enumerate(rows, start=1))
    finally:
        book.close()


def _csv(content: bytes) -> _Table:
    reader = csv.reader(io.StringIO(_decode(content), newline=""))
    return [(reader.line_num, row) for row in reader]


def _json(content: bytes) -> _Table:
    document = json.loads(_decode(content))
    days = document.get("days") if isinstance(document, dict) else document
    if not isinstance(days, list) or not all(isinstance(day, dict) for day in days):
        raise Invalid("JSON 文件应是一组对象，每个对象一天。")
    headings = list(dict.fromkeys(heading for day in days for heading in day))
    body = ([day.get(heading) for heading in headings] for day in days)
    return [(0, headings), *enumerate(body, start=1)]


_READERS = {".xlsx": _xlsx, ".csv": _csv, ".json": _json}


def _decode(content: bytes) -> str:
    """Read UTF-8, or what Excel writes in China when asked for CSV."""
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("gb18030")


def _rows(table: _Table) -> list[HolidayRow]:
    filled = ((number, row) for number, row in table if any(cell not in (None, "") for cell in row))
    columns = _columns(next(filled, (0, ()))[1])
    rows = list(_body(filled, columns))
    if len(rows) > MOST_ROWS:
        raise TooLarge
    return rows


def _columns(headings: Sequence[object]) -> dict[str, int]:
    columns: dict[str, int] = {}
    for place, heading in enumerate(headings):
        if column := _COLUMNS.get(str(heading).strip().lower()):
            columns.setdefault(column, place)
    if "day" not in columns or not {"is_workday", "is_off"} & columns.keys():
        raise Invalid("首行应有“日期”“是否上班”两列，可再有“名称”列。")
    return columns


def _body(table: _Table, columns: Mapping[str, int]) -> Iterator[HolidayRow]:
    for number, row in table:
        cells = {column: row[place] for column, place in columns.items() if place < len(row)}
        flag = cells["is_workday"] if "is_workday" in cells else _opposite(cells.get("is_off"))
        yield HolidayRow(number, cells.get("day"), flag, cells.get("name"))


def _opposite(is_off: object) -> object:
    """Turn yes and no around for a column that asks 是否放假; other words speak for themselves."""
    text = plain_text(is_off)
    if text in YES:
        return "否"
    return "是" if text in NO else is_off
