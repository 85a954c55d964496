"""How everything stands, of cases opened for the purpose; on both databases."""

from datetime import timedelta

import pytest

from app.clock import today
from app.domain.errors import Invalid, NotAllowed, NotFound
from app.domain.vocabulary import Category
from app.services import inspectors, monitor, tallies
from app.services.axes import Axis
from app.services.narrowing import Narrowing

EVERYTHING = Narrowing()
FOOD = Narrowing(category=Category.C05)


@pytest.fixture
def late(cast, clock):
    """Three cases at one stage, the second overdue longest, the third within its time."""
    limits = [(30, Category.C05), (20, Category.C01), (90, Category.C01)]
    cases = [cast.open_case(limit_days=days, category=kind) for days, kind in limits]
    clock.shift(timedelta(days=60))
    tallies.follow()
    return cases


def test_the_case_overdue_longest_is_the_one_due_first(late, actor):
    found = monitor.overview(actor("zhoulan"), EVERYTHING, Axis.UNIT)

    assert found.counts["overdue"] == 2
    assert found.longest.number == late[1].number
    assert found.longest.days == (today() - late[1].due_on).days > 0


def test_narrowed_down_it_is_another(late, actor):
    found = monitor.overview(actor("zhoulan"), FOOD, Axis.UNIT)

    assert found.longest.number == late[0].number


def test_it_is_nobody_elses(late, actor):
    found = monitor.overview(actor("ezx_head"), EVERYTHING, Axis.UNIT)

    assert found.longest is None
    assert found.groups == []
    assert not any(found.counts.values())


def test_a_town_that_answers_itself_stands_beside_its_schools(cast, actor):
    own, of_school = cast.open_case(unit="柳塬镇人民政府"), cast.open_case()
    chief = actor("zhoulan")
    tallies.follow()

    by_unit = monitor.worst_first(chief, EVERYTHING, Axis.UNIT)
    (town,) = monitor.worst_first(chief, EVERYTHING, Axis.TOWN)

    assert {one.name for one in by_unit} == {own.lead_unit.name, of_school.lead_unit.name}
    assert {one.narrows for one in by_unit} == {"led_by"}
    assert (town.name, town.counts["open"]) == ("柳塬镇人民政府", 2)


def test_steps_have_the_names_of_the_diagram(late, actor):
    found = monitor.overview(actor("zhoulan"), EVERYTHING, Axis.UNIT)

    assert [(one.name, one.count.open) for one in found.steps] == [
        (step.name, step.count.open) for step in found.steps if step.diagram is not None
    ]
    assert found.steps[0].name


def test_a_school_changes_hands_with_all_its_cases(late, actor):
    office, school = actor("wangmin"), late[0].lead_unit
    (before,) = monitor.worst_first(office, EVERYTHING, Axis.INSPECTOR)

    assert inspectors.assign(office, {school.id: actor("luoyun").id}) == 1

    (after,) = monitor.worst_first(office, EVERYTHING, Axis.INSPECTOR)
    assert (before.name, after.name) == ("唐博", "罗云")
    assert inspectors.assign(office, {school.id: actor("luoyun").id}) == 0


def test_schools_are_assigned_by_the_office_to_inspectors_of_the_county(late, actor):
    school, office = late[0].lead_unit.id, actor("wangmin")

    with pytest.raises(NotAllowed):
        inspectors.assign(actor("zhoulan"), {school: None})
    with pytest.raises(NotFound):
        inspectors.assign(actor("lyxx_head"), {school: None})
    with pytest.raises(NotFound):
        inspectors.assign(office, {office.unit_id: None})
    with pytest.raises(Invalid):
        inspectors.assign(office, {school: actor("limei").id})
