"""The one way to ask what time it is. Tests travel; nothing is injected."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

#: Every deadline of the regulations ends at midnight in Beijing, wherever the server stands.
LOCAL = ZoneInfo("Asia/Shanghai")


def utcnow() -> datetime:
    """Return the current moment, aware and in UTC."""
    return datetime.now(UTC)


def local_date(at: datetime) -> date:
    """Return the calendar day of *at* in Beijing."""
    return at.astimezone(LOCAL).date()


def today() -> date:
    """Return the current day in Beijing."""
    return local_date(utcnow())
