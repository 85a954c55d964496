"""Counters follow every step, every night and every release, and nothing is counted twice."""

import re
from datetime import date, timedelta
from pathlib import Path

from flask_migrate import downgrade, upgrade
from sqlalchemy import Column, MetaData, Table, delete, event, func, insert, select, update

from app import scheduler
from app.clock import today
from app.db import db, transaction
from app.domain.case import Case
from app.domain.deadlines import end_of
from app.domain.tally import (
    COUNTED,
    COUNTED_CASE,
    FLOW_TALLY,
    LENGTH_TALLY,
    OVERVIEW,
    STEP_TALLY,
    TALLY,
)
from app.domain.vocabulary import Category, Severity, Stage
from app.services import cases, tallies
from app.services.cases import Filter
from app.services.narrowing import Narrowing
from tests.cast import PLANNING, REPORTING
from tests.integration.test_tallies import UNKEPT

ROOT = Path(__file__).parents[2]
TABLES = (TALLY, STEP_TALLY, FLOW_TALLY, LENGTH_TALLY)


def counters():
    """Return all counters that are not zero, row by row."""
    db.session.rollback()
    found = {}
    for table in TABLES:
        keys = [column.name for column in table.primary_key]
        for row in db.session.execute(select(table)).mappings():
            counts = {name: row[name] for name in row if name not in keys}
            if any(counts.values()):
                found[table.name, *(row[key] for key in keys)] = counts
    return found


def counted_anew():
    """Return what the counters are when all cases are counted from the beginning."""
    with transaction() as session:
        for table in (*TABLES, COUNTED_CASE):
            session.execute(delete(table))
        session.execute(update(Case).values(counted=-1))
    tallies.follow()
    return counters()


def test_counters_follow_every_step_and_every_night(cast, clock):
    done, late = cast.open_case(), cast.open_case(category=Category.C04, severity=Severity.MAJOR)
    tallies.follow()
    for keys in (PLANNING, REPORTING, ("verify",)):
        cast.walks(done, *keys)
        tallies.follow()
        assert counters() == counted_anew(), keys
    for days in (1, 40, 200):
        clock.shift(timedelta(days=days))
        scheduler.sweep()
        tallies.follow()
        assert counters() == counted_anew(), days
    assert late.stage is not done.stage


def test_a_case_is_overdue_from_midnight_without_anybody_touching_it(cast, clock, actor):
    case = cast.open_case()
    tallies.follow()
    clock.move_to(end_of(case.due_on))

    tallies.catch_up()

    assert tallies.totals(actor("wangmin"), Narrowing())["overdue"] == 1


def figures(actor, narrow):
    """Return all that counters tell of some cases."""
    tallies.catch_up()
    return (
        tallies.totals(actor, narrow, COUNTED),
        tallies.letters(actor, narrow),
        tallies.lengths(actor, narrow),
        tallies.steps(actor, narrow),
    )


def test_what_the_days_alone_change_is_counted_as_they_come(cast, clock, actor):
    """A deadline passes, a closed case has rested: no sweep runs, and no line is written."""
    closed = cast.awaits_verification()
    clock.shift(timedelta(days=3))  # else it has rested on the very day on which it was due
    cast.walks(closed, "verify", "approve_by_office_head")
    cast.open_case()
    cast.does(cast.open_case(), "acknowledge")
    cast.walks(cast.starts_work(), "rectify", "sign_report")
    told, office = [], actor("wangmin")
    for days in (0, *(1,) * 31, 40):
        clock.shift(timedelta(days=days))
        told.append(figures(office, Narrowing()))
        assert told[-1] == figures(office, UNKEPT), today()

    ever = [counts for counts, *_ in told]
    day_by_day = {key: {counts[key] for counts in ever} for key in COUNTED}
    for key in ("to_sign", "to_plan", "reviewed_late", "overdue", "to_look_back_at"):
        assert len(day_by_day[key]) > 1, key


def test_letters_are_counted_as_they_are_sent(cast, actor):
    case = cast.starts_work()
    cast.until(date(2026, 4, 3))
    cast.does(case, "draft_letter")
    assert figures(actor("wangmin"), Narrowing())[1] == 0
    cast.does(case, "sign_letter")

    found = figures(actor("wangmin"), Narrowing())

    assert found[1] == found[0]["got_letter"] == 1
    assert found == figures(actor("wangmin"), UNKEPT)


def test_whose_day_has_come_is_found_by_indexes(cast, clock):
    marks = []

    def note(_connection, _cursor, statement, parameters, _context, _many):
        if statement.startswith('UPDATE "case" SET counted') and "counted >=" in statement:
            marks.append((statement, parameters))

    cast.open_case()
    tallies.follow()
    event.listen(db.engine, "before_cursor_execute", note)
    clock.shift(timedelta(days=1))
    tallies.follow()
    event.remove(db.engine, "before_cursor_execute", note)

    assert len(marks) == 3
    how = "EXPLAIN QUERY PLAN" if db.engine.dialect.name == "sqlite" else "EXPLAIN"
    connection = db.session.connection()
    if how == "EXPLAIN":  # PostgreSQL reads a small table whole, unless that is forbidden
        connection.exec_driver_sql("SET LOCAL enable_seqscan = off")
    for statement, parameters in marks:
        plan = str(connection.exec_driver_sql(f"{how} {statement}", parameters).all())
        assert not re.search(r"SCAN (case|task)\b|Seq Scan on \"?(case|task)\b", plan), plan


def test_what_an_earlier_release_counted_is_counted_on(cast, actor):
    cast.closes_out()
    cast.open_case()
    tallies.follow()
    before = counters()
    kept = {table: rows_of(table) for table in (TALLY, STEP_TALLY, FLOW_TALLY, COUNTED_CASE)}
    db.session.rollback()

    downgrade(directory=str(ROOT / "migrations"), revision="0012")
    assert counted_by_release_0012(kept) == 2
    upgrade(directory=str(ROOT / "migrations"))
    tallies.follow()

    assert counters() == before
    assert tallies.totals(actor("wangmin"), Narrowing(), COUNTED)["passing"] == 2


def rows_of(table):
    return [dict(row) for row in db.session.execute(select(table)).mappings()]


def counted_by_release_0012(kept):
    """Leave behind what that release counted and remembered; return of how many cases."""
    newer = set(COUNTED) - set(OVERVIEW) | {"letters"}
    for row in kept[TALLY]:
        for name in newer:
            del row[name]
    for row in kept[COUNTED_CASE]:
        added = row["added"]
        row["added"] = {name: added[name] for name in added if name not in ("letters", "took")}
        row["added"]["figures"] &= 2 ** len(OVERVIEW) - 1
    with transaction() as session:
        for table, rows in kept.items():
            left = [column for column in table.columns if column.name not in newer]
            bare = Table(table.name, MetaData(), *(Column(one.name, one.type) for one in left))
            session.execute(insert(bare), rows)
        return session.execute(update(Case).values(counted=Case.history_length)).rowcount


def test_a_list_of_all_cases_tells_how_many_without_counting_them(cast, actor):
    revoked, other = cast.open_case(), cast.open_case()
    with transaction() as session:
        one = update(Case).where(Case.id == revoked.id)
        session.execute(one.values(stage=Stage.REVOKED, counted=-1))
    office = actor("wangmin")

    assert cases.page(office, Filter()).total == 2  # the counters do not know it yet
    tallies.follow()
    assert cases.page(office, Filter()).total == 2
    assert cases.page(office, Filter(figure="issued")).items == [other]


def test_two_count_at_the_same_time_and_nothing_is_counted_twice(cast, actor):
    cast.open_case()
    tallies.follow()
    tallies.follow()

    assert tallies.totals(actor("wangmin"), Narrowing())["issued"] == 1
    assert db.session.scalar(select(func.count()).select_from(COUNTED_CASE)) == 1
