"""The ledger of deadlines: what stands in it, and two figures that must be 0 but could be more."""

from datetime import date, datetime, time, timedelta

import pytest
from sqlalchemy import select, update

from app.cli import operations
from app.clock import LOCAL, utcnow
from app.db import db, transaction
from app.domain.errors import NotFound
from app.domain.history import Event
from app.domain.process import Timer, TimerMove
from app.domain.vocabulary import MoveCause, TimerState
from app.services import accounts, deadlines, history, timer_ledger
from app.services.timer_ledger import Check, Health, TimerFilter, Window
from app.services.timer_proof import proof
from app.texts import event_text

DUE = datetime(2026, 3, 5, tzinfo=LOCAL)
SECOND = timedelta(seconds=1)


@pytest.fixture
def case(cast):
    return cast.open_case()


@pytest.fixture
def office(app):
    return accounts.actor("wangmin")


def timer(case, key="acknowledge_due"):
    query = select(Timer).filter_by(case_id=case.id, key=key).order_by(Timer.id.desc())
    found = db.session.scalars(query).first()
    db.session.refresh(found)
    return found


def found(actor, **narrow):
    return [one.key for one in timer_ledger.page(actor, TimerFilter(**narrow))]


def tell_twice(timer):
    """Copy the line of a firing, as a program that fires twice would write it."""
    with transaction() as session:
        line = session.scalars(select(Event).filter_by(timer_id=timer.id)).one()
        columns = ("case_id", "process_id", "at", "what", "params", "passed", "by_name", "hash")
        again = {name: getattr(line, name) for name in columns}
        session.add(Event(**again, seq=line.seq + 100, timer_id=timer.id))


def test_each_firing_leaves_a_sealed_line_that_names_its_deadline(cast, case):
    cast.until(DUE.date(), time(0))

    line = db.session.scalars(select(Event).filter_by(what="timer_fired")).one()
    assert line.timer_id == line.params["timer_id"] == timer(case).id
    assert history.verify() == []


def test_nothing_fired_twice_and_nobody_lost_anything(cast, case, office):
    cast.until(date(2026, 4, 20))

    assert timer_ledger.health() == timer_ledger.health(office) == Health(0, 0)


def test_a_deadline_that_fired_twice_is_found(cast, case, office):
    cast.until(DUE.date(), time(0))

    tell_twice(timer(case))

    assert timer_ledger.health() == timer_ledger.health(office) == Health(1, 0)
    assert found(office, check=Check.FIRED_TWICE) == ["acknowledge_due"]
    assert not proof(timer(case).id, office).fired_once


def test_a_deadline_that_nobody_takes_up_is_found_after_a_minute(case, clock, office):
    clock.move_to(DUE + timer_ledger.UNATTENDED_AFTER - SECOND)
    assert timer_ledger.health().unattended == 0

    clock.shift(SECOND)

    assert timer_ledger.health() == Health(0, 1)
    assert found(office, check=Check.UNATTENDED) == ["acknowledge_due"]


def test_what_a_worker_has_claimed_is_attended_to_until_the_claim_runs_out(case, clock):
    clock.move_to(DUE + timedelta(hours=1))
    deadlines.claim("dead")

    before = timer_ledger.health().unattended
    clock.shift(deadlines.LEASE)

    assert (before, timer_ledger.health().unattended) == (0, 1)


def test_what_waits_for_its_next_try_is_attended_to(case, clock):
    clock.move_to(DUE + timedelta(hours=1))

    deadlines.note_failure(timer(case).id, ValueError("no"))

    assert timer_ledger.health().unattended == 0


def test_the_figures_are_those_of_the_cases_one_may_see(cast, case, clock):
    clock.move_to(DUE + timedelta(hours=1))

    assert timer_ledger.health(accounts.actor("lyxx_head")).unattended == 1
    assert timer_ledger.health(accounts.actor("sgzx_head")).unattended == 0


def test_the_longest_overdue_comes_first_and_of_the_past_the_latest(cast, office):
    first = cast.open_case()
    cast.clock.shift(timedelta(days=1))
    second = cast.starts_work()
    cast.clock.move_to(datetime(2026, 4, 20, 9, tzinfo=LOCAL))

    running = timer_ledger.page(office, TimerFilter(running=True))
    assert running[0].case_id == first.id
    assert [one.due_at for one in running] == sorted(one.due_at for one in running)
    deadlines.sweep()
    fired = timer_ledger.page(office, TimerFilter(state=TimerState.FIRED))
    assert [one.due_at for one in fired] == sorted((one.due_at for one in fired), reverse=True)
    assert {one.case_id for one in fired} == {first.id, second.id}


def test_the_list_goes_on_after_its_last_row_in_both_directions(cast, office):
    for _ in range(3):
        cast.starts_work()
    cast.until(date(2026, 4, 20))
    for narrow in (TimerFilter(running=True), TimerFilter(state=TimerState.FIRED)):
        whole = [one.id for one in timer_ledger.page(office, narrow, limit=500)]

        seen, after = [], None
        while batch := timer_ledger.page(office, narrow, limit=4, after=after):
            seen += [one.id for one in batch]
            after = batch[-1].due_at, batch[-1].id

        assert seen == whole
        assert len(seen) == timer_ledger.total(office, narrow) > 4


def test_the_list_is_narrowed_by_window_code_unit_and_case(cast, case, clock, office):
    other = cast.starts_work()
    assert found(office, window=Window.WEEK, case=case.number) == ["acknowledge_due"]
    assert found(office, window=Window.TODAY) == []
    assert "acknowledge_due" in found(office, code="T03")
    assert found(office, code="T99") == []
    assert found(office, unit_id=case.lead_unit_id)
    assert found(office, unit_id=office.county_id) == []
    assert set(found(office, case=other.number, running=True)) >= {"progress_missing"}

    clock.move_to(DUE - SECOND)
    assert found(office, window=Window.TODAY, case=case.number) == ["acknowledge_due"]
    clock.move_to(DUE)
    assert "acknowledge_due" in found(office, window=Window.OVERDUE)


def test_what_a_firing_brought_about_stands_beside_it(cast, case):
    cast.until(DUE.date(), time(0))

    lines = timer_ledger.effects([timer(case)])[timer(case).id]

    assert event_text(lines[1]) == "逾期未签收，视为送达"


def test_the_lateness_of_a_firing_is_kept(cast, case, clock):
    assert timer_ledger.lateness(timer(case)) is None
    clock.move_to(DUE + 3 * SECOND)

    deadlines.sweep()

    assert timer_ledger.lateness(timer(case)) == 3 * SECOND


def test_a_proof_counts_again_and_comes_to_the_same_moment(cast, office):
    cast.starts_work()
    cast.until(date(2026, 5, 20))

    for one in timer_ledger.page(office, TimerFilter(), limit=500):
        assert proof(one.id, office).agrees, (one.key, one.rule)


def test_a_proof_says_what_comes_next_and_what_was_moved(cast, case, office):
    with transaction() as session:
        to = timer(case).due_at + timedelta(days=1)
        move = TimerMove(
            timer_id=timer(case).id,
            at=utcnow(),
            cause=MoveCause.CALENDAR,
            reason="国办发明电〔2026〕7号",
            from_at=timer(case).due_at,
            to_at=to,
            from_rule="workdays(2)",
            to_rule="workdays(2)",
            calendar_version=1,
        )
        session.add(move)
        session.execute(update(Timer).filter_by(id=timer(case).id).values(due_at=to, try_at=to))

    found = proof(timer(case).id, office)

    assert found.following[0].name == "视为送达"
    assert [one.reason for one in found.timer.moves] == ["国办发明电〔2026〕7号"]
    assert not found.agrees


def test_somebody_elses_deadline_is_not_found(case):
    with pytest.raises(NotFound):
        proof(timer(case).id, accounts.actor("sgzx_head"))
    with pytest.raises(NotFound):
        proof(timer(case).id, accounts.actor("xitong"))


def test_the_command_line_lists_what_runs(app, case, clock):
    run = app.test_cli_runner().invoke

    assert case.number in run(operations.timers, ["list"]).output
    assert run(operations.timers, ["list", "--overdue"]).output == ""
    clock.move_to(DUE)
    assert "T03" in run(operations.timers, ["list", "--overdue"]).output
    assert "触发 1 个" in run(operations.timers, ["sweep"]).output
