"""Deadlines that pass: deemed service, lights, reminders, letters that nobody sends unsigned."""

from datetime import date, datetime, time, timedelta

import pytest
from sqlalchemy import func, select, text

from app import scheduler
from app.clock import LOCAL
from app.db import db, transaction
from app.domain.history import Event
from app.domain.notice import Notice
from app.domain.process import Timer
from app.domain.vocabulary import LetterState, Light, Mode, Severity, Stage, TimerState
from app.services import deadlines

#: Thirty days after Monday, 2 March: a Wednesday.
DUE = date(2026, 4, 1)
LAST_SECOND = time(23, 59, 59)
MIDNIGHT = time(0)


@pytest.fixture
def case(cast):
    """A general problem whose unit is at work and has until the first of April."""
    return cast.starts_work()


def notices(what):
    return db.session.scalar(select(func.count(Notice.id)).filter_by(what=what))


def fired(key):
    query = select(Timer).filter_by(key=key, state=TimerState.FIRED).order_by(Timer.id)
    return list(db.session.scalars(query))


def test_a_notice_not_signed_for_is_deemed_served_after_two_workdays(cast):
    case = cast.open_case()

    cast.until(date(2026, 3, 4), LAST_SECOND)
    assert case.stage is Stage.ISSUED
    cast.until(date(2026, 3, 5), MIDNIGHT)

    assert case.stage is Stage.PLANNING
    assert case.acknowledged_at == datetime(2026, 3, 5, tzinfo=LOCAL)
    assert "deemed_served" in cast.told(case)


def test_a_make_up_sunday_counts_as_a_workday(cast, clock):
    clock.move_to(datetime(2026, 9, 18, 9, tzinfo=LOCAL))  # Friday; Sunday the 20th is worked
    case = cast.open_case()

    cast.until(date(2026, 9, 21), LAST_SECOND)
    assert case.acknowledged_at is None
    cast.until(date(2026, 9, 22), MIDNIGHT)

    assert case.acknowledged_at is not None


def test_a_holiday_does_not_count(cast, clock):
    clock.move_to(datetime(2026, 9, 30, 9, tzinfo=LOCAL))
    case = cast.open_case()

    cast.until(date(2026, 10, 9), LAST_SECOND)
    assert case.acknowledged_at is None
    cast.until(date(2026, 10, 10), MIDNIGHT)

    assert case.acknowledged_at is not None


def test_who_signs_in_time_is_not_deemed_served(cast):
    case = cast.open_case()
    cast.does(case, "acknowledge")

    cast.passes(days=5)

    assert "deemed_served" not in cast.told(case)


def test_nothing_happens_on_the_last_day(cast):
    case = cast.open_case(mode=Mode.IMMEDIATE)
    cast.does(case, "acknowledge")
    cast.until(DUE - timedelta(days=1))

    assert cast.until(DUE, LAST_SECOND) == 0
    assert case.light is Light.YELLOW
    assert notices("case_due") == 0
    assert cast.letters(case) == []


def test_the_light_turns_red_when_the_last_day_is_over(cast, case):
    cast.until(DUE, LAST_SECOND)

    cast.until(DUE + timedelta(days=1), MIDNIGHT)

    assert case.light is Light.RED
    assert notices("case_due") > 0
    assert cast.letters(case) == []


def test_the_light_goes_from_green_over_blue_and_yellow_to_red(cast):
    case, seen = cast.open_case(mode=Mode.IMMEDIATE), []
    cast.does(case, "acknowledge")
    for days in range(31):
        cast.until(date(2026, 3, 3) + timedelta(days=days), MIDNIGHT)
        seen.append(case.light)

    assert list(dict.fromkeys(seen)) == [Light.GREEN, Light.BLUE, Light.YELLOW, Light.RED]


def test_who_falls_far_behind_the_own_plan_is_red_before_the_last_day(cast, case):
    cast.until(date(2026, 3, 20))
    assert case.light is Light.GREEN

    cast.until(date(2026, 3, 21), MIDNIGHT)  # the plan's one measure should be done

    assert case.light is Light.RED


def test_a_letter_is_drafted_when_the_next_workday_is_over(cast, case):
    cast.until(date(2026, 4, 2), LAST_SECOND)
    assert cast.letters(case) == []

    cast.until(date(2026, 4, 3), MIDNIGHT)

    (letter,) = cast.letters(case)
    assert (letter.state, letter.reason, letter.number) == (LetterState.DRAFT, "overdue", None)
    assert cast.open_tasks(case) == ["draft_letter", "rectify"]  # 督办不免除整改


def test_a_letter_that_nobody_signs_is_never_issued(cast, case):
    cast.until(date(2026, 8, 3))

    (letter,) = cast.letters(case)
    assert (letter.state, letter.number, letter.issued_on) == (LetterState.DRAFT, None, None)
    assert case.rung is None


def test_a_second_sweep_finds_nothing_to_do(cast, case):
    cast.until(date(2026, 4, 3), MIDNIGHT)
    before = len(cast.told(case))

    assert scheduler.sweep() == 0
    assert len(cast.told(case)) == before


def test_a_timer_fires_once_however_many_ask(cast, case):
    cast.clock.move_to(datetime(2026, 4, 2, 9, tzinfo=LOCAL))
    due = deadlines.due_timers()

    assert [deadlines.fire(timer_id) for timer_id in due + due] == (
        [True] * len(due) + [False] * len(due)
    )


def test_one_missed_date_brings_one_letter_however_often_progress_is_filed(cast, case):
    cast.until(date(2026, 4, 3))
    for _ in range(3):
        cast.does(case, "rectify", next_step="progress", percent=50)
        cast.passes(days=20)

    assert len(cast.letters(case)) == 1
    assert len(fired("rectify_due")) == 1


def test_nor_does_a_late_report_that_lies_unsigned_bring_a_second(cast, case):
    cast.until(date(2026, 4, 3))
    cast.does(case, "rectify")
    cast.passes(days=1)
    cast.does(case, "sign_report", signed="no")
    cast.passes(days=5)

    assert len(fired("report_expediting")) == 1
    assert len(cast.letters(case)) == 1


def test_a_new_date_that_is_missed_too_brings_another_letter(cast, case):
    cast.until(date(2026, 4, 3))
    cast.walks(case, "rectify", "sign_report", "first_review", "dispatch")
    cast.does(case, "verify", result="r2", due="2026-04-15")

    cast.until(date(2026, 4, 17))

    assert [letter.missed_due_on for letter in cast.letters(case)] == [DUE, date(2026, 4, 15)]


def test_a_report_that_lies_unsigned_does_not_stop_the_letter(cast, case):
    cast.until(DUE)
    cast.does(case, "rectify")

    cast.until(date(2026, 4, 3), MIDNIGHT)

    assert [letter.reason for letter in cast.letters(case)] == ["overdue"]


def test_who_reports_on_the_last_day_is_in_time(cast, case):
    cast.until(DUE, time(20))
    cast.walks(case, "rectify", "sign_report")

    cast.until(date(2026, 4, 30))

    assert case.light is not Light.RED
    assert cast.letters(case) == []


def test_progress_is_asked_for_every_month_and_missed_months_once(cast, case):
    cast.until(date(2026, 4, 2), LAST_SECOND)
    assert notices("progress_missing") == 0
    cast.until(date(2026, 4, 3), MIDNIGHT)
    first = notices("progress_missing")

    cast.until(date(2026, 7, 20))  # nobody swept for three months

    assert first > 0
    assert notices("progress_missing") == 2 * first
    assert [timer.missed for timer in fired("progress_missing")] == [0, 2]


def test_filing_progress_begins_the_month_anew(cast, case):
    cast.until(date(2026, 3, 30))
    cast.does(case, "rectify", next_step="progress", percent=30)

    cast.until(date(2026, 4, 29))
    assert notices("progress_missing") == 0
    cast.until(date(2026, 5, 6))

    assert notices("progress_missing") > 0


def test_a_major_case_is_asked_for_progress_every_week(cast):
    cast.starts_work(severity=Severity.MAJOR)

    for _ in range(3):
        cast.passes(days=7)

    assert len(fired("progress_missing")) == 2  # the third week ends tonight


def test_a_plan_that_is_late_is_asked_for_and_then_a_letter_is_drafted(cast):
    case = cast.open_case()
    cast.does(case, "acknowledge")

    cast.until(date(2026, 3, 17))
    assert (notices("plan_due") > 0, cast.letters(case)) == (True, [])
    cast.until(date(2026, 3, 20))

    assert [letter.reason for letter in cast.letters(case)] == ["plan_overdue"]
    assert cast.open_tasks(case) == ["draft_letter", "draft_plan"]


def test_every_fired_timer_left_a_line_of_its_moment(cast, case):
    cast.until(date(2026, 4, 3), MIDNIGHT)

    lines = db.session.scalars(select(Event).filter_by(what="timer_fired")).all()
    timers = db.session.scalars(select(Timer).filter_by(state=TimerState.FIRED)).all()
    assert sorted(line.params["key"] for line in lines) == sorted(timer.key for timer in timers)
    assert all(timer.fired_by for timer in timers)


def test_a_case_that_cannot_be_read_does_not_hold_up_the_others(cast, case):
    other = cast.starts_work()
    broken = text("""UPDATE "case" SET severity = 'unheard_of' WHERE id = :id""")
    with transaction() as session:
        session.execute(broken, {"id": case.id})

    cast.until(date(2026, 3, 23))

    assert other.light is not Light.GREEN
