"""Wrong passwords by the address that they came from.

Each process counts for itself, in memory: a restart forgets, and several web processes allow an
address as many tries as there are of them. An account's own count is in the database and is exact.
The loopback address is not counted: behind a proxy on the same machine everybody has it.
"""

from __future__ import annotations

from collections import OrderedDict
from datetime import datetime
from ipaddress import ip_address
from threading import Lock

from app.domain.people import LOCK_FOR

#: Wrong passwords within half an hour that bar an address. More than for an account: a school's
#: people often share one address, and a mischievous pupil must not lock all of them out at once.
MOST_FAILURES = 20
#: Addresses remembered; the one that was quiet for longest is forgotten first.
_MOST = 10_000


class Tries:
    """When each address failed lately. Safe for threads."""

    def __init__(self) -> None:
        self._failures: OrderedDict[str, list[datetime]] = OrderedDict()
        self._lock = Lock()

    def barred(self, address: str | None, at: datetime) -> bool:
        """Tell whether too many wrong passwords came from the address lately."""
        with self._lock:
            return len(self._recent(address, at)) >= MOST_FAILURES

    def fail(self, address: str | None, at: datetime) -> None:
        """Count a wrong password."""
        if not _counts(address):
            return
        with self._lock:
            recent = [*self._recent(address, at), at][-MOST_FAILURES:]
            self._failures[str(address)] = recent
            self._failures.move_to_end(str(address))
            while len(self._failures) > _MOST:
                self._failures.popitem(last=False)

    def forget(self, address: str | None) -> None:
        """Begin anew: somebody there knew a password, and colleagues share an address."""
        with self._lock:
            self._failures.pop(str(address), None)

    def _recent(self, address: str | None, at: datetime) -> list[datetime]:
        return [one for one in self._failures.get(str(address), ()) if at - one < LOCK_FOR]


def _counts(address: str | None) -> bool:
    """Tell whether the address says who somebody is."""
    try:
        return not ip_address(address or "").is_loopback
    except ValueError:
        return False


TRIES = Tries()
