"""Golden ⑫: a notice puts provisional deadlines off, never forward, and says so in each history."""

from datetime import date, datetime, timedelta

import pytest
from sqlalchemy import select, update

from app.clock import LOCAL, utcnow
from app.db import db, transaction
from app.domain.calendar import CalendarVersion
from app.domain.case import Case
from app.domain.deadlines import last_day
from app.domain.errors import Conflict, NotAllowed
from app.domain.process import Timer, TimerMove
from app.domain.vocabulary import MoveCause, TimerState
from app.services import _changes, calendar_moves, calendars, history, jobs
from app.services._catalogue import Context, about
from tests.calendars import NOTICE, WHOLE_NOTICE, rows

NUMBER = "国办发明电〔2026〕7号"
#: A Sunday, when the notice of the next year is not out yet.
TODAY = datetime(2026, 11, 22, 9, tzinfo=LOCAL)


@pytest.fixture
def head(actor):
    return actor("chenjianguo")


@pytest.fixture
def cases(cast, clock):
    """Cases that are due before, during and after the holidays, all at work."""
    clock.move_to(TODAY)
    return [
        cast.starts_work(issued_on=date(2026, 11, 22), limit_days=days)
        for days in (10, 40, 75, 76, 77, 78, 79, 80, 81, 82, 90)
    ]


def adopt(actor=None, notice=WHOLE_NOTICE):
    return calendar_moves.adopt_notice(rows(*notice), source=NUMBER, actor=actor)


def foreseen(actor=None, notice=WHOLE_NOTICE):
    return calendar_moves.what_moves(calendars.propose_notice(rows(*notice)), actor)


def armed() -> dict[int, datetime]:
    query = select(Timer.id, Timer.due_at).where(Timer.state == TimerState.ARMED)
    return dict(db.session.execute(query).all())


def dues() -> dict[int, date]:
    return dict(db.session.execute(select(Case.id, Case.due_on)).all())


def moves() -> list[TimerMove]:
    return list(db.session.scalars(select(TimerMove).order_by(TimerMove.id)))


def lines(case) -> list[dict]:
    return [e.params for e in history.events_of(case) if e.what == "deadline_moved"]


def test_importing_a_notice_puts_provisional_deadlines_off_and_none_forward(cases):
    timers, on = armed(), dues()

    adopted = adopt()

    assert adopted.moved > 10
    assert {id for id, at in armed().items() if at < timers[id]} == set()
    assert {id for id, day in dues().items() if day < on[id]} == set()
    assert {id for id, at in armed().items() if at > timers[id]} == {m.timer_id for m in moves()}
    assert all(move.from_at == timers[move.timer_id] for move in moves())


def test_what_moves_is_foreseen_to_the_day(cases):
    found = foreseen()

    adopt()

    now = armed()
    timers = [move for move in found.later if move.timer_id is not None]
    assert {move.timer_id: move.to_at for move in timers} == {
        move.timer_id: now[move.timer_id] for move in moves()
    }
    assert {m.case_id: m.to_on for m in found.later if m.timer_id is None}.items() <= dues().items()


def test_looking_changes_nothing(cases):
    before = armed(), dues(), calendars.current().version

    foreseen()

    assert (armed(), dues(), calendars.current().version) == before


def test_every_move_has_a_line_in_its_case_with_from_to_and_the_notice(cases):
    adopt()

    for case in cases:
        told = lines(case)
        moved = [m for m in moves() if m.timer.case_id == case.id and m.from_rule == m.to_rule]
        assert {line["timer_id"] for line in told if "timer_id" in line} >= {
            move.timer_id for move in moved
        }
        assert all(line["reason"] == NUMBER and line["to"] > line["from"] for line in told)
    assert history.verify() == []


def test_a_move_says_why_from_when_to_when_and_by_whom(cases, head):
    adopt(head)

    assert {(move.cause, move.reason, move.by_id) for move in moves()} == {
        (MoveCause.CALENDAR, NUMBER, head.id)
    }
    assert {move.calendar_version for move in moves()} == {2}


def test_a_second_import_of_the_same_changes_nothing(cases):
    first = adopt()
    before = armed(), dues(), len(moves()), [len(lines(case)) for case in cases]

    again = adopt()

    assert (again.version, again.moved) == (first.version, 0)
    assert (armed(), dues(), len(moves()), [len(lines(case)) for case in cases]) == before


def test_applying_again_changes_nothing(cases):
    version = adopt().version
    before = armed(), dues(), len(moves()), [len(lines(case)) for case in cases]

    assert calendar_moves.apply(version) == 0

    assert (armed(), dues(), len(moves()), [len(lines(case)) for case in cases]) == before


def test_applying_that_was_broken_off_goes_on_where_it_stood(cases, monkeypatch):
    def stop(done, total):
        if done == 3:
            raise KeyboardInterrupt

    version = calendars.import_notice(rows(*WHOLE_NOTICE), source=NUMBER, at=utcnow())
    found = calendar_moves.outstanding(version)
    with pytest.raises(KeyboardInterrupt):
        calendar_moves.apply(version, stop)
    assert 0 < len({move.timer.case_id for move in moves()}) <= 3
    assert db.session.get(CalendarVersion, version).applied_at is None

    calendar_moves.apply(version)

    timers = {move.timer_id for move in found.later if move.timer_id is not None}
    assert sorted(move.timer_id for move in moves()) == sorted(timers)
    assert db.session.get(CalendarVersion, version, populate_existing=True).applied_at is not None


def test_the_due_date_of_a_case_moves_with_its_timers_and_its_task(cast, clock):
    clock.move_to(TODAY)
    case = cast.starts_work(issued_on=date(2026, 11, 22), limit_days=79)  # 9 February
    before = case.due_on

    adopt()

    assert (before, case.due_on) == (date(2027, 2, 11), date(2027, 2, 15))
    task = cast.task(case, "rectify")
    assert (last_day(task.due_at), task.sort_at) == (date(2027, 2, 15), task.due_at)
    assert not case.due_provisional
    assert not task.due_provisional
    assert case.original_due_on == before


def test_a_cycle_keeps_its_beat_and_goes_to_the_next_workday(cast, clock):
    clock.move_to(datetime(2027, 1, 10, 9, tzinfo=LOCAL))
    case = cast.starts_work(issued_on=date(2027, 1, 8), limit_days=100)
    timer = db.session.scalars(select(Timer).filter_by(key="progress_missing")).one()
    before = last_day(timer.due_at)

    adopt()

    timer = db.session.get(Timer, timer.id)
    assert (before, last_day(timer.due_at)) == (date(2027, 2, 11), date(2027, 2, 15))
    assert case.due_on == date(2027, 4, 19)


def test_what_stays_on_its_day_is_provisional_no_more_and_has_no_line(cast, clock):
    clock.move_to(TODAY)
    case = cast.starts_work(issued_on=date(2026, 11, 22), limit_days=60)  # 21 January
    assert (case.due_on, case.due_provisional) == (date(2027, 1, 21), True)
    assert db.session.scalars(select(Timer.id).where(Timer.provisional)).first()

    adopt()

    assert (case.due_on, case.due_provisional) == (date(2027, 1, 21), False)
    assert cast.task(case, "rectify").due_provisional is False
    assert db.session.scalars(select(Timer.id).where(Timer.provisional)).first() is None
    assert lines(case) == []


def test_a_deadline_that_would_come_earlier_stays(cast, clock):
    clock.move_to(datetime(2027, 9, 20, 9, tzinfo=LOCAL))
    case = cast.open_case(issued_on=date(2027, 9, 20), limit_days=90)
    cast.does(case, "acknowledge")  # ten workdays for the plan
    timers = armed()
    ten = db.session.scalars(select(Timer).filter_by(key="plan_due")).one()
    assert last_day(ten.due_at) == date(2027, 10, 7)
    notice = [(day, flag, name) for day, flag, name in WHOLE_NOTICE if day < "2027-10-04"]

    found = foreseen(notice=notice)
    adopt(notice=notice)

    assert [(move.key, move.to_on) for move in found.kept if move.key == "plan_due"] == [
        ("plan_due", date(2027, 10, 4))
    ]
    assert armed()[ten.id] == timers[ten.id]


def test_a_date_that_was_extended_is_put_off_only_if_it_became_a_day_of_rest(cast, clock):
    clock.move_to(TODAY)
    extended, other = (cast.open_case(issued_on=date(2026, 11, 22), limit_days=30) for _ in "12")
    with transaction() as session:
        for case, day in ((extended, date(2027, 2, 11)), (other, date(2027, 2, 16))):
            session.execute(update(Case).where(Case.id == case.id).values(due_on=day))

    adopt()

    assert (extended.due_on, other.due_on) == (date(2027, 2, 15), date(2027, 2, 16))


def test_what_has_run_out_or_is_closed_is_left_alone(cast, clock):
    clock.move_to(TODAY)
    closed = cast.closes_out(issued_on=date(2026, 11, 22), limit_days=79)
    before = closed.due_on, [timer.due_at for timer in db.session.scalars(select(Timer))]

    adopt()

    assert (closed.due_on, [timer.due_at for timer in db.session.scalars(select(Timer))]) == before


def test_moved_timers_fire_on_the_new_day_and_only_then(cast, clock):
    clock.move_to(TODAY)
    cast.starts_work(issued_on=date(2026, 11, 22), limit_days=79)
    adopt()

    cast.until(date(2027, 2, 15))
    early = db.session.scalars(select(Timer).filter_by(key="rectify_due", state="fired")).all()
    cast.until(date(2027, 2, 16))

    fired = db.session.scalars(select(Timer).filter_by(key="rectify_due", state="fired")).all()
    assert (early, len(fired)) == ([], 1)


def about_case(session, case):
    return Context(session, about(session.get_one(Case, case.id)), utcnow(), None)


def test_what_remains_of_a_suspended_case_stays_exactly_the_same(cast, clock):
    clock.move_to(datetime(2027, 1, 25, 9, tzinfo=LOCAL))
    case = cast.open_case(issued_on=date(2027, 1, 22), limit_days=20)
    cast.does(case, "acknowledge")  # ten workdays for the plan
    clock.move_to(datetime(2027, 1, 26, 9, tzinfo=LOCAL))
    with transaction() as session:
        _changes.suspend(about_case(session, case), reason="洪水")

    adopt()
    assert case.due_on == date(2027, 2, 11)
    clock.move_to(datetime(2027, 2, 1, 9, tzinfo=LOCAL))
    with transaction() as session:
        _changes.resume(about_case(session, case))

    plan_due = db.session.scalars(select(Timer).filter_by(key="plan_due")).one()
    assert last_day(plan_due.due_at) == date(2027, 2, 20)  # nine workdays, a Saturday among them
    assert case.due_on == date(2027, 2, 17)  # sixteen days


def test_only_who_keeps_the_calendar_may_adopt(actor):
    for name in ("wangmin", "sunwei", "lyxx_head", "fenxi"):
        with pytest.raises(NotAllowed):
            adopt(actor(name))

    assert calendars.current().version == 1


def test_others_see_how_many_but_not_which(cases, actor):
    stranger = actor("fenxi")

    found = foreseen(stranger)

    assert len(found.later) > 10
    assert {move.seen for move in found.later} == {False}
    assert {move.seen for move in foreseen(actor("wangmin")).later} == {True}


def test_a_case_that_others_move_all_the_time_is_tried_again_later(cases, monkeypatch):
    version = calendars.import_notice(rows(*WHOLE_NOTICE), source=NUMBER, at=utcnow())
    real, tries = calendar_moves._put_off, []

    def contended(session, case_id, found):
        tries.append(case_id)
        if case_id == cases[5].id and tries.count(case_id) < 5:
            raise Conflict
        return real(session, case_id, found)

    monkeypatch.setattr(calendar_moves, "_put_off", contended)
    with pytest.raises(Conflict):
        calendar_moves.apply(version)
    calendar_moves.apply(version)

    assert foreseen().later == []
    assert db.session.get(CalendarVersion, version).applied_at is not None


def test_many_moves_are_left_to_a_job(cases, head, monkeypatch):
    monkeypatch.setattr(calendar_moves, "MOST_AT_ONCE", 2)
    adopted = adopt(head)
    assert (adopted.moved, moves()) == (None, [])

    for job_id in jobs.waiting():
        jobs.run(job_id)

    assert len(moves()) > 10
    assert db.session.get(CalendarVersion, adopted.version).applied_at is not None


# Versions.


def test_every_older_version_can_be_told_again(app):
    seeded = calendars.current()
    days = [date(2027, 1, 1) + timedelta(days=n) for n in range(365)]
    before = [(seeded.is_workday(day), seeded.name_of(day)) for day in days]

    calendars.import_notice(rows(*NOTICE), source="一", at=utcnow())
    between = calendars.current()
    calendars.import_notice(rows(("2027-03-01", "休", "临时放假")), source="二", at=utcnow())

    first, second = calendars.at_version(1), calendars.at_version(2)
    assert [(first.is_workday(day), first.name_of(day)) for day in days] == before
    assert (first.is_provisional(days[0]), second.is_provisional(days[0])) == (True, False)
    assert [second.is_workday(day) for day in days] == [between.is_workday(day) for day in days]
    assert second.is_workday(date(2027, 3, 1)) is not calendars.current().is_workday(
        date(2027, 3, 1)
    )
    assert (first.version, second.version, calendars.current().version) == (1, 2, 3)


def test_a_version_names_only_the_days_it_changed(app):
    calendars.import_notice(rows(*WHOLE_NOTICE), source=NUMBER, at=utcnow())

    proposal = calendars.propose_notice(rows(("2027-10-08", "休", "国庆节")))

    assert [(one.day, one.was_workday, one.is_workday) for one in proposal.changes] == [
        (date(2027, 10, 8), True, False)
    ]
