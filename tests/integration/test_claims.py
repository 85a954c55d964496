"""Who fires a deadline: one worker at a time, each deadline once, never before its moment."""

import time as clocks
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import event, select, update

from app import scheduler
from app.clock import LOCAL, travel, utcnow
from app.db import db, transaction
from app.domain.history import Event
from app.domain.process import Timer
from app.domain.vocabulary import Stage, TimerState
from app.services import deadlines, timer_ledger
from app.texts import event_text
from bench import sweep as bench

#: Two working days after Monday, 2 March.
DUE = datetime(2026, 3, 5, tzinfo=LOCAL)
SECOND, HOUR, DAY = timedelta(seconds=1), timedelta(hours=1), timedelta(days=1)


@pytest.fixture
def case(cast):
    """A case whose notice nobody signs for."""
    return cast.open_case()


def timer(case, key="acknowledge_due"):
    query = select(Timer).filter_by(case_id=case.id, key=key).order_by(Timer.id.desc())
    found = db.session.scalars(query).first()
    db.session.refresh(found)
    return found


def firings(case=None):
    query = select(Event).filter_by(what="timer_fired").order_by(Event.id)
    return list(db.session.scalars(query.filter_by(case_id=case.id) if case else query))


def change(timer, **values):
    with transaction() as session:
        session.execute(update(Timer).where(Timer.id == timer.id).values(values))


def test_what_one_worker_has_claimed_the_others_leave_alone(cast, case, clock):
    clock.move_to(DUE)

    first, second = deadlines.claim("a"), deadlines.claim("b")

    assert (first, second) == ([timer(case).id], [])
    assert timer(case).claimed_by == "a"
    assert timer(case).claimed_until == DUE + deadlines.LEASE


def test_a_batch_is_the_longest_overdue(cast, clock):
    cases = [cast.open_case() for _ in range(3)]
    for days, case in zip((1, 3, 2), cases, strict=True):
        at = DUE - timedelta(days=days)
        change(timer(case), due_at=at, try_at=at)
    clock.move_to(DUE)

    assert deadlines.claim("a", most=2) == [timer(cases[1]).id, timer(cases[2]).id]
    assert deadlines.claim("b", most=2) == [timer(cases[0]).id]


def test_the_claim_of_a_dead_worker_runs_out_and_another_takes_over(cast, case, clock):
    clock.move_to(DUE)
    deadlines.claim("dead")

    clock.shift(deadlines.LEASE - SECOND)
    assert deadlines.sweep("alive") == 0
    clock.shift(SECOND)
    assert deadlines.sweep("alive") == 1

    assert timer(case).fired_by == "alive"


def test_what_a_worker_broke_off_it_takes_up_again_at_once(cast, case, clock):
    clock.move_to(DUE)
    deadlines.claim("a")

    assert deadlines.sweep("a") == 1


def test_who_lost_a_claim_leaves_the_deadline_to_whoever_has_it_now(cast, case, clock):
    clock.move_to(DUE)
    (timer_id,) = deadlines.claim("slow")
    clock.shift(deadlines.LEASE)
    deadlines.claim("quick")

    assert deadlines.fire(timer_id, "slow") is False
    assert deadlines.fire(timer_id, "quick") is True


def test_a_claim_is_no_permission_to_fire_again(cast, case, clock):
    clock.move_to(DUE)
    (timer_id,) = deadlines.claim("a")

    assert [deadlines.fire(timer_id, "a") for _ in range(3)] == [True, False, False]
    assert len(firings(case)) == 1


def test_a_deadline_that_was_put_off_does_not_fire_by_its_old_moment(cast, case, clock):
    clock.move_to(DUE)
    (timer_id,) = deadlines.claim("a")
    change(timer(case), due_at=DUE + DAY)

    assert deadlines.fire(timer_id, "a") is False


def test_a_suspended_deadline_never_fires(cast, case, clock):
    change(timer(case), state=TimerState.SUSPENDED)

    clock.move_to(DUE + 30 * DAY)

    assert scheduler.sweep() == 0
    assert deadlines.fire(timer(case).id) is False
    assert timer(case).state is TimerState.SUSPENDED


def test_after_an_hour_without_a_sweep_all_fires_once_and_the_oldest_first(cast, clock):
    cases = [cast.open_case() for _ in range(12)]
    order = [(7 * number) % 12 for number in range(12)]
    for place, case in zip(order, cases, strict=True):
        at = DUE - HOUR + timedelta(minutes=5 * place)
        change(timer(case), due_at=at, try_at=at)

    clock.move_to(DUE)

    assert (scheduler.sweep(), scheduler.sweep()) == (12, 0)
    lines = firings()
    assert [line.params["due_at"] for line in lines] == sorted(
        line.params["due_at"] for line in lines
    )
    assert {line.timer_id for line in lines} == {timer(case).id for case in cases}


def test_three_missed_periods_fire_once_and_the_history_says_so(cast, clock):
    case = cast.starts_work()

    cast.until(date(2026, 6, 20))  # three months of reports that nobody asked for

    fired = [line for line in firings(case) if line.params["key"] == "progress_missing"]
    (line,) = fired
    assert event_text(line).endswith("（错过 3 期，合并触发一次）")
    assert db.session.get(Timer, line.timer_id).missed == 2  # besides the one that fired


@pytest.mark.parametrize("step", [HOUR, DAY], ids=["an hour", "a day"])
def test_a_clock_that_is_set_back_fires_nothing_early_and_nothing_twice(case, clock, step):
    clock.move_to(DUE - step / 2)
    assert scheduler.sweep() == 0

    clock.move_to(DUE)
    assert scheduler.sweep() == 1
    clock.shift(-step)
    assert scheduler.sweep() == 0
    clock.move_to(DUE + SECOND)
    scheduler.sweep()

    assert [line.params["key"] for line in firings(case)] == ["acknowledge_due"]


@pytest.mark.parametrize("step", [HOUR, DAY], ids=["an hour", "a day"])
def test_a_clock_that_jumps_ahead_fires_what_is_due_by_it_once(case, clock, step):
    clock.move_to(DUE - SECOND)
    assert scheduler.sweep() == 0

    clock.shift(step)
    fired = scheduler.sweep()
    clock.shift(-step)

    assert (fired, scheduler.sweep()) == (1, 0)
    clock.move_to(DUE + 2 * step)
    scheduler.sweep()
    assert len([line for line in firings(case) if line.params["key"] == "acknowledge_due"]) == 1


@pytest.mark.parametrize("zone", ["UTC", "Asia/Shanghai", "America/New_York"])
def test_wherever_the_server_stands_the_day_ends_at_midnight_in_beijing(cast, zone, monkeypatch):
    monkeypatch.setenv("TZ", zone)
    clocks.tzset()
    try:
        with travel() as move_to:
            move_to(datetime(2026, 3, 2, 1, tzinfo=UTC))
            case = cast.open_case()
            move_to(DUE - SECOND)
            early = scheduler.sweep()
            move_to(DUE)
            fired = scheduler.sweep()

        assert (early, fired) == (0, 1)
        assert timer(case).fired_at == datetime(2026, 3, 4, 16, tzinfo=UTC)
        assert case.stage is Stage.PLANNING
    finally:
        monkeypatch.undo()
        clocks.tzset()


def test_four_workers_fire_many_deadlines_of_one_second_once_each(app, cast, clock):
    cases = [cast.open_case() for _ in range(40)]
    db.session.remove()
    clock.move_to(DUE)

    def work(name):
        with app.app_context():
            try:
                return deadlines.sweep(name)
            finally:
                db.session.remove()

    with ThreadPoolExecutor(4) as pool:
        fired = sum(pool.map(work, ["w1", "w2", "w3", "w4"]))
    clock.shift(5 * SECOND)
    fired += deadlines.sweep("w5")

    assert fired == len(cases)
    assert set(Counter(line.timer_id for line in firings()).values()) == {1}
    states = db.session.scalars(select(Timer.state).filter_by(key="acknowledge_due"))
    assert set(states) == {TimerState.FIRED}


def test_two_processes_of_one_case_that_move_at_once_are_no_failure(app, cast, clock):
    case = cast.starts_work()
    cast.until(date(2026, 4, 3))  # overdue: a letter is drafted beside the work
    clock.move_to(datetime(2026, 4, 4, tzinfo=LOCAL))
    at, both = utcnow(), [timer(case, key) for key in ("progress_missing", "draft_letter_due")]
    for one in both:
        change(one, due_at=at, try_at=at)
    due = deadlines.due_timers()
    assert len({one.process_id for one in both}) == len(due) == 2
    db.session.rollback()

    def work(timer_id):
        with app.app_context():
            try:
                return deadlines.attempt(timer_id)
            finally:
                db.session.remove()

    with ThreadPoolExecutor(len(due)) as pool:
        list(pool.map(work, due))
    for _ in due:
        clock.shift(2 * SECOND)
        scheduler.sweep()

    attempts = db.session.scalars(select(Timer.attempts).where(Timer.id.in_(due)))
    assert set(attempts) == {0}
    lines = [line for line in firings(case) if line.at >= at]
    assert sorted(line.timer_id for line in lines if line.timer_id in due) == sorted(due)


def test_a_sweep_that_finds_nothing_does_not_write(app, cast, case):
    bench.fill(1000)

    assert bench.milliseconds() < 50  # 2 ms at 100,000; machines that run tests may be busy


def test_what_asks_for_deadlines_that_have_run_out_walks_the_index_of_those_that_run(case, clock):
    if db.engine.dialect.name != "sqlite":
        pytest.skip("PostgreSQL reads a small table whole, whatever it could use")
    asked = []

    def note(_connection, _cursor, statement, parameters, _context, _many):
        if "FROM timer" in statement:
            asked.append((statement, parameters))

    event.listen(db.engine, "before_cursor_execute", note)
    deadlines.due_timers()
    deadlines.overdue_count()
    timer_ledger.health()
    event.remove(db.engine, "before_cursor_execute", note)

    assert len(asked) >= 3
    for statement, parameters in asked:
        plan = db.session.connection().exec_driver_sql(
            f"EXPLAIN QUERY PLAN {statement}", parameters
        )
        ways = [row.detail for row in plan if "timer" in row.detail]
        assert all("USING" in way for way in ways), ways
