"""Long work seen from a page and by a program: on its way, done, failed, tried again."""

import io
import json

import pytest

from app.db import db
from app.domain.job import Job
from app.domain.vocabulary import Role
from app.services import jobs, ledger_jobs
from tests.cast import SCHOOL, Cast
from tests.web.calling import Caller
from tests.web.visiting import BESIDE, Visitor

ROW = {
    "被督导单位": SCHOOL,
    "整改要求": "立即拆除",
    "问题类别": "校园安全",
    "程度": "一般",
    "下达日期": "2026-03-02",
}


@pytest.fixture
def office(client, clock):
    return Visitor(client, "wangmin")


def ledger(rows: int, **changes):
    found = [ROW | {"具体问题": f"问题{n}"} for n in range(1, rows + 1)]
    found[-1] |= changes
    return json.dumps(found).encode()


def hands_in(office: Visitor, rows: int, choice: str = "all", **changes) -> str:
    """Import a ledger through the pages; return where that led."""
    file = (io.BytesIO(ledger(rows, **changes)), "a.json")
    office.post("/cases/import", status=200, file=file)
    return office.post("/cases/import/run", rows=choice).response.location


def runs() -> None:
    for job_id in jobs.waiting():
        jobs.run(job_id)


def test_a_large_import_leads_to_its_progress_and_then_to_its_result(office):
    path = hands_in(office, 101)

    page = office.get(path)
    assert page.title == "导入台账"
    assert "已处理 0 / 101 行" in page.text
    assert page.one("//*[@id='job']").get("hx-trigger") == "every 1s"

    runs()

    page = office.get(path)
    assert "已立案下达 101 件。" in page.text
    assert page.one("//*[@id='job']").get("hx-trigger") is None
    assert page.one("//main//a[contains(@class, 'btn-primary')]").get("href") == "/cases"


def test_the_middle_of_the_page_is_what_it_asks_for_every_second(office):
    path = hands_in(office, 101)

    part = office.get(path, headers=BESIDE)
    assert part.all("//header") == []
    assert part.one("//progress").get("max") == "101"

    runs()

    assert "101 件" in office.get(path, headers=BESIDE).one("//hx-partial").text_content()


def test_rows_that_were_left_out_are_listed_with_the_reason(office):
    path = hands_in(office, 102, "right", 程度="很重")
    runs()

    page = office.get(path)

    assert "已立案下达 101 件，有 1 行未导入。" in page.text
    cells = [cell.text_content() for cell in page.all("//tbody/tr[1]/*")]
    assert cells[:2] == ["102", "程度"]


def test_a_job_that_failed_says_why_and_can_be_tried_again(office, monkeypatch):
    path = hands_in(office, 101, 问题编号="A-1")
    clash = ROW | {"具体问题": "别的", "问题编号": "A-1"}
    small = (io.BytesIO(json.dumps([clash]).encode()), "b.json")
    office.post("/cases/import", status=200, file=small)
    office.post("/cases/import/run", rows="all")
    runs()

    page = office.get(path)
    assert "第 101 行：问题编号A-1已存在。" in page.one("//*[@role='alert']").text_content()

    again = office.follow(office.post(f"{path}/retry"))
    assert "已处理 0 / 101 行" in again.text


def test_the_same_import_sent_twice_leads_to_the_same_job(office):
    file = (io.BytesIO(ledger(101)), "a.json")
    office.post("/cases/import", status=200, file=file)
    with office.client.session_transaction() as session:
        kept = session["ledger"]
    first = office.post("/cases/import/run", rows="all")
    with office.client.session_transaction() as session:
        session["ledger"] = kept

    second = office.post("/cases/import/run", rows="all")

    assert first.response.location == second.response.location


def test_a_job_that_rests_says_when_it_is_tried_again(office, monkeypatch):
    def broken(job_id, actor):
        raise RuntimeError

    path = hands_in(office, 101)
    monkeypatch.setattr(ledger_jobs, "_open_some", broken)
    runs()

    assert "第 1 次尝试没有成功，2026-03-02 09:01 之后自动再试" in office.get(path).text


def test_jobs_are_listed_for_their_owner_and_foreign_ones_are_not_there(office, client, cast: Cast):
    path = hands_in(office, 101)
    assert "导入台账" in office.get("/jobs").one("//tbody").text_content()

    other = Visitor(client, "chenjianguo")
    assert "没有后台任务" in other.get("/jobs").text
    other.get(path, status=404)
    other.post(f"{path}/retry", status=404)

    cast.hires("sysadmin", Role.SYSTEM_ADMIN, unit="青岚县")
    assert "王敏" in Visitor(client, "sysadmin").get("/jobs").one("//tbody").text_content()


# By the API.


@pytest.fixture
def caller(client, clock):
    return Caller(client, "wangmin")


def sent(rows: int) -> dict:
    return {"data": ledger(rows), "content_type": "application/json"}


def test_a_program_waits_for_500_rows_and_is_given_an_address_for_more(caller, monkeypatch):
    monkeypatch.setattr("app.api.cases.AT_ONCE", 5)
    assert caller.post("/cases/import", 201, **sent(5))["count"] == 5

    answer = caller.response("POST", "/cases/import", **sent(6))

    assert answer.status_code == 202
    path = answer.headers["Location"].removeprefix("/api/v1")
    assert caller.get(path)["state"] == "queued"
    runs()
    made = caller.get(path)
    assert (made["state"], made["done"], made["total"]) == ("done", 6, 6)
    assert (made["result"], made["skipped"]) == ("已立案下达 6 件。", [])
    assert [one["id"] for one in caller.get("/jobs")["items"]] == [made["id"]]


def test_a_large_import_with_a_key_is_one_job_and_is_answered_alike(caller, monkeypatch):
    monkeypatch.setattr("app.api.cases.AT_ONCE", 5)
    headers = {"Idempotency-Key": "k"}

    first, second = (
        caller.response("POST", "/cases/import", headers=headers, **sent(6)) for _ in range(2)
    )

    assert (second.status_code, second.json) == (202, first.json)
    assert second.headers["Location"] == first.headers["Location"]
    assert db.session.query(Job).count() == 1


def test_only_a_failed_job_is_tried_again_and_a_foreign_one_is_not_there(caller, client):
    job = jobs.start(jobs.Order(kind="import_ledger", params={}))
    caller.get(f"/jobs/{job.id}", 404)
    assert caller.post("/jobs/999/retry", 404)["code"] == "not_found"
