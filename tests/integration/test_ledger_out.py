"""The ledger as it is shown and taken away: what its columns say, whose lines it holds."""

import zipfile
from datetime import date
from io import BytesIO

import openpyxl
import pytest
from sqlalchemy import event, text

from app.db import db
from app.domain.errors import Invalid
from app.domain.vocabulary import Category, Severity
from app.services import jobs, ledger_export, ledger_lists
from app.services.cases import Filter
from app.services.ledger_export import Format
from app.services.ledger_layouts import LAYOUTS, Shape
from app.services.ledger_lists import Asking, Sort
from app.services.ledger_values import in_chinese
from app.services.narrowing import Narrowing, Period
from tests.cast import SCHOOL

#: The head of the cast's school.
HEAD = "lyxx_head"


def lines(actor, asking=None):
    """Return the ledger as texts by the name of the column."""
    asking = asking or Asking()
    found = ledger_lists.page(actor, asking, limit=200)
    return [
        {one.key: in_chinese(one.value(entry)) for one in asking.shape.columns}
        for entry in found.entries
    ]


def book_of(actor, asking=None):
    made = ledger_export.at_once(asking or Asking(), Format.XLSX, actor)
    return openpyxl.load_workbook(BytesIO(made.getvalue()))


def test_the_sheets_have_as_many_columns_as_the_offices_know(app):
    counts = {layout.key: len(layout.columns) for layout in LAYOUTS}

    assert counts == {"ledger": 27, "notice": 14, "application": 13, "control": 11}


def test_a_line_tells_what_became_of_a_case(cast, actor):
    case = cast.closes_out(responsible="校长", location="食堂")

    (line,) = lines(actor("wangmin"))

    assert line["measures"] == "逐项整改并建立台账"
    assert (line["goal"], line["leader"]) == ("全部整改到位，建立长效机制。", "校长")
    assert (line["completion"], line["closed_out"]) == ("已销号", "是")
    assert line["verification"] == f"孙伟、李梅／{date(2026, 3, 2)}／完成"
    assert line["closed_out_on"] == "2026-03-02"
    assert line["progress"].startswith("已销号／100%")
    assert (line["number"], line["unit"]) == (case.number, SCHOOL)


def test_the_lines_are_those_that_sql_counts(cast, actor):
    for category in (Category.C01, Category.C04, Category.C04):
        cast.open_case(category=category, severity=Severity.GENERAL)
    narrow = Filter(within=Narrowing(category=Category.C04, period=Period.of("2026")))

    found = lines(actor("wangmin"), Asking(narrow))

    query = "SELECT number FROM \"case\" WHERE category = 'C04' AND issued_on >= '2026-01-01'"
    assert {line["number"] for line in found} == set(db.session.scalars(text(query)))
    assert ledger_lists.count(actor("wangmin"), Asking(narrow)) == 2


@pytest.mark.parametrize("sort", list(Sort))
def test_pages_follow_each_other_without_gap_or_repetition(cast, actor, sort):
    for day in (3, 1, 2, 1, 1):
        cast.open_case(issued_on=date(2026, 2, day))
    asking = Asking(sort=sort)

    batches = list(ledger_lists.batches(actor("wangmin"), asking, size=2))

    entries = [entry for batch in batches for entry in batch]
    assert [entry.place for entry in entries] == [1, 2, 3, 4, 5]
    assert len({entry.case.id for entry in entries}) == 5
    days = [entry.case.due_on if sort is Sort.DUE else entry.case.issued_on for entry in entries]
    assert days == sorted(days, reverse=sort is Sort.LATEST)


def test_a_page_takes_as_many_queries_for_one_line_as_for_many(cast, actor):
    office, asked = actor("wangmin"), Asking(shape=Shape.of(columns=[c.key for c in _all()]))
    cast.closes_out()
    few = _queries(lambda: ledger_lists.page(office, asked))
    for _ in range(4):
        cast.open_case()

    many = _queries(lambda: ledger_lists.page(office, asked))

    assert few == many <= 12


def _all():
    shape = Shape.of()
    return (*shape.columns, *shape.absent)


def _queries(run):
    seen = []
    listener = lambda *args: seen.append(args[2])  # noqa: E731
    event.listen(db.engine, "before_cursor_execute", listener)
    try:
        run()
    finally:
        event.remove(db.engine, "before_cursor_execute", listener)
    return len(seen)


def test_everybody_sees_the_lines_of_their_own_only(cast, actor):
    mine = cast.open_case()
    cast.open_case(unit="青岚县第三实验小学")

    assert [line["number"] for line in lines(actor(HEAD))] == [mine.number]
    assert len(lines(actor("wangmin"))) == 2
    assert lines(actor("fenxi")) == []


def test_a_workbook_holds_texts_as_texts_and_days_as_days(cast, actor):
    cast.open_case(problem='=HYPERLINK("http://x")', requirement="<r>a & b</r>", basis=" 一 ")

    book = book_of(actor("wangmin"))

    sheet = book.worksheets[0]
    line = dict(zip((c.value for c in sheet[3]), sheet[4], strict=True))
    assert (line["具体问题"].value, line["具体问题"].data_type) == ('=HYPERLINK("http://x")', "s")
    assert line["整改要求"].value.strip() == "<r>a & b</r>"
    assert line["反馈（下达）日期"].value.date() == date(2026, 3, 2)
    assert sheet.freeze_panes == "C4"
    assert sheet.auto_filter.ref == "A3:AA4"
    assert (sheet.print_title_rows, sheet.page_setup.orientation) == ("$3:$3", "landscape")
    assert (sheet.sheet_properties.pageSetUpPr.fitToPage, sheet.page_setup.fitToHeight) == (True, 0)


def test_a_workbook_is_fit_to_be_printed(cast, actor):
    cast.open_case(problem="护学岗上下学高峰时段无人。" * 20)

    made = ledger_export.at_once(Asking(), Format.XLSX, actor("wangmin"))

    sheet = openpyxl.load_workbook(BytesIO(made.getvalue())).worksheets[0]
    assert sheet.row_dimensions[4].height > 13 * 13 > sheet.row_dimensions[3].height
    assert (sheet.page_setup.fitToWidth, sheet.print_title_cols) == (2, "$A:$B")
    # Else the row would stay as tall as it is, whatever is written into it.
    with zipfile.ZipFile(made) as packed:
        assert b"customHeight" not in packed.read("xl/worksheets/sheet1.xml")
    notice = book_of(actor("wangmin"), Asking(shape=Shape.of("notice"))).worksheets[0]
    assert (notice.page_setup.paperSize, notice.print_title_cols) == (9, None)


def test_a_csv_file_computes_nothing(cast, actor):
    cast.open_case(problem="=1+1", requirement="@SUM(A1)")

    made = ledger_export.at_once(Asking(), Format.CSV, actor("wangmin")).getvalue()

    assert made.startswith("\ufeff序号,问题编号".encode())
    assert ",'=1+1," in made.decode()
    assert ",'@SUM(A1)," in made.decode()


def test_a_long_ledger_is_written_by_a_job_whose_file_is_its_starters_own(cast, actor):
    cast.open_case()
    job = ledger_export.start(Asking(), Format.XLSX, actor("wangmin"))

    assert jobs.run(job.id)

    found = ledger_export.file_of(job.id, actor("wangmin"))
    with found.content as file:
        book = openpyxl.load_workbook(BytesIO(file.read()))
    assert book.worksheets[0]["B4"].value.startswith("QL-2026")
    assert found.name.startswith("问题整改台账-20260302")


def test_what_is_asked_for_survives_being_written_down(app):
    within = Narrowing(period=Period.of("2025-2026-2"), category=Category.C04, lasting=False)
    narrow = Filter(text="食堂", figure="overdue", within=within)
    asking = Asking(narrow, Shape.of("notice", ["remark", "number"]), Sort.DUE)

    assert ledger_lists.read(ledger_lists.written(asking)) == asking


def test_an_unknown_column_or_sheet_is_named(app):
    with pytest.raises(Invalid) as refused:
        Shape.of("ledger", ["number", "无此列"])

    assert "无此列" in refused.value.fields["columns"][0]
    with pytest.raises(Invalid):
        Shape.of("无此表")
