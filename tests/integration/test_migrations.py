"""Running cases carried over to another version: rehearsed, planned, done, and taken back."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from app.clock import utcnow
from app.db import db, transaction
from app.domain.deadlines import last_day
from app.domain.design import Migrated
from app.domain.design_terms import Migration, PlanState, Verdict
from app.domain.errors import Conflict, Invalid, NotAllowed, WrongStage
from app.domain.process import Timer, TimerMove
from app.domain.vocabulary import JobState, MoveCause, ProcessStatus, TimerState
from app.services import diagrams, jobs, processes, tasks
from app.services.design import _moving, drafts, migrations, rehearsals
from app.services.design.migrations import Drawn
from app.services.design.rehearsals import Question
from tests import redrawing
from tests.cast import ANSWERS
from tests.deciding import armed, suspend
from tests.redrawing import KEY, analyst, head, process_of, version_of


@pytest.fixture
def case(cast):
    """A general problem whose unit is at work."""
    return cast.starts_work()


def rehearse(version, **how):
    job = rehearsals.rehearse(Question(key=KEY, version=version, **how), analyst())
    assert job.state is JobState.DONE, job.error
    return rehearsals.findings(job.id, analyst())


def migrate(version, **how):
    drawn = Drawn(key=KEY, version=version, note="省里新规", **how)
    plan = migrations.draw_up(drawn, analyst())
    job = migrations.apply(plan.id, head())
    assert job.state is JobState.DONE, job.error
    db.session.expire_all()
    return plan


def carried(plan):
    return [(one.number, one.outcome, one.reason) for one in migrations.carried(plan.id, head())]


def undo(plan):
    job = migrations.undo(plan.id, head())
    assert job.state is JobState.DONE, job.error
    db.session.expire_all()
    return job.outcome["undone"]


def agrees(case):
    """Tell whether the rows of the case's process say what its state says."""
    return processes.resync(process_of(case).id) == 0


# Rehearsing


def test_a_rehearsal_says_that_a_case_may_go_on(case):
    made = redrawing.with_a_step()

    (found,) = rehearse(made.version)

    assert (found.number, found.verdict, found.lost) == (case.number, Verdict.FINE, [])
    assert version_of(case) == 1


def test_a_rehearsal_names_the_element_that_needs_a_place(case):
    made = redrawing.renamed("rectify", "put_right")

    (found,) = rehearse(made.version)

    assert (found.verdict, found.element) == (Verdict.MAPPING, "rectify")
    assert "请指定" in found.reason["say"]
    (found,) = rehearse(made.version, mapping={"1": {"rectify": "put_right"}})
    assert found.verdict is Verdict.FINE


def test_a_rehearsal_names_the_clock_that_would_be_lost_and_when_it_was_due(case):
    blue = armed(case)["turning_blue"]
    made = redrawing.without_the_blue_light()

    (found,) = rehearse(made.version)

    assert found.verdict is Verdict.LOSES
    assert found.lost == [
        {"name": blue.name, "key": "turning_blue", "due_at": blue.due_at.isoformat()}
    ]


def test_a_rehearsal_names_the_clock_that_would_strike_at_once(cast, case):
    cast.passes(days=40)
    made = redrawing.publish(
        add=redrawing.NUDGE.replace("timeDuration", "timeDate").replace(
            "days(3)", "before(due, days(9))"
        )
    )

    (found,) = rehearse(made.version)

    assert found.verdict is Verdict.FIRES
    assert [clock["key"] for clock in found.at_once] == ["nudge"]


def test_a_rehearsal_names_what_would_be_asked_for_and_never_was_answered(case):
    made = redrawing.with_a_question_asked_before()

    (found,) = rehearse(made.version)

    assert (found.verdict, found.element) == (Verdict.REFUSED, "report_signed")
    assert found.reason["with"]["name"] == "urgent"


def test_a_draft_is_rehearsed_before_it_is_submitted(case):
    drafts.keep(KEY, analyst(), revision=0, xml=redrawing.redrawn(add=redrawing.NUDGE).xml)

    (found,) = rehearse(None)

    assert (found.verdict, [one["key"] for one in found.begun]) == (Verdict.FINE, ["nudge"])


def test_findings_are_grouped_and_come_page_by_page(cast, case):
    others = [cast.open_case(), cast.open_case()]
    made = redrawing.renamed("rectify", "put_right")

    job = rehearsals.rehearse(Question(key=KEY, version=made.version), analyst())

    mapping, fine = job.outcome["groups"]
    assert (mapping["verdict"], mapping["count"], mapping["element"]) == (
        "needs_mapping",
        1,
        "rectify",
    )
    assert (fine["verdict"], fine["count"]) == ("fine", 2)
    (first,) = rehearsals.findings(job.id, head(), group=fine["number"], limit=1)
    rest = rehearsals.findings(job.id, head(), group=fine["number"], after=first.process_id)
    assert [one.number for one in (first, *rest)] == [one.number for one in others]
    assert first.seen


def test_an_analyst_sees_the_numbers_and_opens_no_case(case):
    (found,) = rehearse(redrawing.with_a_step().version)

    assert not found.seen


def test_the_number_of_cases_at_each_element_is_told(cast, case):
    cast.open_case()

    assert rehearsals.open_at(KEY) == {"rectify": 1, "acknowledge": 1}


def test_only_those_who_draw_may_rehearse(cast, case):
    with pytest.raises(NotAllowed):
        rehearsals.rehearse(Question(key=KEY, version=1), cast.whose(cast.task(case, "rectify")))


# Carrying over


def test_a_case_goes_on_by_the_new_version_and_meets_its_new_step(cast, case):
    made = redrawing.with_a_step()

    plan = migrate(made.version)

    assert carried(plan) == [(case.number, Migration.MOVED, "")]
    assert (version_of(case), plan.state) == (made.version, PlanState.APPLIED)
    cast.walks(case, "rectify", "sign_report")
    assert cast.open_tasks(case) == ["countersign"]
    assert agrees(case)


def test_the_open_task_keeps_its_row_its_holder_and_what_was_typed(cast, case):
    task = cast.task(case, "rectify")
    owner = cast.whose(task)
    tasks.claim(task.id, owner)
    tasks.save_draft(task.id, owner, {"percent": 40})
    before = {key: (timer.id, timer.due_at) for key, timer in armed(case).items()}

    migrate(redrawing.with_a_step().version)

    same = cast.task(case, "rectify")
    assert (same.id, same.assignee_id, same.draft) == (task.id, owner.id, {"percent": 40})
    assert {key: (timer.id, timer.due_at) for key, timer in armed(case).items()} == before


def test_history_says_from_which_version_to_which(cast, case):
    migrate(redrawing.with_a_step().version)

    assert cast.told(case, "from", "to")[-1] == ("migrated", 1, 2)


def test_a_task_that_has_another_name_is_called_by_it_and_keeps_its_place(cast, case):
    task = cast.task(case, "rectify")
    made = redrawing.renamed("rectify", "put_right")

    migrate(made.version, mapping={"1": {"rectify": "put_right"}})

    same = cast.task(case, "put_right")
    assert (same.id, same.due_at) == (task.id, task.due_at)
    assert agrees(case)


def test_clocks_that_are_gone_are_disarmed_and_new_ones_armed(case):
    before = set(armed(case))
    redrawing.without_the_blue_light()

    migrate(redrawing.with_a_clock().version)

    assert set(armed(case)) == before - {"turning_blue"} | {"nudge"}
    assert last_day(armed(case)["nudge"].due_at) == last_day(utcnow() + timedelta(days=3))
    assert agrees(case)


SHORTER = ("before(due, days(blue_days))", "before(due, days(5))")


def blue_rule():
    xml = diagrams.get(KEY).xml
    place = xml.index('id="turning_blue_timer"')
    start = xml.index(">", xml.index("<bpmn:timeDate", place)) + 1
    return xml[start : xml.index("<", start)]


def test_clocks_keep_their_moments_if_they_are_to(case):
    before = armed(case)["turning_blue"].due_at
    made = redrawing.publish((f">{blue_rule()}<", ">before(due, days(5))<"))

    migrate(made.version)

    assert armed(case)["turning_blue"].due_at == before


def test_clocks_are_set_anew_by_the_new_rule_if_they_are_to(case):
    before = armed(case)["turning_blue"].due_at
    made = redrawing.publish((f">{blue_rule()}<", ">before(due, days(5))<"))

    migrate(made.version, keeps_timers=False)

    blue = armed(case)["turning_blue"]
    (move,) = db.session.scalars(select(TimerMove).where(TimerMove.timer_id == blue.id))
    assert (move.cause, move.from_at, move.to_at) == (MoveCause.MIGRATION, before, blue.due_at)
    assert last_day(blue.due_at) == case.due_on - timedelta(days=6)


def test_a_case_that_can_not_be_carried_stays_and_the_others_go(cast, case):
    other = cast.open_case()
    made = redrawing.renamed("rectify", "put_right")

    plan = migrate(made.version)

    stays, goes = carried(plan)
    assert stays[:2] == (case.number, Migration.REFUSED)
    assert "整改" in stays[2]
    assert goes == (other.number, Migration.MOVED, "")
    assert (version_of(case), version_of(other)) == (1, made.version)


def test_a_suspended_case_stands_still_on_the_new_version_too(cast, case):
    suspend(case)

    migrate(redrawing.with_a_clock().version)

    query = select(Timer.state).where(Timer.case_id == case.id, Timer.key == "nudge")
    assert db.session.scalars(query).one() is TimerState.SUSPENDED
    assert cast.task(case, "rectify").due_at is None


# Who, and when


def test_whoever_drew_the_plan_up_does_not_carry_it_out(case):
    made = redrawing.with_a_step()
    plan = migrations.draw_up(Drawn(key=KEY, version=made.version, note="新规"), analyst())

    with pytest.raises(migrations.OwnPlan):
        migrations.apply(plan.id, analyst())


def test_only_analysts_draw_plans_up(case):
    with pytest.raises(NotAllowed):
        migrations.draw_up(Drawn(key=KEY, version=1, note="新规"), head())


def test_a_version_that_is_not_in_force_takes_no_cases(case):
    redrawing.with_a_step()
    plan = migrations.draw_up(Drawn(key=KEY, version=1, note="退回旧版"), analyst())

    with pytest.raises(WrongStage, match="第1版尚未生效"):
        migrations.apply(plan.id, head())


def test_a_plan_is_carried_out_once(case):
    plan = migrate(redrawing.with_a_step().version)

    with pytest.raises(WrongStage, match="已执行"):
        migrations.apply(plan.id, head())


@pytest.mark.parametrize(
    ("wrong", "field"),
    [({"note": " "}, "note"), ({"mapping": {"1": {"rectify": "nowhere"}}}, "mapping")],
)
def test_a_plan_that_makes_no_sense_is_not_kept(case, wrong, field):
    made = redrawing.with_a_step()

    with pytest.raises(Invalid) as refusal:
        migrations.draw_up(
            Drawn(**{"key": KEY, "version": made.version, "note": "新规"} | wrong), analyst()
        )

    assert list(refusal.value.fields) == [field]


# While people are at work


def test_a_form_that_was_open_is_taken_if_it_is_still_the_same(cast, case):
    task = cast.task(case, "rectify")
    seen, owner = task.revision, cast.whose(task)
    migrate(redrawing.with_a_step().version)

    tasks.complete_task(task.id, owner, ANSWERS["rectify"], revision=seen)

    assert cast.open_tasks(case) == ["sign_report"]


def test_a_form_that_has_become_another_one_is_refused_as_out_of_date(cast, case):
    task = cast.task(case, "rectify")
    seen, owner = task.revision, cast.whose(task)
    migrate(redrawing.with_another_form().version)

    with pytest.raises(Conflict):
        tasks.complete_task(task.id, owner, ANSWERS["rectify"], revision=seen)
    assert cast.open_tasks(case) == ["rectify"]


def test_whoever_is_late_is_refused_and_nothing_is_half_done(cast, case):
    way = migrations_target(redrawing.with_a_step())
    process_id, task = process_of(case).id, cast.task(case, "rectify")
    with transaction() as session:
        late = _moving.candidate(session, process_id, head())
    cast.completes(task)

    assert raises_conflict(late, way)

    assert (version_of(case), cast.open_tasks(case)) == (1, ["sign_report"])
    assert agrees(case)


def raises_conflict(one, way):
    try:
        with transaction():
            _moving.move(one, way)
    except Conflict:
        return True
    return False


def migrations_target(made):
    return Question(key=KEY, version=made.version).way(db.session())


def test_a_job_that_was_killed_goes_on_and_does_nothing_twice(cast, case, monkeypatch):
    others = [cast.open_case(), cast.open_case()]
    made = redrawing.with_a_step()
    plan = migrations.draw_up(Drawn(key=KEY, version=made.version, note="新规"), analyst())
    usual, seen = _moving.move, []

    def killed(one, way):
        if len(seen) == 1:
            raise KeyboardInterrupt
        seen.append(one.context.process.id)
        return usual(one, way)

    monkeypatch.setattr(_moving, "move", killed)
    with pytest.raises(KeyboardInterrupt):
        migrations.apply(plan.id, head())
    db.session.rollback()
    monkeypatch.setattr(_moving, "move", usual)
    cast.clock.shift(timedelta(minutes=5))

    assert jobs.run(migrations.get(plan.id, head()).job_id)

    rows = list(db.session.scalars(select(Migrated.process_id).where(Migrated.plan_id == plan.id)))
    assert len(rows) == len(set(rows)) == 3
    assert {version_of(one) for one in (case, *others)} == {made.version}
    told = [line for line in cast.told(case, "from") if line[0] == "migrated"]
    assert len(told) == 1


# Taking back


def test_a_case_that_has_not_moved_on_is_taken_back_with_all_its_rows(cast, case):
    before = rows(cast, case)
    redrawing.without_the_blue_light()
    plan = migrate(redrawing.with_a_clock().version)
    cast.clock.shift(timedelta(minutes=1))

    assert undo(plan) == 1

    assert (version_of(case), rows(cast, case)) == (1, before)
    assert agrees(case)
    assert cast.told(case, "from", "to")[-1] == ("migration_undone", 3, 1)
    assert carried(plan)[0][1] is Migration.UNDONE


def test_a_suspended_case_goes_back_too_even_if_its_rows_were_looked_through(cast, case):
    suspend(case)
    plan = migrate(redrawing.with_a_clock().version)
    cast.clock.shift(timedelta(minutes=1))
    assert agrees(case)

    assert undo(plan) == 1
    assert process_of(case).status is ProcessStatus.SUSPENDED


def rows(cast, case):
    timers = {key: (one.id, one.due_at, one.name, one.rule) for key, one in armed(case).items()}
    task = cast.task(case, "rectify")
    return timers, (task.id, task.name, task.role, task.form_key, task.due_at)


def test_clocks_that_were_set_anew_go_back_to_their_moments(cast, case):
    before = rows(cast, case)
    made = redrawing.publish((f">{blue_rule()}<", ">before(due, days(5))<"))
    plan = migrate(made.version, keeps_timers=False)
    cast.clock.shift(timedelta(minutes=1))

    undo(plan)

    assert rows(cast, case) == before


def test_a_case_that_has_moved_on_is_not_taken_back(cast, case):
    made = redrawing.with_a_step()
    plan = migrate(made.version)
    cast.does(case, "rectify")

    assert undo(plan) == 0

    assert version_of(case) == made.version
    assert carried(plan) == [(case.number, Migration.MOVED, "迁移后该事项已继续办理，不能撤回。")]


def test_a_clock_that_struck_meanwhile_forbids_it(cast, case):
    plan = migrate(redrawing.with_a_clock().version)
    cast.passes(days=5)

    assert undo(plan) == 0
    assert carried(plan)[0][2] == "迁移后期限“提前提醒”已触发，不能撤回。"


def test_a_clock_that_would_strike_at_once_forbids_it_too(cast, case):
    plan = migrate(redrawing.without_the_blue_light().version)
    cast.clock.shift(timedelta(days=25))

    assert undo(plan) == 0
    assert "撤回后会立即触发" in carried(plan)[0][2]
