"""What a redrawn process would make of the deadlines of real cases: old date, new date, and why."""

import re
from datetime import timedelta

import pytest
from sqlalchemy import select

from app.db import db
from app.domain.errors import Invalid, InvalidDiagram
from app.domain.process import Timer
from app.domain.vocabulary import TimerState
from app.services import diagrams, rule_sets
from app.services.design import comparing, drafts
from app.services.design.deadline_difference import Wanted, difference

KEY = "rectification"
PLAN_DUE = ">workdays(10)<", ">workdays(8)<"
#: Numbers that the rule book lacks, so that the drawing itself says how long.
OWN_CODES = re.compile(r'(name="code" value=")(T\w+)"')


def drawing() -> str:
    return OWN_CODES.sub(r'\1X\2"', diagrams.get(KEY).xml)


@pytest.fixture
def own_lengths(app, clock):
    """The version in force fixes its lengths itself."""
    bundle = drafts.bundle(KEY)
    diagrams.publish(diagrams.Bundle(KEY, drawing(), bundle.forms, bundle.decisions))


@pytest.fixture
def draws(actor):
    """Redraw the version in force: a text for another, as often as it stands there first."""

    def draw(*pairs):
        xml = diagrams.get(KEY).xml
        for old, new in pairs:
            assert old in xml
            xml = xml.replace(old, new, 1)
        drafts.keep(KEY, actor("fenxi"), revision=0, xml=xml)

    return draw


@pytest.fixture
def found(actor):
    def find(who="chenjianguo", to="draft", **wanted):
        return difference(comparing.side(KEY, to), actor(who), Wanted(**wanted))

    return find


def one(found, key):
    return next(line for line in found.lines if line.key == key)


def timer(case, key):
    query = select(Timer).where(
        Timer.case_id == case.id, Timer.key == key, Timer.state == TimerState.ARMED
    )
    return db.session.scalars(query).one()


def test_a_shorter_rule_gives_the_date_that_a_new_case_would_get(
    own_lengths, cast, draws, found, actor
):
    case = cast.open_case()
    cast.does(case, "acknowledge")
    draws(PLAN_DUE)

    line = one(found(), "plan_due")
    diagrams.publish(drafts.bundle(KEY))
    another = cast.open_case()
    cast.does(another, "acknowledge")

    assert (line.case, line.effect) == (case.number, "earlier")
    assert (line.from_at, line.to_at) == (
        timer(case, "plan_due").due_at,
        timer(another, "plan_due").due_at,
    )
    assert (line.from_rule, line.to_rule, line.workdays) == ("workdays(10)", "workdays(8)", -2)


def test_where_the_rule_book_fixes_the_length_redrawing_it_changes_nothing(cast, draws, found):
    cast.does(cast.open_case(), "acknowledge")
    draws(PLAN_DUE)

    told = found(effect="unchanged")

    assert one(told, "plan_due").to_rule == "workdays(10)"


def test_a_rule_that_reads_the_case_is_counted_by_what_the_case_says(cast, draws, found):
    early, late = cast.starts_work(limit_days=60), cast.starts_work(limit_days=200)
    draws((">before(due, days(yellow_days))<", ">before(due, workdays(3))<"))

    told = found(timer="turning_yellow").lines

    assert [line.to_rule for line in told] == [
        f"before({case.due_on.isoformat()}, workdays(3))" for case in (early, late)
    ]
    assert {str(line.effect) for line in told} == {"later"}


def test_a_clock_that_is_drawn_no_more_is_told(cast, draws, found):
    cast.starts_work()
    xml = diagrams.get(KEY).xml
    event = re.search(r'<bpmn:boundaryEvent id="turning_yellow".*?</bpmn:boundaryEvent>', xml, 16)
    flow = re.search(r'<bpmn:sequenceFlow id="turning_yellow[^>]*>', xml)
    target = re.search(r"<bpmn:incoming>turning_yellow_to\w+</bpmn:incoming>", xml)
    draws(*((match[0], "") for match in (event, flow, target)))

    told = found()

    assert one(told, "turning_yellow").effect == "gone"
    assert one(told, "turning_yellow").to_at is None


def test_a_clock_that_is_new_begins_when_its_case_is_moved(cast, draws, found):
    cast.starts_work()
    cast.clock.shift(timedelta(days=7))
    drawn = (
        '<bpmn:boundaryEvent id="check_in" cancelActivity="false" attachedToRef="rectify">'
        "<bpmn:outgoing>to_checked</bpmn:outgoing><bpmn:timerEventDefinition>"
        "<bpmn:timeDuration>workdays(2)</bpmn:timeDuration></bpmn:timerEventDefinition>"
        '</bpmn:boundaryEvent><bpmn:sequenceFlow id="to_checked" sourceRef="check_in"'
        ' targetRef="checked"/><bpmn:endEvent id="checked">'
        "<bpmn:incoming>to_checked</bpmn:incoming></bpmn:endEvent>"
    )
    draws(
        ('<bpmn:endEvent id="remind_plan_done">', drawn + '<bpmn:endEvent id="remind_plan_done">')
    )

    line = one(found(), "check_in")

    assert (line.effect, line.from_at, line.timer_id) == ("new", None, None)
    assert line.to_at.isoformat() == "2026-03-11T16:00:00+00:00"


def test_a_clock_whose_id_was_changed_is_the_same_clock(cast, draws, found):
    cast.does(cast.open_case(), "acknowledge")
    xml = diagrams.get(KEY).xml
    draws((xml, re.sub(r'(["> ])plan_due(["<])', r"\1plan_deadline\2", xml)))

    assert found().lines == []


def test_a_case_that_stands_still_has_no_date_to_move(own_lengths, cast, draws, found, app):
    case = cast.starts_work()
    db.session.execute(
        Timer.__table__.update().where(Timer.case_id == case.id).values(state=TimerState.SUSPENDED)
    )
    db.session.commit()
    draws((">before(due, days(yellow_days))<", ">before(due, workdays(3))<"))

    line = one(found(), "turning_yellow")

    assert (line.effect, line.from_at, line.to_at) == ("stands", None, None)


def test_what_would_have_run_out_already_is_told(own_lengths, cast, draws, found):
    cast.does(cast.open_case(), "acknowledge")
    cast.clock.shift(timedelta(days=8))
    draws((">workdays(10)<", ">workdays(3)<"))

    told = found()

    assert one(told, "plan_due").at_once
    assert told.at_once == 1


def test_all_are_counted_and_each_is_told_once_page_by_page(own_lengths, cast, draws, found):
    for _ in range(5):
        cast.does(cast.open_case(), "acknowledge")
    draws(PLAN_DUE, (">workdays(13)<", ">workdays(11)<"))

    pages, after = [], None
    while not pages or after:
        pages.append(found(limit=3, after=after))
        after = pages[-1].next

    assert [len(page.lines) for page in pages] == [3, 3, 3, 1]
    assert len({line.timer_id for page in pages for line in page.lines}) == 10
    assert {page.count("earlier") for page in pages} == {10}
    assert [group.key for group in pages[0].groups[:2]] == ["plan_due", "plan_expediting"]


def test_an_analyst_sees_dates_and_no_case(own_lengths, cast, draws, found):
    cast.does(cast.open_case(), "acknowledge")
    draws(PLAN_DUE)

    line = one(found(who="fenxi"), "plan_due")

    assert line.case is None
    assert line.to_at < line.from_at


def test_cases_on_the_version_itself_are_left_out(cast, found):
    cast.starts_work()

    assert found(to="1").processes == 0


def test_another_rule_set_of_the_county_is_no_doing_of_the_drawing(cast, draws, found, actor):
    cast.does(cast.open_case(), "acknowledge")
    rule_sets.choose("shandong", actor("chenjianguo"))
    draws(('name="制定整改方案"', 'name="编制整改方案"'))

    assert found().lines == []


def test_a_drawing_that_cannot_run_has_no_deadlines(cast, draws, found):
    cast.starts_work()
    draws((">workdays(10)<", ">whenever<"), ('targetRef="draft_plan"', 'targetRef="nowhere"'))

    with pytest.raises(InvalidDiagram):
        found()


@pytest.mark.parametrize("after", ["x", "1", "1-x", "-1-2", "9" * 50 + "-1"])
def test_a_place_that_is_none_is_refused(draws, found, after):
    draws(PLAN_DUE)

    with pytest.raises(Invalid):
        found(after=after)
