"""What one version of the calendar changes about the one before. Shared by the services."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date

from sqlalchemy import insert
from sqlalchemy.orm import Session

from app.domain.calendar import Calendar, CalendarChange, CalendarVersion
from app.domain.errors import Invalid, NotAllowed, Sentence
from app.domain.people import Actor
from app.domain.vocabulary import Role
from app.services._calendar import forget

LONGEST_SOURCE = 200
KEEPERS = (Role.OFFICE_HEAD, Role.SYSTEM_ADMIN)


@dataclass(frozen=True, slots=True)
class DayChange:
    """What adopting changes about one day."""

    day: date
    was_workday: bool
    is_workday: bool
    was_name: str | None
    name: str | None
    was_provisional: bool

    @property
    def flips(self) -> bool:
        """Whether it turns a day of rest into a working day or the other way round."""
        return self.was_workday != self.is_workday

    @property
    def shows(self) -> bool:
        """Whether one sees it in a printed calendar."""
        return self.flips or self.was_name != self.name


@dataclass(frozen=True, slots=True)
class Proposal:
    """What adopting something would make of the calendar."""

    #: Whose calendar it changes; ``None``: the whole country's.
    county_id: int | None
    changes: tuple[DayChange, ...]
    #: The years that were provisional and are no more.
    settles: tuple[int, ...]
    #: The calendar that would be in force, of the country or of a county.
    calendar: Callable[[int | None], Calendar] = field(compare=False)

    @property
    def shown(self) -> list[DayChange]:
        """The days that look different afterwards."""
        return [change for change in self.changes if change.shows]


def may_keep(actor: Actor) -> bool:
    """Tell whether *actor* may change the calendar."""
    return actor.has(*KEEPERS)


def require_keeper(actor: Actor) -> None:
    """Raise NotAllowed for whoever may not change the calendar."""
    if not may_keep(actor):
        raise NotAllowed("工作日历由督导办主任或系统管理员维护。")


def checked_source(source: str) -> str:
    source = source.strip()
    if not 0 < len(source) <= LONGEST_SOURCE:
        fault = Sentence("请填写通知文号，不超过 %(most)s 字。", most=LONGEST_SOURCE)
        raise Invalid(fields={"source": [fault]})
    return source


#: What else belongs into the transaction of an adoption; it is told the new version.
AndThen = Callable[[Session, int], None]


def write_version(
    session: Session,
    version: CalendarVersion,
    changes: Sequence[DayChange],
    and_then: AndThen | None = None,
) -> int:
    """Write a version with what it changes, and return its number."""
    forget(session)
    session.add(version)
    session.flush()
    of = {"version_id": version.id, "county_id": version.county_id}
    columns = tuple(DayChange.__dataclass_fields__)
    rows = [of | {name: getattr(one, name) for name in columns} for one in changes]
    session.execute(insert(CalendarChange), rows)
    if and_then is not None:
        and_then(session, version.id)
    return version.id
