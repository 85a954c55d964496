"""往日台账 and 异常提示, on pages and for programs."""

from datetime import timedelta
from io import BytesIO

import openpyxl
import pytest
from sqlalchemy import select

from app.clock import today
from app.db import db
from app.domain.errors import NotFound
from app.domain.history import Anchor
from app.domain.past_day import PastDay
from app.services import accounts, history, jobs
from app.services.past import totals, workbook
from app.services.signals.looking import KINDS, look
from tests.integration.test_signals import OTHER, REPORT, reports
from tests.web.calling import Caller
from tests.web.visiting import Visitor

DAY = "2026-03-02"


@pytest.fixture
def case(cast):
    """A case that began on DAY and was signed for on the next, and a third day."""
    case = cast.open_case()
    cast.until(today() + timedelta(days=1))
    cast.walks(case, "acknowledge")
    cast.until(today() + timedelta(days=1))
    history.anchor()
    return case


@pytest.fixture
def office(client, case):
    return Visitor(client, "wangmin")


def runs():
    for job_id in jobs.waiting():
        jobs.run(job_id)


def test_a_day_shows_the_cases_as_they_stood_and_the_anchor_that_seals_them(office, case):
    then, later = office.get(f"/monitor/past?day={DAY}"), office.get("/monitor/past")

    assert "待签收" in then.one("//tbody/tr").text_content()
    assert "制定方案" in later.one("//tbody/tr").text_content()
    assert db.session.scalar(select(Anchor.hash)) in then.text
    assert then.one("//tbody//a[contains(text(), '依据')]").get("href").endswith("#line-1")


def test_the_figures_lead_to_exactly_their_rows(office):
    page = office.get("/monitor/past")

    for link in page.all("//ul[@class='big-figures']//a"):
        count = int(link.find("b").text)
        assert len(office.get(link.get("href")).all("//tbody/tr")) == count


def test_no_day_is_offered_for_comparison_with_itself(office, case):
    compared = "//nav[@class='chips mb-3 no-print']/a[contains(@href, 'since=2')]"

    assert office.get(f"/monitor/past?day={DAY}").all(compared)
    assert not office.get("/monitor/past?day=2026-02-28").all(compared)


def test_two_days_side_by_side_tell_what_changed(office, case):
    page = office.get(f"/monitor/past?day=2026-03-03&since={DAY}")

    assert "阶段：待签收 → 制定方案" in page.text
    assert "两日之间没有变化" in office.get("/monitor/past?day=2026-03-04&since=2026-03-03").text


def test_the_line_behind_a_row_says_what_it_told(office, case):
    page = office.get(f"/monitor/past/cases/{case.number}?day=2026-03-03")

    (first,) = page.all("//tr[@id='line-1']")
    assert "阶段：待签收" in " ".join(first.text_content().split())
    office.get(f"/monitor/past/cases/{case.number}?day=2026-03-01", status=404)


@pytest.mark.parametrize(
    ("query", "told"),
    [
        ("day=2026-13-01", "不是“day”的有效取值"),
        ("day=2027-01-01", "2027-01-01还没有到"),
        ("day=2026-03-02&since=2026-03-02", "对比日须早于"),
        ("show=purple", "没有“purple”这个筛选条件"),
        ("sort=number", "没有“sort”这个筛选条件"),
        ("period=2026-05-01..2026-03-01", "早于开始"),
    ],
)
def test_bad_questions_are_told_what_is_wrong(office, query, told):
    assert told in office.get(f"/monitor/past?{query}", status=422).text


def test_a_workbook_says_by_what_it_can_be_checked(office, case):
    page = office.post(f"/monitor/past/export?day={DAY}", status=200)

    book = openpyxl.load_workbook(BytesIO(page.body))
    proof = {row[0]: row[1] for row in book["说明与存证"].values}
    heading, row = book["台账"].values
    told = dict(zip(heading, row, strict=True))
    assert (book["台账"].page_setup.paperSize, book["说明与存证"].page_setup.fitToHeight) == (8, 0)
    assert book["台账"].row_dimensions[1].height > 20
    assert proof["台账日期"] == f"{DAY} 24:00（北京时间）"
    assert proof["存证值（SHA-256）"] == db.session.scalar(select(Anchor.hash))
    assert (told["问题编号"], told["阶段"], told["是否逾期"]) == (case.number, "待签收", "否")
    assert told["该条存证值（SHA-256）"] == history.events_of(case)[0].hash


def test_many_cases_are_counted_and_written_by_jobs(office, case, monkeypatch):
    monkeypatch.setattr(totals, "MOST_AT_ONCE", 0)
    assert "合计由后台统计" in office.get(f"/monitor/past?day={DAY}").text
    office.post(f"/monitor/past/totals?day={DAY}")
    written = office.post(f"/monitor/past/export?day={DAY}").response.location
    runs()

    assert db.session.scalars(select(PastDay.figures)).one()["cases"] == 1
    assert "合计由后台统计" not in office.get(f"/monitor/past?day={DAY}").text
    file = office.get(f"/monitor/past/exports/{written.rpartition('/')[2]}")
    assert len(list(openpyxl.load_workbook(BytesIO(file.body))["台账"].values)) == 2


@pytest.mark.parametrize("username", ["lyxx_head", "zhangjing", "sunwei", "fenxi"])
def test_the_past_and_the_signals_are_not_for_everybody(client, case, username):
    person, program = Visitor(client, username), Caller(client, username)

    for path in ("/monitor/past", f"/monitor/past/cases/{case.number}", "/monitor/signals"):
        person.get(path, status=403)
    program.get(f"/past?day={DAY}", 403)
    program.get("/signals", 403)


def test_a_program_reads_the_past(client, case):
    office = Caller(client, "wangmin")

    (row,) = office.get(f"/past?day={DAY}")["items"]
    assert (row["number"], row["stage"], row["known_by"]["seq"]) == (case.number, "issued", 1)
    (row,) = office.get(f"/past?day=2026-03-03&since={DAY}")["items"]
    changed = {"fact": "stage", "before": "issued", "after": "planning"}
    assert changed in row["changes"]
    assert office.get(f"/past/totals?day={DAY}")["counts"]["stage:issued"] == 1
    assert office.get(f"/past/proof?day={DAY}")["anchor"]["events"] == 2
    traced = office.get(f"/past/cases/{case.number}?day=2026-03-03")
    assert [line["what"] for line in traced["lines"]] == ["opened", "completed"]
    assert office.get("/past?day=2031-01-01", 422)["errors"].keys() == {"day"}


def test_a_program_has_the_past_written(client, case):
    office = Caller(client, "wangmin")
    job = office.post("/past/exports", 202, json={"day": DAY})
    runs()

    path = workbook.made_by(job["id"], accounts.actor("wangmin"))
    assert path.read_bytes()[:2] == b"PK"
    for other in ("xitong", "chenjianguo"):
        with pytest.raises(NotFound):
            workbook.made_by(job["id"], accounts.actor(other))


@pytest.fixture
def question(cast):
    """Two units that report in the same words."""
    for unit in ("柳塬镇中心小学", OTHER):
        case = cast.starts_work(unit=unit)
        cast.passes(days=2)
        reports(cast, case, REPORT)
    look(KINDS["same_words"])


def test_a_question_is_read_with_its_texts_and_answered(client, question):
    office = Visitor(client, "wangmin")
    link = office.get("/monitor/signals").one("//main//li//a")
    address = link.get("href")

    page = office.get(address)
    assert "是否共同起草" in link.text_content()
    assert len(page.all("//mark")) == 2
    assert "请写明核实了什么" in office.post(address, status=422, state="cleared", note=" ").text
    office.post(address, state="follow_up", note="拟一并回头看。")
    assert "王敏" in office.get(address).text
    assert office.get("/monitor/signals?state=follow_up").all(
        "//main//li//a[contains(@href, '/signals/')]"
    )
    assert office.get(address).all("//a[contains(@href, 'follow-ups?case=')]")


def test_a_program_reads_and_answers_a_question(client, question):
    office = Caller(client, "zhoulan")
    (one,) = office.get("/signals?state=open&kind=same_words")["items"]

    decided = office.post(
        f"/signals/{one['id']}/decide", json={"state": "reminded", "note": "已提醒。"}
    )
    assert (decided["state"], decided["steps"][-1]["by"]) == ("reminded", "周岚")
    office.post(f"/signals/{one['id']}/decide", 409, json={"state": "cleared", "note": "迟了。"})
    assert office.post("/signals/look", 202)["kind"] == "signals"


def test_a_filter_that_means_nothing_is_named(client, question):
    office = Visitor(client, "wangmin")

    assert "“kinds”" in office.get("/monitor/signals?kinds=x", status=422).text
    assert "“gossip”" in office.get("/monitor/signals?kind=gossip", status=422).text
    Caller(client, "wangmin").get("/signals?kind=gossip", 422)
    assert "“green”" in office.get("/monitor/signals?state=green", status=422).text
