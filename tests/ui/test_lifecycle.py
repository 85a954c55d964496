"""Whole lives of cases, clicked through as the people of the county do."""

from datetime import date, datetime, time
from pathlib import Path

import openpyxl
import pytest
from playwright.sync_api import expect

from app import scheduler
from app.clock import LOCAL
from app.db import db
from tests.cast import ANSWERS, SCHOOL
from tests.ui.people import Person, picture

NUMBER = "QL-2026-ZX-03-001"
LEDGER = {
    "问题编号": NUMBER,
    "下达日期": "2026-03-02",
    "被督导单位": SCHOOL,
    "问题类别": "C04 校园安全",
    "具体问题": "教学楼西侧安全出口加装铁栅栏并上锁。",
    "整改要求": "拆除栅栏，清空疏散通道，建立每日巡查。",
    "整改方式": "限期整改",
    "整改时限": "30日",
    "程度": "较重",
}
PLAN = {
    "cause": "制度不落实，责任未到人。",
    "goal": "出口畅通，每日巡查。",
    "measures.0.text": "拆除铁栅栏，配置逃生推杆锁。",
    "measures.0.owner": "总务主任",
    "measures.0.starts_on": "2026-03-03",
    "measures.0.ends_on": "2026-03-20",
    "measures.0.weight": "100",
    "leader": "魏志远",
}
REPORT = {
    "next_step": "report",
    "percent": "100",
    "progress": "铁栅栏已全部拆除，推杆锁已安装并经消防部门验收，疏散通道每日巡查并留有记录。",
    "report": "按方案完成全部措施。",
    "evidence_list": "1.拆除照片；2.巡查记录。",
    "conclusion": "done",
    "mechanism": "每日巡查、每周抽查。",
}
ITS_MEASURE = {"measure_progress.0.measure": "1", "measure_progress.0.percent": "100"}
SIGNED = {"signed": "yes", "truthful": "true"}
DISPATCH = {
    "verify_method": "on_site",
    "verifiers": ["sunwei", "limei"],
    "lead_verifier": "sunwei",
    "verify_days": "15",
}
CHECKS = ("measures", "penalty", "standard", "like_problems", "mechanism", "evidence", "public")
VERIFICATION = {
    "place": "教学楼西侧",
    "method": "on_site",
    **{f"check_{one}": "yes" for one in CHECKS},
    "result": "r1",
    "opinion": "现场查看，整改到位。",
}
NOTICE = {"content": "已整改到位，拟予销号。", "channel": "县政府门户网站"}
APPROVAL = {"approved": "yes", "opinion": "整改到位，程序完备，同意销号。"}
RELAPSE = {
    "method": "unannounced",
    "standards.0.standard": "规范留样",
    "standards.0.found": "留样柜中无留样",
    "standards.0.met": "no",
    "second_checker": "luoyun",
    "result": "relapse",
    "opinion": "同一问题再次出现。",
}


@pytest.fixture
def photo(tmp_path: Path) -> Path:
    return picture(tmp_path)


@pytest.fixture
def plan_for_emergencies(tmp_path: Path) -> Path:
    file = tmp_path / "应急预案.pdf"
    file.write_bytes(b"%PDF-1.4\n%%EOF\n")
    return file


def until(clock, day: date) -> None:
    """Let time pass until the morning of *day*, and the sweep run on what the pages wrote."""
    db.session.rollback()
    clock.move_to(datetime.combine(day, time(9), LOCAL))
    scheduler.sweep()


def imports_the_ledger(office: Person, folder: Path) -> None:
    """Fill in the template that the page gives out, have it checked, and import it."""
    page = office.opens("/cases/import")
    with page.expect_download() as download:
        page.get_by_role("link", name="下载模板").click()
    file = folder / "台账.xlsx"
    download.value.save_as(file)
    book = openpyxl.load_workbook(file)
    headings = [cell.value.rstrip("*") for cell in book.worksheets[0][1]]
    book.worksheets[0].append([LEDGER.get(heading) for heading in headings])
    book.save(file)
    page.locator("#ledger-file").set_input_files(file)
    page.get_by_role("button", name="检查").click()
    page.get_by_role("button", name="导入全部 1 行").click()
    office.hears("已立案下达 1 件")


def test_a_case_goes_from_import_to_close_out(person, clock, tmp_path, photo, plan_for_emergencies):
    office, office_head, chief = person("wangmin"), person("chenjianguo"), person("zhoulan")
    clerk, owner, head = person("lyxx_clerk"), person("lyxx_owner"), person("lyxx_head")
    department, inspector = person("zhangjing"), person("sunwei")

    imports_the_ledger(office, tmp_path)
    assert office.sees_on_diagram(NUMBER)["open"] == {"acknowledge"}

    clerk.does("签收", NUMBER, signed_by="华雪梅")
    owner.does("制定整改方案", NUMBER, **PLAN, emergency_plan=plan_for_emergencies)
    head.does("负责人签批方案", NUMBER, signed="yes")
    department.does("审核整改方案", NUMBER, passed="yes")
    office.does("审定整改方案", NUMBER, passed="yes")

    seen = owner.sees_on_diagram(NUMBER)
    assert (seen["open"], seen["late"]) == ({"rectify"}, set())
    assert {"acknowledge", "draft_plan", "review_plan", "approve_plan"} <= seen["done"]
    assert "rectify_due" in seen["timer"]

    photos = {"photos_before": photo, "photos_after": photo}
    owner.does("实施整改", NUMBER, **REPORT, **ITS_MEASURE, **photos)
    head.does("单位自查签批", NUMBER, **SIGNED)
    department.does("主管部门初审", NUMBER, passed="yes", opinion="材料齐全，同意报核查。")
    office.does("派核查", NUMBER, **DISPATCH)
    inspector.does("核查", NUMBER, **VERIFICATION, photos=photo)
    office.does("发布公示", NUMBER, **NOTICE)
    assert chief.sees_on_diagram(NUMBER)["timer"] == {"notice_over"}

    until(clock, date(2026, 3, 10))
    chief.does("总督学审定", NUMBER, **APPROVAL)

    seen = clerk.sees_on_diagram(NUMBER)
    assert seen["open"] == set()
    clerk.reads("已销号")
    clerk.reads("没有等待办理的环节")
    expect(office_head.opens("/cases").locator("main")).to_contain_text(NUMBER)


def test_an_overdue_case_brings_an_expediting_letter_and_its_reply(person, cast, clock):
    number = cast.starts_work().number
    office, chief = person("wangmin"), person("zhoulan")
    clerk, head = person("lyxx_clerk"), person("lyxx_head")

    until(clock, date(2026, 4, 3))
    assert clerk.sees_on_diagram(number)["late"] == {"rectify"}
    clerk.reads("逾期")

    office.does("拟稿督办函", number, decision="send", kind="ordinary", new_due="2026-04-17")
    chief.does("审签督办函", number, signed="yes")
    clerk.does("签收督办函", number, signed_by="华雪梅")
    head.finds("书面回复", number)
    head.page.get_by_role("link", name="查看督办函全文").click()
    head.reads("教督办函〔2026〕1号")
    head.does(
        "书面回复", number, cause="重视不够。", measures="专人负责。", promised_on="2026-04-10"
    )
    office.does("评估回复", number, satisfied="yes", opinion="同意按承诺时间完成。")

    office.opens("/letters")
    office.reads("教督办函〔2026〕1号")
    assert clerk.sees_on_diagram(number)["late"] == {"rectify"}


def test_a_relapse_found_by_a_follow_up_is_closed_out_a_second_time(person, cast, clock, photo):
    case = cast.closes_out()
    number = case.number
    until(clock, date(2026, 4, 7))
    office, office_head = person("wangmin"), person("chenjianguo")
    checker, head = person("tangbo"), person("lyxx_head")

    draws_for_follow_up(office, number)
    checker.does("现场复查", number, **RELAPSE, photos=photo)
    head.does("事实核对", number, accepted="yes")
    office_head.does(
        "反弹认定", number, confirmed="yes", reason=ANSWERS["confirm_relapse"]["reason"]
    )

    assert head.sees_on_diagram(number)["open"] == {"rectify"}
    head.reads("反弹，第2轮")

    person("lyxx_owner").does("实施整改", number, **REPORT)
    head.does("单位自查签批", number, **SIGNED)
    person("zhangjing").does("主管部门初审", number, passed="yes", opinion="同意。")
    office.does("派核查", number, **DISPATCH)
    person("sunwei").does("核查", number, **VERIFICATION, photos=photo)
    office.does("发布公示", number, **NOTICE)
    until(clock, date(2026, 4, 16))
    person("liuzheng").does("督委会审定", number, **APPROVAL)

    head.opens(f"/cases/{number}")
    head.reads("已销号")
    head.reads("反弹，第2轮")


def draws_for_follow_up(office: Person, number: str) -> None:
    page = office.opens(f"/cases/{number}")
    page.get_by_role("link", name="列入回头看").click()
    expect(page.get_by_label(f"抽取 {number}")).to_be_checked()
    page.fill("#reason", "销号满一个月，全部列入")
    page.select_option("#lead", "tangbo")
    page.get_by_role("button", name="列入回头看").click()
    office.hears("回头看")
