"""Figures come from counters that follow the cases, and agree with counting them one by one."""

import shutil
from datetime import date, timedelta

import pytest
from sqlalchemy import func, select, text

from app.clock import today
from app.db import db
from app.domain.case import Case
from app.domain.letter import Letter
from app.domain.people import Unit
from app.domain.tally import COUNTED, Flow
from app.domain.vocabulary import Category, Severity, SourceLevel, Stage
from app.services import accounts, axes, cases, tallies
from app.services._scope import visible
from app.services.axes import Axis
from app.services.cases import Filter, Happened, Step
from app.services.figures import FIGURES
from app.services.narrowing import Narrowing, Period, stretch_of
from app.services.statistics import durations
from app.services.statistics.durations import Lengths
from tests.conftest import opened

#: A period that covers all, and for which no counter is kept.
UNKEPT = Narrowing(period=Period.of("2000-01-02..2099-12-30"))


@pytest.fixture(scope="module")
def county(demo_template, tmp_path_factory):
    """The demo county on a Sunday noon, its counters kept up."""
    folder = tmp_path_factory.mktemp("tallies")
    shutil.copy(demo_template, folder / "xiaohao.db")
    with opened(folder / "xiaohao.db", folder):
        tallies.follow()
        yield


def office():
    return accounts.actor("wangmin")


def narrowings():
    """Each way of narrowing down, whether a counter is kept for it or not."""
    inspection = db.session.scalar(select(Case.inspection).where(Case.inspection != "").limit(1))
    town = db.session.scalar(select(Unit.id).where(Unit.name.contains("柳塬镇")).limit(1))
    return [
        Narrowing(),
        Narrowing(period=Period.of("2026")),
        Narrowing(period=Period.of("2026-2027")),
        Narrowing(period=Period.of("2026-2027-1"), severity=Severity.MAJOR),
        Narrowing(period=Period.of("2026-09-03..2026-10-10")),
        Narrowing(inspection=inspection),
        Narrowing(inspection=inspection, period=Period.of("2026"), lasting=False),
        Narrowing(category=Category.C04, level=SourceLevel.OWN),
        Narrowing(lead_id=town),
        Narrowing(inspector_id=0, lasting=False),
    ]


def counted(narrow, actor=None):
    """Count the cases that a list shows, one by one."""
    seen = (visible(actor or office()), *narrow.conditions(today()))
    return db.session.scalar(select(func.count(Case.id)).where(*seen))


def behind(figure, narrow):
    return counted(Filter(figure=figure, within=narrow))


def test_each_figure_is_the_number_of_cases_behind_it(county):
    for narrow in narrowings():
        counts = tallies.totals(office(), narrow, COUNTED)

        assert counts == {key: behind(key, narrow) for key in COUNTED}, narrow


def test_open_cases_are_within_their_time_overdue_reported_or_suspended(county):
    counts = tallies.totals(office(), Narrowing())

    parts = ("within", "overdue", "awaiting", "suspended")
    assert counts["open"] == sum(counts[part] for part in parts) > 0
    lights = sum(counts[light] for light in ("green", "blue", "yellow", "red"))
    assert lights == counts["open"] - counts["suspended"]


def test_overdue_is_what_plain_sql_says(county):
    overdue = db.session.scalar(
        text(
            "SELECT count(*) FROM \"case\" WHERE due_on < '2026-11-22' AND reported_done_at IS NULL"
            " AND stage NOT IN ('suspended', 'closed_out', 'follow_up', 'terminated', 'revoked')"
        )
    )

    assert tallies.totals(office(), Narrowing())["overdue"] == overdue > 0


@pytest.mark.parametrize("axis", list(Axis))
def test_groups_add_up_and_lead_to_their_cases(county, axis):
    narrow = Narrowing(period=Period.of("2026"))
    groups = axes.groups(office(), narrow, axis)

    assert sum(one.counts["open"] for one in groups) == tallies.totals(office(), narrow)["open"]
    for one in groups:
        field = one.narrows if axis in (Axis.CATEGORY, Axis.SEVERITY) else f"{one.narrows}_id"
        within = {field: one.key, "period": narrow.period}
        assert one.counts["issued"] == behind("issued", Narrowing(**within))


def test_weeks_and_months_are_those_of_the_dates(county):
    weeks = tallies.weekly(office(), Narrowing())

    for week in weeks:
        for flow in Flow:
            days = Happened(flow, week.monday, week.monday + timedelta(days=6))
            assert week.counts[flow] == counted(Filter(flow=days))
    assert weeks[-1].monday == date(2026, 11, 16)
    assert sum(week.counts[Flow.ISSUED] for week in weeks) > 0


def test_this_month_is_counted_from_its_first_day(county):
    days = Happened(Flow.CLOSED_OUT, date(2026, 11, 1), today())

    closed_out = tallies.this_month(office(), Narrowing(), Flow.CLOSED_OUT)

    assert closed_out == counted(Filter(flow=days))


def test_letters_and_days_are_those_of_the_cases(county):
    for narrow in narrowings():
        seen = (visible(office()), *narrow.conditions(), Case.stage != Stage.REVOKED)
        sent = select(func.count(Letter.id)).join(Case).where(Letter.number.is_not(None), *seen)

        assert tallies.letters(office(), narrow) == db.session.scalar(sent), narrow
        assert tallies.lengths(office(), narrow) == Lengths.of(durations.took(*seen)), narrow
    assert tallies.letters(office(), Narrowing()) > 0
    assert tallies.lengths(office(), Narrowing()).rectified.cases > 0


def test_the_busiest_steps_lead_to_their_cases(county):
    for narrow in narrowings():
        for one in tallies.steps(office(), narrow):
            at = Filter(step=Step(one.diagram, one.step), within=narrow)
            assert 0 < counted(at) <= one.open
    kept = tallies.steps(office(), Narrowing())
    one_by_one = tallies.steps(office(), UNKEPT)
    assert kept == one_by_one != []


def test_a_list_shows_all_cases_behind_a_figure_the_earliest_due_first(county):
    assert set(COUNTED) == set(FIGURES)
    for asked in (Filter(), *(Filter(figure=key) for key in COUNTED)):
        shown = cases.page(office(), asked, limit=50)

        assert len(shown.items) == shown.total == counted(asked)
        due = [(case.due_on, case.id) for case in shown.items]
        assert due == sorted(due)


def test_pages_of_open_cases_go_on_where_the_last_ended(county):
    whole = cases.page(office(), Filter(open=True), limit=50)
    first = cases.page(office(), Filter(open=True), limit=5)
    second = cases.page(office(), Filter(open=True), limit=50, after=first.next)

    assert [*first.items, *second.items] == whole.items


@pytest.mark.parametrize("username", ["wangmin", "zhangjing", "lyxx_owner"])
def test_each_counts_what_is_their_business(county, username):
    actor = accounts.actor(username)

    shown = tallies.totals(actor, Narrowing())

    assert shown["issued"] == counted(Filter(figure="issued"), actor)
    assert (
        sum(one.counts["open"] for one in axes.groups(actor, Narrowing(), Axis.UNIT))
        == (shown["open"])
    )


def test_stretches_make_up_years_school_years_and_terms():
    for key, stretches in (
        ("2026", [(2026, 1), (2026, 2), (2026, 9)]),
        ("2025-2026", [(2025, 9), (2026, 1), (2026, 2)]),
        ("2025-2026-1", [(2025, 9), (2026, 1)]),
        ("2025-2026-2", [(2026, 2)]),
    ):
        period = Period.of(key)
        days = (period.starts_on + timedelta(days=n) for n in range(366))
        inside = {stretch_of(day) for day in days if day <= period.ends_on}
        assert period.stretches == tuple(date(*one, 1) for one in stretches)
        assert inside == set(period.stretches)
    assert Period.of("2026-03-01..2026-05-31").stretches is None
