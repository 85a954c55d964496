"""What an exported ledger carries along unseen, so that it can come back: how each cell stood.

It is a sheet of its own of plain texts, each line found by the number of its case: programs that
rewrite workbooks keep such a sheet, whatever they make of styles, names and hidden columns.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any

from xlsxwriter.workbook import Workbook
from xlsxwriter.worksheet import Worksheet

from app.domain.errors import Invalid
from app.services._quick_sheet import QuickSheet
from app.services.ledger_cells import plain
from app.services.ledger_entries import Entry
from app.services.ledger_fields import Column
from app.services.ledger_values import Value, in_chinese

SHEET = "核对信息"
MARK = "xiaohao-ledger"
#: Of what stands in the sheet; a program that reads another says so.
VERSION = 1
#: More lines than that are for reading only: nobody compares so many by eye.
MOST_ROWS = 5_000
#: More cycles or lines of history than any case has.
MOST = 1_000_000
#: Beside the texts of the columns: number, cycle, and the length of the history.
_BESIDE = 3
_FOREIGN = (
    "这份文件不能核对：它不是从“台账”页导出的，或其中的“%(sheet)s”表已被删除。"
    "请重新导出后修改；要新增问题，请用“导入台账”。"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Slip:
    """What is noted of the whole export."""

    layout: str
    #: Names of the columns, in the order of the sheet.
    columns: list[str]
    #: What stands above them.
    headings: list[str]
    #: The visible sheet, and where its headings stand, as a spreadsheet counts.
    sheet: str
    heading_row: int
    #: Lines that stand below the table.
    foot: list[str]
    exported_at: str
    exported_by: str

    @property
    def at(self) -> datetime:
        """When it was exported."""
        return datetime.fromisoformat(self.exported_at)


@dataclass(frozen=True, slots=True)
class Base:
    """How one case stood when it was exported."""

    number: str
    cycle: int
    history_length: int
    #: The text of each column, by its name.
    texts: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Bookkeeping:
    """All that an export carries along."""

    slip: Slip
    bases: Mapping[str, Base] = field(default_factory=dict)


def text_of(value: Value) -> str:
    """Return what a cell of this value is read back as."""
    shown: object = value if isinstance(value, int | float) else in_chinese(value)
    return plain(shown)


class Notes:
    """Writes the sheet line by line."""

    def __init__(self, book: Workbook, slip: Slip) -> None:
        self._sheet: Worksheet = book.add_worksheet(SHEET, worksheet_class=QuickSheet)
        self._sheet.very_hidden()
        self._sheet.protect()
        head = (MARK, str(VERSION), json.dumps(asdict(slip), ensure_ascii=False))
        self._row = 0
        self._write(head)

    def note(self, entry: Entry, values: Iterable[Value]) -> None:
        """Note how one case stands."""
        case = entry.case
        beside = (case.number, str(case.cycle), str(case.history_length))
        self._write((*beside, *(text_of(value) for value in values)))

    def _write(self, texts: Iterable[str]) -> None:
        for place, text in enumerate(texts):
            if text:
                self._sheet.write_string(self._row, place, text)
        self._row += 1


def read(lines: Sequence[Sequence[Any]] | None) -> Bookkeeping:
    """Return what `Notes` wrote, from the rows of the sheet; ``None``: there is none.

    Raises:
        Invalid: it was written by nobody of ours, or by another version.
    """
    if not lines or len(lines[0]) < _BESIDE or lines[0][0] != MARK:
        raise Invalid(_FOREIGN, sheet=SHEET)
    if str(lines[0][1]) != str(VERSION):
        raise Invalid("这份文件由其他版本的系统导出，请重新导出后修改。")
    try:
        slip = _whole(Slip(**json.loads(str(lines[0][2]))))
        bases = (_base(slip, line) for line in lines[1:] if line and line[0])
        return Bookkeeping(slip, {base.number: base for base in bases})
    except (ValueError, TypeError, IndexError) as error:
        raise Invalid(_FOREIGN, sheet=SHEET) from error


def _whole(slip: Slip) -> Slip:
    """Return the slip if it can be ours; raises ValueError if somebody has written into it."""
    lists = (slip.columns, slip.headings, slip.foot)
    texts = all(isinstance(one, list) and all(isinstance(t, str) for t in one) for one in lists)
    if not texts or len(slip.columns) != len(slip.headings) or "number" not in slip.columns:
        raise ValueError(slip.layout)
    if slip.at.tzinfo is None or not isinstance(slip.heading_row, int):
        raise ValueError(slip.exported_at)
    return slip


def _base(slip: Slip, line: Sequence[Any]) -> Base:
    texts = ["" if one is None else plain(one) for one in line[_BESIDE:]]
    texts += [""] * (len(slip.columns) - len(texts))
    number, cycle, length = str(line[0]), int(line[1]), int(line[2])
    if not (0 <= cycle <= MOST and 0 <= length <= MOST):
        raise ValueError(number)
    return Base(number, cycle, length, dict(zip(slip.columns, texts, strict=False)))


def kept(columns: Iterable[Column]) -> list[str]:
    """Return the names of *columns* as the slip holds them."""
    return [column.key for column in columns]
