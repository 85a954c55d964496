"""The live diagram: what waits at each step, how long steps take, and the way of one case."""

from datetime import date, time

import pytest
from sqlalchemy import text

from app.clock import utcnow
from app.db import db
from app.domain.errors import NotFound
from app.domain.vocabulary import Category
from app.services import accounts, diagrams, heat, passed, waiting
from app.services.dwell import Dwell
from app.services.narrowing import Narrowing
from tests import appointing
from tests.deciding import resume, suspend
from tests.redrawing import without_the_blue_light

#: Open and overdue tasks by step, in plain SQL.
BY_HAND = text(
    """
    SELECT task.key, count(*), sum(CASE WHEN task.sort_at < :now THEN 1 ELSE 0 END)
    FROM task JOIN process ON process.id = task.process_id
    JOIN diagram ON diagram.id = process.diagram_id
    LEFT JOIN "case" ON "case".id = task.case_id
    WHERE task.closed_at IS NULL AND diagram.key = :key
    AND (:version = 0 OR diagram.version = :version)
    AND (:category = '' OR "case".category = :category)
    AND (:unit = '' OR "case".lead_unit_id IN (SELECT id FROM unit WHERE name = :unit))
    GROUP BY task.key
    """
)
OTHER = "青岚县第三实验小学"


def office():
    return accounts.actor("wangmin")


def by_hand(key="rectification", **asked):
    given = {"key": key, "version": 0, "category": "", "unit": "", **asked}
    now = utcnow().replace(tzinfo=None)
    return {row[0]: tuple(row[1:]) for row in db.session.execute(BY_HAND, {"now": now, **given})}


def counted(actor=None, key="rectification", version=None, **narrow):
    found = heat.heat_of(actor or office(), key, version, Narrowing(**narrow))
    lines = ((line.key, (line.count.open, line.count.overdue)) for line in found.lines)
    return {step: count for step, count in lines if count != (0, 0)}


def took(step, actor=None, **narrow):
    found = heat.heat_of(actor or office(), "rectification", narrow=Narrowing(**narrow))
    return next(line.dwell for line in found.lines if line.key == step)


@pytest.fixture
def cases(cast):
    """Four problems: two at work, one of them elsewhere and overdue; one planned, one new."""
    working = cast.starts_work()
    elsewhere = cast.starts_work(unit=OTHER, category=Category.C03)
    planned = cast.open_case(unit=OTHER)
    cast.does(planned, "acknowledge")
    cast.until(date(2026, 4, 2))
    return working, elsewhere, planned, cast.open_case()


def test_each_step_is_counted_as_by_hand(cases):
    assert counted() == by_hand()
    assert set(counted()) == {"acknowledge", "draft_plan", "rectify"}
    assert counted()["rectify"] == (2, 2)


def test_what_is_narrowed_down_is_counted_as_by_hand(cases):
    department = cases[0].department_id

    assert counted(category=Category.C03) == by_hand(category="C03") == {"rectify": (1, 1)}
    assert counted(lead_id=cases[1].lead_unit_id) == by_hand(unit=OTHER)
    assert counted(department_id=department, lasting=True) == {}


def test_a_unit_counts_its_own_and_an_analyst_nothing(cases):
    clerk = accounts.actor("lyxx_clerk")

    assert counted(clerk) == by_hand(unit=cases[0].lead_unit.name)
    assert counted(accounts.actor("fenxi")) == {}
    assert took("draft_plan", clerk).count == 1
    assert took("draft_plan").count == 2


def test_versions_are_counted_together_where_elements_agree_and_apart_if_asked(cast, cases):
    made = without_the_blue_light()
    cast.open_case()

    found = heat.heat_of(office(), "rectification")

    assert [one.version for one in found.kind.running] == [made.version, made.version - 1]
    assert found.diagram.version == made.version
    assert counted()["acknowledge"] == by_hand()["acknowledge"] == (2, 0)
    for version in (made.version, made.version - 1):
        assert counted(version=version) == by_hand(version=version)
    with pytest.raises(NotFound):
        heat.heat_of(office(), "rectification", made.version + 1)


def test_a_step_that_the_newest_drawing_lacks_is_still_counted(cast, cases):
    old = diagrams.get("rectification")
    renamed = old.xml.replace('"draft_plan"', '"plan_anew"').replace(">draft_plan<", ">plan_anew<")
    diagrams.publish(diagrams.Bundle(old.key, renamed, dict(old.forms), dict(old.decisions)))

    found = heat.heat_of(office(), "rectification")

    (line,) = [one for one in found.lines if one.key == "draft_plan"]
    assert (line.count.open, line.is_drawn, line.step.name) == (1, False, "制定整改方案")


def test_processes_about_no_case_are_counted_for_whom_they_concern(cast):
    appointing.published()
    appointing.walks(appointing.begun(), "propose")
    appointing.begun()

    key = appointing.KEY

    assert counted(key=key) == by_hand(key) == {"propose": (1, 0), "check": (1, 0)}
    assert counted(accounts.actor("lyxx_clerk"), key) == {}
    asked = heat.asked_of(office(), key)
    (task,) = waiting.page(asked, ["check"]).items
    assert task.process.diagram.key == key


def test_a_stay_counts_working_days_and_not_the_day_it_began(cast):
    case = cast.open_case()  # Monday, 2 March
    cast.until(date(2026, 3, 3))
    cast.does(case, "acknowledge")
    cast.until(date(2026, 3, 9))  # over a weekend
    cast.does(case, "draft_plan")
    cast.does(case, "sign_plan")

    assert took("acknowledge") == Dwell(1, 1, 1)
    assert took("draft_plan") == Dwell(1, 4, 4)
    assert took("sign_plan") == Dwell(1, 0, 0)
    assert took("review_plan") is None


def test_the_median_and_nine_in_ten_of_many():
    assert Dwell.of([7, 1, 3, 2]) == Dwell(4, 2.5, 7)
    assert Dwell.of(range(1, 11)) == Dwell(10, 5.5, 9)
    assert Dwell.of([]) is None


def test_days_on_which_the_case_stood_still_do_not_count(cast):
    case = cast.open_case()
    cast.does(case, "acknowledge")
    cast.until(date(2026, 3, 4), time(10))
    suspend(case)
    cast.until(date(2026, 3, 18), time(10))
    still = waiting.page(heat.asked_of(office(), "rectification"), ["draft_plan"])
    resume(case)
    cast.until(date(2026, 3, 20))
    cast.does(case, "draft_plan")

    assert list(still.days.values()) == [2]
    assert took("draft_plan") == Dwell(1, 4, 4)  # 14 days went by, 10 of them suspended


def test_only_the_last_completions_are_measured(cast, monkeypatch):
    for hours in (24, 1, 1):
        case = cast.open_case()
        cast.passes(hours=hours)
        cast.does(case, "acknowledge")

    assert took("acknowledge") == Dwell(3, 0, 1)
    monkeypatch.setattr("app.services.dwell.SAMPLE", 2)
    assert took("acknowledge") == Dwell(2, 0, 0)
    monkeypatch.setattr("app.services.dwell.SAMPLE", 9)
    monkeypatch.setattr("app.services.dwell.REACH", 1)
    assert took("acknowledge").count == 2


def test_the_tasks_behind_a_number_come_the_longest_waiting_first(cast, cases):
    asked = heat.asked_of(office(), "rectification")
    found = waiting.page(asked, ["rectify", "acknowledge"], limit=2)
    rest = waiting.page(asked, ["rectify", "acknowledge"], limit=2, after=found.next)

    assert [task.case_id for task in found.items] == [cases[0].id, cases[1].id]
    assert [task.case_id for task in rest.items] == [cases[3].id]
    assert rest.next is None
    late = waiting.page(asked, ["rectify", "acknowledge"], overdue=True)
    assert len(late.items) == counted()["rectify"][1]


def test_the_way_of_a_case_tells_what_it_passed_and_how_long_each_step_took(cast):
    case = cast.open_case()
    cast.until(date(2026, 3, 3))
    cast.does(case, "acknowledge")
    cast.until(date(2026, 3, 6))

    found = passed.passage_of(office(), "rectification", case.number)

    steps = [(stop.element.key, stop.days) for stop in found.stops if stop.task]
    assert steps == [("acknowledge", 1), ("draft_plan", 3)]
    assert found.stops[1].element.kind == "exclusiveGateway"
    with pytest.raises(NotFound):
        passed.passage_of(accounts.actor("sgzx_clerk"), "rectification", case.number)
    with pytest.raises(NotFound):
        passed.passage_of(office(), "expediting", case.number)
