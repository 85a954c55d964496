"""Importing a ledger: all rows, none, or the right ones."""

import json
import re
from pathlib import Path

import pytest
from sqlalchemy import func, select

from app.db import db
from app.domain.case import Case
from app.domain.errors import Invalid, NotAllowed
from app.domain.history import Event
from app.domain.process import Process, Task
from app.domain.vocabulary import Category, Mode, Severity, SourceLevel
from app.services import accounts, ledger
from app.services.ledger import LedgerRejected

SAMPLE = Path(__file__).parents[2] / "config" / "demo" / "sample_items.json"
SCHOOL = "柳塬镇中心小学"
ROW = {
    "被督导单位": SCHOOL,
    "具体问题": "安全出口上锁",
    "整改要求": "立即拆除",
    "问题类别": "校园安全",
    "程度": "重大",
    "下达日期": "2026-03-02",
}


@pytest.fixture
def office(county, clock):
    return accounts.actor("wangmin")


def file_of(*changes) -> bytes:
    """A ledger with one row for each of *changes* to the usual row; each its own problem."""
    rows = [ROW | {"具体问题": f"问题{n}"} | change for n, change in enumerate(changes, 1)]
    return json.dumps(rows).encode()


def check(office, *changes) -> ledger.Preview:
    return ledger.check(file_of(*changes), "台账.json", office)


def only_error(office, *changes) -> ledger.RowError:
    (error,) = check(office, *changes).errors
    return error


def take_in(office, *changes, right_rows_only=False) -> ledger.Imported:
    data = file_of(*changes)
    return ledger.import_ledger(data, "台账.json", office, right_rows_only=right_rows_only)


def count(model) -> int:
    return db.session.scalar(select(func.count()).select_from(model))


# What comes in.


def test_the_sample_ledger_comes_in_whole(office):
    imported = ledger.import_ledger(SAMPLE.read_bytes(), SAMPLE.name, office)

    items = json.loads(SAMPLE.read_text("utf-8"))
    assert [case.number for case in imported.cases] == [item["item_code"] for item in items]
    assert [case.due_on.isoformat() for case in imported.cases] == [i["due_on"] for i in items]
    assert imported.skipped == ()
    assert count(Process) == 24
    assert set(db.session.scalars(select(Task.key))) == {"acknowledge"}


def test_every_column_of_a_row_reaches_its_case(office):
    full = {
        "问题编号": "QL-2026-ZX-03-001",
        "督导项目/来源": "秋季开学专项督导",
        "文号": "青政教督办函〔2026〕41号",
        "依据": "《消防法》第十六条",
        "整改方式": "限期",
        "整改时限": "30日",
        "截止日期": "2026年4月2日",
        "牵头责任单位": "青岚县教育局",
        "责任人": "校长",
        "主管部门": "青岚县教育局",
        "配合单位": "青岚县公安局",
        "级别": "上级",
        "上级编号": "SX-7",
        "地点": "教学楼西侧",
    }

    (case,) = take_in(office, full).cases

    assert (case.number, case.inspection) == ("QL-2026-ZX-03-001", "秋季开学专项督导")
    assert (case.letter_number, case.basis) == ("青政教督办函〔2026〕41号", "《消防法》第十六条")
    assert (case.mode, case.limit_days, str(case.due_on)) == (Mode.DATED, 30, "2026-04-02")
    assert (case.unit.name, case.lead_unit.name) == (SCHOOL, "青岚县教育局")
    assert (case.department.name, case.responsible) == ("青岚县教育局", "校长")
    assert (case.co_units, case.location) == ("青岚县公安局", "教学楼西侧")
    assert (case.source_level, case.external_number) == (SourceLevel.HIGHER, "SX-7")
    assert (case.category, case.severity) == (Category.C04, Severity.MAJOR)


def test_a_row_without_number_and_limit_gets_both(office):
    (case,) = take_in(office, {}).cases

    assert re.fullmatch(r"QL-2026-ZB-\d{4}", case.number)
    assert case.due_on > case.issued_on


def test_a_date_in_the_limit_column_is_the_last_day(office):
    (case,) = take_in(office, {"整改时限": "至2028-08-31"}).cases

    assert str(case.due_on) == "2028-08-31"
    assert case.limit_days is None


def test_checking_writes_nothing(office):
    preview = ledger.check(SAMPLE.read_bytes(), SAMPLE.name, office)

    assert (preview.total, len(preview.right), preview.errors) == (24, 24, ())
    assert preview.ignored[:2] == ("no", "org_type")
    assert count(Case) == 0


# What is wrong is told by row and column.


def test_all_errors_are_listed_with_row_and_heading(office):
    wrong = {"程度": "很重", "下达日期": "昨天", "整改要求": " "}

    errors = check(office, {}, wrong, {"问题类别": "C99"}).errors

    assert [(error.row, error.column) for error in errors] == [
        (2, "下达日期"),
        (2, "整改要求"),
        (2, "程度"),
        (3, "问题类别"),
    ]
    assert all(error.message.endswith("。") for error in errors)


@pytest.mark.parametrize("heading", ["被督导单位", "牵头责任单位", "主管部门"])
def test_an_unknown_unit_is_answered_with_the_nearest_known(office, heading):
    error = only_error(office, {heading: "柳源镇中心小学"})

    assert error.column == heading
    assert error.message == "没有名为“柳源镇中心小学”的单位。您是否指“柳塬镇中心小学”？"


def test_spaces_in_the_name_of_a_unit_do_not_matter(office):
    (case,) = take_in(office, {"被督导单位": "柳塬镇 中心小学 "}).cases

    assert case.unit.name == SCHOOL


def test_a_due_date_before_the_issue_is_refused(office):
    error = only_error(office, {"截止日期": "2026-03-01"})

    assert (error.column, error.field) == ("截止日期", "due_on")


def test_a_number_that_comes_twice_names_the_first_row(office):
    error = only_error(office, {"问题编号": "A-1"}, {"问题编号": "Ａ-1 "})

    assert (error.row, error.message) == (2, "与第 1 行的问题编号相同。")


def test_the_same_problem_twice_is_refused(office):
    error = only_error(office, {"具体问题": "同一问题"}, {"具体问题": "同一问题"})

    assert (error.row, error.column) == (2, "具体问题")
    assert "与第 1 行重复" in error.message


def test_a_number_in_the_system_already_is_refused(office):
    take_in(office, {"问题编号": "A-1"})

    assert only_error(office, {"问题编号": "A-1"}).message == "问题编号A-1已存在。"


def test_a_missing_column_is_told_once_not_for_every_row(office):
    rows = [{key: cell for key, cell in ROW.items() if key != "程度"}] * 3

    preview = ledger.check(json.dumps(rows).encode(), "a.json", office)

    assert [error.message for error in preview.errors] == ["表中没有“程度”这一列。"]
    assert preview.right == ()


def test_headings_without_rows_are_no_ledger(office):
    with pytest.raises(Invalid, match="没有任何一行"):
        ledger.check(",".join(ROW).encode(), "a.csv", office)


# All or nothing, or the right rows only.


def test_one_wrong_row_keeps_all_others_out(office):
    with pytest.raises(LedgerRejected) as refusal:
        take_in(office, {}, {"程度": "很重"}, {})

    assert [(error.row, error.column) for error in refusal.value.errors] == [(2, "程度")]
    assert list(refusal.value.fields) == ["rows.2.severity"]
    assert [count(model) for model in (Case, Process, Task, Event)] == [0, 0, 0, 0]


def test_the_right_rows_come_in_if_the_user_chooses_so(office):
    imported = take_in(office, {}, {"程度": "很重"}, {}, right_rows_only=True)

    assert [case.problem for case in imported.cases] == ["问题1", "问题3"]
    assert [error.row for error in imported.skipped] == [2]
    assert count(Case) == 2


def test_what_only_the_domain_can_refuse_is_told_with_its_row_too(office):
    own_department = {"被督导单位": "青岚县"}

    with pytest.raises(LedgerRejected) as refusal:
        take_in(office, {}, own_department)

    (error,) = refusal.value.errors
    assert (error.row, error.column) == (2, "主管部门")
    assert count(Case) == 0


def test_a_row_that_the_domain_refuses_leaves_no_trace_beside_the_right_ones(office):
    imported = take_in(office, {"被督导单位": "青岚县"}, {}, right_rows_only=True)

    assert [error.row for error in imported.skipped] == [1]
    assert [count(model) for model in (Case, Process, Task)] == [1, 1, 1]


def test_without_one_right_row_nothing_can_be_imported(office):
    with pytest.raises(LedgerRejected):
        take_in(office, {"程度": "很重"}, right_rows_only=True)


@pytest.mark.parametrize("username", ["zhangjing", "ly_clerk", "sunwei"])
def test_only_the_office_imports(office, username):
    somebody = accounts.actor(username)

    with pytest.raises(NotAllowed):
        ledger.check(b"", "a.json", somebody)
    with pytest.raises(NotAllowed):
        ledger.import_ledger(b"", "a.json", somebody)
