"""Holiday notices as files."""

import csv
import io
import json
from datetime import date

import openpyxl
import pytest

from app.domain.errors import Invalid, TooLarge
from app.domain.holiday_notice import HolidayRow, read_notice
from app.services import calendar_files
from app.services.calendar_sources import festivals
from tests.calendars import NOTICE, SEEDED, rows

HEADINGS = ["日期", "是否上班", "名称"]


def as_csv(table, encoding="utf-8-sig") -> bytes:
    text = io.StringIO()
    csv.writer(text).writerows(table)
    return text.getvalue().encode(encoding)


def as_xlsx(table) -> bytes:
    book, content = openpyxl.Workbook(), io.BytesIO()
    for row in table:
        book.active.append(row)
    book.save(content)
    return content.getvalue()


def as_json(table) -> bytes:
    headings, *body = table
    return json.dumps([dict(zip(headings, row, strict=True)) for row in body]).encode()


TABLE = [HEADINGS, *NOTICE]


TYPED = [HEADINGS, *([date.fromisoformat(d), flag == "班", name] for d, flag, name in NOTICE)]


@pytest.mark.parametrize(
    ("content", "name"),
    [
        (as_csv(TABLE), "放假.csv"),
        (as_csv(TABLE, "gb18030"), "放假.CSV"),
        (as_xlsx(TABLE), "放假.xlsx"),
        (as_xlsx(TYPED), "放假.xlsx"),
        (as_json(TABLE), "放假.json"),
    ],
)
def test_a_notice_is_read_from_each_kind_of_file(content, name):
    found = calendar_files.read(content, name)

    assert read_notice(found, SEEDED, festivals) == read_notice(rows(*NOTICE), SEEDED, festivals)


def test_the_open_holiday_lists_of_the_community_are_understood():
    days = [{"name": n, "date": d, "isOffDay": f == "休"} for d, f, n in NOTICE]
    content = json.dumps({"year": 2027, "papers": [], "days": days}).encode()

    found = calendar_files.read(content, "2027.json")

    assert read_notice(found, SEEDED, festivals) == read_notice(rows(*NOTICE), SEEDED, festivals)


@pytest.mark.parametrize(("word", "is_workday"), [("是", "否"), ("否", "是"), ("放假", "放假")])
def test_a_column_that_asks_whether_it_is_off_is_turned_around(word, is_workday):
    content = as_csv([["日期", "是否放假"], ["2027-10-01", word]])

    assert calendar_files.read(content, "a.csv") == [HolidayRow(2, "2027-10-01", is_workday, None)]


def test_rows_keep_their_numbers_in_the_file_past_blank_ones():
    content = as_csv(
        [[], HEADINGS, ["2027-10-01", "休", ""], ["", "", ""], ["2027-10-09", "班", ""]]
    )

    assert [row.number for row in calendar_files.read(content, "a.csv")] == [3, 5]


def test_a_file_on_disk_is_read_by_its_path(tmp_path):
    path = tmp_path / "notice.csv"
    path.write_bytes(as_csv(TABLE))

    assert len(calendar_files.read(path, path.name)) == len(NOTICE)


@pytest.mark.parametrize(
    ("content", "name", "message"),
    [
        (b"", "notice.pdf", "只能导入"),
        (b"", "notice", "只能导入"),
        (b"not a zip", "notice.xlsx", "已损坏"),
        (as_xlsx(TABLE)[:-200], "notice.xlsx", "已损坏"),
        (b"{", "notice.json", "已损坏"),
        (b"[" * 100_000, "notice.json", "已损坏"),
        (b"\xff\xff\xff", "notice.csv", "文字编码"),
        (b'"2027', "notice.json", "已损坏"),
        (b"3", "notice.json", "一组对象"),
        (b'{"days": [1]}', "notice.json", "一组对象"),
        (b"", "notice.csv", "首行"),
        (b"[]", "notice.json", "首行"),
        (as_xlsx([["a", "b"]]), "notice.xlsx", "首行"),
        (as_csv([["日期", "名称"], ["2027-01-01", "元旦"]]), "notice.csv", "首行"),
    ],
)
def test_a_file_that_is_no_notice_is_refused_in_words(content, name, message):
    with pytest.raises(Invalid, match=message):
        calendar_files.read(content, name)


@pytest.mark.parametrize(
    ("content", "name"),
    [
        (b"x" * 1_000_001, "notice.csv"),
        (as_csv([HEADINGS, *([f"{n}", "休", ""] for n in range(3_001))]), "notice.csv"),
        (as_xlsx([HEADINGS, *([f"{n}", "休", ""] for n in range(3_001))]), "notice.xlsx"),
        (as_xlsx([HEADINGS, ["节" * 32_000 + str(n) for n in range(30)] * 30]), "notice.xlsx"),
    ],
)
def test_a_file_larger_than_any_notice_is_refused(content, name):
    with pytest.raises(TooLarge):
        calendar_files.read(content, name)
