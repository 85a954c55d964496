"""Where the next part of a page's list begins; what is no such place begins at the first."""

from __future__ import annotations

from contextlib import suppress
from datetime import date, datetime

from app import cursors
from app.domain.errors import Invalid

#: Pages need no names for their lists: one page's address is never another's.
_OF = "page"


def write(at: date, row: int) -> str:
    """Write the sort key and the id of the last row shown."""
    return str(cursors.encode((at, row), _OF))


def read_moment(text: str | None) -> tuple[datetime, int] | None:
    """Read a cursor on a moment."""
    with suppress(Invalid):
        return cursors.moment_after(text or None, _OF)
    return None


def read_day(text: str | None) -> tuple[date, int] | None:
    """Read a cursor on a day."""
    with suppress(Invalid):
        return cursors.day_after(text or None, _OF)
    return None
