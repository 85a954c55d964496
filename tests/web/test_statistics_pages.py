"""Indicators and reports on pages and for programs."""

from io import BytesIO

import pytest
from docx import Document
from sqlalchemy import update

from app.db import transaction
from app.domain.case import Case
from app.domain.report import ReportKind
from app.services import jobs, tallies
from app.services.reports import templates
from tests.web.calling import Caller
from tests.web.visiting import Visitor


@pytest.fixture
def office(cast, client):
    cast.closes_out()
    cast.starts_work()
    return Visitor(client, "wangmin")


def test_every_number_of_the_page_leads_to_so_many_cases(office):
    page = office.get("/monitor/statistics?period=2026&least=1")

    links = page.all("//main//td//a[contains(@href, 'figure=')]")
    assert len(links) > 30
    for href, n in {(one.get("href"), one.text) for one in links[::6]}:
        assert f"共 {n} 件" in office.get(href).text


def test_figures_that_wait_to_be_counted_say_of_when_they_are(office, monkeypatch):
    assert "计数更新中" not in office.get("/monitor/statistics").text
    with transaction() as session:
        session.execute(update(Case).values(counted=-1))
    monkeypatch.setattr(tallies, "BATCH", 0)

    assert "计数更新中，以下数字截至 2026" in office.get("/monitor/statistics").text


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ("period=2026-05-01..2026-04-01", "早于开始"),
        ("colour=red", "没有“colour”这个筛选条件"),
        ("by=luck", "不能按“luck”排名"),
        ("least=0", "最少件数应在 1 到 1000 之间"),
        ("axis=moon", "“moon”不是“axis”的有效取值"),
    ],
)
def test_what_cannot_be_asked_is_told(office, query, names):
    assert names in office.get(f"/monitor/statistics?{query}", status=422).text


def test_a_school_sees_its_own_figures_without_a_ranking(office, client):
    page = Visitor(client, "lyxx_head").get("/monitor/statistics")

    assert page.all("//*[@id='rectified']")
    assert not page.all("//*[@id='ranking']")


def test_a_report_is_made_shown_and_fetched(office):
    sent = office.post("/monitor/reports", kind="weekly", day="2026-03-02")
    (job,) = jobs.waiting()
    jobs.run(job)

    report = office.get(
        office.follow(sent).one("//main//a[contains(@href, '/reports/')]").get("href")
    )
    assert report.title == "2026年第10周教育督导问题整改周报"
    assert report.one("//*[@id='indicators-title']/..//tbody/tr[1]//strong").text == "50.0%"
    href = report.one("//a[contains(@href, 'figure=base.verified')]").get("href")
    assert "当时共 1 件" in office.get(href).text
    assert "没有变化" in office.get(f"{sent_path(report)}/since").text
    word = office.get(f"{sent_path(report)}/file")
    assert Document(BytesIO(word.body)).paragraphs[0].text == report.title


def sent_path(report):
    return report.response.request.path


def test_an_own_template_is_checked_put_in_use_and_taken_back(office):
    wrong = paper("{{ 不知道 }}"), "周报.docx"
    page = office.post("/monitor/reports/templates/weekly", status=422, file=upload(*wrong))
    assert "没有名为“不知道”的变量" in page.text

    office.post("/monitor/reports/templates/weekly", file=upload(paper("{{ 县名 }}"), "本县.docx"))
    assert "本县.docx" in office.get("/monitor/reports/templates").text
    office.post("/monitor/reports/templates/weekly", restore="1")

    back = office.get("/monitor/reports/templates/weekly")
    assert back.body == templates.shipped(ReportKind.WEEKLY)


def paper(text):
    document, file = Document(), BytesIO()
    document.add_paragraph(text)
    document.save(file)
    return file.getvalue()


def upload(content, name):
    return BytesIO(content), name


def test_a_program_gets_the_same(office, client):
    caller = Caller(client, "wangmin")

    found = caller.get("/statistics?period=2026")
    assert (found["as_of"][:4], found["behind"]) == ("2026", False)
    (first, *_) = found["indicators"]
    assert (first["key"], first["all"]) == (
        "rectified",
        {"numerator": 1, "denominator": 2, "percent": 50.0},
    )
    ranked = caller.get("/statistics/rankings?by=rectified&least=2")
    assert [(one["rank"], one["rate"]["percent"]) for one in ranked["ranked"]] == [(1, 50.0)]
    caller.get("/statistics/rankings?by=luck", 422)
    Caller(client, "lyxx_head").get("/statistics/rankings", 403)

    caller.post("/reports", 202, json={"kind": "monthly", "day": "2026-03-02"})
    (job,) = jobs.waiting()
    jobs.run(job)
    (report,) = caller.get("/reports")["items"]
    of = f"/reports/{report['id']}"
    assert caller.get(of)["figures"]["counts"]["base.verified"] == 1
    assert len(caller.get(f"{of}/cases?figure=base.issued&limit=1")["items"]) == 1
    assert all(one["came"] == 0 for one in caller.get(f"{of}/since")["items"])
    assert caller.get(f"{of}/file")[:2] == b"PK"
    caller.call("PUT", "/reports/schedule", 200, json={"kind": "weekly", "on": True})
    assert caller.get("/reports/templates")["scheduled"] == ["weekly"]
    file = {"file": upload(paper("{{ 县名 }}"), "a.docx")}
    caller.call("PUT", "/reports/templates/weekly", 200, data=file)
    assert caller.get("/reports/templates/weekly")[:2] == b"PK"
    caller.call("DELETE", "/reports/templates/weekly", 200)
    Caller(client, "lyxx_head").get("/reports", 403)
