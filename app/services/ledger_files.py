"""Reading a ledger: finding its heading row, wherever it stands, and the rows below it."""

from collections.abc import Sequence
from dataclasses import dataclass

from app.domain.errors import Invalid, TooLarge
from app.domain.keepable import UNKEEPABLE
from app.services._tables import Bounds, Line, read_tables
from app.services.ledger_columns import recognise

LARGEST = 10_000_000
MOST_ROWS = 5_000
#: Titles, notes and the like that may stand above the headings.
_MOST_ABOVE = 20
#: Fewer columns than that and it is no ledger.
_FEWEST = 2


@dataclass(frozen=True, slots=True)
class Row:
    """One row as it was found, whatever its cells hold."""

    #: Its place in the file as a spreadsheet counts; in JSON, which object it is.
    number: int
    cells: Sequence[object]


@dataclass(frozen=True, slots=True)
class Sheet:
    """A ledger as it was found in a file."""

    headings: list[str]
    rows: list[Row]
    #: Where the headings stand.
    heading_row: int


def read(data: bytes, name: str) -> Sheet:
    """Return the first table of a file that has a ledger's headings.

    Raises:
        Invalid: it is no such file, is broken, or none of its tables has the headings.
        TooLarge: it is larger than 10 MB, unpacks to too much, or has more than 5,000 rows.
    """
    bounds = Bounds(size=LARGEST, lines=MOST_ROWS + _MOST_ABOVE)
    for table in read_tables(data, name, bounds):
        place = _heading_place(table)
        if place is not None:
            return _sheet(table, place)
    raise Invalid("没有找到表头。表头应有“被督导单位”“具体问题”“整改要求”等列，可下载模板填写。")


def _heading_place(table: Sequence[Line]) -> int | None:
    """Return which line has most headings that we know; a heading may span two lines."""
    counts = [_known(cells) for _, cells in table[:_MOST_ABOVE]]
    most = max(counts, default=0)
    return counts.index(most) if most >= _FEWEST else None


def _known(cells: Sequence[object]) -> int:
    columns = (recognise(cell) for cell in cells if isinstance(cell, str))
    return len({column.field for column in columns if column})


def _heading(text: str) -> str:
    """Return a heading as it can be shown."""
    return " ".join(UNKEEPABLE.sub("", text).split())


def _sheet(table: Sequence[Line], place: int) -> Sheet:
    number, cells = table[place]
    headings = ["" if cell is None else _heading(str(cell)) for cell in cells]
    rows = [Row(number, cells) for number, cells in table[place + 1 :]]
    if len(rows) > MOST_ROWS:
        raise TooLarge("一次最多导入 %(most)s 行，请分几次导入。", most=MOST_ROWS)
    return Sheet(headings, rows, number)
