"""A ledger goes out, is changed in a spreadsheet, and comes back."""

import json
from datetime import timedelta
from io import BytesIO

import openpyxl
import pytest

from app.db import db
from app.domain.errors import Conflict, Invalid, NotAllowed
from app.services import history, ledger_differences, ledger_edits, ledger_export
from app.services.ledger_differences import check
from app.services.ledger_edits import Choice, ReturnRefused
from app.services.ledger_export import Format
from app.services.ledger_layouts import Shape
from app.services.ledger_lists import Asking
from app.texts import event_text

#: The head of the cast's school.
HEAD = "lyxx_head"


@pytest.fixture
def office(actor):
    return actor("wangmin")


class Workbook:
    """An exported ledger in somebody's spreadsheet."""

    def __init__(self, actor, layout=""):
        asking = Asking(shape=Shape.of(layout))
        made = ledger_export.at_once(asking, Format.XLSX, actor)
        self.book = openpyxl.load_workbook(BytesIO(made.getvalue()))
        self.sheet = self.book.worksheets[0]
        rows = range(1, 10)
        self.top = next(
            r for r in rows if self.sheet.cell(r, 2).value in ("问题编号", "被检查单位")
        )

    def column(self, heading):
        cells = self.sheet[self.top]
        return next(cell.column for cell in cells if cell.value == heading)

    def put(self, heading, value, line=1):
        self.sheet.cell(self.top + line, self.column(heading)).value = value

    def saved(self):
        target = BytesIO()
        self.book.save(target)
        return target.getvalue()


def apply(data, actor, keys=None, name="改.xlsx"):
    stamp = check(data, name, actor).stamp
    return ledger_edits.apply(Choice(data=data, name=name, stamp=stamp, keys=keys), actor)


def test_what_nobody_changed_changes_nothing(cast, office):
    cast.closes_out()

    preview = check(Workbook(office).saved(), "台账.xlsx", office)

    assert (preview.rows, preview.changes, preview.faults) == (1, (), ())


def test_a_changed_cell_comes_back_with_a_line_of_history_that_names_the_file(cast, office):
    case = cast.open_case(responsible="校长")
    book = Workbook(office)
    book.put("责任人", "赵海")
    book.put("备注", "县长批示")

    done = apply(book.saved(), office)

    db.session.refresh(case)
    assert (case.responsible, case.remark, done.cases) == ("赵海", "县长批示", 1)
    told = [event_text(line) for line in history.events_of(case)[-2:]]
    assert "按台账文件“改.xlsx”，责任人由“校长”改为“赵海”" in told
    assert history.verify() == []


def test_a_sorted_and_shortened_file_comes_back_line_by_line(cast, office):
    first, second = cast.open_case(), cast.open_case()
    book = Workbook(office)
    lines = [[cell.value for cell in book.sheet[book.top + n]] for n in (1, 2)]
    for place, value in enumerate(lines[1], start=1):
        book.sheet.cell(book.top + 1, place).value = value
    book.sheet.delete_rows(book.top + 2)
    book.put("备注", "第二件")
    book.book.worksheets[1].sheet_state = "hidden"

    apply(book.saved(), office)

    db.session.expire_all()
    assert (first.remark, second.remark) == ("", "第二件")


def test_a_sheet_without_numbers_knows_its_lines_too(cast, office):
    case = cast.open_case()
    book = Workbook(office, "notice")
    book.put("具体地点", "食堂")

    apply(book.saved(), office)

    db.session.refresh(case)
    assert case.location == "食堂"


@pytest.mark.parametrize(
    "forged",
    [
        {"columns": ["remark"]},
        {"headings": []},
        {"foot": [1]},
        {"exported_at": "gestern"},
        {"columns": "number"},
    ],
)
def test_a_forged_bookkeeping_is_refused_in_words(cast, office, forged):
    cast.open_case()
    book = Workbook(office)
    cell = book.book.worksheets[1].cell(1, 3)
    cell.value = json.dumps(json.loads(cell.value) | forged)

    with pytest.raises(Invalid, match="不能核对"):
        check(book.saved(), "台账.xlsx", office)


def test_a_forged_length_of_history_is_refused_in_words(cast, office):
    cast.open_case()
    book = Workbook(office)
    book.book.worksheets[1].cell(2, 3).value = "9" * 30

    with pytest.raises(Invalid, match="不能核对"):
        check(book.saved(), "台账.xlsx", office)


def test_a_cell_changed_meanwhile_is_a_conflict_told_by_whom_and_left_alone(cast, office, actor):
    case = cast.open_case()
    book, other = Workbook(office), Workbook(office)
    book.put("备注", "甲")
    other.put("备注", "乙")
    cast.clock.shift(timedelta(hours=1))
    apply(other.saved(), actor("zhaolei"), name="乙.xlsx")

    (change,) = check(book.saved(), "甲.xlsx", office).changes

    assert (change.now, change.typed.text, change.conflicts) == ("乙", "甲", True)
    assert "乙.xlsx" in event_text(change.since[-1])
    assert change.since[-1].by_name == actor("zhaolei").name
    with pytest.raises(Invalid):
        apply(book.saved(), office)  # nothing is left that conflicts with nothing
    apply(book.saved(), office, keys=[change.key])
    db.session.refresh(case)
    assert case.remark == "甲"


def test_news_of_a_case_that_leave_the_cell_alone_are_told_and_no_conflict(cast, office):
    case = cast.open_case()
    book = Workbook(office)
    book.put("备注", "甲")
    cast.does(case, "acknowledge")

    (change,) = check(book.saved(), "甲.xlsx", office).changes

    assert not change.conflicts
    assert [line.what for line in change.since] == ["completed"]


def test_nothing_is_applied_if_a_case_moved_since_it_was_looked_at(cast, office):
    case = cast.open_case()
    book = Workbook(office)
    book.put("备注", "甲")
    data = book.saved()
    stamp = check(data, "甲.xlsx", office).stamp
    cast.does(case, "acknowledge")

    with pytest.raises(Conflict):
        ledger_edits.apply(Choice(data=data, name="甲.xlsx", stamp=stamp), office)

    db.session.refresh(case)
    assert case.remark == ""


def merge(book):
    book.sheet.merge_cells("C4:C5")


def move(book):
    book.sheet["C3"], book.sheet["E3"] = "被督导单位", "督导项目/来源"


def rename(book):
    book.sheet["G3"] = "问题描述"


def repeat(book):
    book.put("问题编号", book.sheet["B4"].value, line=2)


def typing(heading, text):
    return lambda book: book.put(heading, text)


#: What is done to a workbook, and where and how that is told.
FAULTS = [
    (typing("备注", "=1+1"), 4, "AA", "公式"),
    (merge, 4, "C", "C4:C5"),
    (move, 3, "C", "第 E 列"),
    (rename, 3, "G", "问题描述"),
    (lambda book: book.sheet.delete_cols(8), 3, "H", "“依据”列被删除"),
    (typing("具体问题", "没有问题"), 4, "G", "不能在台账中修改"),
    (typing("整改时限", "2027-01-01"), 4, "R", "变更与异议"),
    (typing("问题编号", "QL-2026-XX-001"), 4, "B", "QL-2026-XX-001"),
    (repeat, 5, "B", "与第 4 行"),
    (typing("备注", "长" * 501), 4, "AA", "不超过 500 字"),
]


def test_what_should_not_be_there_is_told_by_sheet_row_and_column(cast, office):
    case, _ = cast.open_case(), cast.open_case()
    for spoil, row, column, words in FAULTS:
        book = Workbook(office)
        book.put("责任人", "赵海")
        spoil(book)

        preview = check(book.saved(), "台账.xlsx", office)

        fault = preview.faults[0]
        assert (fault.sheet, fault.row, fault.column) == ("问题整改台账", row, column), words
        assert words in fault.message
        assert preview.changes == ()
        with pytest.raises(ReturnRefused):
            apply(book.saved(), office)
    db.session.refresh(case)
    assert case.responsible == ""


def test_all_faults_are_told_at_once(cast, office):
    cast.open_case()
    cast.open_case()
    book = Workbook(office)
    merge(book)
    book.put("备注", "=1+1", line=2)
    book.put("依据", "无")

    faults = check(book.saved(), "台账.xlsx", office).faults

    assert [(fault.row, fault.column) for fault in faults] == [(4, "C"), (4, "H"), (5, "AA")]


def test_a_unit_changes_who_is_responsible_for_its_own_matters_and_nothing_else(cast, actor):
    case, head = cast.open_case(), actor(HEAD)
    book = Workbook(head)
    book.put("责任人", "赵海")

    apply(book.saved(), head)

    db.session.refresh(case)
    assert case.responsible == "赵海"
    book.put("备注", "无")
    (fault,) = check(book.saved(), "a.xlsx", head).faults
    assert fault.column == "AA"


def test_what_is_over_takes_remarks_only(cast, office):
    cast.closes_out()
    book = Workbook(office)
    book.put("备注", "归档")
    assert len(check(book.saved(), "a.xlsx", office).changes) == 1

    book.put("责任人", "赵海")

    (fault,) = check(book.saved(), "a.xlsx", office).faults
    assert "只能修改备注" in fault.message


def test_who_may_change_nothing_gets_a_workbook_for_reading(cast, actor, office):
    cast.open_case()
    reader = actor("sunwei")

    assert Workbook(reader).book.sheetnames == ["问题整改台账"]
    with pytest.raises(NotAllowed):
        ledger_differences.check(Workbook(office).saved(), "a.xlsx", reader)


def test_a_case_out_of_sight_is_nobodys_to_change(cast, actor, office):
    cast.open_case(unit="青岚县第三实验小学")
    book = Workbook(office)
    book.put("责任人", "赵海")

    (fault,) = check(book.saved(), "a.xlsx", actor(HEAD)).faults

    assert "没有这个事项" in fault.message


def test_a_workbook_that_was_never_exported_is_refused(office):
    target = BytesIO()
    openpyxl.Workbook().save(target)

    for data, name in ((target.getvalue(), "a.xlsx"), (b"x", "a.xlsx"), (b"x", "a.csv")):
        with pytest.raises(Invalid):
            check(data, name, office)
