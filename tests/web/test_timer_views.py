"""The views of deadlines and their batches, on pages and for programs."""

from datetime import date

import pytest
from sqlalchemy import select

from app.db import db
from app.domain.job import Job
from app.domain.notice import Notice
from app.domain.vocabulary import LetterState, Role
from app.services import jobs
from tests.web.calling import Caller
from tests.web.visiting import Visitor

LATE = date(2026, 4, 3)
MONTHS = "/monitor/timers?view=month"
LINES = "/monitor/timers?view=timeline"


@pytest.fixture
def case(cast):
    """A case overdue by so much that a letter was drafted."""
    case = cast.starts_work()
    cast.until(LATE)
    return case


def batch(action, *tasks, **more):
    asked = [("task", task.id) for task in tasks] + list(more.items())
    query = "&".join(f"{name}={value}" for name, value in asked)
    return f"/monitor/timers/batch/{action}?{query}"


def test_the_list_tells_who_holds_a_deadline_and_what_happens_next(cast, case, client):
    page = Visitor(client, "wangmin").get("/monitor/timers")

    row = page.one(f"//tr[.//a[.='{case.number}']][.//span[.='实施整改']]")
    words = " ".join(row.text_content().split())
    assert "逾期 2 个自然日" in words
    assert "整改到期：2026-04-01" in words
    assert "单位责任人（柳塬镇中心小学）" in words
    assert "自动催报进展" in words


def test_a_chip_leads_to_as_many_rows_as_it_counts(cast, case, client):
    office = Visitor(client, "wangmin")
    chip = office.get("/monitor/timers").one("//nav[@class='chips']/a[starts-with(., '逾期')]")

    page = office.get(chip.get("href"))

    assert len(page.all("//tr[@data-row]")) == int(chip.find("span").text) == 1
    assert page.one("//nav[@class='chips']/a[@aria-current]").text == "逾期"


def test_a_month_shows_days_of_rest_and_leads_to_the_list_of_a_day(cast, case, client):
    office = Visitor(client, "wangmin")
    page = office.get(f"{MONTHS}&month=2026-04")

    marks = [one.text for one in page.all("//td[not(@class)]//span[@data-sign='rest']")]
    assert marks == ["休"]  # Monday 6 April, after 清明节
    link = page.one("//td[@data-state='late']/a")
    day = office.get(link.get("href"))
    assert [case.number] == [one.text for one in day.all("//tr[@data-row]//a[@class='number']")]
    assert page.one("//td[@aria-current='date']/span[@class='day']").text.strip() == "3"


def test_a_timeline_draws_the_period_what_is_done_and_what_is_late(cast, case, client):
    page = Visitor(client, "wangmin").get(LINES)

    bars = [one.get("data-kind") for one in page.all("//td[@class='gantt-track']//i")]
    assert bars == ["set", "late"]
    assert "到期，进度 0%" in page.one("//td[@class='gantt-track']/span[1]").text
    assert page.all("//table[@data-now]")
    months = Visitor(client, "wangmin").get(f"{LINES}&zoom=month")
    assert len(months.all("//span[@class='ticks']/span")) > 5


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ("colour=red", "colour"),
        ("view=picture", "view"),
        ("window=x", "window"),
        ("day=2026-02-30", "day"),
        ("view=month&month=2026-13", "月份"),
        ("view=timeline&zoom=x", "zoom"),
        ("period=2026-05-01..2026-03-01", "早于"),
        ("case=%00", "case"),
        ("view=ledger&state=x", "state"),
        ("view=ledger&unit=x", "unit"),
    ],
)
def test_a_filter_that_means_nothing_is_named(case, client, query, names):
    assert names in Visitor(client, "wangmin").get(f"/monitor/timers?{query}", 422).text


def test_a_unit_sees_its_own_and_an_administrator_nothing(case, client):
    for view in ("", "&view=month&month=2026-04", "&view=timeline", "&view=ledger"):
        address = f"/monitor/timers?lasting=0{view}".replace("lasting=0&view=ledger", "view=ledger")
        assert case.number not in Visitor(client, "sgzx_head").get(address).text
        assert case.number not in Visitor(client, "xitong").get(address).text
    assert "不查看具体事项" in Visitor(client, "xitong").get("/monitor/timers").text


def test_reminding_shows_first_what_will_be_done_and_then_what_was(cast, case, client):
    office, task = Visitor(client, "wangmin"), cast.task(case, "rectify")
    preview = office.get(batch("remind", task, cast.task(case, "draft_letter")))
    assert "将办理 1 项，不办理 1 项" in preview.text
    assert "通知单位责任人" in preview.text
    assert "无需催办" in preview.text

    result = office.follow(office.post(batch("remind", task).split("?")[0], task=str(task.id)))

    assert "已办理 1 项" in result.text
    assert [one.what for one in db.session.scalars(select(Notice).filter_by(what="reminded"))]
    again = office.get(batch("remind", task))
    assert not again.all("//form[@method='post'][.//button[contains(., '确认')]]")


def test_a_letter_is_read_before_it_is_signed(cast, case, client):
    cast.does(case, "draft_letter")
    chief, task = Visitor(client, "zhoulan"), cast.task(case, "sign_letter")
    assert chief.get("/monitor/timers?letters=1").all(f"//input[@value='{task.id}']")

    preview = chief.get(batch("sign", task))
    assert "限期完成整改并书面回复" in preview.text
    fields = {f"r{task.id}": str(task.revision)}
    chief.follow(chief.post("/monitor/timers/batch/sign", task=str(task.id), **fields))

    assert cast.letters(case)[0].state is LetterState.ISSUED


def test_a_task_is_handed_over_on_the_page(cast, case, client):
    other = cast.hires("second", Role.UNIT_OWNER)
    owner, task = Visitor(client, "lyxx_owner"), cast.task(case, "rectify")
    asks = owner.get(batch("hand_over", task))
    assert "转交给谁" in asks.text
    assert not asks.all("//button[contains(., '确认')]")

    ready = owner.get(batch("hand_over", task, colleague="second"))
    assert "转交兼职second" in ready.text
    owner.post("/monitor/timers/batch/hand_over", task=str(task.id), colleague="second")

    assert cast.task(case, "rectify").assignee_id == other.id


def test_what_can_not_be_done_at_all_says_so(cast, case, client):
    owner, task = Visitor(client, "lyxx_owner"), cast.task(case, "rectify")

    page = owner.post("/monitor/timers/batch/remind", 422, task=str(task.id))

    assert "所选各项都不能这样办理" in page.text
    owner.get("/monitor/timers/batch/dance?task=1", 404)
    Visitor(client, "sgzx_head").get(batch("remind", task), 404)


def test_all_that_the_address_asks_for_is_taken_at_once(cast, case, client):
    page = Visitor(client, "wangmin").get("/monitor/timers/batch/remind?all=1&window=overdue")

    assert "将办理 1 项" in page.text


def test_the_result_of_a_batch_is_for_who_started_it(cast, case, client):
    office, task = Visitor(client, "wangmin"), cast.task(case, "rectify")
    answer = office.post("/monitor/timers/batch/remind", task=str(task.id))

    Visitor(client, "lyxx_head").get(answer.response.location, 404)
    number = db.session.scalars(select(Job.id)).one()
    assert "查看每项结果" in Visitor(client, "wangmin").get(f"/jobs/{number}").text


def test_programs_read_the_list_the_month_and_the_timeline(cast, case, client):
    office = Caller(client, "wangmin")

    items = office.get("/timers/deadlines?window=overdue")["items"]
    month = office.get("/timers/month?month=2026-04")
    (line,) = office.get("/timers/timeline")["items"]

    (one,) = items
    assert (one["case"], one["days_over"], one["unit_of_days"]) == (case.number, 2, "days")
    assert one["next"]["does"] == "remind_progress"
    assert one["held_by"] == "单位责任人（柳塬镇中心小学）"
    due = {day["on"]: day["due"] for day in month["days"] if day["due"]}
    assert due["2026-04-01"] == 1
    assert (line["number"], line["original_due_on"]) == (case.number, "2026-04-01")
    office.get("/timers/deadlines?window=x", 422)
    office.get("/timers/month?month=2026-00", 422)


def test_programs_go_on_after_the_last_row(cast, case, client):
    office = Caller(client, "wangmin")
    first = office.get("/timers/deadlines?limit=1")

    rest = office.get(f"/timers/deadlines?cursor={first['next']}")

    assert first["items"][0]["id"] not in [one["id"] for one in rest["items"]]
    assert rest["next"] is None


def test_programs_preview_a_batch_and_have_it_done(cast, case, client):
    office, task = Caller(client, "wangmin"), cast.task(case, "rectify")
    body = {"tasks": [{"id": task.id, "revision": task.revision}]}
    (line,) = office.post("/timers/batches/remind/preview", json=body)["items"]
    assert line["will"].startswith("通知单位责任人")

    job = office.post("/timers/batches/remind", 202, json=body)
    assert jobs.run(job["id"])

    done = office.get(f"/timers/batches/results/{job['id']}")
    assert [one["is_done"] for one in done["items"]] == [True]
    Caller(client, "zhoulan").get(f"/timers/batches/results/{job['id']}", 404)
    Caller(client, "sgzx_head").post("/timers/batches/remind/preview", 404, json=body)
    office.post("/timers/batches/remind", 422, json=body)


def test_a_batch_that_is_sent_twice_is_one_batch(cast, case, client):
    office, task = Caller(client, "wangmin"), cast.task(case, "rectify")
    body = {"tasks": [{"id": task.id}]}
    again = {"json": body, "headers": {"Idempotency-Key": "a"}}

    first, second = (office.post("/timers/batches/remind", 202, **again) for _ in range(2))

    assert first["id"] == second["id"]
