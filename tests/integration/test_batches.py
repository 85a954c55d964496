"""Many tasks at once: a preview that tells what is left out, and each done once by its service."""

from datetime import date, datetime, timedelta

import pytest
from sqlalchemy import func, select

from app.clock import LOCAL
from app.db import db
from app.domain.change import ChangeRequest
from app.domain.errors import Conflict, Invalid, NotAllowed, NotFound, TaskNotFound
from app.domain.job import JobItem
from app.domain.notice import Notice
from app.domain.vocabulary import ChangeState, JobState, LetterState, Role
from app.forms.at_once import extending, signing
from app.services import accounts, batch_jobs, batch_lines, history, jobs, reminding, tasks
from app.services.batch_lines import Action, Wish
from tests.cast import SCHOOL

LATE = date(2026, 4, 3)
EXTENSION = {
    "asked_until": "2026-04-20",
    "extension_ground": "procurement",
    "reason": "设备招标流程尚未走完，预计四月中旬到货。",
    "done_so_far": "已完成制度修订。",
    "safeguards": "专人盯办。",
}


@pytest.fixture
def case(cast):
    return cast.starts_work()


@pytest.fixture
def office(app):
    return accounts.actor("wangmin")


def wish(action, *chosen, **more):
    return Wish(Action(action), [one.id for one in chosen], **more)


def told(wish, actor, answering=None):
    """Return what a preview says: what will be done, else why not."""
    lines = batch_lines.preview(wish, actor, answering)
    return [str(line.why_not or line.will) for line in lines]


def carries_out(wish, actor, answering=None):
    """Do it; return the job and what became of each task."""
    job = batch_jobs.hurry(batch_jobs.start(wish, actor, answering), actor)
    assert job.state is JobState.DONE
    return job, [(one.is_done, str(one.told)) for one in batch_jobs.outcomes(job)]


def notices(what="reminded"):
    return db.session.scalars(select(Notice).filter_by(what=what)).all()


def test_reminding_tells_who_holds_the_task_and_writes_it_down(cast, case, office):
    task = cast.task(case, "rectify")

    _, outcomes = carries_out(wish("remind", task), office)

    assert outcomes == [(True, f"通知单位责任人（{SCHOOL}）")]
    (notice,) = notices()
    assert notice.user_id == accounts.actor("lyxx_owner").id
    assert notice.params["due"] == case.due_on.isoformat()
    assert "reminded" in cast.told(case)
    assert history.verify() == []


def test_who_took_a_task_on_is_reminded_alone(cast, case, office):
    other = cast.hires("second", Role.UNIT_OWNER)
    task = cast.task(case, "rectify")
    tasks.claim(task.id, other)

    reminding.remind(task.id, office)

    assert [one.user_id for one in notices()] == [other.id]


def test_nobody_is_reminded_twice_within_a_working_day(cast, case, office):
    task = cast.task(case, "rectify")
    cast.clock.move_to(datetime(2026, 3, 6, 16, tzinfo=LOCAL))  # a Friday
    reminding.remind(task.id, office)

    for day in (6, 7, 8):
        cast.clock.move_to(datetime(2026, 3, day, 17, tzinfo=LOCAL))
        assert "已催办过" in told(wish("remind", task), accounts.actor("chenjianguo"))[0]
        with pytest.raises(Conflict):
            reminding.remind(task.id, office)

    cast.clock.move_to(datetime(2026, 3, 9, 8, tzinfo=LOCAL))
    reminding.remind(task.id, office)
    assert len(notices()) == 2


@pytest.mark.parametrize("who", ["lyxx_head", "lyxx_owner"])
def test_a_unit_reminds_nobody(cast, case, who):
    task = cast.task(case, "rectify")

    with pytest.raises(NotAllowed):
        reminding.remind(task.id, accounts.actor(who))
    assert notices() == []


def test_a_task_of_somebody_elses_case_is_not_found(cast, case, office):
    task, stranger = cast.task(case, "rectify"), accounts.actor("sgzx_head")

    for action in Action:
        with pytest.raises(TaskNotFound):
            batch_lines.preview(wish(action, task), stranger)
    with pytest.raises(TaskNotFound):
        batch_lines.preview(Wish(Action.REMIND, [task.id, 999_999]), office)


def test_a_batch_of_nothing_or_of_too_much_is_refused(cast, case, office):
    with pytest.raises(Invalid):
        batch_lines.preview(Wish(Action.REMIND, []), office)
    with pytest.raises(Invalid):
        batch_lines.preview(Wish(Action.REMIND, list(range(1, 502))), office)


def test_a_preview_changes_nothing(cast, case, office):
    task, before = cast.task(case, "rectify"), cast.told(case)

    batch_lines.preview(wish("remind", task), office)

    assert (cast.told(case), notices()) == (before, [])
    assert db.session.scalar(select(func.count(JobItem.id))) == 0


def test_what_the_preview_leaves_out_the_batch_leaves_out_and_tells(cast, case, office):
    done, open_task = cast.task(case, "rectify"), cast.task(cast.open_case(), "acknowledge")
    cast.does(case, "rectify")

    _, outcomes = carries_out(wish("remind", done, open_task), office)

    assert [one[0] for one in outcomes] == [False, True]
    assert "办结" in outcomes[0][1]


def test_a_task_that_moved_since_it_was_looked_at_is_left_alone(cast, case, office):
    task = cast.task(case, "rectify")
    seen = {task.id: task.revision}
    tasks.claim(task.id, accounts.actor("lyxx_owner"))
    db.session.refresh(task)

    (line,) = batch_lines.preview(wish("remind", task, revisions=seen), office)

    assert "刚被他人更新" in line.why_not


def test_own_tasks_are_handed_over_to_a_colleague_of_the_same_post(cast, case):
    owner, other = accounts.actor("lyxx_owner"), cast.hires("second", Role.UNIT_OWNER)
    mine, head = cast.task(case, "rectify"), accounts.actor("lyxx_head")

    assert "单位责任人" in told(wish("hand_over", mine, to="second"), head)[0]
    assert "没有办理该待办的岗位" in told(wish("hand_over", mine, to="lyxx_head"), owner)[0]
    _, outcomes = carries_out(wish("hand_over", mine, to="second"), owner)

    assert outcomes == [(True, "转交兼职second")]
    assert cast.task(case, "rectify").assignee_id == other.id
    assert [who.username for who in batch_lines.colleagues([mine], owner)] == ["second"]


def test_extensions_are_asked_for_case_by_case_by_the_rules_of_each(cast, case):
    owner, other = accounts.actor("lyxx_owner"), cast.starts_work()
    chosen = [cast.task(one, "rectify") for one in (case, other)]
    cast.closes_out()
    asking = wish("extend", *chosen, until=date(2026, 4, 20))
    assert "审批" in told(asking, owner)[0]

    _, outcomes = carries_out(asking, owner, extending(owner, "zh", EXTENSION))

    assert [one[0] for one in outcomes] == [True, True]
    made = db.session.scalars(select(ChangeRequest).order_by(ChangeRequest.id)).all()
    assert [(one.case_id, one.state) for one in made] == [
        (case.id, ChangeState.PENDING),
        (other.id, ChangeState.PENDING),
    ]
    assert case.due_on < date(2026, 4, 20)
    assert "正在审批" in told(asking, owner)[0]


def test_an_extension_that_the_rules_or_the_form_refuse_is_left_out(cast, case, office):
    owner, task = accounts.actor("lyxx_owner"), cast.task(case, "rectify")
    short = extending(owner, "zh", EXTENSION | {"reason": "太短"})

    assert "由单位责任人提出" in told(wish("extend", task, until=date(2026, 4, 20)), office)[0]
    assert "须晚于" in told(wish("extend", task, until=case.due_on), owner)[0]
    assert "事由说明" in told(wish("extend", task, until=date(2026, 4, 20)), owner, short)[0]
    assert "没有整改期限" not in told(wish("extend", task, task), owner)[0]
    with pytest.raises(Invalid):
        batch_jobs.start(wish("extend", task, until=case.due_on), owner)
    assert db.session.scalars(select(ChangeRequest)).all() == []


def test_letters_are_signed_together_by_the_chief_who_read_them(cast, case):
    chief, other = accounts.actor("zhoulan"), cast.starts_work()
    cast.until(LATE)
    chosen = []
    for one in (case, other):
        cast.does(one, "draft_letter")
        chosen.append(cast.task(one, "sign_letter"))
    lines = batch_lines.preview(wish("sign", *chosen), chief)
    assert [line.letter.id for line in lines] == [cast.letters(one)[0].id for one in (case, other)]

    _, outcomes = carries_out(wish("sign", *chosen), chief, signing(chief, "zh"))

    assert [one[0] for one in outcomes] == [True, True]
    letters = [cast.letters(one)[0] for one in (case, other)]
    assert {one.state for one in letters} == {LetterState.ISSUED}
    assert {one.signer_id for one in letters} == {chief.id}
    assert len({one.number for one in letters}) == 2


def test_nobody_signs_a_letter_of_his_own_or_without_the_post(cast, case, office):
    both = cast.hires("both", Role.OFFICE, Role.CHIEF)
    cast.until(LATE)
    cast.does(case, "draft_letter", "both")
    task = cast.task(case, "sign_letter")

    assert "拟稿人不得审签" in told(wish("sign", task), both)[0]
    assert "总督学" in told(wish("sign", task), office)[0]
    assert "不是审签督办函" in told(wish("sign", cast.task(case, "rectify")), both)[0]


def test_a_job_that_broke_off_goes_on_and_does_nothing_twice(cast, office, monkeypatch):
    chosen = [cast.task(cast.open_case(), "acknowledge") for _ in range(3)]
    job = batch_jobs.start(wish("remind", *chosen), office)
    settle, settled = batch_jobs._settle, []

    def dies(item_id, outcome):
        if len(settled) == 1:
            raise KeyboardInterrupt  # as if the worker were killed before the commit
        settled.append(item_id)
        settle(item_id, outcome)

    monkeypatch.setattr(batch_jobs, "_settle", dies)
    with pytest.raises(KeyboardInterrupt):
        jobs.run(job.id)
    assert len(notices()) == 1
    monkeypatch.setattr(batch_jobs, "_settle", settle)
    cast.clock.shift(timedelta(minutes=5))
    jobs.run(job.id)

    assert [one.is_done for one in batch_jobs.outcomes(jobs.get(job.id, office))] == [True] * 3
    assert len(notices()) == 3
    assert history.verify() == []


def test_a_large_batch_waits_for_whoever_runs_jobs(cast, case, office, monkeypatch):
    monkeypatch.setattr(batch_jobs, "AT_ONCE", 0)

    job = batch_jobs.hurry(
        batch_jobs.start(wish("remind", cast.task(case, "rectify")), office), office
    )

    assert (job.state, notices()) == (JobState.QUEUED, [])
    assert [one.told for one in batch_jobs.outcomes(job)] == [None]
    assert jobs.run(job.id)
    assert len(notices()) == 1


@pytest.mark.parametrize(("action", "lacks"), [("hand_over", "colleague"), ("extend", "until")])
def test_a_wish_that_does_not_say_all_is_sent_back(cast, case, office, action, lacks):
    with pytest.raises(Invalid) as refused:
        batch_jobs.start(wish(action, cast.task(case, "rectify")), office)

    assert list(refused.value.fields) == [lacks]


def test_what_became_of_a_batch_is_for_who_ordered_it(cast, case, office):
    job, _ = carries_out(wish("remind", cast.task(case, "rectify")), office)

    for other in ("xitong", "chenjianguo"):
        with pytest.raises(NotFound):
            batch_jobs.get(job.id, accounts.actor(other))
