"""The ledger for programs."""

from io import BytesIO

import openpyxl
import pytest

from app.services import jobs
from tests.web.calling import Caller


@pytest.fixture
def office(client, cast):
    for problem in ("甲", "乙", "丙"):
        cast.open_case(problem=problem)
    return Caller(client, "wangmin")


def test_lines_come_page_by_page_with_the_columns_that_were_asked_for(office):
    first = office.get("/ledger?columns=place,problem,issued_on,category&limit=2")
    rest = office.get(f"/ledger?columns=place,problem&limit=2&cursor={first['next']}")

    assert [column["key"] for column in first["columns"]][:2] == ["place", "problem"]
    assert [line["problem"] for line in first["items"] + rest["items"]] == ["甲", "乙", "丙"]
    assert [line["place"] for line in rest["items"]] == [3]
    assert first["items"][0]["issued_on"] == "2026-03-02"
    assert rest["next"] is None


def test_the_columns_and_sheets_are_described(office):
    found = office.get("/ledger/columns")

    assert [column["key"] for column in found["columns"] if column["editable"]] == [
        *("responsible", "co_units", "remark", "location")
    ]
    assert [len(layout["columns"]) for layout in found["layouts"]] == [27, 14, 13, 11]


def test_what_means_nothing_is_refused_by_name(office):
    assert "columns" in office.get("/ledger?columns=x", 422)["errors"]
    assert "period" in office.get("/ledger?period=2026-05-01..2026-03-01", 422)["errors"]
    assert "cursor" in office.get("/ledger?cursor=x", 422)["errors"]


def test_views_are_kept_and_forgotten(office):
    view = office.post("/ledger/views?columns=number,remark", 201, json={"name": "我的"})

    assert view["asked"]["columns"] == "number,remark"
    assert [one["id"] for one in office.get("/ledger/columns")["views"]] == [view["id"]]
    office.call("DELETE", f"/ledger/views/{view['id']}", 204)
    office.call("DELETE", f"/ledger/views/{view['id']}", 404)


def test_a_job_writes_the_file(office, client):
    job = office.post("/ledger/exports?format=csv&columns=problem", 202)
    office.get(f"/ledger/exports/{job['id']}", 404)

    jobs.run(job["id"])

    with office.response("GET", f"/ledger/exports/{job['id']}") as found:
        assert found.data.decode("utf-8-sig").split() == ["具体问题", "甲", "乙", "丙"]
    Caller(client, "zhaolei").get(f"/ledger/exports/{job['id']}", 404)


def test_a_changed_file_is_checked_and_applied(office):
    book = openpyxl.load_workbook(BytesIO(office.get("/ledger/export")))
    book.worksheets[0]["AA4"] = "县长批示"
    data = saved(book)

    checked = office.post("/ledger/return/check", data=form(data))
    assert [one["new"] for one in checked["changes"]] == ["县长批示"]
    done = office.post(f"/ledger/return?stamp={checked['stamp']}", data=form(data))

    assert done["cases"] == 1
    assert office.get("/ledger?columns=remark")["items"][0]["remark"] == "县长批示"
    office.post(f"/ledger/return?stamp={checked['stamp']}", 409, data=form(data))


def test_faults_are_told_by_cell(office):
    book = openpyxl.load_workbook(BytesIO(office.get("/ledger/export")))
    book.worksheets[0]["R4"] = "2027-01-01"
    data = saved(book)

    checked = office.post("/ledger/return/check", data=form(data))
    refused = office.post(f"/ledger/return?stamp={checked['stamp']}", 422, data=form(data))

    assert [(one["row"], one["column"]) for one in checked["faults"]] == [(4, "R")]
    assert list(refused["errors"]) == ["问题整改台账.R4"]


def saved(book):
    target = BytesIO()
    book.save(target)
    return target.getvalue()


def form(data):
    return {"file": (BytesIO(data), "台账.xlsx")}
