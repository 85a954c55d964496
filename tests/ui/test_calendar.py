"""Next year's notice, from the file to the line in a case's history; and the calendar's pages."""

from datetime import date, datetime

import openpyxl
import pytest
from playwright.sync_api import expect

from app.clock import LOCAL
from tests.calendars import WHOLE_NOTICE
from tests.ui.test_pages import SIZES, barriers, barriers_of


@pytest.fixture(params=SIZES)
def screen(request):
    return {"viewport": SIZES[request.param], "reduced_motion": "reduce"}


@pytest.fixture
def case(cast, clock):
    clock.move_to(datetime(2026, 11, 22, 9, tzinfo=LOCAL))
    return cast.starts_work(issued_on=date(2026, 11, 22), limit_days=79)


@pytest.fixture
def notice(tmp_path):
    book = openpyxl.Workbook()
    for row in (("日期", "安排", "名称"), *WHOLE_NOTICE):
        book.active.append(row)
    book.save(tmp_path / "放假安排.xlsx")
    return tmp_path / "放假安排.xlsx"


def test_a_notice_goes_from_the_file_to_the_history_of_a_case(person, case, notice):
    head = person("chenjianguo")
    head.opens("/calendar?year=2027")
    head.reads("尚未公布")
    head.page.get_by_role("link", name="导入放假通知").first.click()
    head.page.set_input_files("#notice-file", notice)
    head.page.get_by_role("button", name="检查").click()

    row = head.page.locator("tr", has_text="整改期限")
    expect(row).to_contain_text(case.number)
    expect(row).to_contain_text("2027-02-11")
    expect(row).to_contain_text("2027-02-15")
    assert barriers(head.page) == []

    head.page.get_by_label("通知文号").fill("国办发明电〔2026〕7号")
    head.page.get_by_role("button", name="采用并调整期限").click()
    head.hears("日历第 2 版已采用")
    head.page.get_by_role("link", name=case.number).first.click()

    head.reads("由2027-02-11调整至2027-02-15")
    head.reads("国办发明电〔2026〕7号")


def test_a_mark_leads_to_the_notice_it_comes_from(person, case):
    reader = person("lyxx_clerk")
    page = reader.opens("/calendar?year=2026")

    page.locator("a[title^='2026-10-10']").click()

    assert page.url.endswith("#d2026-10-10")
    expect(page.locator("[id='d2026-10-10']")).to_be_in_viewport()


def test_the_pages_of_the_calendar_have_no_barriers(person, case, notice, screen):
    head = person("chenjianguo", **screen)

    assert (
        barriers_of(
            head,
            "/calendar?year=2026",
            "/calendar?year=2027",
            "/calendar/versions/1",
            "/calendar/import",
            "/calendar/local",
            "/calendar/terms",
        )
        == {}
    )
