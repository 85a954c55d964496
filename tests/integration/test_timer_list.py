"""The list of deadlines, its month and its timeline: what stands in them agrees with the tables."""

import shutil
from datetime import date, datetime, timedelta

import pytest
from sqlalchemy import select, text

from app.clock import LOCAL, today, utcnow
from app.db import db
from app.domain.case import Case
from app.domain.process import Task
from app.services import accounts, timer_ledger, timer_list, timer_timeline
from app.services._scope import of_standalone, visible
from app.services.narrowing import Narrowing
from app.services.timer_ledger import TimerFilter, Window
from app.services.timer_list import Asked
from tests.conftest import opened


@pytest.fixture(scope="module")
def demo_county(demo_template, tmp_path_factory):
    """A copy of the demo county on a Sunday noon."""
    folder = tmp_path_factory.mktemp("timers")
    shutil.copy(demo_template, folder / "xiaohao.db")
    with opened(folder / "xiaohao.db", folder) as clock:
        yield clock


@pytest.fixture
def office(demo_county):
    return accounts.actor("wangmin")


def shown(actor, **asked):
    return [one.id for one in timer_list.page(actor, Asked(**asked), limit=500).items]


def counted(sql, **params):
    return db.session.execute(text(sql), params).scalar_one()


def people():
    names = db.session.execute(text('SELECT username FROM "user" ORDER BY id')).scalars()
    return [accounts.actor(name) for name in names]


def test_the_list_holds_every_open_task_that_is_due_overdue_first(office):
    sql = "SELECT id FROM task WHERE closed_at IS NULL AND due_at IS NOT NULL ORDER BY due_at, id"

    assert shown(office) == list(db.session.execute(text(sql)).scalars())
    assert len(shown(office)) > 15


def test_the_chips_count_what_they_lead_to(office):
    by = timer_list.way(office, Asked())

    counts = timer_list.counts(office, Asked(), by)

    now = utcnow().replace(tzinfo=None).isoformat(" ", "microseconds")
    sql = "SELECT count(*) FROM task WHERE closed_at IS NULL AND due_at <= :now"
    assert counts.overdue == counted(sql, now=now) == len(shown(office, window=Window.OVERDUE)) > 1
    assert counts.today == len(shown(office, window=Window.TODAY))
    assert counts.week == len(shown(office, window=Window.WEEK))


def test_everybody_sees_just_the_deadlines_of_his_own_cases(demo_county):
    for actor in people():
        query = (
            select(Task.id)
            .outerjoin(Case, Case.id == Task.case_id)
            .where(Task.closed_at.is_(None), Task.due_at.is_not(None))
            .where(visible(actor) | of_standalone(Task.process_id, actor))
        )

        assert set(shown(actor)) == set(db.session.scalars(query)), actor.username


def test_where_cases_are_too_many_the_walk_along_the_index_finds_the_same(office, monkeypatch):
    units = db.session.scalars(select(Case.lead_unit_id).distinct()).all()
    few = {unit: shown(office, within=Narrowing(lead_id=unit)) for unit in units}
    own = {actor.username: shown(actor) for actor in people()}

    monkeypatch.setattr("app.services.reach.FEW", 0)

    assert {unit: shown(office, within=Narrowing(lead_id=unit)) for unit in units} == few
    assert {actor.username: shown(actor) for actor in people() if own[actor.username]} == {
        name: ids for name, ids in own.items() if ids
    }


def test_the_list_goes_on_after_its_last_row(office):
    seen, after = [], None
    while True:
        page = timer_list.page(office, Asked(), limit=4, after=after)
        seen += [one.id for one in page.items]
        if (after := page.next) is None:
            break

    assert seen == shown(office)


def test_the_days_of_a_month_add_up_to_what_is_due_in_it(office):
    days = [date(2026, 11, 1) + timedelta(days=n) for n in range(30)]

    found = timer_list.by_day(office, Asked(), days)

    # Due at midnight is due by the end of the day before.
    sql = """SELECT count(*) FROM task WHERE closed_at IS NULL
             AND due_at > '2026-10-31 16:00:00' AND due_at <= '2026-11-30 16:00:00.000000'"""
    assert sum(found.values()) == counted(sql) > 5
    for day, count in found.items():
        assert len(shown(office, day=day)) == count


def test_what_happens_next_is_the_next_clock_of_the_same_step(office):
    tasks = timer_list.page(office, Asked(), limit=500).items

    coming = timer_list.coming(tasks)

    for task in tasks:
        sql = """SELECT min(due_at) FROM timer WHERE process_id = :process AND state = 'armed'
                 AND task_id = :task"""
        row = db.session.execute(text(sql), {"process": task.process_id, "task": task.id}).scalar()
        if row is not None:
            at = coming[task.id].timer.due_at.replace(tzinfo=None)
            assert at == datetime.fromisoformat(row)
    assert "催报进展" in {one.element.name for one in coming.values() if one.element}


def test_the_timeline_lists_each_case_that_is_not_over_once(office):
    seen, after = [], None
    while True:
        page = timer_timeline.page(office, Asked(), limit=5, after=after)
        seen += [(one.due_on, one.id) for one in page.items]
        if (after := page.next) is None:
            break

    over = "('closed_out', 'follow_up', 'terminated', 'revoked')"
    sql = f'SELECT count(*) FROM "case" WHERE stage NOT IN {over}'  # noqa: S608 - no input
    assert len(seen) == counted(sql) > 10
    assert seen == sorted(seen)


def test_the_ledger_of_all_clocks_agrees_with_the_table(office):
    for state in ("armed", "fired", "disarmed", "suspended"):
        narrow = TimerFilter(state=state)

        found = timer_ledger.page(office, narrow, limit=2000)

        sql = "SELECT count(*) FROM timer WHERE state = :state"
        assert len(found) == counted(sql, state=state) == timer_ledger.total(office, narrow)


def test_a_number_that_is_typed_in_full_or_in_part_finds_the_case(office):
    number = db.session.scalars(select(Case.number).join(Task).where(Task.due_at.is_not(None)))
    number = next(iter(number))

    whole, part = shown(office, case=number.lower()), shown(office, case=number[3:])

    assert whole == part
    assert shown(office, case="no such") == []


def test_letters_to_sign_wait_for_the_chief_alone(cast):
    case = cast.starts_work()
    cast.until(date(2026, 4, 3))
    cast.does(case, "draft_letter")

    chief, office = accounts.actor("zhoulan"), accounts.actor("wangmin")

    assert shown(chief, letters=True) == [cast.task(case, "sign_letter").id]
    assert shown(office, letters=True) == []
    assert cast.task(case, "sign_letter").id in shown(office)


def test_a_day_ends_at_midnight_in_beijing(cast):
    case, office = cast.open_case(), accounts.actor("wangmin")
    task = cast.task(case, "acknowledge")
    assert task.due_at == datetime(2026, 3, 5, tzinfo=LOCAL)

    assert shown(office, day=date(2026, 3, 4)) == [task.id]
    assert shown(office, day=date(2026, 3, 5)) == []
    cast.clock.move_to(datetime(2026, 3, 4, 23, tzinfo=LOCAL))
    assert shown(office, window=Window.TODAY) == [task.id]
    cast.clock.move_to(datetime(2026, 3, 5, tzinfo=LOCAL))
    assert (today(), shown(office, window=Window.OVERDUE)) == (date(2026, 3, 5), [task.id])
