"""Which open deadlines a change of the calendar moves, from when to when. Shared by the services.

One plan serves both: what a page shows before a notice is adopted, and what adopting it then does.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, time
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, and_, or_, select, true
from sqlalchemy.orm import Session

from app.clock import LOCAL, local_date
from app.domain.calendar import Calendar
from app.domain.case import Case
from app.domain.deadlines import end_of, last_day
from app.domain.process import Timer
from app.domain.recounting import Period, recounted
from app.domain.rules import Rule, Unit
from app.domain.vocabulary import Stage, TimerState
from app.services import _moves
from app.services._calendar_changes import DayChange
from app.services._catalogue import Context, about
from app.services._remaining import Place

Calendars = Callable[[int | None], Calendar]

#: Stages in which nothing is to be done any more; or nothing for now, and what remains of the time
#: is counted when the case is taken up again.
_OVER = tuple(stage for stage in Stage if stage.is_over or stage is Stage.SUSPENDED)


@dataclass(frozen=True, slots=True)
class Move:
    """One open deadline as a new calendar counts it."""

    #: ``None``: the due date of the case itself.
    timer_id: int | None
    #: What the deadline is called, and its element in the diagram.
    name: str
    key: str
    case_id: int | None
    number: str | None
    process_id: int | None
    task_id: int | None
    from_rule: str
    to_rule: str
    from_at: datetime
    to_at: datetime
    provisional: bool
    is_deadline: bool
    #: Whether it hangs on the due date of its case, and moves with that.
    hangs: bool = False
    #: Whether the person who asks may see the case.
    seen: bool = True

    @property
    def from_on(self) -> date:
        """The last day as it stands."""
        return last_day(self.from_at)

    @property
    def to_on(self) -> date:
        """The last day as it would be."""
        return last_day(self.to_at)

    @property
    def days(self) -> int:
        """By how many days it is put off; negative if it would be brought forward."""
        return (self.to_on - self.from_on).days


@dataclass(slots=True)
class Forecast:
    """What a change of the calendar does to the open deadlines."""

    #: Those that are put off.
    later: list[Move] = field(default_factory=list)
    #: Those that would be brought forward, and therefore stay (不提前).
    kept: list[Move] = field(default_factory=list)
    #: Those that stay and are provisional no more.
    settled: list[Move] = field(default_factory=list)

    def enter(self, move: Move, *, was_provisional: bool) -> None:
        """Put a deadline where it belongs; most belong nowhere."""
        if move.to_at > move.from_at:
            self.later.append(move)
            return
        if move.to_at < move.from_at:
            self.kept.append(move)
        if was_provisional and not move.provisional:
            self.settled.append(move)


@dataclass(frozen=True, slots=True)
class Scope:
    """Which deadlines are looked at."""

    at: datetime
    #: Those that were counted by this version or a later one are done with.
    version: int | None = None
    county_id: int | None = None
    case_id: int | None = None
    #: The first day that is worked or not worked other than before; ``None``: there is none.
    since: date | None = None
    seen: ColumnElement[bool] = field(default_factory=true)


def first_flip(changes: Iterable[DayChange]) -> date | None:
    """Return the first day on which people work other than before."""
    return min((change.day for change in changes if change.flips), default=None)


def forecast(session: Session, scope: Scope, before: Calendars, after: Calendars) -> Forecast:
    """Count the open deadlines of *scope* by another calendar."""
    found, hanging = Forecast(), dict[int, Place]()
    before, after = remembered(before), remembered(after)
    for row in session.execute(_open_cases(scope)).all():
        move = _of_case(row, before, after)
        found.enter(move, was_provisional=row.due_provisional)
        if move.to_on > move.from_on:
            hanging |= _hanging(session, row, move.to_on, (scope.at, after(row.county_id)))
    for row in session.execute(_open_timers(scope)).all():
        place = hanging.get(row.id) or _place(row, after(row.county_id))
        if place is not None:
            move = _of_timer(row, place, hangs=row.id in hanging)
            found.enter(move, was_provisional=row.provisional)
    for moves in (found.later, found.kept, found.settled):
        moves.sort(key=lambda move: (move.number or "", move.from_at, move.timer_id or 0))
    return found


def remembered(calendars: Calendars) -> Calendars:
    """Return *calendars*, each made only once."""
    known: dict[int | None, Calendar] = {}

    def of(county_id: int | None) -> Calendar:
        if county_id not in known:
            known[county_id] = calendars(county_id)
        return known[county_id]

    return of


def _hanging(
    session: Session, row: Row[Any], due_on: date, by: tuple[datetime, Calendar]
) -> dict[int, Place]:
    """Return where the timers come to stand that hang on the due date of a case."""
    at, calendar = by
    context = Context(session, about(session.get_one(Case, row.id)), at, None)
    places: dict[int, Place] = {}
    for one in _moves.concerned(context):
        places |= _moves.plan_due(one, due_on, row.counted_from, calendar).places
    return places


def _open_cases(scope: Scope) -> Select[Any]:
    columns = (getattr(Case, name) for name in _CASE_COLUMNS)
    query = select(*columns, scope.seen.label("seen")).where(
        Case.stage.not_in(_OVER), Case.due_on >= local_date(scope.at)
    )
    if scope.since is None:
        query = query.where(Case.due_provisional)
    else:
        query = query.where(or_(Case.due_provisional, Case.due_on >= scope.since))
    return query.where(*_narrowed(scope)).order_by(Case.id)


_CASE_COLUMNS = (
    *("id", "number", "county_id"),
    *("counted_from", "limit_days", "due_on", "due_provisional"),
)


def _narrowed(scope: Scope) -> Iterator[ColumnElement[bool]]:
    if scope.county_id is not None:
        yield Case.county_id == scope.county_id
    if scope.case_id is not None:
        yield Case.id == scope.case_id


def _open_timers(scope: Scope) -> Select[Any]:
    """Return the timers that may move: still running, and touched by a changed day.

    What was counted forward is touched only if it ends after the first changed day; what is
    counted back from a date may be touched earlier.
    """
    running = or_(
        Timer.state == TimerState.SUSPENDED,
        and_(Timer.state == TimerState.ARMED, Timer.due_at > scope.at),
    )
    touched = [Timer.provisional, Timer.rule.startswith("before")]
    if scope.since is not None:
        touched.append(Timer.due_at >= datetime.combine(scope.since, time.min, LOCAL))
    query = (
        select(
            *(getattr(Timer, name) for name in _TIMER_COLUMNS),
            Case.number,
            Case.county_id,
            scope.seen.label("seen"),
        )
        .outerjoin(Case, Case.id == Timer.case_id)
        .where(running, or_(*touched), *_narrowed(scope))
    )
    if scope.version is not None:
        query = query.where(Timer.calendar_version < scope.version)
    return query.order_by(Timer.id)


_TIMER_COLUMNS = (
    *("id", "process_id", "case_id", "task_id", "key", "name", "rule", "base", "armed_at"),
    *("due_at", "provisional", "is_deadline", "state"),
)


def _of_case(row: Row[Any], before: Calendars, after: Calendars) -> Move:
    period = Period(row.counted_from, row.limit_days, row.due_on)
    calendar = after(row.county_id)
    due_on = period.recounted(before(row.county_id), calendar)
    rule = f"days({row.limit_days})" if period.counted(before(row.county_id)) == row.due_on else ""
    return Move(
        timer_id=None,
        name=DUE_ON,
        key="",
        case_id=row.id,
        number=row.number,
        process_id=None,
        task_id=None,
        from_rule=rule or row.due_on.isoformat(),
        to_rule=rule or due_on.isoformat(),
        from_at=end_of(row.due_on),
        to_at=end_of(due_on),
        provisional=calendar.is_provisional_between(row.counted_from, max(due_on, row.due_on)),
        is_deadline=True,
        seen=bool(row.seen),
    )


#: What the due date of a case is called.
DUE_ON = "整改期限"


def _place(row: Row[Any], calendar: Calendar) -> Place | None:
    """Return where a timer comes to stand by itself; ``None`` if it stands still with its case.

    What remains of natural days is kept as a number while a case is suspended; working days are
    told by the calendar, and therefore follow it.
    """
    rule = Rule.parse(row.rule)
    by_workdays = rule.span is not None and rule.span.unit is Unit.WORKDAYS
    if row.state is TimerState.SUSPENDED and not by_workdays:
        return None
    return Place(row.rule, row.base, recounted(rule, row.base, row.armed_at, calendar))


def _of_timer(row: Row[Any], place: Place, *, hangs: bool) -> Move:
    return Move(
        timer_id=row.id,
        name=row.name,
        key=row.key,
        case_id=row.case_id,
        number=row.number,
        process_id=row.process_id,
        task_id=row.task_id,
        from_rule=row.rule,
        to_rule=place.rule,
        from_at=row.due_at,
        to_at=place.due.at,
        provisional=place.due.provisional,
        is_deadline=row.is_deadline,
        hangs=hangs,
        seen=bool(row.seen),
    )
