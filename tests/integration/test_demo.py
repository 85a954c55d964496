"""The demo county: 24 cases that were worked through until they stood where their samples say."""

import json
import shutil
from datetime import date, timedelta

import pytest
from sqlalchemy import func, select

from app import demo
from app.clock import local_date, utcnow
from app.db import db
from app.demo.county import FOLDER
from app.demo.stories import DESIGNED_FOR, stories
from app.domain.case import Case
from app.domain.deadlines import last_day
from app.domain.errors import Conflict
from app.domain.forecast import ModelState
from app.domain.history import Event
from app.domain.letter import Letter
from app.domain.notice import Notice
from app.domain.process import Incident, Task, Timer
from app.domain.vocabulary import (
    ChangeKind,
    ChangeState,
    LetterState,
    Light,
    Mode,
    ObjectionState,
    Role,
    Stage,
    TimerState,
)
from app.services import accounts, cases, changes, deadlines, history, jobs, objections
from app.services.forecasting import nightly, reading
from app.texts import event_text, notice_text
from tests.conftest import NOON, opened

SAMPLES = json.loads((FOLDER / "sample_items.json").read_text(encoding="utf-8"))

STAGES = {
    "S40": Stage.RECTIFYING,
    "S45": Stage.CONTINUING,
    "S50": Stage.REPORTING,
    "S55": Stage.FIRST_REVIEW,
    "S60": Stage.VERIFICATION,
    "S65": Stage.PUBLIC_NOTICE,
    "S80": Stage.CLOSED_OUT,
    "S85": Stage.FOLLOW_UP,
    # An objection runs beside the work.
    "S25": Stage.RECTIFYING,
    "S95": Stage.SUSPENDED,
}


@pytest.fixture(scope="module")
def played(demo_template, tmp_path_factory):
    """The county on a Sunday noon, with what each step of the play said."""
    folder = tmp_path_factory.mktemp("demo")
    shutil.copy(demo_template, folder / "xiaohao.db")
    with opened(folder / "xiaohao.db", folder):
        yield json.loads((demo_template.parent / "lines.json").read_text(encoding="utf-8"))


@pytest.fixture
def case(played):
    office = accounts.actor("wangmin")
    return lambda no: cases.get(SAMPLES[no - 1]["item_code"], office)


def test_every_step_of_every_story_is_taken_and_told(played):
    assert len(played) == demo.length()
    assert all(played)


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda one: one["item_code"])
def test_a_case_stands_where_its_sample_says(case, sample):
    assert case(sample["no"]).stage is STAGES[sample["demo_state"]]


@pytest.mark.parametrize("sample", SAMPLES[:23], ids=lambda one: one["item_code"])
def test_the_program_counts_the_date_that_the_sample_names(case, sample):
    assert case(sample["no"]).original_due_on.isoformat() == sample["due_on"]


def test_the_relapsed_case_keeps_its_number_and_is_due_as_the_sample_says(case):
    relapsed = case(24)

    assert (relapsed.number, relapsed.cycle) == ("QL-2026-HK-01-001", 2)
    assert relapsed.issued_on == date(2025, 11, 10)
    assert (relapsed.due_on, relapsed.mode) == (date(2026, 11, 24), Mode.IMMEDIATE)


def test_history_is_whole(played):
    assert history.verify() == []
    assert db.session.scalar(select(func.count(Event.id))) > 400


def test_every_light_shines_somewhere(played):
    assert set(db.session.scalars(select(Case.light))) == set(Light)


def test_every_deadline_struck_at_its_own_moment(played):
    fired = db.session.scalars(select(Timer).filter_by(state=TimerState.FIRED)).all()

    assert len(fired) > 60
    assert [timer for timer in fired if timer.fired_at != timer.due_at] == []
    assert deadlines.overdue_count() == 0
    assert db.session.scalars(select(Incident)).all() == []


def test_letters_are_numbered_without_a_gap_and_none_is_unsigned(played):
    letters = db.session.scalars(select(Letter).where(Letter.number.is_not(None))).all()

    numbers = {f"教督办函〔2026〕{n}号" for n in range(1, len(letters) + 1)}
    assert len(letters) == 5
    assert {letter.number for letter in letters} == numbers
    assert all(letter.signer_id not in (None, letter.drafter_id) for letter in letters)


@pytest.mark.parametrize("no", [7, 16])
def test_two_cases_are_25_days_overdue_and_were_sent_a_letter(case, no):
    overdue = case(no)

    assert (NOON.date() - overdue.due_on).days == 25
    assert overdue.light is Light.RED
    assert db.session.scalar(select(Letter.state).filter_by(case_id=overdue.id)) in (
        LetterState.REPLIED,
        LetterState.ISSUED,
    )


def test_an_unsatisfying_reply_brought_a_second_letter(case):
    query = select(Letter).filter_by(case_id=case(16).id).order_by(Letter.id)

    assert [letter.state for letter in db.session.scalars(query)] == [
        LetterState.REPLIED,
        LetterState.ISSUED,
    ]


def test_an_objection_is_examined_and_its_answer_overdue(case):
    (objection,) = objections.of_case(case(15))
    query = select(Task).filter_by(case_id=case(15).id, key="conclude_objection", closed_at=None)
    task = db.session.scalars(query).one()

    assert objection.state is ObjectionState.HEARING
    assert last_day(task.due_at) == date(2026, 11, 12)
    assert case(15).due_on == date(2026, 11, 27)


def test_a_case_was_taken_over_by_the_unit_that_was_asked(case):
    (change,) = changes.of_case(case(20))

    assert (change.kind, change.state) == (ChangeKind.REASSIGNMENT, ChangeState.GRANTED)
    assert case(20).lead_unit.name == "青岚县教师工资联动专班"
    assert case(20).unit.name == "青岚县人力资源和社会保障局"
    assert case(20).due_on == case(20).original_due_on


def test_a_case_before_the_court_stands_still(case):
    suspended = case(21)
    timers = cases.timers_of(suspended)

    assert local_date(suspended.suspended_at) == date(2026, 11, 20)
    assert suspended.light is Light.GREY
    assert {one.state for one in timers} >= {TimerState.SUSPENDED}
    assert TimerState.ARMED not in {one.state for one in timers}


def test_one_extension_was_granted_and_one_asked_for_too_late_refused(case):
    (granted,), (refused,) = changes.of_case(case(10)), changes.of_case(case(7))

    assert (granted.state, granted.late) == (ChangeState.GRANTED, False)
    assert (case(10).original_due_on, case(10).due_on) == (date(2026, 12, 28), date(2027, 1, 27))
    assert (refused.state, refused.late) == (ChangeState.REFUSED, True)
    assert case(7).due_on == date(2026, 10, 28)


def test_every_line_of_history_and_every_notice_can_be_read_aloud(played):
    lines = [event_text(event) for event in db.session.scalars(select(Event))]
    notices = [notice_text(notice) for notice in db.session.scalars(select(Notice))]

    assert all(lines)
    assert all(notices)


def test_nothing_happened_on_a_day_that_has_not_come(played):
    assert db.session.scalar(select(func.max(Event.at))) <= NOON
    assert db.session.scalar(select(func.max(Task.opened_at))) <= NOON
    assert utcnow() == NOON


def test_the_county_is_not_played_twice(played):
    with pytest.raises(Conflict):
        demo.play()


def test_there_is_an_account_for_each_role():
    accounts_ = demo.accounts()

    assert {role for one in accounts_ for role in one["roles"]} == set(Role)
    assert all(one["password"] and one["unit"] and one["labels"] for one in accounts_)


@pytest.mark.parametrize("days", [0, 1, 6, 7, 100, 2000, -30])
def test_on_another_day_the_stories_move_by_whole_weeks(days):
    today = DESIGNED_FOR + timedelta(days=days)

    for before, after in zip(stories(DESIGNED_FOR), stories(today), strict=True):
        moved = after.opens_at - before.opens_at
        assert moved == timedelta(weeks=days // 7)
        assert [step.at - moved for step in after.steps] == [step.at for step in before.steps]
        assert max(step.at for step in after.steps).date() <= today


def test_24_cases_are_too_few_to_foretell_anything_from(played):
    job = nightly.learn_now(accounts.actor("wangmin"))
    jobs.run(job.id)

    model = reading.model_of(accounts.actor("wangmin"))
    assert model.state is ModelState.SILENT
    assert 0 < model.missed < model.ended < 40
    assert reading.page(accounts.actor("wangmin"), reading.Asked()) == []
