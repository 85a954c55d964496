"""What pages and calls show of a case that is suspended, or that ended without a close-out."""

from datetime import timedelta

import pytest

from app.domain.vocabulary import Stage
from tests.deciding import extend, reassign, resume, suspend, terminate
from tests.web.visiting import Visitor


@pytest.fixture
def case(cast):
    return cast.starts_work()


@pytest.fixture
def owner(client, cast, case):
    return Visitor(client, cast.whose(cast.task(case, "rectify")).username)


@pytest.fixture
def office(client, clock):
    return Visitor(client, "wangmin")


def test_the_inbox_shows_a_suspended_task_as_such_and_not_as_overdue(client, cast, case):
    who = cast.whose(cast.task(case, "rectify")).username
    suspend(case)
    cast.clock.shift(timedelta(days=60))

    page = Visitor(client, who).get("/inbox")

    assert (
        page.all("//a[contains(@class, 'row-task')]/span[@data-state='over']")[0].text == "已中止"
    )
    assert not page.all("//a[contains(@class, 'row-task')][@data-state='late']")


def test_a_suspended_task_says_why_it_cannot_be_done_and_has_no_form(owner, cast, case):
    task = cast.task(case, "rectify")
    suspend(case)

    page = owner.get(f"/tasks/{task.id}")

    assert "该事项已中止办理，恢复后再办理。" in page.text
    assert not page.all("//form[contains(@action, '/complete')]")


def test_sending_it_all_the_same_is_refused_in_words(owner, cast, case):
    task = cast.task(case, "rectify")
    suspend(case)

    page = owner.post(f"/tasks/{task.id}/complete", status=422, next_step="progress", percent="5")

    assert "恢复后再办理" in page.text


@pytest.mark.parametrize("ends", [suspend, terminate, lambda case: terminate(case, Stage.REVOKED)])
def test_the_page_of_a_stopped_case_shows_where_it_stopped(office, case, ends):
    ends(case)

    page = office.get(f"/cases/{case.number}")

    (here,) = page.all("//*[@aria-current='step']")
    assert case.stage.label in here.text_content()
    assert "灰灯" in page.text


def test_the_history_tells_all_of_it_in_both_languages(office, case):
    extend(case)
    suspend(case)
    resume(case)
    unit = reassign(case)
    terminate(case)

    chinese = office.get(f"/cases/{case.number}").text
    office.post("/locale", status=302, locale="en")
    english = office.get(f"/cases/{case.number}").text

    assert "期限“事项整改期限”由2026-04-01调整至2026-04-30（延期）" in chinese
    assert f"由柳塬镇中心小学转办至{unit.name}，重新签收" in chinese
    assert "“due date of the case” was moved from 2026-04-01 to 2026-04-30 (" in english
