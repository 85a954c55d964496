"""A process about no case, drawn, published and run for years: the appointment of inspectors."""

from datetime import date, datetime, timedelta

import pytest
from sqlalchemy import select

from app.clock import LOCAL
from app.db import db
from app.domain.errors import Invalid, InvalidDiagram, NotAllowed, NotFound, WrongStage
from app.domain.notice import Notice
from app.domain.process import Timer
from app.domain.vocabulary import ProcessStatus, TimerState
from app.services import (
    accounts,
    calendar_moves,
    dossier,
    history,
    inbox,
    notices,
    process_list,
    processes,
    timer_ledger,
    timer_proof,
)
from app.services.process_list import Filter
from tests import appointing
from tests.appointing import KEY, begun, bundle, does, waiting, walks
from tests.calendars import WHOLE_NOTICE, rows

#: The end of the term, 31 March 2029.
NINETY_DAYS_BEFORE = date(2028, 12, 31)


@pytest.fixture
def county(cast):
    appointing.published()
    return cast


@pytest.fixture
def process(county):
    return begun()


def appointed(process, county):
    walks(process, "propose", "check", "publicise", "note_objections")
    county.until(date(2026, 3, 12))
    walks(process, "appoint")


def told(username):
    """What somebody was told, the latest first."""
    actor = accounts.actor(username)
    return [one.params["text"] for one in notices.page(actor).items if one.what == "notify"]


def lines(process):
    return [event.what for event in history.events_of(process)]


def test_an_inspector_is_appointed_reminded_of_renewed_and_leaves(county, process):
    appointed(process, county)
    assert told("wangmin")[0].startswith("兼职督学聘书已签发")

    county.until(NINETY_DAYS_BEFORE - timedelta(days=1))
    assert waiting(process) == {}
    county.until(NINETY_DAYS_BEFORE)
    assert set(waiting(process)) == {"renew"}
    assert told("chenjianguo")[0].startswith("兼职督学聘期 90 日后届满")

    does(process, "renew", renewal="renew", next_until="2032-03-31")
    assert waiting(process) == {}
    county.until(date(2032, 1, 2))
    does(process, "renew")

    assert processes.get(process.id, accounts.actor("wangmin")).status is ProcessStatus.FINISHED
    assert told("wangmin")[0].startswith("兼职督学聘期届满离任")
    assert lines(process).count("timer_fired") == 3
    assert history.verify() == []
    assert timer_ledger.health() == timer_ledger.Health(0, 0)


def test_the_public_has_seven_workdays_whatever_was_noted_before(county, process):
    walks(process, "propose", "check", "publicise", "note_objections")

    county.until(date(2026, 3, 11))
    assert waiting(process) == {}
    county.until(date(2026, 3, 12))

    assert set(waiting(process)) == {"appoint"}


def test_an_objection_that_is_upheld_ends_it(county, process):
    walks(process, "propose", "check", "publicise")
    does(process, "note_objections", objection="upheld", details="资格不符")
    county.until(date(2026, 3, 12))

    assert processes.get(process.id, accounts.actor("wangmin")).status is ProcessStatus.FINISHED


def test_what_is_returned_is_filled_in_again_and_the_title_follows(county, process):
    walks(process, "propose")
    does(process, "check", approved="no")
    does(process, "propose", name="  贺兰\n山 ")

    found = processes.get(process.id, accounts.actor("wangmin"))
    assert (found.title, len(dossier.submissions_of(found))) == ("贺兰 山", 3)


def test_it_concerns_the_office_who_began_it_and_who_has_a_task_in_it(county, process):
    for username in ("wangmin", "chenjianguo"):
        assert processes.get(process.id, accounts.actor(username)).id == process.id
    for username in ("lyxx_head", "sunwei", "fenxi"):
        with pytest.raises(NotFound):
            processes.get(process.id, accounts.actor(username))
        assert process_list.page(accounts.actor(username), Filter()).items == []


def test_a_unit_starts_what_is_drawn_for_units_and_its_own_people_go_on(cast):
    for_units = ('"starters" value="office, office_head"', '"starters" value="unit_clerk"')
    by_unit = ('name="填报聘任人选" camunda:candidateGroups="office"',
               'name="填报聘任人选" camunda:candidateGroups="unit_head"')  # fmt: skip
    appointing.published(bundle(for_units, by_unit))

    process = begun("lyxx_clerk")

    does(process, "propose", who="lyxx_head")
    assert processes.get(process.id, accounts.actor("lyxx_head"))
    with pytest.raises(NotFound):
        processes.get(process.id, accounts.actor("blxx_clerk"))
    with pytest.raises(NotAllowed):
        processes.start(KEY, accounts.actor("wangmin"), {})


def test_only_whoever_may_start_it_is_offered_it(county):
    offered = {who: processes.startable(accounts.actor(who)) for who in ("wangmin", "lyxx_clerk")}

    assert [one.diagram.key for one in offered["wangmin"]] == [KEY]
    assert offered["wangmin"][0].description.startswith("聘任兼职督学")
    assert offered["lyxx_clerk"] == []


def test_what_the_program_begins_is_not_started_by_hand(cast):
    case = cast.starts_work()
    for key in ("rectification", "change_request", "reassignment", "objection", "follow_up"):
        with pytest.raises(NotAllowed, match="不能单独发起"):
            processes.start(key, accounts.actor("wangmin"), {}, subject=case.number)


def test_the_head_of_the_office_terminates_it_for_a_reason(county, process):
    walks(process, "propose", "check", "publicise")

    processes.terminate(process.id, accounts.actor("chenjianguo"), "人选调离本县")

    found = processes.get(process.id, accounts.actor("chenjianguo"))
    assert (found.status, found.finished_at) == (ProcessStatus.TERMINATED, found.started_at)
    assert waiting(process) == {}
    states = db.session.scalars(select(Timer.state).filter_by(process_id=process.id)).all()
    assert set(states) == {TimerState.DISARMED}
    assert lines(process)[-1] == "process_terminated"
    assert history.verify() == []


def test_nobody_else_terminates_it_nor_without_a_reason_nor_twice(county, process):
    head = accounts.actor("chenjianguo")
    with pytest.raises(NotAllowed):
        processes.terminate(process.id, accounts.actor("wangmin"), "人选调离")
    with pytest.raises(NotFound):
        processes.terminate(process.id, accounts.actor("lyxx_head"), "人选调离")
    with pytest.raises(Invalid):
        processes.terminate(process.id, head, "  ")

    processes.terminate(process.id, head, "人选调离")
    with pytest.raises(WrongStage):
        processes.terminate(process.id, head, "人选调离")


def test_however_many_there_are_their_deadlines_stand_in_the_ledger(process, monkeypatch):
    office = accounts.actor("wangmin")
    walks(process, "propose", "check", "publicise")

    monkeypatch.setattr("app.services.reach.FEW", 0)

    (timer,) = timer_ledger.page(office, timer_ledger.TimerFilter(running=True))
    assert timer.key == "notice_over"
    assert timer_ledger.page(accounts.actor("lyxx_head"), timer_ledger.TimerFilter()) == []


def test_its_deadlines_stand_in_the_ledger_with_their_proof(county, process):
    office = accounts.actor("wangmin")
    walks(process, "propose", "check", "publicise")
    (timer,) = timer_ledger.page(office, timer_ledger.TimerFilter(running=True))
    assert timer.key == "notice_over"
    assert timer_ledger.page(accounts.actor("lyxx_head"), timer_ledger.TimerFilter()) == []

    county.until(date(2026, 3, 12))

    proof = timer_proof.proof(timer.id, office)
    assert proof.fired_once
    assert proof.agrees


def test_a_deadline_of_it_told_twice_in_history_is_counted(county, process):
    walks(process, "propose", "check", "publicise")
    county.until(date(2026, 3, 12))
    (fired,) = [one for one in history.events_of(process) if one.what == "timer_fired"]
    columns = {c.name: getattr(fired, c.name) for c in fired.__table__.columns if c.name != "id"}
    db.session.add(type(fired)(**columns | {"seq": 99}))
    db.session.commit()

    assert timer_ledger.health().fired_twice == 1
    assert timer_ledger.health(accounts.actor("wangmin")).fired_twice == 1
    assert timer_ledger.health(accounts.actor("lyxx_head")).fired_twice == 0
    assert history.verify() != []


def test_a_new_calendar_puts_its_deadline_off_and_its_history_says_so(county, clock):
    clock.move_to(datetime(2027, 2, 1, 9, tzinfo=LOCAL))
    process = begun()
    walks(process, "propose", "check", "publicise")

    adopted = calendar_moves.adopt_notice(
        rows(*WHOLE_NOTICE), source="国办发明电〔2026〕7号", actor=None
    )

    (moved,) = [e for e in history.events_of(process) if e.what == "deadline_moved"]
    assert (moved.params["from"], moved.params["to"]) == ("2027-02-16", "2027-02-18")
    (move,) = calendar_moves.moves_of(adopted.version, accounts.actor("wangmin"))
    assert move.timer.process_id == process.id
    assert calendar_moves.moves_of(adopted.version, accounts.actor("lyxx_head")) == []
    assert history.verify() == []


def test_a_notice_leads_to_its_process_and_is_given_once(county, process):
    appointed(process, county)
    whose = Notice.user_id == accounts.actor("wangmin").id
    (notice,) = db.session.scalars(select(Notice).where(whose, Notice.what == "notify"))

    assert (notice.case_id, notice.process_id) == (None, process.id)
    assert notices.may_see(notice, accounts.actor("wangmin"))
    assert not notices.may_see(notice, accounts.actor("lyxx_head"))


def test_the_list_is_narrowed_down_and_turned_page_by_page(county):
    office = accounts.actor("wangmin")
    made = [begun() for _ in range(3)]
    does(made[0], "propose", name="贺兰")

    first = process_list.page(office, Filter(), limit=2)
    second = process_list.page(office, Filter(), limit=2, after=first.next)

    assert [one.id for one in first.items + second.items] == [one.id for one in made[::-1]]
    assert (first.total, second.next) == (3, None)
    named = process_list.page(office, Filter(text="贺", running=True, diagram=KEY, mine=True))
    assert [one.id for one in named.items] == [made[0].id]
    assert process_list.page(office, Filter(running=False)).items == []


def test_those_of_the_office_may_look_at_each_others_tasks(county, process):
    walks(process, "propose")
    task = waiting(process)["check"]

    assert inbox.get_task(task.id, accounts.actor("wangmin")).id == task.id


FAULTS = {
    "start/starters": ('"starters" value="office,', '"starters" value="officer,'),
    "start/title": ('"title" value="name"', '"title" value="nick"'),
    "start/unit_role": ('camunda:candidateGroups="office"', 'camunda:candidateGroups="unit_head"'),
    "start/nobody": ('"title" value="name"', '"started_by" value="program"'),
    "start/started_by": ('"title" value="name"', '"started_by" value="nobody"'),
    "catalogue/told_role": ('"to" value="office,', '"to" value="officer,'),
    "catalogue/effect": ('topic="notify"', 'topic="close_out"'),
}


@pytest.mark.parametrize("code", FAULTS)
def test_what_cannot_work_without_a_case_is_not_published(cast, code):
    with pytest.raises(InvalidDiagram) as refused:
        appointing.published(bundle(FAULTS[code]))

    assert code in {problem.code for problem in refused.value.problems}
