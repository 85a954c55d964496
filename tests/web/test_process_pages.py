"""流程办理: the pages of processes about no case, for those whom they concern."""

from datetime import date, datetime

import pytest

from app.clock import LOCAL
from app.services import calendar_moves
from tests import appointing
from tests.appointing import begun, does, walks
from tests.calendars import WHOLE_NOTICE, rows
from tests.web.visiting import Visitor


@pytest.fixture
def process(cast):
    appointing.published()
    return begun()


@pytest.fixture
def office(client, process):
    return Visitor(client, "wangmin")


def test_one_starts_a_process_and_lands_on_its_first_task(office):
    page = office.get("/processes/new")
    assert "聘任兼职督学" in page.text

    started = office.post("/processes/new", key="inspector_appointment")

    task = office.get(started.response.location)
    assert task.title == "填报聘任人选"
    assert "王敏发起" in task.text


def test_its_page_tells_where_it_stands_what_was_filled_in_and_what_happened(office, process, cast):
    walks(process, "propose", "check", "publicise")
    page = office.get(f"/processes/{process.id}")

    assert page.title == "兼职督学聘任：贺兰"
    for words in ("登记公示异议", "公示满7个工作日", "青岚县第一中学", "办理“发布公示”"):
        assert words in page.text
    assert not page.all("//form[contains(@action, 'terminate')]")


def test_the_lists_tell_one_process_from_another(office, process):
    begun()
    does(process, "propose")

    listed = office.get("/processes?running=1&q=贺兰")
    inbox = Visitor(office.client, "chenjianguo").get("/inbox")

    assert [row.text_content() for row in listed.all("//tbody//th")] == ["兼职督学聘任：贺兰"]
    assert "兼职督学聘任：贺兰" in inbox.text
    assert "没有符合条件的流程" in office.get("/processes?q=nobody").text


def test_what_waits_for_a_deadline_says_which(office, process, cast):
    walks(process, "propose", "check", "publicise", "note_objections")

    assert "公示满7个工作日" in office.get("/processes").text
    assert "兼职督学聘任：贺兰" in office.get("/monitor/timers?view=ledger").text


def test_the_proof_of_its_deadline_names_the_process(office, process, cast):
    walks(process, "propose", "check", "publicise", "note_objections")
    link = office.get(f"/processes/{process.id}").one("//a[starts-with(@href, '/timers/')]")
    cast.until(date(2026, 3, 12))

    page = Visitor(office.client, "wangmin").get(link.get("href"))

    assert "兼职督学聘任：贺兰" in page.text
    assert "此期限只触发一次" in page.text


def test_the_calendar_names_it_where_it_put_its_deadline_off(client, process, clock):
    clock.move_to(datetime(2027, 2, 1, 9, tzinfo=LOCAL))
    walks(process, "propose", "check", "publicise")
    adopted = calendar_moves.adopt_notice(rows(*WHOLE_NOTICE), source="国办发明电", actor=None)

    page = Visitor(client, "wangmin").get(f"/calendar/versions/{adopted.version}")

    link = page.one(f"//a[@href='/processes/{process.id}']")
    assert link.text_content() == "兼职督学聘任：贺兰"


def test_the_head_of_the_office_terminates_it_and_must_say_why(office, process):
    head = Visitor(office.client, "chenjianguo")
    page = head.post(f"/processes/{process.id}/terminate", 422, reason=" ")
    assert "请写明理由" in page.text

    head.post(f"/processes/{process.id}/terminate", reason="人选调离")

    ended = head.get(f"/processes/{process.id}")
    assert "终结流程，理由：人选调离" in ended.text
    assert not ended.all("//form[contains(@action, 'terminate')]")


def test_others_do_not_find_it(office, process):
    school = Visitor(office.client, "lyxx_head")
    school.get(f"/processes/{process.id}", 404)
    school.post(f"/processes/{process.id}/terminate", 404, reason="人选调离")
    school.post("/processes/new", 403, key="inspector_appointment")

    assert "还没有流程" in school.get("/processes").text
    assert "没有您可以发起的流程" in school.get("/processes/new").text


def test_the_process_of_a_case_is_shown_with_the_case(client, cast):
    case = cast.open_case()

    page = Visitor(client, "wangmin").get("/processes/1", 302)

    assert page.response.location == f"/cases/{case.number}"


def test_a_notice_leads_to_the_process_or_to_the_task_it_asks_for(office, process, cast):
    walks(process, "propose", "check", "publicise", "note_objections")
    cast.until(date(2026, 3, 12))
    walks(process, "appoint")
    office = Visitor(office.client, "wangmin")
    told = office.get("/notices").one("//a[contains(., '聘书已签发')]").get("href")
    assert office.get(told, 302).response.location == f"/processes/{process.id}"

    cast.until(date(2029, 1, 2))

    office = Visitor(office.client, "wangmin")
    assert "/tasks/" in office.get(told, 302).response.location
