"""The forecast on the tables: learned by the job, refreshed as cases change, judged as they end."""

from datetime import date, timedelta

import pytest
import time_machine
from sqlalchemy import func, select, update

from app.clock import local_date
from app.db import db, transaction
from app.domain.case import Case
from app.domain.errors import NotAllowed
from app.domain.forecast import Forecast, ForecastModel, ForecastRecord, ModelState
from app.domain.people import Unit
from app.domain.vocabulary import UnitKind
from app.services import accounts, jobs
from app.services.forecasting import nightly, reading
from app.services.forecasting.reading import Asked, Band
from app.services.forecasting.runs import runs_of
from app.services.forecasting.story import stories
from app.services.narrowing import Narrowing
from app.texts import said_in
from tests.conftest import MONDAY
from tests.forecast_county import enter, file_progress, lives, with_shuffled_ends, write_event

MANY = 700


@pytest.fixture
def schools(app):
    query = select(Unit.id).where(Unit.kind == UnitKind.SCHOOL).order_by(Unit.id)
    return list(db.session.scalars(query))


@pytest.fixture
def found(schools):
    """Cases of four years: most have ended, some are open on that Monday."""
    return list(lives(5, MANY, since=date(2022, 3, 1), until=date(2026, 3, 1), units=schools))


@pytest.fixture
def county(app, clock, found):
    with transaction() as session:
        return enter(session, found, MONDAY)


def learn(who="wangmin"):
    job = nightly.learn_now(accounts.actor(who))
    jobs.run(job.id)
    db.session.expire_all()
    return jobs.get(job.id, accounts.actor(who))


def listed(who="wangmin", **asked):
    return reading.page(accounts.actor(who), Asked(**asked), limit=MANY)


def open_ids():
    """Count by hand, in SQL of one's own, what is to be foretold."""
    query = select(Case.id).where(
        Case.reported_done_at.is_(None),
        Case.due_on >= local_date(MONDAY),
        Case.stage == "rectifying",
    )
    return set(db.session.scalars(query))


def test_what_the_tables_tell_of_a_case_is_what_happened(county, found):
    told = {story.case_id: story for batch in stories(db.session()) for story in batch}

    assert len(told) == MANY
    for life in found[::7]:
        story, made = told[county[life.number]], life.story(MONDAY)
        assert story.lines == made.lines
        assert (story.unit_id, story.due_on, story.reported) == (
            made.unit_id,
            made.due_on,
            made.reported,
        )
        assert [run.missed for run in runs_of(story, MONDAY)] == [
            run.missed for run in runs_of(made, MONDAY)
        ]


def test_every_open_case_is_foretold_the_likeliest_first(county):
    job = learn()

    shown = listed()
    assert said_in(job.outcome["told"]) == f"已更新 {len(shown)} 件在办事项的预测。"
    assert {one.case_id for one in shown} == open_ids() != set()
    chances = [one.chance for one in shown]
    assert chances == sorted(chances, reverse=True)
    assert all(one.why and said_in(one.advice) for one in shown)
    assert db.session.scalars(select(ForecastModel)).one().state is ModelState.IN_USE


def test_the_list_goes_on_where_it_stopped_and_counts_what_it_lists(county):
    learn()
    office, whole = accounts.actor("wangmin"), [one.case_id for one in listed()]

    paged, after = [], None
    while some := reading.page(office, Asked(), limit=7, after=after):
        paged += [one.case_id for one in some]
        after = (some[-1].chance, some[-1].case_id)
    counts = reading.counts(office, Narrowing())

    assert paged == whole
    assert counts.all == len(whole)
    for band in Band:
        assert counts.of[band] == len(listed(band=band))


def test_it_is_narrowed_down_like_all_other_lists(county, found):
    learn()
    narrow = Narrowing(severity=found[-1].severity)

    shown = listed(narrow=narrow)

    query = select(Case.id).where(Case.severity == found[-1].severity)
    assert {one.case_id for one in shown} == open_ids() & set(db.session.scalars(query)) != set()


def test_a_unit_is_never_told(county):
    learn()
    case = listed()[0].case
    head = next(
        one
        for one in ("lyxx_head", "lyzx_head", "blxx_head", "sgzx_head", "lpxx_head", "fenxi")
        if one == "fenxi" or accounts.actor(one).unit_id == case.lead_unit_id
    )

    for who in (head, "lyxx_clerk", "ly_owner", "fenxi", "xitong"):
        assert reading.of_case(case, accounts.actor(who)) is None
        with pytest.raises(NotAllowed):
            listed(who)
        with pytest.raises(NotAllowed):
            reading.lived(accounts.actor(who))


def test_a_department_is_told_of_what_it_oversees_and_not_of_its_own(county):
    learn()
    office, none = accounts.actor("zhangjing").unit_id, listed("zhangjing")
    one, *others = (item.case_id for item in listed())
    with transaction() as session:
        session.execute(update(Case).values(department_id=office))
        session.execute(update(Case).where(Case.id == one).values(lead_unit_id=office))

    assert none == []
    assert {item.case_id for item in listed("zhangjing")} == set(others)
    assert listed("huangtao") == []


def test_only_the_office_has_it_learned_anew(county):
    for who in ("zhoulan", "sunwei", "huangtao", "lyxx_head"):
        with pytest.raises(NotAllowed):
            nightly.learn_now(accounts.actor(who))


def test_of_a_case_that_files_or_reports_something_else_is_said(county, clock):
    learn()
    one, other = (item.case_id for item in listed()[:2])
    before = db.session.get(Forecast, one).chance
    longer = {"history_length": Case.history_length + 1}
    clock.shift(timedelta(days=1))
    at = MONDAY + timedelta(days=1)
    with transaction() as session:
        file_progress(session, one, at, 100)
        session.execute(update(Case).where(Case.id == one).values(**longer))
        reported = update(Case).where(Case.id == other).values(reported_done_at=at, **longer)
        session.execute(reported)

    assert other not in {item.case_id for item in listed()}
    nightly.changed()
    db.session.expire_all()

    anew = db.session.get(Forecast, one)
    assert anew.made_at == at
    assert anew.chance < before
    assert anew.history_length == db.session.get(Case, one).history_length
    assert db.session.get(Forecast, other) is None


def test_a_new_case_is_foretold_soon(county, cast):
    learn()
    case = cast.open_case()

    nightly.changed()

    assert db.session.get(Forecast, case.id).due_on == case.due_on


def test_what_was_said_each_week_stays_and_is_judged_in_the_end(county, found, clock):
    learn()
    said = {one.case_id: one.chance for one in db.session.scalars(select(Forecast))}
    clock.shift(timedelta(days=1))
    learn()
    first = {one.case_id: one.chance for one in db.session.scalars(select(ForecastRecord))}
    clock.shift(timedelta(days=6))
    learn()

    kept = select(ForecastRecord).order_by(ForecastRecord.id)
    assert first == said
    assert db.session.scalar(select(func.count()).select_from(ForecastRecord)) > len(said)
    assert {
        one.case_id: one.chance for one in db.session.scalars(kept) if one.made_at == MONDAY
    } == said

    clock.shift(timedelta(days=120))  # nobody reports any more: all are late
    learn()

    lived = reading.lived(accounts.actor("wangmin"))
    assert lived.waiting == 0
    assert (
        lived.missed
        == lived.n
        == db.session.scalar(select(func.count()).where(ForecastRecord.missed))
    )
    assert sum(one.called * one.n for one in lived.bins) == pytest.approx(
        (db.session.scalar(select(func.sum(ForecastRecord.chance))) or 0) / 1000
    )
    assert listed() == []


def test_of_what_is_handed_on_nothing_is_judged(county, clock):
    learn()
    case_id = listed()[0].case_id
    with transaction() as session:
        write_event(session, case_id, MONDAY + timedelta(hours=1), "terminated", reason="")
        values = {"stage": "terminated", "history_length": Case.history_length + 1}
        session.execute(update(Case).where(Case.id == case_id).values(**values))
    clock.shift(timedelta(days=1))

    nightly.changed()

    record = db.session.scalars(select(ForecastRecord).filter_by(case_id=case_id)).one()
    assert record.judged_at is not None
    assert record.missed is None


def test_what_is_no_better_than_the_plain_rate_is_not_shown(app, clock, schools):
    dull = list(lives(5, MANY, since=date(2022, 3, 1), until=date(2026, 3, 1), units=schools))
    with transaction() as session:
        enter(session, with_shuffled_ends(dull, 1), MONDAY)

    job = learn()

    assert "不优于" in said_in(job.outcome["told"])
    assert listed() == []
    assert db.session.scalars(select(ForecastModel)).one().state is ModelState.NO_BETTER


def test_each_night_every_county_is_learned_from_once(county):
    nightly.daily()
    nightly.daily()

    (waiting,) = jobs.waiting()
    with time_machine.travel(MONDAY, tick=False):
        assert jobs.run(waiting)
    assert db.session.scalar(select(func.count()).select_from(ForecastModel)) == 1
