"""Cursors: where a list goes on, in the API and on pages, opaque to whoever carries it."""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any, TypeVar

from app.domain.errors import Invalid
from app.http import LARGEST_ID

_Key = TypeVar("_Key")


def encode(place: tuple[datetime | date | int, int] | None, of: str) -> str | None:
    """Write down a *place* in the list *of* that name: what it is sorted by, and the row's id."""
    if place is None:
        return None
    at, row_id = place
    written = at.isoformat() if isinstance(at, date) else str(at)
    text = json.dumps([of, written, row_id], separators=(",", ":"))
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def number_after(cursor: str | None, of: str) -> tuple[int, int] | None:
    """Return the place that *cursor* names in a list sorted by a whole number.

    Raises:
        Invalid: it is no cursor, or one of another list.
    """
    return _after(cursor, of, _number)


def moment_after(cursor: str | None, of: str) -> tuple[datetime, int] | None:
    """Return the place that *cursor* names in a list sorted by moment.

    Raises:
        Invalid: it is no cursor, or one of another list.
    """
    return _after(cursor, of, _moment)


def day_after(cursor: str | None, of: str) -> tuple[date, int] | None:
    """Return the place that *cursor* names in a list sorted by day.

    Raises:
        Invalid: it is no cursor, or one of another list.
    """
    return _after(cursor, of, date.fromisoformat)


def _number(text: str) -> int:
    if not (text.isascii() and text.isdecimal() and len(text) < 10):
        raise ValueError(text[:20])
    return int(text)


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(UTC)


def _after(cursor: str | None, of: str, read: Callable[[str], _Key]) -> tuple[_Key, int] | None:
    if cursor is None:
        return None
    text, row_id = _decode(cursor, of)
    try:
        return read(text), row_id
    except (ValueError, OverflowError) as error:
        raise _strange() from error


def _decode(cursor: str, of: str) -> tuple[str, int]:
    try:
        padded = cursor.encode("ascii") + b"=" * (-len(cursor) % 4)
        found: Any = json.loads(base64.b64decode(padded, altchars=b"-_", validate=True))
    except (ValueError, RecursionError, binascii.Error) as error:
        raise _strange() from error
    match found:
        case [str(name), str(text), int(row_id)] if name == of and 0 <= row_id <= LARGEST_ID:
            return text, row_id
    raise _strange()


def _strange() -> Invalid:
    return Invalid(fields={"cursor": ["翻页位置无效，请从第一页重新开始。"]})
