"""地方性假日: the days that one county keeps differently from the country."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from sqlalchemy import delete
from sqlalchemy.orm import Session

from app.clock import utcnow
from app.db import db, transaction
from app.domain.calendar import Calendar, CalendarVersion, LocalDay
from app.domain.errors import Invalid, Sentence
from app.domain.holiday_notice import LONGEST_NAME, YEARS
from app.domain.people import Actor
from app.services._calendar import current, days_of_county, forget, in_order
from app.services._calendar_changes import (
    LONGEST_SOURCE,
    AndThen,
    DayChange,
    Proposal,
    checked_source,
    require_keeper,
    write_version,
)

#: No county's holiday is longer.
LONGEST = 31

#: How a county wants to keep some days, and what it calls them; ``None``: as the country does.
Wanted = Mapping[date, tuple[bool, str] | None]


@dataclass(frozen=True, slots=True)
class LocalHoliday:
    """Days that a county keeps differently, from the first to the last."""

    first: date
    last: date
    is_workday: bool
    name: str
    source: str


@dataclass(frozen=True, slots=True)
class Removal:
    """A day that is a county's own no more."""

    day: date
    source: str


def propose(local: LocalHoliday, actor: Actor) -> Proposal:
    """Return what a holiday of the actor's own county would change.

    Raises:
        NotAllowed: the person may not change the calendar.
        Invalid: it has no name or no source, or its days can't be.
    """
    require_keeper(actor)
    _check_local(local)
    return _of_county(db.session(), actor.county_id, _local_days(local))


def propose_removal(removal: Removal, actor: Actor) -> Proposal:
    """Return what it would change if the actor's own county kept a day as the country does."""
    require_keeper(actor)
    return _of_county(db.session(), actor.county_id, {removal.day: None})


def _local_days(local: LocalHoliday) -> Wanted:
    numbers = range(local.first.toordinal(), local.last.toordinal() + 1)
    named = (local.is_workday, local.name.strip())
    return {date.fromordinal(number): named for number in numbers}


def _of_county(session: Session, county_id: int, wanted: Wanted) -> Proposal:
    """Return what the county's calendar would be with other days; ``None`` takes one away."""
    national, own = current(), days_of_county(session, county_id)
    kept = {day: found for day, found in {**own, **wanted}.items() if found is not None}
    changes = tuple(
        _own_change(national, day, own.get(day), kept.get(day))
        for day in sorted(wanted)
        if own.get(day) != kept.get(day)
    )
    calendar = national.with_own(in_order(kept))
    return Proposal(
        county_id, changes, (), lambda asked: calendar if asked == county_id else current(asked)
    )


def _own_change(
    national: Calendar, day: date, was: tuple[bool, str] | None, now: tuple[bool, str] | None
) -> DayChange:
    worked, provisional = national.is_workday(day), national.is_provisional(day)
    was_workday, was_name = was or (worked, None)
    is_workday, name = now or (worked, None)
    return DayChange(day, was_workday, is_workday, was_name, name, provisional)


def _check_local(local: LocalHoliday) -> None:
    faults: dict[str, list[str]] = {}
    if not 0 < len(local.name.strip()) <= LONGEST_NAME:
        faults["name"] = [Sentence("请填写名称，不超过 %(most)s 字。", most=LONGEST_NAME)]
    if not 0 < len(local.source.strip()) <= LONGEST_SOURCE:
        text = "请填写依据（文号），不超过 %(most)s 字。"
        faults["source"] = [Sentence(text, most=LONGEST_SOURCE)]
    if not {local.first.year, local.last.year} <= set(YEARS):
        years = {"first": YEARS.start, "last": YEARS.stop - 1}
        faults["first"] = [Sentence("只接受 %(first)s—%(last)s 年的日期。", **years)]
    elif not 0 <= (local.last - local.first).days < LONGEST:
        text = "止日不能早于起日，且一次不超过 %(most)s 天。"
        faults["last"] = [Sentence(text, most=LONGEST)]
    if faults:
        raise Invalid(fields=faults)


def adopt(local: LocalHoliday, actor: Actor, *, and_then: AndThen | None = None) -> int:
    """Give the actor's county days of its own; return the version they are in force by."""
    require_keeper(actor)
    _check_local(local)
    return _adopt(actor, _local_days(local), local.source.strip(), and_then)


def remove(removal: Removal, actor: Actor, *, and_then: AndThen | None = None) -> int:
    """Take a day of its own from the actor's county; return the version by which it is gone."""
    require_keeper(actor)
    return _adopt(actor, {removal.day: None}, checked_source(removal.source), and_then)


def _adopt(actor: Actor, wanted: Wanted, source: str, and_then: AndThen | None) -> int:
    county_id = actor.county_id
    with transaction() as session:
        proposal = _of_county(session, county_id, wanted)
        if not proposal.changes:
            return current().version
        days = [change.day for change in proposal.changes]
        of_county = delete(LocalDay).where(LocalDay.county_id == county_id)
        session.execute(of_county.where(LocalDay.day.in_(days)))
        session.add_all(
            LocalDay(
                county_id=county_id,
                day=day,
                is_workday=kept[0],
                name=kept[1],
                source=source,
            )
            for day in days
            if (kept := wanted[day]) is not None
        )
        version = CalendarVersion(
            note=source, county_id=county_id, adopted_at=utcnow(), adopted_by_id=actor.id
        )
        found = write_version(session, version, proposal.changes, and_then)
    forget(db.session())
    return found
