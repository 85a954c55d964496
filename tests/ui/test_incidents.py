"""A step that fails, seen, mended and retried in the browser; and the ledger of deadlines."""

from datetime import date, time, timedelta

import pytest
from playwright.sync_api import expect
from sqlalchemy import select, update

from app import scheduler
from app.db import db, transaction
from app.domain.process import Diagram, Timer
from app.domain.vocabulary import DiagramState, TimerState
from tests.ui.test_pages import SIZES, barriers, barriers_of


@pytest.fixture(params=SIZES)
def screen(request):
    return {"viewport": SIZES[request.param], "reduced_motion": "reduce"}


def draw_expediting(state):
    with transaction() as session:
        session.execute(update(Diagram).filter_by(key="expediting").values(state=state))


@pytest.fixture
def case(cast, clock):
    """An overdue case; what is to happen then failed three times, for lack of a diagram."""
    case = cast.starts_work()
    draw_expediting(DiagramState.DRAFT)
    cast.until(date(2026, 4, 3), time(9))
    for minutes in (1, 5):
        clock.shift(timedelta(minutes=minutes))
        scheduler.sweep()
    return case


def test_a_failed_step_is_seen_mended_and_retried(cast, case, office_head):
    page = office_head.opens("/monitor/incidents")
    office_head.reads("没有已发布的流程图“expediting”")

    page.get_by_role("button", name="重试").first.click()
    office_head.hears("仍然失败")
    draw_expediting(DiagramState.PUBLISHED)
    page.get_by_role("button", name="重试").first.click()

    office_head.hears("重试成功")
    office_head.reads("没有未处理的故障")
    assert len(cast.letters(case)) == 1


def test_a_failed_step_is_skipped_for_a_reason_that_the_history_keeps(case, office_head):
    page = office_head.opens("/monitor/incidents")

    page.get_by_role("link", name="跳过").first.click()
    office_head.reads("当前环节不受影响")
    office_head.reads(case.number)
    page.get_by_label("跳过的理由").fill("已电话督促")
    page.get_by_role("button", name="跳过").click()

    office_head.hears("已跳过")
    office_head.opens(f"/cases/{case.number}")
    office_head.reads("理由：已电话督促")


def test_incidents_and_deadlines_have_no_barriers(person, case, screen):
    head = person("chenjianguo", **screen)
    (incident,) = db.session.execute(select(db.metadata.tables["incident"].c.id)).one()
    query = select(Timer.id).filter_by(case_id=case.id)
    fired = db.session.scalars(query.filter_by(state=TimerState.FIRED)).first()
    armed = db.session.scalars(query.filter_by(state=TimerState.ARMED)).first()

    assert barriers_of(
        head,
        "/monitor/incidents",
        f"/monitor/incidents/{incident}/skip",
        "/monitor/timers",
        "/monitor/timers?state=fired",
        "/monitor/timers?check=fired_twice",
        f"/timers/{fired}",
        f"/timers/{armed}",
    ) == {}  # fmt: skip


def test_the_proof_unfolds_its_days(person, case, screen):
    office = person("wangmin", **screen)
    timer = db.session.scalars(select(Timer.id).filter_by(key="acknowledge_due")).first()
    page = office.opens(f"/timers/{timer}")

    page.get_by_text("逐日计算").first.click()

    expect(page.get_by_role("cell", name="起算日，不计")).to_be_visible()
    assert barriers(page) == []
