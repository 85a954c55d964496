"""Where the next page of a list begins, as text in its address."""

from __future__ import annotations

from datetime import date, datetime


def write(at: date, row: int) -> str:
    """Write the sort key and the id of the last row shown."""
    return f"{at.isoformat()}_{row}"


def read_moment(text: str | None) -> tuple[datetime, int] | None:
    """Read a cursor on a moment; anything else starts at the first page."""
    try:
        at, _, row = (text or "").replace(" ", "+").rpartition("_")
        moment = datetime.fromisoformat(at)
        return (moment, _row(row)) if moment.tzinfo else None
    except ValueError:
        return None


def read_day(text: str | None) -> tuple[date, int] | None:
    """Read a cursor on a day; anything else starts at the first page."""
    try:
        at, _, row = (text or "").rpartition("_")
        return date.fromisoformat(at), _row(row)
    except ValueError:
        return None


def _row(text: str) -> int:
    """Read an id; more digits than any row has are refused, not handed to the database."""
    if not text.isascii() or len(text) > 18:
        raise ValueError(text)
    return int(text)
