"""A new rule arrives: the main process is redrawn, rehearsed, published, and no case is lost."""

import shutil
from datetime import timedelta

import pytest
from playwright.sync_api import expect
from sqlalchemy import select

from app.db import db
from app.domain.case import Case
from app.domain.process import Diagram, Process, Task, Timer
from app.domain.vocabulary import ProcessStatus, TimerState
from app.services import history, processes
from tests.conftest import NOON
from tests.ui.drawing_board import Board
from tests.ui.people import picture
from tests.ui.test_lifecycle import VERIFICATION

KEY = "rectification"
STEP = "法制审核"
#: A general problem that is just being verified: the new step is the next it comes to.
NEXT = "QL-2026-JC-10-002"
GOING = (ProcessStatus.RUNNING, ProcessStatus.SUSPENDED)
TICKING = (TimerState.ARMED, TimerState.SUSPENDED)


@pytest.fixture
def database(demo_template, tmp_path):
    """The demo county, its 24 cases worked through."""
    return f"sqlite:///{shutil.copy(demo_template, tmp_path / 'xiaohao.db')}"


@pytest.fixture
def app(app, clock):
    clock.move_to(NOON + timedelta(minutes=1))
    return app


@pytest.fixture
def analyst(person):
    return person("fenxi")


@pytest.fixture
def second(person):
    """The other analyst, who reviews what the first has drawn."""
    return person("fuhe")


def open_on(version):
    """Return the open processes that run on a version."""
    db.session.rollback()
    query = select(Process.id).join(Diagram).where(Diagram.key == KEY, Diagram.version == version)
    return set(db.session.scalars(query.where(Process.status.in_(GOING))))


def standing():
    """Return where all 24 cases stand, and what people and clocks are waited for, row by row."""
    db.session.rollback()
    queries = (
        select(Case.number, Case.stage, Case.light, Case.due_on),
        select(Task.id, Task.key, Task.assignee_id, Task.due_at).where(Task.closed_at.is_(None)),
        select(Timer.id, Timer.key, Timer.due_at, Timer.state).where(Timer.state.in_(TICKING)),
    )
    return [{tuple(row) for row in db.session.execute(query)} for query in queries]


def draws_the_step(analyst):
    """Put a step with role, form and deadline before the approval; mend what is found wrong."""
    board = Board(analyst, KEY)
    board.finds("确定审定权限")
    board.puts("人工任务", onto="decide_authority_to_needs_notice", named=STEP)
    expect(board.part("findings")).to_contain_text("请在“办理岗位”中选择")
    expect(board.part("findings")).to_contain_text("无人办理")
    board.field("gov-role").select_option(label="督导办")
    board.field("gov-form").select_option(label="负责人签批方案（sign）")
    board.presses("设办理期限")
    board.field("gov-number").fill("3")
    board.field("gov-article").fill("本级整改工作规程（可调整）")
    expect(board.part("count")).to_have_text("没有发现问题")
    board.is_kept()


def looks_and_submits(analyst):
    """Compare, play and rehearse the draft, then hand it in."""
    page = analyst.page
    page.get_by_role("link", name="比较", exact=True).click()
    analyst.reads(f"新增办理环节“{STEP}”（办理人：督导办")
    analyst.reads(f"新增“{STEP}”的期限：3个工作日")
    page.get_by_role("link", name="试走", exact=True).click()
    page.get_by_role("button", name="开始试走").click()
    expect(page.locator("#play-open")).to_contain_text("签收")
    rehearses(analyst)
    page.get_by_role("link", name="版本", exact=True).click()
    page.get_by_role("link", name="提交审核").click()
    page.get_by_label("为什么修改").fill("省里新规：销号审定前须经法制审核。")
    page.get_by_role("button", name="提交审核").click()


def rehearses(one):
    """Run what is chosen on a copy of each open case: all may go."""
    number = len(open_on(1))
    one.page.get_by_role("link", name="演练与迁移", exact=True).click()
    one.page.get_by_role("button", name="开始演练").click()
    one.reads(f"共演练 {number} 件：{number} 件可以迁移，0 件不能原样迁移，0 件期限有变化。")
    one.reads("待办、期限和认领都不变。")


def reviews(second):
    """Look at all that a reviewer should know, and let the version come into force."""
    page = second.opens(f"/designer/{KEY}/versions")
    page.get_by_role("link", name="第 2 版", exact=True).click()
    review = page.url
    second.reads("省里新规：销号审定前须经法制审核。")
    for part, words in (("findings", "没有发现问题"), ("scenarios", "个方案，覆盖")):
        expect(page.locator(f"section[aria-labelledby={part}-title]")).to_contain_text(words)
    page.get_by_role("link", name="与现行版本比较").click()
    second.reads(f"新增办理环节“{STEP}”")
    page.goto(review)
    page.get_by_label("审核所需").get_by_role("link", name="演练与迁移").click()
    page.get_by_role("button", name="开始演练").click()
    second.reads("0 件不能原样迁移")
    page.goto(review)
    page.get_by_label("审核意见").fill("与新规一致。")
    page.get_by_role("button", name="通过", exact=True).click()
    second.hears("第 2 版已生效")


def draws_up_the_plan(analyst):
    page = analyst.opens(f"/designer/{KEY}/rehearsal?version=2")
    page.get_by_label("为什么迁移").fill("在办事项也按新规办理。")
    page.get_by_role("button", name="保存为迁移方案").click()
    analyst.reads("您是拟定人，请另一位业务分析员或督导办主任执行。")
    return page.url


def test_the_main_process_is_redrawn_and_every_open_case_goes_on_by_it(
    analyst, second, person, tmp_path
):
    before, were = open_on(1), standing()
    assert len(were[0]) == 24

    draws_the_step(analyst)
    looks_and_submits(analyst)
    reviews(second)
    plan = draws_up_the_plan(analyst)
    page = second.opens(plan)
    page.get_by_role("button", name="执行迁移").click()
    second.reads(f"已迁移 {len(before)} 件，未迁移 0 件。")

    assert (open_on(1), open_on(2)) == (set(), before)
    assert standing() == were
    assert [processes.resync(one) for one in before] == [0] * len(before)
    assert history.verify() == []
    takes_the_new_step(person, tmp_path)
    takes_the_others_back(second, plan, before)


def takes_the_new_step(person, folder):
    """Carry the case on by its pages, through the step that it had not when it was opened."""
    person("sunwei").does("核查", NEXT, **VERIFICATION, photos=picture(folder))
    office, office_head = person("wangmin"), person("chenjianguo")
    office.opens(f"/cases/{NEXT}")
    office.reads("流程由第1版改为第2版")
    office.does(STEP, NEXT, signed="yes")
    office_head.finds("督导办主任审定", NEXT)


def takes_the_others_back(second, plan, before):
    """Take the migration back: whatever has not moved on returns, and one stays."""
    page = second.opens(plan)
    page.get_by_role("button", name="撤回迁移").click()
    second.reads(f"已撤回 {len(before) - 1} 件，1 件不能撤回。")
    second.reads("迁移后该事项已继续办理，不能撤回。")
    assert (len(open_on(1)), len(open_on(2))) == (len(before) - 1, 1)
    assert history.verify() == []
