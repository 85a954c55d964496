"""The one way to ask what time it is. Tests travel; nothing is injected."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

#: Every deadline of the regulations ends at midnight in Beijing, wherever the server stands.
LOCAL = ZoneInfo("Asia/Shanghai")


#: Where the clock has been set to, if it has: only the demo county and tests travel.
_travelled: list[datetime] = []


def utcnow() -> datetime:
    """Return the current moment, aware and in UTC."""
    return _travelled[0] if _travelled else datetime.now(UTC)


def local_date(at: datetime) -> date:
    """Return the calendar day of *at* in Beijing."""
    return at.astimezone(LOCAL).date()


def today() -> date:
    """Return the current day in Beijing."""
    return local_date(utcnow())


def end_of_today() -> datetime:
    """Return 24:00 of the current day in Beijing."""
    return datetime.combine(today() + timedelta(days=1), time.min, LOCAL)


@contextmanager
def travel() -> Iterator[Callable[[datetime], None]]:
    """Yield a function that sets the clock of this process; on leaving it runs again as it was."""

    def move_to(at: datetime) -> None:
        _travelled[:] = [at.astimezone(UTC)]

    try:
        yield move_to
    finally:
        _travelled.clear()
