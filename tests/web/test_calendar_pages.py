"""The calendar on pages and for programs: a year, a notice and what it moves, own days, terms."""

import io
import json
from datetime import date, datetime

import openpyxl
import pytest
from sqlalchemy import func, select

from app.clock import LOCAL
from app.db import db
from app.domain.calendar import CalendarVersion, LocalDay, SchoolTerm
from app.services import calendars
from tests.calendars import WHOLE_NOTICE
from tests.web.calling import Caller
from tests.web.visiting import Visitor

NUMBER = "国办发明电〔2026〕7号"


@pytest.fixture
def office_head(client, clock):
    clock.move_to(datetime(2026, 11, 22, 9, tzinfo=LOCAL))
    return Visitor(client, "chenjianguo")


@pytest.fixture
def case(cast, office_head):
    return cast.starts_work(issued_on=date(2026, 11, 22), limit_days=79)


def sheet(*rows, headings=("日期", "安排", "名称")):
    book = openpyxl.Workbook()
    for row in (headings, *rows):
        book.active.append(row)
    file = io.BytesIO()
    book.save(file)
    return (io.BytesIO(file.getvalue()), "放假安排.xlsx")


def holiday_cn(*rows):
    days = [{"name": n, "date": d, "isOffDay": flag == "休"} for d, flag, n in rows]
    document = {"year": 2027, "papers": [], "days": days}
    return (io.BytesIO(json.dumps(document).encode()), "2027.json")


def faults(page):
    return [
        [cell.text_content().strip() for cell in row.iterchildren()]
        for row in page.all("//section[@aria-labelledby='faults-title']//tbody/tr")
    ]


# The year.


def test_a_year_shows_rest_and_work_as_printed_calendars_do(office_head):
    page = office_head.get("/calendar?year=2026")

    assert page.title == "工作日历"
    assert len(page.all("//table[@class='month']")) == 12
    october = page.all("//table[@class='month']")[9]
    cell = october.xpath(".//a[starts-with(@title, '2026-10-10')]")[0]
    assert "班" in cell.text_content()
    assert "上班" in cell.get("title")
    assert "暂定" not in page.one("//div[@class='page-head']").text_content()


def test_a_provisional_year_says_so(office_head):
    page = office_head.get("/calendar?year=2027")

    assert "暂定" in page.one("//div[@class='page-head']").text_content()
    assert "尚未公布" in page.text


@pytest.mark.parametrize("year", ["1999", "2101", "x", "20260", ""])
def test_a_year_without_a_calendar_is_this_year(office_head, year):
    assert "2026 年工作日历" in office_head.get(f"/calendar?year={year}").text


@pytest.mark.parametrize("name", ["lyxx_clerk", "fenxi", "sunwei"])
def test_everyone_may_read_it_and_most_may_not_change_it(client, clock, name):
    reader = Visitor(client, name)

    assert "导入放假通知" not in reader.get("/calendar").text
    reader.get("/calendar/versions/1")
    for path in ("import", "import/preview", "import/template.xlsx", "local", "terms"):
        reader.get(f"/calendar/{path}", status=403)
    reader.post("/calendar/import", status=403, file=sheet(*WHOLE_NOTICE))
    reader.post("/calendar/import/adopt", status=403, source=NUMBER)
    reader.post("/calendar/local", status=403, first="2027-03-01", name="x", source="y")
    reader.post("/calendar/terms", status=403, name="x")
    reader.post("/calendar/versions/1/apply", status=403)


@pytest.mark.parametrize("name", ["chenjianguo", "xitong"])
def test_the_office_head_and_the_system_admin_keep_it(client, clock, name, cast):
    keeper = Visitor(client, name)

    for path in ("", "/import", "/local", "/terms"):
        keeper.get(f"/calendar{path}")


# A notice.


@pytest.mark.parametrize("file", [sheet, holiday_cn])
def test_a_notice_is_looked_at_adopted_and_found_in_the_history(office_head, case, file):
    answer = office_head.post("/calendar/import", file=file(*WHOLE_NOTICE))
    preview = office_head.follow(answer)
    assert (case.number in preview.text, "2027-02-11" in preview.text) == (True, True)
    assert calendars.current().version == 1

    answer = office_head.post("/calendar/import/adopt", source=NUMBER)

    page = office_head.follow(answer)
    assert "日历第 2 版" in page.title
    assert (case.number in page.text, NUMBER in page.text) == (True, True)
    history = office_head.get(f"/cases/{case.number}").text
    assert "由2027-02-11调整至2027-02-15" in history
    assert NUMBER in history
    year = office_head.get("/calendar?year=2027")
    assert "尚未公布" not in year.text
    assert "陈建国" in year.one("//section[@aria-labelledby='versions-title']").text_content()


def test_what_moves_can_be_taken_away_as_a_sheet(office_head, case):
    office_head.post("/calendar/import", file=sheet(*WHOLE_NOTICE))

    taken = office_head.get("/calendar/import/moves.xlsx")

    rows = list(openpyxl.load_workbook(io.BytesIO(taken.body)).active.values)
    assert rows[0][0] == "问题编号"
    assert (case.number, "整改期限") in {row[:2] for row in rows}


@pytest.mark.parametrize(
    ("row", "column", "words"),
    [
        (("10月9日", "休", "国庆节"), "日期", "缺少年份"),
        (("", "休", "国庆节"), "日期", "请填写日期"),
        (("2027-10-01", "休", "国庆节"), "日期", "是同一天"),
        (("2027-10-10", "上班", ""), "安排", "须注明调休"),
        (("2027-10-12", "调休", "国庆节"), "安排", "请注明"),
        (("2027-13-01", "休", "国庆节"), "日期", "没有这一天"),
    ],
)
def test_a_faulty_row_is_named_and_nothing_is_adopted(office_head, row, column, words):
    page = office_head.post("/calendar/import", status=422, file=sheet(*WHOLE_NOTICE, row))

    ((number, where, what),) = faults(page)
    assert (number, where) == (str(len(WHOLE_NOTICE) + 2), column)
    assert words in what
    assert db.session.scalar(select(func.count()).select_from(CalendarVersion)) == 1
    office_head.get("/calendar/import/preview", status=404)


def test_a_festival_that_is_missing_is_named(office_head):
    rows = [row for row in WHOLE_NOTICE if row[2] != "端午节"]

    page = office_head.post("/calendar/import", status=422, file=sheet(*rows))

    assert faults(page) == [["—", "—", "2027 年缺少端午节放假。"]]


def test_a_file_that_is_none_is_refused(office_head):
    for name in ("放假.xlsx", "放假.exe"):
        office_head.post("/calendar/import", status=422, file=(io.BytesIO(b"x"), name))
    office_head.post("/calendar/import", status=422)


def test_a_notice_needs_its_number(office_head):
    office_head.post("/calendar/import", file=sheet(*WHOLE_NOTICE))

    page = office_head.post("/calendar/import/adopt", status=422, source=" ")

    assert "请填写通知文号" in page.text
    assert calendars.current().version == 1


def test_a_notice_that_changes_nothing_is_told_so(office_head):
    office_head.post("/calendar/import", file=sheet(*WHOLE_NOTICE))
    office_head.post("/calendar/import/adopt", source=NUMBER)

    page = office_head.post("/calendar/import", status=422, file=sheet(*WHOLE_NOTICE))

    assert "没有变化" in page.text


# The county's own days.


def test_a_local_holiday_is_looked_at_and_then_adopted_and_taken_back(office_head, case):
    fields = {"first": "2027-02-11", "last": "2027-02-12", "kind": "rest"}
    fields |= {"name": "火把节", "source": "青政办〔2026〕9号"}
    page = office_head.post("/calendar/local", status=200, **fields)
    assert case.number in page.text
    assert db.session.scalars(select(LocalDay)).all() == []

    office_head.post("/calendar/local", adopt="1", **fields)
    assert case.due_on == date(2027, 2, 15)
    assert "火把节" in office_head.get("/calendar?year=2027").text

    office_head.post("/calendar/local/remove", status=200, day="2027-02-11")
    office_head.post("/calendar/local/remove", adopt="1", day="2027-02-11", source="更正")
    assert [day.day for day in db.session.scalars(select(LocalDay))] == [date(2027, 2, 12)]
    assert case.due_on == date(2027, 2, 15)  # what was put off stays put off


def test_a_local_holiday_must_have_its_days_name_and_source(office_head):
    page = office_head.post("/calendar/local", status=422, first="x", name="", source="")
    assert "请填写日期" in page.text

    page = office_head.post(
        "/calendar/local", status=422, first="2027-03-05", last="2027-03-01", name="", source=""
    )
    assert page.text.count("请填写名称") == 2
    assert "止日不能早于起日" in page.text


# Terms.


def test_terms_are_kept_by_hand(office_head):
    term = {"name": "2028学年", "starts_on": "2028-02-21", "ends_on": "2028-07-07"}
    office_head.post("/calendar/terms", **term)
    kept = db.session.scalars(select(SchoolTerm).filter_by(name="2028学年")).one()

    office_head.post("/calendar/terms", term=str(kept.id), **term | {"ends_on": "2028-07-14"})
    assert db.session.get(SchoolTerm, kept.id).ends_on == date(2028, 7, 14)
    assert "2028学年" in office_head.get("/calendar?year=2028").text

    office_head.post(f"/calendar/terms/{kept.id}/remove")
    assert db.session.scalars(select(SchoolTerm).filter_by(name="2028学年")).all() == []


def test_terms_may_not_overlap_or_end_before_they_begin(office_head):
    overlapping = {"name": "重叠", "starts_on": "2026-06-01", "ends_on": "2026-08-01"}
    assert "时间重叠" in office_head.post("/calendar/terms", status=422, **overlapping).text
    backwards = {"name": "倒", "starts_on": "2029-06-01", "ends_on": "2029-01-01"}
    assert "请核对起止日期" in office_head.post("/calendar/terms", status=422, **backwards).text


def test_a_visit_that_is_due_in_the_vacation_has_a_quiet_warning(client, clock, cast):
    clock.move_to(datetime(2026, 7, 6, 9, tzinfo=LOCAL))
    case = cast.awaits_verification(issued_on=date(2026, 7, 6))
    page = Visitor(client, "sunwei").get(f"/tasks/{cast.task(case, 'verify').id}")
    assert "到期日在假期内" in page.text


def test_a_visit_that_is_due_in_the_term_has_none(client, clock, cast):
    case = cast.awaits_verification()
    page = Visitor(client, "sunwei").get(f"/tasks/{cast.task(case, 'verify').id}")
    assert "到期日在假期内" not in page.text


# For programs.


def test_a_program_reads_a_year(client, clock):
    found = Caller(client, "lyxx_clerk").get("/calendar/2026")

    days = {day["day"]: day for day in found["days"]}
    assert len(days) == 365
    assert days["2026-10-10"]["is_workday"] is True
    assert (found["provisional"], found["calendar_version"]) == (False, 1)
    Caller(client, "lyxx_clerk").get("/calendar/1999", 404)


def test_a_program_looks_and_then_adopts(client, case):
    caller = Caller(client, "chenjianguo")
    looked = caller.post("/calendar/notices?preview=1", data={"file": sheet(*WHOLE_NOTICE)})
    assert (looked["adopted"], looked["calendar_version"]) == (False, 1)
    assert case.number in {move["case"] for move in looked["moves"]}

    form = {"file": sheet(*WHOLE_NOTICE), "source": NUMBER}
    done = caller.post("/calendar/notices", data=form)

    assert (done["adopted"], done["calendar_version"], done["later"]) == (True, 2, looked["later"])
    db.session.rollback()
    assert case.due_on == date(2027, 2, 15)


def test_a_program_is_told_every_faulty_row(client, clock):
    file = sheet(("10月9日", "休", "国庆节"), ("2027-10-10", "上班", ""))

    answer = Caller(client, "chenjianguo").post("/calendar/notices", 422, data={"file": file})

    assert set(answer["errors"]) == {"rows.2.day", "rows.3.is_workday"}


def test_a_program_without_the_right_may_not(client, clock):
    file = {"file": sheet(*WHOLE_NOTICE)}

    Caller(client, "wangmin").post("/calendar/notices?preview=1", 403, data=file)
