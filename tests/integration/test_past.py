"""As it was: the register of a past day, rebuilt from history, against the rows of that day."""

from datetime import date, time, timedelta

import pytest
from sqlalchemy import select

from app.clock import today, utcnow
from app.db import db
from app.domain import standing
from app.domain.case import Case
from app.domain.errors import Invalid, NotAllowed, NotFound
from app.domain.past import Line, fold
from app.domain.vocabulary import ChangeKind, Light, Stage
from app.services import accounts, cases, changes, history
from app.services.past import anchors, reach, register, totals
from tests.conftest import opened

LAST_MINUTE = time(23, 59)
ASKED = {
    "extension_ground": "procurement",
    "reason": "采购设备尚未到货，需要更多时间完成安装和验收。",
    "done_so_far": "已完成招标并签订合同。",
    "safeguards": "安排专人值守，设置警示标志。",
}


@pytest.fixture
def county(demo_template):
    """The demo county on its last noon."""
    with opened(demo_template, demo_template.parent):
        yield accounts.actor("wangmin")


def rebuilt(actor, day, **how):
    return {row.number: row for row in register.page(reach.Asked(day, **how), actor).items}


def is_overdue(case):
    late = cases.Filter(overdue=True).conditions(today())
    return db.session.scalar(select(Case.id).where(Case.id == case.id, *late)) is not None


def row_of(case):
    """Return what the register now says of a case, straight from its row."""
    names = {"lead": case.lead_unit.name, "unit": case.unit.name}
    return standing.facts(case) | names | {"overdue": is_overdue(case)}


def rebuilt_row(case, day, actor):
    found = register.trace(case.number, day, actor).standing
    told = {name: found.get(name) for name in (*standing.CHANGING, "lead", "unit")}
    return told | {"overdue": found.overdue_on(day)}


SHOWN = ("stage", "light", "percent", "due_on", "cycle", "lead", "overdue")


def shown(row):
    """Return what a row of the page says, as `row_of` says it."""
    told = {name: standing.plain(getattr(row, name)) for name in SHOWN if name != "lead"}
    return told | {"lead": row.lead_unit}


def lives(cast, case):
    """Yield day after day of a case's long life: pauses, returns, extensions, a relapse."""
    yield cast.walks(case, "acknowledge")
    yield cast.walks(case, "draft_plan", "sign_plan", "review_plan", "approve_plan")
    yield cast.does(case, "rectify", next_step="progress", percent=40)
    until = (case.due_on + timedelta(days=20)).isoformat()
    whose = cast.whose(cast.task(case, "rectify"))
    changes.file_request(case.number, whose, ChangeKind.EXTENSION, ASKED | {"asked_until": until})
    yield cast.does(case, "sign_change", signed="yes")
    cast.does(case, "give_opinion", supported="yes", opinion="情况属实。")
    granted = {"granted": "yes", "granted_until": until, "opinion": "同意。", "signature": "x"}
    yield cast.does(case, "decide_by_office_head", **granted)
    yield cast.does(case, "rectify", next_step="report", percent=100)
    yield cast.walks(case, "sign_report", "first_review", "dispatch")
    yield cast.does(case, "verify", result="r2", due=(today() + timedelta(days=5)).isoformat())
    for _ in range(8):  # and misses that date
        yield None
    yield cast.walks(case, "rectify", "sign_report", "first_review", "dispatch")
    yield cast.walks(case, "verify", "approve_by_office_head")
    yield cast.passes(days=35)
    yield cast.draws(case)
    yield cast.does(case, "check", result="relapse")
    yield cast.walks(case, "comment_on_facts", "confirm_relapse")


def test_each_day_of_a_long_life_is_rebuilt_as_its_row_stood_that_night(cast):
    office, seen = accounts.actor("wangmin"), {}
    case, other = cast.open_case(), cast.open_case()
    for _ in lives(cast, case):
        cast.until(today(), LAST_MINUTE)
        seen[today()] = [row_of(case), row_of(other)]
        cast.until(today() + timedelta(days=1))

    assert len(seen) == 22
    assert {row["stage"] for row, _ in seen.values()} > {"planning", "closed_out", "follow_up"}
    assert {row["overdue"] for row, _ in seen.values()} == {True, False}
    for day, rows in seen.items():
        assert [rebuilt_row(one, day, office) for one in (case, other)] == rows, day
        assert [shown(row) for row in rebuilt(office, day).values()] == [
            {name: row[name] for name in SHOWN} for row in rows
        ], day


def test_history_tells_the_whole_register_of_the_demo_county(county):
    rows = rebuilt(county, today())

    assert len(rows) == 24
    for case in db.session.scalars(select(Case)):
        assert rebuilt_row(case, today(), county) == row_of(case)
        assert rows[case.number].lent is False
        assert rows[case.number].unknown == frozenset()
        assert [step.key for step in rows[case.number].steps] == sorted_steps(case)
    assert history.verify() == []


def sorted_steps(case):
    waiting = (task for task in cases.tasks_of(case) if task.closed_at is None)
    return [task.key for task in sorted(waiting, key=lambda task: task.id)]


def test_the_totals_of_a_day_count_its_rows(county):
    day = date(2026, 10, 31)
    found = totals.totals(reach.Asked(day), county)

    rows = rebuilt(county, day).values()
    assert (
        found.cases
        == len(rows)
        == len(db.session.scalars(select(Case).where(Case.issued_on <= day)).all())
    )
    assert found.counts["overdue"] == sum(row.overdue for row in rows) > 0
    for light in Light:
        shown = rebuilt(county, day, show=f"light:{light}")
        assert found.counts.get(f"light:{light}", 0) == len(shown)


def test_two_days_differ_by_what_happened_between_them(county):
    before, after = date(2026, 10, 31), date(2026, 11, 20)
    changed = rebuilt(county, after, since=before)

    then, later = rebuilt(county, before), rebuilt(county, after)
    assert {number for number, row in changed.items() if row.entered} == later.keys() - then.keys()
    stopped = changed["QL-2026-DZ-01-003"].changes
    assert ("stage", "rectifying", "suspended") in stopped
    still = [number for number in then if number not in changed]
    assert all(then[number].stage == later[number].stage for number in still)


@pytest.mark.parametrize("show", ["", "open"])
def test_a_page_goes_on_where_the_last_one_ended(county, monkeypatch, show):
    monkeypatch.setattr(register, "PORTION", 4)
    asked, numbers, after = reach.Asked(today(), show=show), [], None
    while not numbers or after:
        page = register.page(asked, county, limit=7, after=after)
        numbers, after = numbers + [row.number for row in page.items], page.next

    assert len(numbers) == len(set(numbers)) == (18 if show else 24)


def test_who_audits_sees_what_is_over_and_others_nothing(county):
    auditor = next(one for one in map(accounts.actor, ("shenji",)) if one)
    rows = rebuilt(auditor, date(2026, 10, 31))

    over = {case.number for case in db.session.scalars(select(Case)) if case.stage.is_over}
    assert rows.keys() <= over
    assert any(row.stage is not Stage.CLOSED_OUT for row in rows.values())
    with pytest.raises(NotFound):
        register.trace("QL-2026-DZ-01-003", today(), auditor)
    with pytest.raises(NotAllowed):
        rebuilt(accounts.actor("cwxx_head"), today())


def test_an_anchor_covers_a_day_that_ended_before_it_was_made(cast):
    cast.open_case()
    cast.until(today() + timedelta(days=1))
    made = history.anchor()

    assert anchors.covering(reach.Asked(today() - timedelta(days=1)).until).id == made.id
    assert anchors.covering(reach.Asked(today()).until) is None


def test_days_that_cannot_be_asked_for_are_named():
    day = today()

    for field, wrong in {
        "day": {"day": day + timedelta(days=1)},
        "since": {"day": day, "since": day},
        "show": {"day": day, "show": "purple"},
    }.items():
        with pytest.raises(Invalid) as refusal:
            reach.Asked(**wrong)
        assert list(refusal.value.fields) == [field]


def test_what_earlier_releases_did_not_record_stays_unknown():
    def line(seq, what, **params):
        return Line(seq, seq, utcnow(), what, params, "")

    told = [line(1, "opened", unit="某校", due_on="2026-03-31")]
    stepped = [*told, line(2, "completed", key="acknowledge", decided={})]
    closed = [*stepped, line(3, "closed_out", cycle=1)]
    later = [*stepped, line(3, "completed", key="rectify", now={"stage": "reporting"})]

    assert fold(told).day("due_on") == date(2026, 3, 31)
    assert (fold(stepped).stage, fold(stepped).overdue_on(date(2026, 5, 1))) == (None, None)
    assert (fold(closed).stage, fold(closed).light) == (Stage.CLOSED_OUT, Light.GREEN)
    assert fold(later).stage is Stage.REPORTING
    assert not fold(later).knows("percent")
