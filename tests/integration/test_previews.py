"""What a change would do to every clock, told before it is sent."""

from datetime import date, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from app.clock import LOCAL
from app.db import db
from app.domain.change import TimerFate
from app.domain.deadlines import last_day
from app.domain.people import Unit
from app.domain.process import Process
from app.domain.vocabulary import (
    ChangeKind,
    Stage,
    TimerState,
)
from tests.cast import PLANNING, REPORTING
from tests.deciding import (
    DUE,
    LATER,
    OTHER,
    extend,
    forecast,
    reassign,
    resume,
    suspend,
    terminate,
    timers,
)


@pytest.fixture
def case(cast):
    """A general problem whose unit is at work and has until the first of April."""
    return cast.starts_work()


HAPPENS = {
    ChangeKind.EXTENSION: extend,
    ChangeKind.SUSPENSION: suspend,
    ChangeKind.TERMINATION: terminate,
    ChangeKind.REASSIGNMENT: reassign,
}


def asked(kind):
    """Return what a request of that kind names."""
    if kind is ChangeKind.EXTENSION:
        return {"until": LATER}
    if kind is ChangeKind.REASSIGNMENT:
        return {"unit_id": db.session.scalars(select(Unit.id).filter_by(name=OTHER)).one()}
    return {}


def states(case):
    """Return each clock that ticks or stands still: its process, rule and moment, by key."""
    found = timers(case, TimerState.ARMED, TimerState.SUSPENDED)
    return {(t.process_id, t.key): (t.state, t.rule, t.due_at) for t in found}


def said(effects, case, before):
    """Return what `states` must be if it goes as *effects* say."""
    new = max(n for (n,) in db.session.execute(select(Process.id).filter_by(case_id=case.id)))
    expected = {}
    for line in effects.timers:
        key = (line.process_id or new, line.key)
        if line.fate is TimerFate.STOPS:
            expected[key] = (TimerState.SUSPENDED, line.rule, line.from_at)
        elif line.fate is not TimerFate.ENDS:
            state, *_ = before.get(key, (TimerState.ARMED,))
            expected[key] = (state, line.rule, line.to_at)
    return expected


@pytest.mark.parametrize("kind", HAPPENS)
@pytest.mark.parametrize("day", [date(2026, 3, 2), date(2026, 3, 25), date(2026, 4, 3)])
def test_what_was_told_before_is_what_then_happens(cast, case, kind, day):
    cast.until(day)
    before = states(case)
    told = forecast(case, kind, **asked(kind))
    assert states(case) == before

    HAPPENS[kind](case)

    assert states(case) == said(told, case, before)
    assert told.due_to == (case.due_on if case.stage in LIVE else None)


LIVE = (Stage.RECTIFYING, Stage.ISSUED)


@settings(
    max_examples=12,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(
    walked=st.integers(0, 9),
    after=st.timedeltas(min_value=timedelta(0), max_value=timedelta(days=60)),
    still=st.timedeltas(min_value=timedelta(0), max_value=timedelta(days=200)),
)
def test_what_is_told_of_a_resumption_is_what_then_happens(cast, walked, after, still):
    cast.clock.move_to(datetime(2026, 3, 2, 9, tzinfo=LOCAL))
    case = cast.open_case()
    cast.walks(case, *[*PLANNING, *REPORTING][:walked])
    cast.passes(seconds=after.total_seconds())
    suspend(case)
    cast.passes(seconds=still.total_seconds())
    told = forecast(case, ChangeKind.RESUMPTION)

    resume(case)

    armed_alike = {
        key: (TimerState.ARMED, *rest) for key, (_, *rest) in said(told, case, {}).items()
    }
    assert states(case) == armed_alike
    assert told.due_to == case.due_on


def test_a_preview_names_the_step_and_the_rule_of_each_clock(case):
    told = forecast(case, ChangeKind.EXTENSION, until=LATER)

    line = next(line for line in told.timers if line.key == "rectify_due")
    assert (line.step, line.rule, line.fate) == ("实施整改", "2026-04-30", TimerFate.MOVED)
    assert (last_day(line.from_at), last_day(line.to_at)) == (DUE, LATER)
    kept = next(line for line in told.timers if line.key == "progress_missing")
    assert (kept.fate, kept.from_at) == (TimerFate.KEPT, kept.to_at)
