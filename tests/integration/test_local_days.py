"""地方性假日: a county's own days, versioned like the country's, and nobody else's business."""

from datetime import date, datetime

import pytest
from sqlalchemy import select, update

from app.clock import LOCAL
from app.db import db, transaction
from app.domain.calendar import CalendarChange, CalendarVersion, SchoolTerm
from app.domain.case import Case
from app.domain.errors import Invalid, NotAllowed, NotFound
from app.domain.people import Unit
from app.domain.process import TimerMove
from app.domain.vocabulary import UnitKind
from app.services import calendar_moves, calendar_years, calendars, local_days, school_terms
from app.services.local_days import LocalHoliday, Removal

#: Two ordinary days, a Thursday and a Friday, after which comes a weekend.
FIRST, LAST = date(2026, 4, 16), date(2026, 4, 17)
SOURCE = "青政办〔2026〕9号"


@pytest.fixture
def head(actor):
    return actor("chenjianguo")


@pytest.fixture
def elsewhere(app):
    """Another county."""
    with transaction() as session:
        unit = Unit(name="白水县", kind=UnitKind.COUNTY)
        session.add(unit)
        session.flush()
        unit.path = f"/{unit.id}/"
        return unit.id


def holiday(first=FIRST, last=LAST, **changes):
    return LocalHoliday(first, last, False, "三月三", SOURCE, **changes)


def test_a_county_keeps_its_own_days_and_the_others_do_not(head, elsewhere):
    local_days.adopt(holiday(), head)

    own = calendars.current(head.county_id)
    assert (own.is_workday(FIRST), own.name_of(FIRST)) == (False, "三月三")
    assert calendars.current().is_workday(FIRST)
    assert calendars.current(elsewhere).is_workday(FIRST)


def test_a_county_without_days_of_its_own_has_the_calendar_of_the_country(app, elsewhere):
    assert calendars.current(elsewhere) is calendars.current()


def test_deadlines_set_afterwards_follow_the_county(cast, head, clock):
    local_days.adopt(holiday(), head)
    clock.move_to(datetime(2026, 4, 15, 9, tzinfo=LOCAL))
    case = cast.open_case(issued_on=date(2026, 4, 14), limit_days=2)

    assert case.due_on == date(2026, 4, 20)
    assert cast.task(case, "acknowledge").due_at == datetime(2026, 4, 22, tzinfo=LOCAL)


def test_only_deadlines_of_the_county_move(cast, head, elsewhere):
    own, foreign = (cast.starts_work(issued_on=date(2026, 3, 2), limit_days=45) for _ in "12")
    with transaction() as session:
        moved = update(Case).where(Case.id == foreign.id).values(county_id=elsewhere)
        session.execute(moved)

    adopted = calendar_moves.adopt_local(holiday(), head)

    assert adopted.moved > 0
    assert (own.due_on, foreign.due_on) == (date(2026, 4, 20), date(2026, 4, 16))
    moves = db.session.scalars(select(TimerMove)).all()
    assert {move.timer.case_id for move in moves} == {own.id}


def test_an_older_version_of_a_county_can_be_told_again(head, elsewhere):
    local_days.adopt(holiday(), head)
    local_days.remove(Removal(FIRST, "更正"), head)

    first, second, third = (calendars.at_version(n, head.county_id) for n in (1, 2, 3))

    assert [one.is_workday(FIRST) for one in (first, second, third)] == [True, False, True]
    assert [one.name_of(LAST) for one in (first, second, third)] == [None, "三月三", "三月三"]
    assert calendars.at_version(2, elsewhere).is_workday(FIRST)
    assert calendars.at_version(2).is_workday(FIRST)


def test_a_version_says_whose_days_and_who_adopted_them(head):
    version = local_days.adopt(holiday(), head)

    found = db.session.get(CalendarVersion, version)
    changes = db.session.scalars(select(CalendarChange).filter_by(version_id=version)).all()
    assert (found.note, found.county_id, found.adopted_by.name) == (SOURCE, 1, "陈建国")
    assert {(one.county_id, one.was_workday, one.is_workday) for one in changes} == {
        (1, True, False)
    }


def test_the_versions_of_other_counties_are_not_shown(head, elsewhere):
    version = local_days.adopt(holiday(), head)
    with transaction() as session:
        session.get_one(CalendarVersion, version).county_id = elsewhere

    assert [one.version.id for one in calendar_years.revisions(head)] == [1]
    with pytest.raises(NotFound):
        calendar_years.revision(version, head)


def test_the_same_days_again_change_nothing(head):
    first = local_days.adopt(holiday(), head)

    assert local_days.adopt(holiday(), head) == first


@pytest.mark.parametrize(
    ("first", "last", "field"),
    [
        (date(2026, 4, 17), date(2026, 4, 16), "last"),
        (date(2026, 4, 1), date(2026, 6, 1), "last"),
        (date(1999, 4, 1), date(1999, 4, 1), "first"),
    ],
)
def test_days_that_cannot_be_are_refused(head, first, last, field):
    with pytest.raises(Invalid) as refusal:
        local_days.adopt(holiday(first, last), head)

    assert list(refusal.value.fields) == [field]


def test_only_who_keeps_the_calendar_may_change_it(actor):
    for name in ("wangmin", "lyxx_head", "fenxi"):
        with pytest.raises(NotAllowed):
            local_days.adopt(holiday(), actor(name))
        with pytest.raises(NotAllowed):
            school_terms.remove(1, actor(name))


def test_a_school_day_is_a_working_day_within_a_term(head):
    local_days.adopt(holiday(), head)

    days = [date(2026, 4, 15), FIRST, date(2026, 4, 18), date(2026, 7, 20), date(2026, 5, 9)]

    assert [school_terms.is_school_day(day, head.county_id) for day in days] == [
        *(True, False, False, False),
        True,  # a Saturday that is worked
    ]


def test_a_vacation_lies_between_two_terms_and_beyond_them_nobody_knows(head):
    days = [date(2026, 8, 1), date(2026, 4, 15), date(2024, 8, 1), date(2029, 8, 1)]

    found = [school_terms.is_vacation(day, head.county_id) for day in days]

    assert found == [True, False, False, False]


def test_terms_of_other_counties_cannot_be_touched(head, actor, elsewhere):
    with transaction() as session:
        term = SchoolTerm(
            county_id=elsewhere,
            name="他县",
            starts_on=date(2026, 3, 1),
            ends_on=date(2026, 7, 1),
        )
        session.add(term)
        session.flush()
        foreign = term.id

    with pytest.raises(NotFound):
        school_terms.remove(foreign, head)
