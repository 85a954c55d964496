"""Reading a holiday notice from a spreadsheet, a CSV file or JSON (holiday-cn's form as well)."""

import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from app.domain.errors import Invalid, TooLarge
from app.domain.holiday_notice import NO, YES, HolidayRow, plain_text
from app.services._tables import Bounds, Line, read_tables

#: No notice is larger.
BOUNDS = Bounds(size=1_000_000, lines=3_001, unpacked=20_000_000)

_HEADINGS = {
    "day": ("日期", "date", "day"),
    "is_workday": ("是否上班", "上班", "安排", "类型", "is_workday", "workday"),
    "is_off": ("是否放假", "放假", "isoffday", "is_off"),
    "name": ("名称", "节日", "节假日", "name"),
}
_COLUMNS = {heading: column for column, headings in _HEADINGS.items() for heading in headings}


def read(file: Path | bytes, name: str) -> list[HolidayRow]:
    """Return the rows of a notice as they stand, unchecked; *name* tells the kind of file.

    Raises:
        Invalid: it is no such file, or has no column of days or of 上班 and 放假.
        TooLarge: it is larger than any notice.
    """
    content = _content(file)
    if name.lower().endswith(".json"):
        content = _days(content)
    table = next(read_tables(content, name, BOUNDS), [])
    columns = _columns(table[0][1] if table else ())
    return list(_body(table[1:], columns))


def _content(file: Path | bytes) -> bytes:
    size = len(file) if isinstance(file, bytes) else file.stat().st_size
    if size > BOUNDS.size:
        raise TooLarge
    return file if isinstance(file, bytes) else file.read_bytes()


def _days(content: bytes) -> bytes:
    """Take the list of days out of holiday-cn's form, which wraps it in an object."""
    try:
        document = json.loads(content)
    except (ValueError, RecursionError):
        return content  # the reader says what is wrong with it
    wrapped = isinstance(document, dict) and isinstance(document.get("days"), list)
    return json.dumps(document["days"]).encode() if wrapped else content


def _columns(headings: Sequence[object]) -> dict[str, int]:
    columns: dict[str, int] = {}
    for place, heading in enumerate(headings):
        if column := _COLUMNS.get(str(heading).strip().lower()):
            columns.setdefault(column, place)
    if "day" not in columns or not {"is_workday", "is_off"} & columns.keys():
        raise Invalid("首行应有“日期”“是否上班”两列，可再有“名称”列。")
    return columns


def _body(table: Sequence[Line], columns: Mapping[str, int]) -> Iterator[HolidayRow]:
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
