"""Suspension and resumption: nothing runs meanwhile, and what remained remains."""

from datetime import date, datetime, timedelta

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from app.clock import LOCAL, local_date, utcnow
from app.db import transaction
from app.domain.deadlines import due, last_day
from app.domain.errors import WrongStage
from app.domain.process import Timer
from app.domain.rules import Rule
from app.domain.vocabulary import (
    Light,
    MoveCause,
    ProcessStatus,
    Stage,
    TimerState,
)
from app.services import (
    calendars,
    cases,
    deadlines,
    inbox,
    processes,
    tasks,
)
from tests.deciding import ANSWER, DUE, armed, extend, last_days, moves, resume, suspend, timers


@pytest.fixture
def case(cast):
    """A general problem whose unit is at work and has until the first of April."""
    return cast.starts_work()


def test_a_suspended_case_stands_still(cast, case):
    suspend(case)

    assert (case.stage, case.stage_before) == (Stage.SUSPENDED, Stage.RECTIFYING)
    assert (case.light, case.light_at) == (Light.GREY, None)
    assert armed(case) == {}
    assert {timer.suspended_at for timer in timers(case, TimerState.SUSPENDED)} == {utcnow()}
    assert [p.status for p in cases.processes_of(case)] == [ProcessStatus.SUSPENDED]


def test_no_clock_strikes_and_nothing_turns_red_meanwhile(cast, case):
    suspend(case)

    assert cast.passes(days=200) == 0
    assert (case.light, case.overdue_at) == (Light.GREY, None)
    assert deadlines.overdue_count() == 0


def test_its_tasks_stay_at_the_end_of_the_inbox_and_are_not_overdue(cast, case):
    owner = cast.whose(cast.task(case, "rectify"))
    suspend(case)
    cast.clock.shift(timedelta(days=60))

    other = cast.starts_work()
    listed = inbox.page(owner).items
    count = inbox.counts(owner)

    assert [(task.case_id, task.suspended) for task in listed] == [
        (other.id, False),
        (case.id, True),
    ]
    assert (count.mine, count.overdue, listed[1].due_at) == (2, 0, None)


@pytest.mark.parametrize("verb", ["complete", "claim", "save_draft", "hand_over"])
def test_nobody_can_do_a_suspended_task(cast, case, verb):
    task = cast.task(case, "rectify")
    owner = cast.whose(task)
    suspend(case)

    with pytest.raises(WrongStage, match="中止"):
        {
            "complete": lambda: tasks.complete_task(task.id, owner, ANSWER),
            "claim": lambda: tasks.claim(task.id, owner),
            "save_draft": lambda: tasks.save_draft(task.id, owner, {}),
            "hand_over": lambda: tasks.hand_over(task.id, owner, owner.username),
        }[verb]()

    assert "中止" in str(inbox.why_not(cast.task(case, "rectify"), owner))


def test_a_case_is_not_suspended_twice_nor_when_it_is_over(cast, case):
    suspend(case)
    with pytest.raises(WrongStage):
        suspend(case)

    over = cast.closes_out()
    with pytest.raises(WrongStage):
        suspend(over)


def test_only_a_suspended_case_is_resumed(case):
    with pytest.raises(WrongStage):
        resume(case)


def test_a_letter_stands_still_with_the_case(cast, case):
    cast.until(date(2026, 4, 3))
    suspend(case)

    assert cast.passes(days=10) == 0
    assert [p.status for p in cases.processes_of(case)] == [ProcessStatus.SUSPENDED] * 2


def test_forty_five_days_of_suspension_put_the_due_date_off_by_forty_five(cast, case):
    cast.until(date(2026, 3, 12))
    suspend(case)
    cast.until(date(2026, 4, 26))  # 45 days later
    resume(case)

    assert case.due_on == date(2026, 5, 16) + timedelta(days=2)  # a Saturday, therefore Monday
    assert case.original_due_on == DUE
    assert (case.stage, case.stage_before, case.suspended_at) == (Stage.RECTIFYING, None, None)
    assert (case.due_on - case.counted_from).days == 30


def test_resumed_the_task_is_due_again_and_the_reminders_hang_on_the_new_date(cast, case):
    cast.until(date(2026, 3, 12))
    suspend(case)
    cast.until(date(2026, 4, 27))
    resume(case)

    assert case.due_on == date(2026, 5, 18)  # 20 days remained: Sunday, therefore Monday
    task = cast.task(case, "rectify")
    assert (last_day(task.due_at), task.sort_at) == (case.due_on, task.due_at)
    assert last_days(case)["turning_yellow"] == case.due_on - timedelta(days=6)
    assert {m.cause for m in moves(case)} == {MoveCause.RESUMPTION}


def test_working_days_that_remained_remain(cast):
    case = cast.open_case()
    cast.walks(case, "acknowledge")  # ten working days for the plan, until 16 March
    cast.until(date(2026, 3, 6))
    suspend(case)
    cast.until(date(2026, 4, 3))
    resume(case)

    timer = armed(case)["plan_due"]
    assert (timer.rule, timer.base) == ("workdays(6)", utcnow())
    assert last_day(timer.due_at) == date(2026, 4, 14)  # without 清明, the 6th


def test_the_rule_and_base_on_a_resumed_clock_give_its_date(cast):
    case = cast.open_case()
    cast.walks(case, "acknowledge")
    cast.until(date(2026, 3, 9))
    suspend(case)
    cast.until(date(2026, 9, 30))
    resume(case)

    for timer in armed(case).values():
        assert due(Rule.parse(timer.rule), timer.base, calendars.current()).at == timer.due_at


def test_a_task_that_was_overdue_is_overdue_again(cast, case):
    cast.until(date(2026, 4, 10))
    was = cast.task(case, "rectify").due_at
    suspend(case)
    cast.until(date(2026, 6, 10))
    resume(case)

    assert (case.due_on, cast.task(case, "rectify").due_at) == (DUE, was)
    assert case.light is Light.RED
    assert len(cast.letters(case)) == 1


def test_resumed_on_the_same_day_nothing_has_moved(cast, case):
    before = {key: (t.rule, t.base, t.due_at) for key, t in armed(case).items()}
    suspend(case)
    cast.clock.shift(timedelta(hours=3))
    resume(case)

    assert {key: (t.rule, t.base, t.due_at) for key, t in armed(case).items()} == before
    assert moves(case) == []


def test_the_monthly_report_goes_on_from_where_it_stood(cast, case):
    left = armed(case)["progress_missing"].due_at - utcnow()
    suspend(case)
    cast.passes(days=63)
    resume(case)

    timer = armed(case)["progress_missing"]
    assert (timer.rule, timer.due_at - utcnow()) == ("every(months(1))", left)
    first = last_day(timer.due_at)
    cast.until(first + timedelta(days=1))
    assert (last_days(case)["progress_missing"] - first).days in range(28, 36)


def test_the_plan_moves_along_so_that_a_resumed_case_is_not_behind(cast, case):
    suspend(case)
    cast.until(date(2026, 4, 16))
    resume(case)

    assert case.light is Light.GREEN


def test_who_goes_on_can_close_out(cast, case):
    suspend(case)
    cast.passes(days=30)
    resume(case)

    cast.walks(case, "rectify", "sign_report", "first_review", "dispatch", "verify")
    cast.walks(case, "approve_by_office_head")

    assert case.stage is Stage.CLOSED_OUT
    assert armed(case) == {}


def test_rows_made_anew_for_a_suspended_process_stand_still_too(cast, case):
    suspend(case)
    (process,) = cases.processes_of(case)
    with transaction() as session:
        gone = session.scalars(select(Timer).filter_by(case_id=case.id, key="rectify_due")).one()
        session.delete(gone)

    assert processes.resync(process.id) == 1

    assert armed(case) == {}
    assert cast.passes(days=90) == 0


def test_the_date_may_be_changed_while_the_case_stands_still(cast, case):
    cast.until(date(2026, 3, 12))
    suspend(case)
    extend(case)
    assert armed(case) == {}
    cast.until(date(2026, 3, 22))
    resume(case)

    assert case.due_on == date(2026, 5, 11)  # 49 days remained of the new date, a Sunday


@pytest.fixture
def works_by(cast):
    """A case of which all sorts of rules run: working days, natural days, hours, cycles."""

    def make(*rules):
        case = cast.starts_work()
        (process,) = cases.processes_of(case)
        now, calendar = utcnow(), calendars.current()
        with transaction() as session:
            for number, rule in enumerate(rules):
                at = due(Rule.parse(rule), now, calendar).at
                session.add(
                    Timer(
                        process_id=process.id,
                        case_id=case.id,
                        engine_id=900 + number,
                        key=f"clock_{number}",
                        name=rule,
                        rule=rule,
                        base=now,
                        calendar_version=calendar.version,
                        due_at=at,
                        try_at=at,
                        provisional=False,
                        armed_at=now,
                    )
                )
        return case

    return make


RULES = ("workdays(12)", "days(40)", "days(40, stays)", "hours(31)", "every(days(7))")


@settings(
    max_examples=15,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(
    after=st.timedeltas(min_value=timedelta(0), max_value=timedelta(days=10)),
    still=st.timedeltas(min_value=timedelta(0), max_value=timedelta(days=400)),
)
@example(after=timedelta(days=4, hours=20), still=timedelta(days=30))
def test_what_remained_in_its_own_unit_remains_whenever_one_stops_and_goes_on(
    cast, works_by, after, still
):
    start = datetime(2026, 3, 2, 9, tzinfo=LOCAL)
    cast.clock.move_to(start)
    case, calendar = works_by(*RULES), calendars.current()
    stopped, resumed = start + after, start + after + still
    before = {t.key: (t.rule, t.due_at) for t in timers(case, TimerState.ARMED)}

    cast.clock.move_to(stopped)
    suspend(case)
    cast.clock.move_to(resumed)
    resume(case)

    for timer in timers(case, TimerState.ARMED):
        rule, was = before.get(timer.key, (None, None))
        if timer.key.startswith("clock_") and was > stopped:
            unit = Rule.parse(rule).span.unit
            left = remaining(unit, stopped, was, calendar)
            stands = remaining(unit, resumed, timer.due_at, calendar)
            assert stands == left or rolled(left, timer, resumed, calendar)


def remaining(unit, now, due_at, calendar):
    if unit == "hours":
        return due_at - now
    today, day = local_date(now), last_day(due_at)
    if unit == "workdays":
        return calendar.workdays_between(today, day)
    return (day - today).days


def rolled(left, timer, resumed, calendar):
    """Whether so many days end on a day of rest, and the deadline on the next working day."""
    if isinstance(left, timedelta) or "stays" in timer.rule:
        return False
    raw = local_date(resumed) + timedelta(days=0 if "workdays" in timer.rule else left)
    return last_day(timer.due_at) == calendar.next_workday(raw) != raw
