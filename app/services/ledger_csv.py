"""The ledger as comma-separated values, for other programs: the same columns, the same words."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Sequence

from app.services.ledger_entries import Entry
from app.services.ledger_layouts import Shape
from app.services.ledger_values import Value, in_chinese

#: Spreadsheets compute a cell that begins with one of these, unless an apostrophe stands before it.
_COMPUTED = ("=", "+", "-", "@", "\t", "\r")
#: Without it spreadsheets in China take UTF-8 for something else.
_MARK = "\ufeff"


def lines(shape: Shape, batches: Iterable[Sequence[Entry]]) -> Iterator[bytes]:
    """Yield the file in pieces: the headings, and one for each batch of lines."""
    headings = [shape.layout.heading(column) for column in shape.columns]
    yield (_MARK + _text([headings])).encode()
    for batch in batches:
        rows = ([_cell(column.value(entry)) for column in shape.columns] for entry in batch)
        yield _text(rows).encode()


def _text(rows: Iterable[Sequence[str]]) -> str:
    target = io.StringIO()
    csv.writer(target).writerows(rows)
    return target.getvalue()


def _cell(value: Value) -> str:
    text = in_chinese(value)
    computed = text.startswith(_COMPUTED) and not isinstance(value, int | float)
    return f"'{text}" if computed else text
