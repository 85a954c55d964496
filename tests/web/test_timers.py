"""The ledger of deadlines and the incidents, on pages and for programs."""

from datetime import date, time, timedelta

import pytest
from sqlalchemy import select, update

from app import scheduler
from app.db import db, transaction
from app.domain.process import Diagram, Incident, Timer
from app.domain.vocabulary import DiagramState
from tests.web.calling import Caller
from tests.web.visiting import Visitor

LATE = date(2026, 4, 3)


@pytest.fixture
def case(cast):
    """A case overdue by so much that a letter was drafted."""
    case = cast.starts_work()
    cast.until(LATE, time(0))
    return case


def timer(case, key):
    query = select(Timer.id).filter_by(case_id=case.id, key=key).order_by(Timer.id.desc())
    return db.session.scalars(query).first()


def draw_expediting(state):
    with transaction() as session:
        session.execute(update(Diagram).filter_by(key="expediting").values(state=state))


@pytest.fixture
def incident(cast, clock):
    """What failed three times because nobody has drawn what is to happen."""
    cast.starts_work()
    draw_expediting(DiagramState.DRAFT)
    cast.until(LATE, time(0))
    for minutes in (1, 5):
        clock.shift(timedelta(minutes=minutes))
        scheduler.sweep()
    return db.session.scalars(select(Incident.id)).one()


def test_the_ledger_shows_what_runs_with_its_rule_and_two_zeros(case, client):
    page = Visitor(client, "wangmin").get("/monitor/timers?view=ledger")

    assert "重复触发：0" in page.text.replace(" ", "")
    assert "到期无人处理：0" in page.text.replace(" ", "")
    assert case.number in page.text
    assert page.all(f"//tbody//a[@href='/timers/{timer(case, 'progress_missing')}']")


def test_the_figures_lead_to_their_rows(case, client):
    office = Visitor(client, "wangmin")

    for check in ("fired_twice", "unattended"):
        page = office.get(f"/monitor/timers?check={check}")
        assert page.all("//*[@class='empty']")


def test_what_fired_says_when_by_whom_and_what_came_of_it(case, client):
    page = Visitor(client, "wangmin").get("/monitor/timers?state=fired")

    assert "系统起草督办函" in page.text
    assert "到期后" in page.text


def test_a_proof_says_why_it_is_that_day(case, client):
    page = Visitor(client, "wangmin").get(f"/timers/{timer(case, 'acknowledge_due')}")

    assert page.title.startswith(f"期限证明 {case.number}")
    assert "从 2026-03-02（周一）起算，当日不计入" in page.text
    assert "自次日起数满 2 个工作日，数到 2026-03-04" in page.text
    assert "于 2026-03-04 24:00 届满" in page.text
    assert [cell.text for cell in page.all("//td[@data-part='last']")] == ["4"]


def test_the_proof_of_a_fired_deadline_shows_the_sealed_lines(case, client):
    page = Visitor(client, "wangmin").get(f"/timers/{timer(case, 'rectify_expediting')}")

    assert "此期限只触发一次" in page.text
    assert len(page.all("//td[contains(@class, 'hash')]")) >= 2


def test_who_has_nothing_to_do_with_a_case_sees_none_of_its_deadlines(case, client):
    stranger = Visitor(client, "sgzx_head")

    assert case.number not in stranger.get("/monitor/timers").text
    stranger.get(f"/timers/{timer(case, 'acknowledge_due')}", status=404)
    assert "不查看具体事项" in Visitor(client, "xitong").get("/monitor/timers").text


def test_odd_places_and_signs_are_no_error(case, client):
    office = Visitor(client, "wangmin")

    for query in ("after=x", "case=%25", "case=_"):
        office.get(f"/monitor/timers?view=ledger&{query}")
        office.get(f"/monitor/timers?{query}")


def test_the_english_ledger_speaks_english(case, client):
    office = Visitor(client, "wangmin")
    office.post("/locale", locale="en", status=302)

    page = office.get(f"/timers/{timer(case, 'acknowledge_due')}")

    assert "Why it is that day" in page.text


def test_an_incident_is_listed_retried_and_kept(incident, client):
    head = Visitor(client, "chenjianguo")
    page = head.get("/monitor/incidents")
    assert "没有已发布的流程图" in page.text
    assert (
        page.one(
            "//nav[@aria-label='主导航']//a[@href='/monitor/incidents']/span[@class='count late']"
        ).text
        == "1"
    )

    head.follow(head.post(f"/monitor/incidents/{incident}/retry"))
    draw_expediting(DiagramState.PUBLISHED)
    page = head.follow(head.post(f"/monitor/incidents/{incident}/retry"))

    assert "没有未处理的故障" in page.text
    assert "重试成功" in page.text


def test_skipping_asks_for_a_reason_after_saying_what_it_means(incident, client):
    head = Visitor(client, "chenjianguo")
    path = f"/monitor/incidents/{incident}/skip"
    assert "继续等待办理" in head.get(path).text

    assert "请写明理由" in head.post(path, reason=" ", status=422).text
    page = head.follow(head.post(path, reason="已电话督促"))

    assert "已跳过" in page.text
    assert "已电话督促" in page.text


@pytest.mark.parametrize("who", ["wangmin", "lyxx_head", "fenxi", "shenji"])
def test_incidents_are_not_everybodys_business(incident, client, who):
    visitor = Visitor(client, who)

    assert not visitor.get("/inbox").all("//a[@href='/monitor/incidents']")
    visitor.get("/monitor/incidents", status=403)
    visitor.get(f"/monitor/incidents/{incident}/skip", status=404)
    visitor.post(f"/monitor/incidents/{incident}/retry", status=404)
    visitor.post("/monitor/incidents/retry", likeness="x", status=403)


def test_programs_read_the_ledger(case, client):
    office = Caller(client, "wangmin")

    page = office.get(f"/timers?state=fired&case={case.number}&limit=1")
    (one,) = page["items"]
    rest = office.get(f"/timers?state=fired&case={case.number}&cursor={page['next']}")

    assert one["claimed_by"] == one["fired_by"]
    assert one["lateness_seconds"] >= 0
    assert one["moves"] == []
    assert one["id"] not in [other["id"] for other in rest["items"]]
    assert office.get("/timers/health") == {"fired_twice": 0, "unattended": 0}


def test_programs_read_a_proof(case, client):
    office = Caller(client, "wangmin")

    found = office.get(f"/timers/{timer(case, 'acknowledge_due')}")

    assert found["agrees"] is True
    assert [day["part"] for day in found["reckoning"]["days"]] == ["start", "counted", "last"]
    Caller(client, "sgzx_head").get(f"/timers/{found['id']}", 404)


def test_programs_see_incidents_retry_and_skip_them(incident, client):
    head = Caller(client, "chenjianguo")
    (one,) = head.get("/incidents?resolved=0")["items"]
    assert one["attempts"] == 3
    assert "没有已发布的流程图" in one["cause"]
    english = head.get("/incidents", headers={"Accept-Language": "en"})["items"][0]["cause"]
    assert english.isascii() or "expediting" in english

    assert head.post(f"/incidents/{incident}/retry", json={}) == {
        "passed": 0,
        "failed": 1,
        "left": 0,
    }
    head.post(f"/incidents/{incident}/skip", 422, json={"reason": ""})
    skipped = head.post(f"/incidents/{incident}/skip", json={"reason": "已电话督促"})

    assert (skipped["resolution"], skipped["resolved_by"]) == ("skipped", "陈建国")
    head.post(f"/incidents/{incident}/retry", 422, json={})


def test_programs_of_others_see_no_incidents(incident, client):
    office = Caller(client, "wangmin")

    office.get("/incidents", 403)
    office.post(f"/incidents/{incident}/retry", 404, json={})
    office.post(f"/incidents/{incident}/skip", 404, json={"reason": "x"})


def test_whoever_watches_the_program_sees_both_figures(case, client):
    found = client.get("/healthz").json

    assert (found["fired_twice"], found["unattended_timers"]) == (0, 0)
