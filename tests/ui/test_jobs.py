"""A large import at a browser: its progress moves by itself, and so does its result come."""

import json
from pathlib import Path

from playwright.sync_api import expect

from app.db import db
from app.services import jobs, ledger_jobs
from tests.ui.test_pages import barriers, screen  # noqa: F401 - a fixture
from tests.web.test_jobs import ROW


def test_an_import_of_150_rows_shows_its_progress_and_then_its_result(
    person,
    clock,
    screen,  # noqa: F811
    tmp_path: Path,
    monkeypatch,
):
    office = person("wangmin", **screen)
    page = office.opens("/cases/import")
    file = tmp_path / "台账.json"
    file.write_text(json.dumps([ROW | {"具体问题": f"问题{n}"} for n in range(150)]))
    page.locator("#ledger-file").set_input_files(file)
    page.get_by_role("button", name="检查").click()
    page.get_by_role("button", name="导入全部 150 行").click()
    office.reads("已处理 0 / 150 行")
    assert barriers(page) == []

    seen_half_way(office, monkeypatch)

    office.reads("已立案下达 150 件。")
    expect(page).to_have_title("导入台账 · 已完成 · 销号台")
    assert barriers(page) == []
    page.get_by_role("link", name="查看整改事项").click()
    office.reads("共 150 条")
    office.opens("/jobs")
    office.reads("150 / 150")
    assert barriers(page) == []


def seen_half_way(office, monkeypatch) -> None:
    """Run the job; stop for a moment when the page should show that it has come some way."""
    rows, left = ledger_jobs._open_some, iter(range(15))

    def with_a_look(job_id, actor):
        if next(left) == 5:
            db.session.remove()
            office.reads("已处理 50 / 150 行")
        rows(job_id, actor)

    monkeypatch.setattr(ledger_jobs, "_open_some", with_a_look)
    monkeypatch.setattr("app.services.job_claims.EVERY", jobs.RESTS[0] * 0)
    for job_id in jobs.waiting():
        jobs.run(job_id)
