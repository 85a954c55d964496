"""Limits and first values of date fields: ``today``, ``due``, ``today+15``, ``2026-09-30``."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from app.clock import today
from app.forms.components import Component

_LIMIT = re.compile(r"(?P<name>[^\W\d]\w*)\s*(?:(?P<sign>[+-])\s*(?P<days>\d{1,4}))?")


def limits_of(item: Component, context: Mapping[str, Any]) -> tuple[date | None, date | None]:
    """Return the first and the last day a date field takes; ``None`` where there is no limit."""
    return day_of(item.not_before, context), day_of(item.not_after, context)


def day_of(text: str, context: Mapping[str, Any]) -> date | None:
    """Return the day that *text* names, or ``None`` when it names none that is known.

    Where a process is only played, *context* says which day is ``today``.
    """
    match = _LIMIT.fullmatch(text.strip())
    if match is None:
        return _iso(text)
    named = context.get(match["name"])
    base = today() if match["name"] == "today" and named is None else _iso(named)
    if base is None or not match["days"]:
        return base
    days = timedelta(days=int(match["days"]))
    return base - days if match["sign"] == "-" else base + days


def _iso(value: Any) -> date | None:
    if isinstance(value, date):
        return value
    try:
        return date.fromisoformat(str(value)[:10])
    except ValueError:
        return None
