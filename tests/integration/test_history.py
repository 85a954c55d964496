"""办理记录: written once; whatever is done to it afterwards is found."""

from concurrent.futures import ThreadPoolExecutor
from time import sleep

import pytest
from sqlalchemy import event, select, text

from app.clock import utcnow
from app.db import db, transaction
from app.domain.case import Case
from app.domain.history import Anchor
from app.services import history, tasks


@pytest.fixture
def case(cast):
    """A case with a dozen lines, beside another that must stay whole."""
    cast.starts_work()
    case = cast.starts_work()
    db.session.refresh(case)
    return case


def tamper(statement, **values):
    """Change rows behind the program's back."""
    db.session.rollback()
    with db.engine.begin() as connection:
        assert connection.execute(text(statement), values).rowcount > 0
    db.session.expire_all()


def case_of(number):
    return db.session.scalars(select(Case).filter_by(number=number)).one()


def faults():
    return {(one.number, one.seq, one.fault) for one in history.verify()}


def test_an_untouched_history_is_whole(cast, case):
    assert history.verify() == []
    lines = history.events_of(case)
    assert [line.seq for line in lines] == list(range(1, len(lines) + 1))
    assert (case.history_length, case.history_head) == (len(lines), lines[-1].hash)


def test_lines_say_who_did_what_and_which_way_the_process_went(cast, case):
    done = [line for line in history.events_of(case) if line.what == "completed"]

    assert [line.by_name for line in done] == ["华雪梅", "金德胜", "魏志远", "张静", "王敏"]
    assert all(line.passed for line in done)


@pytest.mark.parametrize(
    "column", ["by_name = '别人'", "what = 'released'", "params = '{}'", "passed = '[]'"]
)
def test_a_changed_line_is_found(case, column):
    tamper(f"UPDATE event SET {column} WHERE case_id = :case AND seq = 3", case=case.id)  # noqa: S608

    assert (case.number, 3, "changed") in faults()


def test_a_changed_moment_is_found(case):
    tamper(
        "UPDATE event SET at = (SELECT at FROM event WHERE case_id = :case AND seq = 1) "
        "WHERE case_id = :case AND seq = 1",
        case=case.id,
    )
    assert faults() == set()  # the same moment is no change

    tamper(
        "UPDATE event SET at = '2026-03-01 00:00:00.000000' WHERE case_id = :case AND seq = 2",
        case=case.id,
    )
    assert (case.number, 2, "changed") in faults()


def test_a_removed_line_is_found(case):
    tamper("DELETE FROM event WHERE case_id = :case AND seq = 3", case=case.id)

    assert (case.number, 3, "missing") in faults()


def test_removed_and_renumbered_lines_are_found(case):
    tamper("DELETE FROM event WHERE case_id = :case AND seq = 3", case=case.id)
    for seq in range(4, 7):
        tamper(
            "UPDATE event SET seq = :to WHERE case_id = :case AND seq = :seq",
            case=case.id,
            seq=seq,
            to=seq - 1,
        )

    assert faults()


def test_lines_that_changed_places_are_found(case):
    for seq, to in ((2, 100), (3, 2), (100, 3)):
        tamper(
            "UPDATE event SET seq = :to WHERE case_id = :case AND seq = :seq",
            case=case.id,
            seq=seq,
            to=to,
        )

    assert {(case.number, 2, "changed"), (case.number, 3, "changed")} <= faults()


def test_a_cut_end_is_found(case):
    last = case.history_length
    tamper("DELETE FROM event WHERE case_id = :case AND seq >= :last", case=case.id, last=last - 1)

    assert {(one[0], one[2]) for one in faults()} == {(case.number, "cut")}


def test_an_invented_line_at_the_end_is_found(case):
    tamper(
        "INSERT INTO event (case_id, seq, at, by_name, what, params, passed, hash) "
        "SELECT case_id, seq + 1, at, '某人', 'closed_out', params, passed, hash FROM event "
        "WHERE case_id = :case AND seq = :last",
        case=case.id,
        last=case.history_length,
    )

    assert faults()


def test_a_case_whose_whole_history_vanished_is_found(case):
    tamper("DELETE FROM event WHERE case_id = :case", case=case.id)

    assert faults() == {(case.number, 1, "missing")}


def test_only_the_broken_case_is_named(case):
    tamper("DELETE FROM event WHERE case_id = :case AND seq = 3", case=case.id)

    assert {one.number for one in history.verify()} == {case.number}


def cut_and_seal_anew(case):
    last = case.history_length
    tamper("DELETE FROM event WHERE case_id = :case AND seq = :last", case=case.id, last=last)
    tamper(
        'UPDATE "case" SET history_length = :length, history_head = '
        "(SELECT hash FROM event WHERE case_id = :case AND seq = :length) WHERE id = :case",
        case=case.id,
        length=last - 1,
    )


def test_a_history_cut_and_sealed_anew_is_found_by_its_anchor(cast, case):
    made, last = history.anchor(), case.history_length
    assert (made.cases, made.events) == (2, 2 * last)
    cut_and_seal_anew(case)

    assert {one.fault for one in history.verify()} == {"anchor"}


def test_an_anchor_seals_the_one_before_and_only_the_lines_since(cast, case):
    first = history.anchor()
    cast.does(case, "rectify")
    cast.open_case()
    second, third = history.anchor(), history.anchor()

    assert (second.previous_id, third.previous_id) == (first.id, second.id)
    every = db.session.scalars(select(Case)).all()
    lines = sum(len(history.events_of(one)) for one in every)
    assert (second.cases, second.events) == (third.cases, third.events) == (3, lines)
    assert history.verify() == []

    cut_and_seal_anew(case_of(case.number))

    assert [(one.seq, one.fault) for one in history.verify()] == [(second.id, "anchor")]


def test_an_anchor_rewritten_is_found_by_the_one_that_follows(cast, case):
    first, second = history.anchor(), history.anchor()
    tamper("UPDATE anchor SET hash = :hash WHERE id = :id", hash="0" * 64, id=first.id)

    assert {one.seq for one in history.verify()} == {first.id, second.id}


def test_anchors_of_earlier_releases_still_hold(cast, case):
    def as_before():
        last = history._last_settled()
        cases, events, sealed = history.digest(db.session(), last)
        with transaction() as session:
            facts = {"cases": cases, "events": events, "last_event_id": last, "hash": sealed}
            session.add(Anchor(at=utcnow(), **facts))

    as_before()
    cast.does(case, "rectify")
    as_before()
    history.anchor()
    assert history.verify() == []

    cut_and_seal_anew(case_of(case.number))

    assert [one.seq for one in history.verify()] == [2]


def test_nobody_waits_for_an_anchor_and_of_two_at_once_the_first_stands(app, cast, case):
    history.anchor()
    made = []

    def writes_and_anchors():
        with app.app_context():
            task = cast.task(case_of(number), "rectify")
            tasks.claim(task.id, cast.whose(task))
            made.append(history.anchor().id)
            db.session.remove()

    def in_between(_connection, _cursor, statement, *_):
        if "event.hash" in statement and not made:
            made.append(0)
            with ThreadPoolExecutor(1) as pool:
                pool.submit(writes_and_anchors).result()

    number = case.number
    db.session.rollback()
    event.listen(db.engine, "after_cursor_execute", in_between)
    kept = history.anchor()
    event.remove(db.engine, "after_cursor_execute", in_between)

    assert made == [0, kept.id]
    assert history.verify() == []


def test_a_machine_that_is_off_at_night_anchors_in_the_morning(cast, case, clock):
    history.anchor_today()
    history.anchor_today()
    cast.passes(days=1)
    history.anchor_today()

    at = db.session.scalars(select(Anchor.at).order_by(Anchor.id)).all()
    assert len(at) == 2


def test_an_anchor_stays_true_while_cases_go_on(cast, case):
    history.anchor()

    cast.does(case, "rectify")
    history.anchor()

    assert history.verify() == []


LATER_LINE = text(
    "INSERT INTO event (case_id, seq, at, by_name, what, params, passed, hash) "
    "SELECT case_id, seq + :by, at, by_name, what, params, passed, hash FROM event "
    "WHERE case_id = :case AND seq = 1"
)


def test_an_anchor_waits_for_lines_that_are_just_being_written(app, cast, case):
    def anchors():
        with app.app_context():
            history.anchor()
            db.session.remove()

    slow, case_id = db.engine.connect().execution_options(writes=True), case.id
    db.session.rollback()
    slow.execute(LATER_LINE, {"case": case_id, "by": 100})
    if db.engine.dialect.name == "postgresql":  # on SQLite nobody else can write meanwhile
        with db.engine.begin() as quick:
            quick.execute(LATER_LINE, {"case": case_id, "by": 101})
    with ThreadPoolExecutor(1) as pool:
        made = pool.submit(anchors)
        sleep(0.2)
        slow.commit()
        slow.close()
        made.result()

    assert "anchor" not in {one.fault for one in history.verify()}


def test_lines_written_during_a_verification_are_no_fault(app, cast, case):
    number, written = case.number, []

    def claims():
        with app.app_context():
            task = cast.task(case_of(number), "rectify")
            tasks.claim(task.id, cast.whose(task))
            db.session.remove()

    def in_between(_connection, _cursor, statement, *_):
        if "history_head" in statement and not written:
            written.append(statement)
            with ThreadPoolExecutor(1) as pool:
                pool.submit(claims).result()

    db.session.rollback()
    event.listen(db.engine, "after_cursor_execute", in_between)
    assert history.verify() == []
    event.remove(db.engine, "after_cursor_execute", in_between)
    assert len(written) == 1
