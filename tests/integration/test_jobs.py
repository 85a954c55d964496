"""Long jobs: queued with their cause, claimed, run to the end or again, told to their owner."""

import json
from datetime import timedelta

import pytest
from sqlalchemy import select

from app.clock import utcnow
from app.db import db, transaction
from app.domain.case import Case
from app.domain.errors import Conflict, Invalid, NotFound, Sentence, Unavailable
from app.domain.job import Job, JobItem
from app.domain.process import Process
from app.domain.vocabulary import JobState, Role
from app.services import accounts, job_claims, jobs, ledger_jobs, workers
from app.services.jobs import KINDS, Order, Result
from app.services.ledger_jobs import Intake
from app.services.sentences import packed, unpacked
from tests.cast import SCHOOL

ROW = {
    "被督导单位": SCHOOL,
    "整改要求": "立即拆除",
    "问题类别": "校园安全",
    "程度": "一般",
    "下达日期": "2026-03-02",
}


@pytest.fixture
def office(app, clock):
    return accounts.actor("wangmin")


@pytest.fixture
def kind(monkeypatch):
    """Register a kind for this test alone."""

    def register(run):
        monkeypatch.setattr(jobs, "KINDS", KINDS)
        monkeypatch.delitem(KINDS, "trial", raising=False)
        jobs.job("trial", label="试验", counted="已处理 %(amount)s 步")(run)

    yield register
    KINDS.pop("trial", None)


@pytest.fixture
def stopping():
    yield job_claims.stopping
    job_claims.stopping.clear()


def started(actor, **more) -> Job:
    return jobs.start(Order(kind="trial", params={"n": 3}, actor=actor, **more))


def now(job: Job) -> Job:
    return db.session.get_one(Job, job.id, populate_existing=True)


def count(model) -> int:
    return len(db.session.scalars(select(model.id)).all())


def well(params, progress):
    return Result(Sentence("好。"))


# Running.


def test_a_job_runs_to_its_end_and_says_what_it_came_to(office, kind):
    def run(params, progress):
        return Result(Sentence("共 %(n)s 步。", n=params["n"]), {"n": 3})

    kind(run)
    job = started(office)
    assert now(job).state is JobState.QUEUED

    assert jobs.run(job.id)

    done = now(job)
    assert (done.state, done.outcome["n"], done.attempts) == (JobState.DONE, 3, 1)
    assert unpacked(done.outcome["told"]) == "共 3 步。"
    assert (done.claimed_by, done.claimed_until) == (None, None)
    assert jobs.waiting() == []


def test_a_job_runs_once_however_many_ask(office, kind):
    runs = []

    def run(params, progress):
        runs.append(progress.job_id)
        return well(params, progress)

    kind(run)
    job = started(office)

    assert [jobs.run(job.id), jobs.run(job.id)] == [True, False]
    assert runs == [job.id]


def test_while_one_works_at_it_nobody_else_may(office, kind):
    seen = []

    def run(params, progress):
        seen.extend([jobs.waiting(), jobs.run(progress.job_id)])
        return Result(Sentence("好。"))

    kind(run)
    jobs.run(started(office).id)

    assert seen == [[], False]


def test_a_job_is_queued_with_its_cause_or_not_at_all(office, kind):
    kind(well)

    def cause():
        with transaction() as session:
            jobs.enqueue(session, Order(kind="trial", params={}, actor=office))
            raise RuntimeError

    with pytest.raises(RuntimeError):
        cause()

    assert count(Job) == 0


def test_what_is_started_twice_under_one_key_is_one_job(office, kind):
    kind(well)

    first, second = started(office, key="a"), started(office, key="a")

    assert first.id == second.id
    assert (count(Job), jobs.of_key("a", office).id) == (1, first.id)


# Progress.


def test_progress_is_written_at_most_once_a_second(office, kind, clock):
    written = []

    def run(params, progress):
        for done in range(1, 6):
            progress(done, 6)
            written.append(db.session.scalar(select(Job.done)))
            db.session.rollback()
            clock.shift(timedelta(seconds=0.4))
        progress(6, 6)
        return Result(Sentence("好。"))

    kind(run)
    job = started(office)
    jobs.run(job.id)

    assert written == [1, 1, 1, 4, 4]
    assert (now(job).done, now(job).total) == (6, 6)


def test_progress_keeps_the_claim(office, kind, clock):
    def run(params, progress):
        for done in range(5):
            clock.shift(timedelta(minutes=1.5))
            progress(done, 5)
            assert jobs.waiting() == []
        return Result(Sentence("好。"))

    kind(run)
    job = started(office)
    jobs.run(job.id)

    assert now(job).state is JobState.DONE


# What goes wrong.


def test_a_refusal_of_the_domain_fails_the_job_with_its_sentence(office, kind):
    def run(params, progress):
        raise Invalid("第 %(row)s 行有误。", row=7)

    kind(run)
    job = started(office)
    jobs.run(job.id)

    assert (now(job).state, now(job).error) == (JobState.FAILED, "第 7 行有误。")
    assert unpacked(now(job).outcome["told"]).template == "第 %(row)s 行有误。"


@pytest.mark.parametrize("error", [Conflict(), RuntimeError("x")])
def test_what_nobody_foresaw_is_tried_three_times(office, kind, clock, error):
    def run(params, progress):
        raise error

    kind(run)
    job = started(office)
    jobs.run(job.id)
    assert (now(job).state, jobs.waiting()) == (JobState.QUEUED, [])

    for minutes in (1, 5):
        clock.shift(timedelta(minutes=minutes))
        assert jobs.waiting() == [job.id]
        jobs.run(job.id)

    assert now(job).state is JobState.FAILED
    assert "已完成的部分保留" in now(job).error


def test_a_database_that_is_away_costs_no_attempt(office, kind, clock):
    def run(params, progress):
        raise Unavailable

    kind(run)
    job = started(office)
    for _ in range(5):
        jobs.run(job.id)
        clock.shift(timedelta(minutes=1))

    assert (now(job).state, now(job).attempts) == (JobState.QUEUED, 0)


def test_a_failed_job_can_be_tried_again(office, kind):
    states = iter([Invalid("缺一样东西。"), None])

    def run(params, progress):
        if error := next(states):
            raise error
        return Result(Sentence("好。"))

    kind(run)
    job = started(office)
    jobs.run(job.id)

    jobs.retry(job.id, office)
    assert (now(job).error, now(job).outcome) == ("", None)
    jobs.run(job.id)

    assert now(job).state is JobState.DONE
    with pytest.raises(Conflict):
        jobs.retry(job.id, office)


def test_a_job_whose_worker_died_is_found_and_run_again(office, kind, clock):
    def dies(params, progress):
        progress(1, 2)
        raise KeyboardInterrupt  # as a killed process: nothing is tidied up

    kind(dies)
    job = started(office)
    with pytest.raises(KeyboardInterrupt):
        jobs.run(job.id)
    assert (now(job).state, jobs.waiting()) == (JobState.RUNNING, [])

    clock.shift(job_claims.CLAIM)
    kind(well)

    assert jobs.waiting() == [job.id]
    assert jobs.run(job.id)
    assert (now(job).state, now(job).attempts) == (JobState.DONE, 2)


def test_a_job_that_kills_its_workers_is_given_up(office, kind, clock):
    def dies(params, progress):
        raise KeyboardInterrupt

    kind(dies)
    job = started(office)
    for _ in range(jobs.MOST_ATTEMPTS):
        with pytest.raises(KeyboardInterrupt):
            jobs.run(job.id)
        clock.shift(job_claims.CLAIM)

    assert not jobs.run(job.id)
    assert "多次中断" in now(job).error


def test_who_was_silent_too_long_has_lost_the_job(office, kind, clock):
    def goes_on(params, progress):
        raise KeyboardInterrupt  # and is still at it, as far as anybody knows

    def slow(params, progress):
        clock.shift(job_claims.CLAIM)
        kind(goes_on)
        with pytest.raises(KeyboardInterrupt):
            jobs.run(progress.job_id)
        progress(1, 2)
        raise AssertionError("went on")

    kind(slow)
    job = started(office)
    jobs.run(job.id)

    assert (now(job).state, now(job).attempts, now(job).done) == (JobState.RUNNING, 2, 0)


def test_a_process_that_stops_hands_its_job_back(office, kind, stopping):
    def run(params, progress):
        jobs.stop()
        progress(1, 2)
        raise AssertionError("went on")

    kind(run)
    job = started(office)
    jobs.run(job.id)

    assert (now(job).state, now(job).attempts, now(job).done) == (JobState.QUEUED, 0, 1)
    assert jobs.waiting() == [job.id]


# Whose it is.


def test_jobs_are_their_owners_business_and_an_administrators(office, kind, cast):
    kind(well)
    job, other = started(office), accounts.actor("chenjianguo")
    admin = cast.hires("sysadmin", Role.SYSTEM_ADMIN, unit="青岚县")

    assert [one.id for one in jobs.listing(office)] == [job.id]
    assert [one.id for one in jobs.listing(admin)] == [job.id]
    assert (jobs.listing(other), jobs.get(job.id, admin).id) == ([], job.id)
    for refused in (jobs.get, jobs.retry):
        with pytest.raises(NotFound):
            refused(job.id, other)


def test_a_sentence_survives_being_kept_as_json():
    inner = Sentence("您是否指“%(name)s”？", name="甲")
    kept = json.loads(json.dumps(packed(Sentence("第 %(n)s 行：%(why)s", n=3, why=inner))))

    assert unpacked(kept) == "第 3 行：您是否指“甲”？"
    assert unpacked(kept).params["why"].template == inner.template


# Importing a large ledger.


def file_of(*changes) -> bytes:
    rows = [ROW | {"具体问题": f"问题{n}"} | change for n, change in enumerate(changes, 1)]
    return json.dumps(rows).encode()


def hands_in(office, *changes, **options):
    data = file_of(*changes)
    return ledger_jobs.take_in(Intake(data=data, name="a.json", at_once=5, **options), office)


def test_a_small_ledger_is_imported_at_once(office):
    assert len(hands_in(office, *[{}] * 5).cases) == 5


def test_a_large_ledger_is_imported_by_a_job_row_by_row(office):
    job = hands_in(office, *[{}] * 23, {"整改方式": "限期", "截止日期": "2026-06-01"})
    assert count(Case) == 0

    jobs.run(job.id)

    assert (now(job).done, now(job).total, now(job).outcome["opened"]) == (24, 24, 24)
    assert (count(Case), count(Process)) == (24, 24)
    last = db.session.scalars(select(Case).filter_by(problem="问题24")).one()
    assert (last.due_on.isoformat(), last.mode.value) == ("2026-06-01", "dated")
    assert "24 件" in unpacked(now(job).outcome["told"])


def test_one_wrong_row_keeps_all_of_a_large_ledger_out(office):
    with pytest.raises(Invalid):
        hands_in(office, *[{}] * 7, {"程度": "很重"})

    assert (count(Job), count(Case)) == (0, 0)


def test_the_right_rows_of_a_large_ledger_come_in_if_so_chosen(office):
    job = hands_in(office, *[{}] * 7, {"程度": "很重"}, right_rows_only=True)
    jobs.run(job.id)

    assert (count(Case), now(job).outcome["opened"]) == (7, 7)
    (left_out,) = now(job).outcome["skipped"]
    assert (left_out["row"], left_out["column"]) == (8, "程度")


def test_a_row_that_turned_wrong_before_the_first_was_opened_keeps_all_out(office):
    job = hands_in(office, *[{}] * 7, {"问题编号": "A-1"})
    ledger_jobs.take_in(Intake(data=file_of({"问题编号": "A-1"}), name="a.json"), office)

    jobs.run(job.id)

    assert now(job).error == "第 8 行：问题编号A-1已存在。未导入任何一行。"
    assert count(Case) == 1


def test_a_row_that_turns_wrong_under_way_is_left_out_and_told(office, monkeypatch):
    job = hands_in(office, *[{}] * 12, {"问题编号": "A-1"})
    rows = ledger_jobs._open_some

    def interrupted(job_id, actor):
        rows(job_id, actor)
        ledger_jobs.take_in(Intake(data=file_of({"问题编号": "A-1"}), name="a.json"), office)
        monkeypatch.undo()

    monkeypatch.setattr(ledger_jobs, "_open_some", interrupted)
    jobs.run(job.id)

    assert (count(Case), now(job).outcome["opened"]) == (13, 12)
    (left_out,) = now(job).outcome["skipped"]
    assert (left_out["row"], unpacked(left_out["message"])) == (13, "问题编号A-1已存在。")


def test_an_import_that_was_killed_goes_on_where_it_stood(office, clock, monkeypatch):
    job = hands_in(office, *[{}] * 25)
    rows = ledger_jobs._open_some

    def dies_after_one_batch(job_id, actor):
        rows(job_id, actor)
        raise KeyboardInterrupt

    monkeypatch.setattr(ledger_jobs, "_open_some", dies_after_one_batch)
    with pytest.raises(KeyboardInterrupt):
        jobs.run(job.id)
    assert count(Case) == ledger_jobs.BATCH
    monkeypatch.undo()
    clock.shift(job_claims.CLAIM)

    jobs.run(job.id)

    assert (count(Case), now(job).done, now(job).state) == (25, 25, JobState.DONE)
    assert len(set(db.session.scalars(select(Case.problem)))) == 25
    assert all(item.params == {} for item in db.session.scalars(select(JobItem)))


def test_the_same_file_sent_twice_is_one_import(office):
    first = hands_in(office, *[{}] * 6, key="ledger:1")
    second = hands_in(office, *[{}] * 6, key="ledger:1")

    assert first.id == second.id
    assert count(JobItem) == 6


# Workers.


def test_a_worker_is_seen_as_long_as_it_says_so(app, clock):
    workers.seen()
    workers.swept()
    assert len(workers.at_work()) == 1
    assert workers.last_sweep() == utcnow()

    clock.shift(timedelta(minutes=1))
    assert workers.at_work() == []

    workers.seen()
    workers.left()
    assert workers.at_work() == []
