"""The guards of the regulation as people meet them: the plan in the report, and stepping in."""

from datetime import date

import pytest

from tests.web.calling import Caller
from tests.web.visiting import Visitor

MEASURES = [
    {"text": text, "owner": "总务主任", "starts_on": "2026-03-03", "ends_on": "2026-03-20"}
    for text in ("逐项整改", "建立台账")
]
REVIEW = {"passed": "yes", "opinion": "佐证齐全，同意报督导办核查。"}


def test_a_report_shows_each_measure_as_far_as_it_was_last_told(client, cast):
    case = cast.open_case()
    cast.does(case, "acknowledge")
    cast.does(case, "draft_plan", measures=MEASURES)
    cast.walks(case, "sign_plan", "review_plan", "approve_plan")
    told = [{"measure": "2", "percent": 60}]
    cast.does(case, "rectify", next_step="progress", percent=30, measure_progress=told)
    task = cast.task(case, "rectify")

    page = Visitor(client, cast.whose(task).username).get(f"/tasks/{task.id}")

    rows = [f"measure_progress.{number}" for number in range(2)]
    assert [page.value(f"{row}.percent") for row in rows] == ["0", "60"]
    chosen = [page.one(f"//select[@name='{row}.measure']/option[@selected]").text for row in rows]
    assert chosen == ["1. 逐项整改", "2. 建立台账"]


@pytest.fixture
def review(cast):
    """A first review that its department has before it."""
    case = cast.starts_work()
    cast.walks(case, "rectify", "sign_report")
    return cast.task(case, "first_review")


def test_the_office_takes_over_what_the_department_left_undone(client, cast, review):
    path, case = f"/tasks/{review.id}", review.case
    assert "接手办理" not in Visitor(client, "wangmin").get(path).text
    cast.until(date(2026, 3, 10))

    office = Visitor(client, "wangmin")
    assert "接手办理" in office.get(path).text
    office.post(f"{path}/step-in")
    office.post(f"{path}/complete", **REVIEW)

    assert cast.open_tasks(case) == ["dispatch"]


def test_the_same_through_the_interface(client, cast, review):
    path = f"/tasks/{review.id}/step-in"
    assert Caller(client, "wangmin").post(path, status=403)["code"] == "not_allowed"

    cast.until(date(2026, 3, 10))

    assert Caller(client, "wangmin").post(path)["role"] == "office"
