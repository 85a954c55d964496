"""Importing a ledger through the page: look first, then decide."""

import io
import json

import pytest

from tests.cast import SCHOOL
from tests.web.visiting import Visitor

RIGHT = {
    "item_code": "QL-2026-ZX-03-001",
    "org": SCHOOL,
    "problem": "安全出口上锁",
    "requirement": "立即拆除",
    "category": "C04",
    "severity": "重大",
    "issued_on": "2026-03-02",
}


@pytest.fixture
def office(client, clock):
    return Visitor(client, "wangmin")


def ledger(*rows):
    return (io.BytesIO(json.dumps(rows, ensure_ascii=False).encode()), "台账.json")


def test_a_right_ledger_is_shown_and_then_imported(office):
    page = office.post("/cases/import", status=200, file=ledger(RIGHT))
    assert "导入全部 1 行" in page.text

    answer = office.post("/cases/import/run", rows="all")

    assert "已立案下达 1 件" in office.follow(answer).text
    assert "安全出口上锁" in office.get("/cases").text


def test_faults_are_listed_by_row_and_column_and_nothing_is_imported(office):
    page = office.post(
        "/cases/import",
        status=200,
        file=ledger(RIGHT, RIGHT | {"org": "无此校", "item_code": "B-2"}),
    )

    cells = [cell.text_content().strip() for cell in page.all("//table[1]/tbody/tr[1]/*")]
    assert cells[:2] == ["2", "org"]
    assert "无此校" in cells[2]
    office.post("/cases/import/run", status=422, rows="all")
    assert "还没有整改事项" in office.get("/cases").text


def test_half_a_character_is_told_by_row_and_column(office):
    half = {"org": "\ud800", "item_code": "\udfff", "problem": "锁\ud800", "附\ud800注": 1}
    file = io.BytesIO(json.dumps([RIGHT, RIGHT | half]).encode())

    page = office.post("/cases/import", status=200, file=(file, "台账.json"))

    assert page.text.count("有残缺的字符") == 3
    assert "附注" in page.text


def test_the_right_rows_alone_are_imported_when_so_chosen(office):
    office.post("/cases/import", status=200, file=ledger(RIGHT, RIGHT | {"org": "无此校"}))

    answer = office.post("/cases/import/run", rows="right")

    assert "已立案下达 1 件" in office.follow(answer).text


def test_a_file_is_imported_once(office):
    office.post("/cases/import", status=200, file=ledger(RIGHT))
    office.post("/cases/import/run", rows="all")

    page = office.post("/cases/import/run", status=404, rows="all")

    assert "上传的文件已过期" in page.text


@pytest.mark.parametrize(
    ("file", "status"),
    [
        ((io.BytesIO(b"\x00\x01"), "a.xlsx"), 422),
        ((io.BytesIO(b"[]"), "a.json"), 422),
        ((io.BytesIO(b"x"), "a.exe"), 422),
    ],
)
def test_what_is_no_ledger_is_refused_in_words(office, file, status):
    page = office.post("/cases/import", status=status, file=file)

    assert page.one("//*[@role='alert']").text_content().strip()


def test_a_file_over_the_limit_is_refused(office, monkeypatch):
    monkeypatch.setattr("app.web.importing.LARGEST", 1_000)

    page = office.post("/cases/import", status=413, file=(io.BytesIO(b"x" * 1_001), "a.csv"))

    assert "不超过" in page.one("//*[@role='alert']").text_content()


def test_no_file_at_all_is_refused_in_words(office):
    assert "请选择要导入的文件" in office.post("/cases/import", status=422).text


def test_the_template_is_a_spreadsheet(office):
    assert office.get("/cases/import/template.xlsx").body.startswith(b"PK")
