"""What nobody needs any more is thrown away; what somebody may still need stays."""

from datetime import timedelta

import pytest
from sqlalchemy import event, func, select, update

from app.clock import utcnow
from app.db import db, transaction
from app.domain.evidence import Evidence
from app.domain.job import Job, JobItem
from app.domain.people import Login
from app.domain.vocabulary import JobState
from app.services import accounts, evidence, ledger_jobs, tasks, tidying
from app.services.forecasting import nightly
from app.services.signals import looking
from tests.integration.test_evidence import files_in, upload


@pytest.fixture
def root(cast, tmp_path):
    """The folder that files are kept in."""
    folder = tmp_path / "files"
    evidence.configure(folder)
    return folder


@pytest.fixture
def owner(root):
    return accounts.actor("lyxx_owner")


def kept():
    return set(db.session.scalars(select(Evidence.id)))


def test_files_never_handed_in_go_once_they_are_old(cast, root, owner, clock):
    case = cast.starts_work()
    rectify = cast.task(case, "rectify")
    upload(owner)
    drafted, submitted = upload(owner).id, upload(owner).id
    tasks.save_draft(rectify.id, owner, {"photos": [drafted], "note": "三"})
    with transaction() as session:
        mine = update(Evidence).where(Evidence.id == submitted)
        session.execute(mine.values(task_id=rectify.id, case_id=case.id))
    clock.shift(tidying.LOOSE_FOR)
    fresh = upload(owner).id

    tidying.tidy()
    tidying.tidy()

    assert kept() == {drafted, submitted, fresh}
    names = db.session.scalars(select(Evidence.stored_as))
    assert files_in(root) == sorted(names)


def test_a_file_outlives_its_row_until_that_is_gone_for_good(cast, root, owner, clock):
    upload(owner)
    clock.shift(tidying.LOOSE_FOR)
    db.session.rollback()
    lying = []

    def look(_connection):
        lying.append(len(files_in(root)))

    event.listen(db.engine, "commit", look)
    tidying.tidy()
    event.remove(db.engine, "commit", look)

    assert set(lying) == {1}
    assert files_in(root) == []


def test_files_of_processes_about_no_case_are_not_loose(cast, root, owner):
    task, large = cast.task(cast.starts_work(), "rectify").id, upload(owner).id
    with transaction() as session:
        mine = update(Evidence).where(Evidence.id == large)
        session.execute(mine.values(task_id=task, size=evidence.MOST_LOOSE))

    assert upload(owner).id


def test_ended_logins_go(cast, clock):
    accounts.sign_in("wangmin", "Qinglan-2026", kind="web")
    clock.shift(timedelta(hours=12))
    token, _ = accounts.sign_in("wangmin", "Qinglan-2026", kind="web")

    tidying.tidy()

    assert db.session.scalar(select(func.count()).select_from(Login)) == 1
    assert accounts.signed_in(token) is not None


def test_rows_of_an_import_go_a_month_after_it_was_done(cast, clock):
    def imported(state):
        made = Job(kind=ledger_jobs.KIND, params={}, made_at=utcnow(), finished_at=utcnow())
        made.state = state
        session.add(made)
        session.flush()
        session.add(JobItem(job_id=made.id, place=2, params={}))
        return made.id

    with transaction() as session:
        imported(JobState.DONE)
        failed = imported(JobState.FAILED)
    clock.shift(tidying.IMPORTED_FOR)
    with transaction() as session:
        fresh = imported(JobState.DONE)

    tidying.tidy()

    assert set(db.session.scalars(select(JobItem.job_id))) == {failed, fresh}


@pytest.mark.parametrize("daily", [nightly.daily, looking.daily])
def test_what_is_done_daily_is_done_once_a_day_whenever_the_machine_is_on(cast, clock, daily):
    for _ in range(2):
        daily()
        daily()
        clock.shift(timedelta(days=1))

    assert len(set(db.session.scalars(select(Job.key)))) == 2
    assert db.session.scalar(select(func.count()).select_from(Job)) == 2
