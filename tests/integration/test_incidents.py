"""A step that fails: rolled back, tried again, then told to a person who can mend it."""

from datetime import date, time, timedelta

import pytest
from sqlalchemy import select, update

from app import scheduler
from app.cli import operations
from app.clock import LOCAL, utcnow
from app.db import db, transaction
from app.domain.errors import Invalid, NotAllowed, NotFound, WrongStage
from app.domain.process import Diagram, Incident, Process, Timer
from app.domain.vocabulary import DiagramState, TimerState
from app.services import accounts, cases, deadlines, incidents, mending, processes
from tests.engine.drawing import chain, diagram, flow, node

#: Two working days after the first of April a letter is drafted, by a process of its own.
LATE = date(2026, 4, 3)
MINUTE = timedelta(minutes=1)


def draw_expediting(state):
    """Publish the diagram of expediting letters, or take it away."""
    with transaction() as session:
        session.execute(update(Diagram).filter_by(key="expediting").values(state=state))


@pytest.fixture
def case(cast):
    """A case that is overdue while nobody has drawn what is to happen then."""
    case = cast.starts_work()
    draw_expediting(DiagramState.DRAFT)
    cast.until(LATE, time(0))
    return case


@pytest.fixture
def head(app):
    return accounts.actor("chenjianguo")


def failing(case):
    query = select(Timer).where(Timer.case_id == case.id, Timer.attempts > 0)
    found = db.session.scalars(query).one()
    db.session.refresh(found)
    return found


def tries(clock, *minutes):
    for each in minutes:
        clock.shift(each * MINUTE)
        scheduler.sweep()


def told(**by):
    db.session.expire_all()
    return list(db.session.scalars(select(Incident).filter_by(**by).order_by(Incident.id)))


def test_a_step_that_fails_changes_nothing_but_the_count(cast, case, clock):
    timer = failing(case)

    assert (timer.state, timer.attempts, timer.try_at) == (TimerState.ARMED, 1, utcnow() + MINUTE)
    assert timer.claimed_until is None
    assert cast.letters(case) == []
    assert cast.told(case, "key").count(("timer_fired", timer.key)) == 0
    assert told() == []


def test_it_is_tried_after_one_five_and_twenty_five_minutes(case, clock):
    waits = []
    for _ in range(4):
        waits.append((failing(case).try_at - utcnow()) // MINUTE)
        clock.move_to(failing(case).try_at)
        scheduler.sweep()

    assert waits == [1, 5, 25, 25]


def test_after_the_third_failure_it_is_an_incident_with_its_cause_in_words(case, clock):
    tries(clock, 1)
    assert told() == []

    tries(clock, 5)

    (incident,) = told()
    assert incident.cause == (
        "期限“逾期1个工作日”届满后，“启动督办”未能完成：没有已发布的流程图“expediting”。"
        "请按提示处理后点“重试”。"
    )
    assert (incident.attempts, incident.timer_id) == (3, failing(case).id)
    assert incident.likeness == "rectification/1:expedite_overdue:NotFound"
    assert "NotFound" in incident.detail


def test_the_others_go_on(cast, case, clock):
    other = cast.open_case()
    cast.until(date(2026, 4, 10))

    assert "deemed_served" in cast.told(other)


def test_a_later_try_that_goes_well_closes_the_incident_by_itself(cast, case, clock):
    tries(clock, 1, 5)
    draw_expediting(DiagramState.PUBLISHED)

    tries(clock, 25)

    (incident,) = told()
    assert (incident.resolution, incident.resolved_by_id) == ("passed", None)
    assert len(cast.letters(case)) == 1


def test_who_mended_the_cause_tries_again_at_once(cast, case, clock, head):
    tries(clock, 1, 5)
    (incident,) = told()
    draw_expediting(DiagramState.PUBLISHED)

    went = mending.retry(incident.id, head)

    assert went == mending.Retried(passed=1)
    assert [(one.resolution, one.resolved_by.name) for one in told()] == [("retried", head.name)]
    assert len(cast.letters(case)) == 1
    with pytest.raises(WrongStage):
        mending.retry(incident.id, head)


def test_a_retry_that_fails_again_leaves_it_open(case, clock, head):
    tries(clock, 1, 5)
    (incident,) = told()

    assert mending.retry(incident.id, head) == mending.Retried(failed=1)

    (still,) = told()
    assert (still.resolved_at, still.attempts) == (None, 4)


def test_what_failed_alike_is_tried_again_together(cast, clock, head):
    cases = [cast.starts_work() for _ in range(3)]
    draw_expediting(DiagramState.DRAFT)
    cast.until(LATE, time(0))
    tries(clock, 1, 5)
    (group,) = incidents.groups(head)
    assert (group.count, len(group.items)) == (3, 3)
    draw_expediting(DiagramState.PUBLISHED)

    went = mending.retry_like(group.likeness, head)

    assert went == mending.Retried(passed=3)
    assert [len(cast.letters(case)) for case in cases] == [1, 1, 1]
    assert incidents.count(head) == 0


def test_more_than_can_be_tried_at_once_is_left_to_the_sweep(case, clock, head, monkeypatch):
    tries(clock, 1, 5)
    (incident,) = told()
    draw_expediting(DiagramState.PUBLISHED)
    monkeypatch.setattr(mending, "AT_ONCE", 0)

    assert mending.retry_like(incident.likeness, head) == mending.Retried(left=1)

    assert scheduler.sweep() == 1
    assert told()[0].resolution == "passed"


def test_the_command_line_lists_and_retries(app, case, clock):
    run = app.test_cli_runner().invoke
    tries(clock, 1, 5)
    (incident,) = told()
    number = str(incident.id)

    assert "没有已发布的流程图" in run(operations.incidents, ["list"]).output
    assert run(operations.incidents, ["retry", number]).exit_code == 1
    draw_expediting(DiagramState.PUBLISHED)
    assert run(operations.incidents, ["retry", number, "--like"]).exit_code == 0

    assert run(operations.incidents, ["list"]).output == ""


def test_skipping_says_what_it_means_and_lets_the_case_go_on(cast, case, clock, head):
    tries(clock, 1, 5)
    (incident,) = told()
    assert mending.skipping(incident).meaning == (
        "“逾期1个工作日”不再触发，不执行：启动督办；当前环节不受影响，继续等待办理。"
    )

    mending.skip(incident.id, head, " 已电话督促 ")

    timer = db.session.get(Timer, incident.timer_id, populate_existing=True)
    assert timer.state is TimerState.DISARMED
    assert [(one.resolution, one.reason) for one in told()] == [("skipped", "已电话督促")]
    assert ("timer_skipped", "已电话督促", timer.id) in cast.told(case, "reason", "timer_id")
    tries(clock, 60)
    assert cast.letters(case) == []
    cast.walks(case, "rectify", "sign_report")
    assert cast.open_tasks(case) == ["first_review"]


def test_what_was_skipped_does_not_come_back_with_a_resync(case, clock, head):
    tries(clock, 1, 5)
    mending.skip(told()[0].id, head, "已电话督促")
    (process,) = cases.processes_of(case)

    assert processes.resync(process.id) == 0


def test_skipping_needs_a_reason(case, clock, head):
    tries(clock, 1, 5)

    with pytest.raises(Invalid):
        mending.skip(told()[0].id, head, "  ")


def report(timer):
    """Have *timer* reported as one that cannot fire."""
    failure = incidents.Failure(
        cause="试", likeness="试", process_id=timer.process_id, timer_id=timer.id
    )
    with transaction() as session:
        incidents.report(session, failure)
    return told(timer_id=timer.id)[0]


def test_of_a_cycle_one_period_is_skipped_and_the_next_one_comes(cast, clock, head):
    case = cast.starts_work()
    query = select(Timer).filter_by(case_id=case.id, key="progress_missing")
    timer = db.session.scalars(query.where(Timer.state == TimerState.ARMED)).one()
    incident, before = report(timer), timer.due_at
    clock.move_to(before)

    mending.skip(incident.id, head, "本月停课")

    (coming,) = db.session.scalars(query.where(Timer.state == TimerState.ARMED)).all()
    assert coming.due_at > before
    cast.until(coming.due_at.astimezone(LOCAL).date() + timedelta(days=1))
    assert [one for one in cast.told(case, "key") if one == ("timer_fired", "progress_missing")]
    assert processes.resync(timer.process_id) == 0


WAITING = diagram(
    node("startEvent", "start")
    + node("userTask", "first", name="先办", camunda__candidateGroups="office")
    + node(
        "intermediateCatchEvent",
        "wait",
        "<~timerEventDefinition><~timeDuration>days(1)</~timeDuration></~timerEventDefinition>",
        name="等一天",
    )
    + node("endEvent", "end")
    + chain("start", "first", "wait", "end")
)
STUCK = diagram(
    node("startEvent", "start")
    + node("userTask", "first", name="先办", camunda__candidateGroups="office")
    + node("inclusiveGateway", "some", default="some-both")
    + node("userTask", "second", name="再办", camunda__candidateGroups="office")
    + node("parallelGateway", "both", name="两路都到")
    + node("endEvent", "end")
    + chain("start", "first", "some", "both", "end")
    + flow("some", "second", "1 == 2")
    + flow("second", "both")
)


def publish(key, xml):
    """Publish what no linter would let pass."""
    with transaction() as session:
        session.add(
            Diagram(
                key=key,
                version=1,
                name="试",
                state=DiagramState.PUBLISHED,
                xml=xml,
                forms={},
                decisions={},
                sha256=key,
                created_at=utcnow(),
            )
        )


def test_a_step_that_the_process_stands_on_cannot_be_skipped(cast, head):
    publish("waiting", WAITING)
    office = accounts.actor("wangmin")
    process = processes.start("waiting", office, {})
    (task,) = processes.open_tasks(db.session.get(Process, process))
    cast.hands_in(task, {})
    timer = db.session.scalars(select(Timer).filter_by(process_id=process)).one()
    incident = report(timer)

    assert not mending.skipping(incident).possible
    with pytest.raises(WrongStage):
        mending.skip(incident.id, head, "试")


def test_a_process_that_waits_for_ever_is_an_incident_until_it_is_ended(cast, head):
    publish("stuck", STUCK)
    process = processes.start("stuck", accounts.actor("wangmin"), {})
    cast.hands_in(*processes.open_tasks(db.session.get(Process, process)), {})

    (incident,) = told(process_id=process)
    assert "“两路都到”" in incident.cause
    assert mending.retry(incident.id, head) == mending.Retried(failed=1)
    assert not mending.skipping(incident).possible

    with transaction() as session:
        session.execute(update(Process).filter_by(id=process).values(status="terminated"))
    scheduler.sweep()

    assert told(process_id=process)[0].resolution == "passed"


def test_an_incident_of_a_deadline_that_is_gone_closes_by_itself(cast, case, clock):
    tries(clock, 1, 5)
    cast.walks(case, "rectify", "sign_report")

    tries(clock, 1)

    assert told()[0].resolution == "passed"


def test_the_same_matter_is_one_incident_however_often_it_is_reported(case, clock):
    tries(clock, 1, 5, 25, 25)

    (incident,) = told()
    assert incident.attempts == 5


def test_other_parts_report_what_is_no_process(head):
    failure = incidents.Failure(cause="发送失败", likeness="smtp", subject="delivery:7", attempts=3)
    with transaction() as session:
        incidents.report(session, failure)
        incidents.report(session, failure)

    (incident,) = told(subject="delivery:7")
    admin = accounts.actor("xitong")
    assert incidents.page(admin, resolved=False) == [incident]
    assert incidents.page(head) == []
    assert mending.retry(incident.id, admin) == mending.Retried(left=1)
    assert incidents.count(admin) == 1  # until whoever reported it says that it passed
    mending.skip(incident.id, admin, "已改用短信")
    assert incidents.count(admin) == 0


def test_who_mends_nothing_sees_nothing(cast, case, clock):
    tries(clock, 1, 5)
    (incident,) = told()

    for name in ("wangmin", "lyxx_head", "zhoulan", "fenxi"):
        actor = accounts.actor(name)
        assert not incidents.watches(actor)
        with pytest.raises(NotAllowed):
            incidents.require(actor)
        with pytest.raises(NotFound):
            mending.retry(incident.id, actor)
        with pytest.raises(NotFound):
            mending.skip(incident.id, actor, "试")


def test_a_case_whose_text_cannot_be_read_is_an_incident_too(cast, clock):
    case = cast.starts_work()
    (process,) = cases.processes_of(case)
    with transaction() as session:
        session.execute(update(Process).filter_by(id=process.id).values(state="[broken"))

    cast.until(LATE)
    tries(clock, 1, 5)

    causes = {incident.cause for incident in told()}
    assert causes
    assert all("程序出错" in cause and "技术信息" in cause for cause in causes)


def test_a_moved_process_is_no_failure(cast, case, clock):
    timer = failing(case)

    deadlines.postpone(timer.id)

    assert failing(case).attempts == 1
    assert failing(case).try_at == utcnow() + timedelta(seconds=1)
