"""What a version of the calendar does to open deadlines: telling it before, doing it after.

Issued deadlines are only ever put off. Each case is moved in a transaction of its own, and what is
done is not done again: applying may be broken off and resumed at any time.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import partial
from typing import Any

from sqlalchemy import ColumnElement, func, select, true
from sqlalchemy.orm import Session, joinedload

from app.clock import utcnow
from app.db import db, transaction
from app.domain.calendar import CalendarChange, CalendarVersion
from app.domain.case import Case
from app.domain.errors import Conflict, NotFound, Sentence
from app.domain.holiday_notice import HolidayRow
from app.domain.people import Actor, User
from app.domain.process import Process, Timer, TimerMove
from app.domain.vocabulary import MoveCause
from app.services import _postponing, calendars, jobs, local_days
from app.services._calendar import at_version, current
from app.services._calendar_changes import Proposal, require_keeper
from app.services._postponing import Reason
from app.services._recounts import (
    Calendars,
    Forecast,
    Move,
    Scope,
    first_flip,
    forecast,
    remembered,
)
from app.services._scope import of_visible_timers, visible

__all__ = ["Forecast", "Move"]

#: So many cases are moved while one waits for the page; more take a job.
MOST_AT_ONCE = 200
_TRIES = 3
KIND = "calendar_moves"

Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Adopted:
    """What came of adopting something."""

    version: int
    #: Deadlines put off; ``None`` while a job is at it.
    moved: int | None


def what_moves(proposal: Proposal, actor: Actor | None) -> Forecast:
    """Tell which open deadlines a proposal would move; nobody is the command line.

    All are counted; those of cases that *actor* may not see are marked as not seen.
    """
    scope = Scope(
        at=utcnow(),
        county_id=proposal.county_id,
        since=first_flip(proposal.changes),
        seen=_seen(actor),
    )
    return forecast(db.session(), scope, current, proposal.calendar)


def _seen(actor: Actor | None) -> ColumnElement[bool]:
    return true() if actor is None else visible(actor)


def adopt_notice(
    rows: Iterable[HolidayRow],
    *,
    source: str,
    actor: Actor | None,
    progress: Progress | None = None,
) -> Adopted:
    """Adopt a holiday notice and put off what it puts off.

    Nobody is the command line, which waits and is told the *progress*.

    Raises:
        NotAllowed: the person may not change the calendar.
        Invalid: the notice or its number is wrong; nothing is adopted.
    """
    rows = list(rows)
    if actor is None:
        newest = current().version
        version = calendars.import_notice(rows, source=source, at=utcnow())
        return Adopted(version, apply(version, progress) if version != newest else 0)
    require_keeper(actor)
    many = _is_much(what_moves(calendars.propose_notice(rows), actor))
    adopt = partial(calendars.import_notice, rows, source=source, at=utcnow(), by=actor)
    return _adopted(adopt, actor, many=many)


def adopt_local(local: local_days.LocalHoliday, actor: Actor) -> Adopted:
    """Give the actor's county days of its own and put off what they put off."""
    many = _is_much(what_moves(local_days.propose(local, actor), actor))
    return _adopted(partial(local_days.adopt, local, actor), actor, many=many)


def remove_local(local: local_days.Removal, actor: Actor) -> Adopted:
    """Take a day of its own from the actor's county and put off what that puts off."""
    many = _is_much(what_moves(local_days.propose_removal(local, actor), actor))
    return _adopted(partial(local_days.remove, local, actor), actor, many=many)


def _is_much(found: Forecast) -> bool:
    return len({move.case_id for move in found.later}) > MOST_AT_ONCE


def _adopted(adopt: Callable[..., int], actor: Actor, *, many: bool) -> Adopted:
    """Adopt, and move the deadlines at once or by a job that is queued with the adoption."""
    newest = current().version
    version = adopt(and_then=partial(_enqueue, actor) if many else None)
    if version == newest:
        return Adopted(version, 0)
    return Adopted(version, None if many else apply(version))


def _enqueue(actor: Actor, session: Session, version: int) -> None:
    key = f"{KIND}:{version}"
    jobs.enqueue(session, jobs.Order(kind=KIND, params={"version": version}, actor=actor, key=key))


@jobs.job(KIND, label="日历变更后调整期限", counted="已处理 %(amount)s 件")
def _run(params: Mapping[str, Any], progress: jobs.Progress) -> jobs.Result:
    moved = apply(int(params["version"]), progress)
    told = Sentence("已顺延 %(count)s 项期限。", count=moved)
    return jobs.Result(told, {"moved": moved, "version": params["version"]})


def resume(version: int, actor: Actor) -> Adopted:
    """Go on with a version whose deadlines were not all moved because something stopped it.

    Raises:
        NotAllowed: the person may not change the calendar.
        NotFound: there is no such version.
    """
    require_keeper(actor)
    return Adopted(version, apply(version))


def outstanding(version: int) -> Forecast:
    """Tell which deadlines a version that is in force would move and has not moved yet.

    Raises:
        NotFound: there is no such version.
    """
    return forecast(db.session(), *_version(db.session(), version).question())


def apply(version: int, progress: Progress | None = None) -> int:
    """Put off what *version* of the calendar puts off; return how many deadlines that were.

    Raises:
        NotFound: there is no such version.
        Conflict: a case was being moved by others all the time; the others are done.
    """
    found, tell = _version(db.session(), version), progress or _silently
    plan = forecast(db.session(), *found.question())
    cases = list(dict.fromkeys(move.case_id for move in plan.later))
    moved = 0
    for done, case_id in enumerate(cases):
        tell(done, len(cases))
        moved += _apply_to(case_id, found)
    for batch in _postponing.batches(forecast(db.session(), *found.question()).settled):
        with transaction() as session:
            _postponing.settle(session, batch, found.reason.calendar_version)
    with transaction() as session:
        session.get_one(CalendarVersion, version).applied_at = utcnow()
    tell(len(cases), len(cases))
    return moved


def _silently(done: int, total: int) -> None:
    """Tell nobody how far it is."""


@dataclass(frozen=True, slots=True)
class _Version:
    """A version that is being applied, read once."""

    id: int
    county_id: int | None
    since: date | None
    #: The calendar of the version before.
    before: Calendars
    reason: Reason

    def question(self, case_id: int | None = None) -> tuple[Scope, Calendars, Calendars]:
        """Return what to ask `forecast` for all of it, or for one case."""
        scope = Scope(
            at=utcnow(),
            version=self.id,
            county_id=self.county_id,
            case_id=case_id,
            since=self.since,
        )
        return scope, self.before, current


def _version(session: Session, version: int) -> _Version:
    found = session.get(CalendarVersion, version)
    if found is None:
        raise NotFound("日历没有这一版。")
    by = session.get(User, found.adopted_by_id) if found.adopted_by_id else None
    flips = CalendarChange.was_workday != CalendarChange.is_workday
    since = select(func.min(CalendarChange.day)).where(CalendarChange.version_id == version, flips)
    earlier = select(func.max(CalendarVersion.id)).where(CalendarVersion.id < version)
    previous = session.scalar(earlier)
    before = current if previous is None else remembered(partial(at_version, previous))
    reason = Reason(found.note, current().version, Actor.of(by) if by else None)
    return _Version(version, found.county_id, session.scalar(since), before, reason)


def _apply_to(case_id: int | None, version: _Version) -> int:
    """Move one case, or the timers that belong to none; somebody else may be moving it just now."""
    for last in (False,) * (_TRIES - 1) + (True,):
        try:
            with transaction() as session:
                return _put_off(session, case_id, version)
        except Conflict:
            if last:
                raise
    return 0


def _put_off(session: Session, case_id: int | None, version: _Version) -> int:
    at = utcnow()
    if case_id is None:
        moves = forecast(session, *version.question()).later
        of_none = [move for move in moves if move.case_id is None]
        _postponing.hold_all(session, of_none)
        return sum(_postponing.put_off_alone(session, move, version.reason, at) for move in of_none)
    case = session.get_one(Case, case_id, with_for_update={"key_share": True})
    plan = forecast(session, *version.question(case_id))
    return _postponing.put_off(session, case, plan, version.reason, at)


def moves_of(version: int, actor: Actor, *, limit: int = 1000) -> list[TimerMove]:
    """List the deadlines that a version of the calendar has moved, as far as *actor* may see."""
    query = (
        select(TimerMove)
        .join(Timer, Timer.id == TimerMove.timer_id)
        .options(joinedload(TimerMove.timer).options(*_WHOLE))
        .where(TimerMove.cause == MoveCause.CALENDAR, TimerMove.calendar_version == version)
    )
    query = of_visible_timers(query, actor)
    in_order = query.order_by(Case.number.is_(None), Case.number, TimerMove.id)
    return list(db.session.scalars(in_order.limit(limit)))


_WHOLE = (joinedload(Timer.case), joinedload(Timer.process).joinedload(Process.diagram))
