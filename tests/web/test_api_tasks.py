import pytest

from app.services import accounts, tasks
from tests.cast import ANSWERS, SCHOOL
from tests.web.calling import Caller

PROGRESS = {
    "next_step": "progress",
    "progress_on": "2026-03-02",
    "percent": 10,
    "progress": "已召开专题会议，明确责任人，制定留样登记制度，购置留样柜和留样盒，开展一次培训。",
}
TO_RECTIFY = ("acknowledge", "draft_plan", "sign_plan", "review_plan", "approve_plan")
TO_VERIFY = (*TO_RECTIFY, "rectify", "sign_report", "first_review")


@pytest.fixture
def case(cast):
    return cast.open_case()


@pytest.fixture
def clerk(client, cast, case):
    return Caller(client, cast.whose(cast.task(case, "acknowledge")).username)


@pytest.fixture
def task(cast, case):
    return cast.task(case, "acknowledge")


def test_the_inbox_lists_what_waits(clerk, case, task):
    page = clerk.get("/tasks")

    assert page["total"] == 1
    assert page["next"] is None
    (item,) = page["items"]
    assert item["id"] == task.id
    assert (item["key"], item["case"], item["unit"]) == ("acknowledge", case.number, SCHOOL)
    assert (item["role"], item["assignee"], item["overdue"]) == ("unit_clerk", None, False)
    assert item["due_at"].endswith("+08:00")


def test_a_task_comes_with_its_case_and_its_form(clerk, case, task):
    found = clerk.get(f"/tasks/{task.id}")

    assert found["case"]["number"] == case.number
    assert found["form"]["key"] == "acknowledge"
    assert found["form"]["version"] == 1
    assert found["form"]["fields"][0]["key"]
    assert found["draft"] is None
    assert found["why_not"] is None


def test_labels_of_a_form_come_in_english(clerk, task):
    english = clerk.get(f"/tasks/{task.id}", headers={"Accept-Language": "en"})

    assert all(field["label"].isascii() for field in english["form"]["fields"])


def test_completing_a_task_tells_what_opened_next(clerk, case, task):
    body = {"answers": ANSWERS["acknowledge"], "revision": task.revision}

    done = clerk.post(f"/tasks/{task.id}/complete", json=body)

    assert [one["key"] for one in done["opened"]] == ["draft_plan"]
    assert done["case"]["stage"] == "planning"
    assert [one["id"] for one in clerk.get("/tasks?view=done")["items"]] == [task.id]


def test_whoever_comes_second_learns_who_was_first_and_when(clerk, cast, case, task):
    cast.does(case, "acknowledge")

    late = clerk.post(f"/tasks/{task.id}/complete", 409, json={"answers": {"nonsense": 1}})

    assert late["code"] == "already_done"
    assert "2026-03-02 09:00" in late["detail"]


def test_a_stale_revision_is_a_conflict(clerk, task):
    body = {"answers": ANSWERS["acknowledge"], "revision": task.revision}
    clerk.post(f"/tasks/{task.id}/claim")

    assert clerk.post(f"/tasks/{task.id}/complete", 409, json=body)["code"] == "conflict"


def test_wrong_answers_are_told_field_by_field(clerk, cast, case):
    cast.does(case, "acknowledge")
    plan = ANSWERS["plan"]
    rows = [{**plan["measures"][0], "ends_on": "soon", "colour": "red"}]
    answers = {**plan, "cause": "", "measures": rows, "unknown": 1}

    path = f"/tasks/{cast.task(case, 'draft_plan').id}/complete"
    refused = clerk.post(path, 422, json={"answers": answers})

    assert refused["code"] == "invalid"
    assert set(refused["errors"]) == {
        "cause",
        "measures.0.ends_on",
        "measures.0.colour",
        "unknown",
    }


def test_a_file_that_is_not_there_is_no_evidence(clerk, cast, case):
    cast.walks(case, *TO_RECTIFY)
    path = f"/tasks/{cast.task(case, 'rectify').id}/complete"

    for file_id in (7, 2**63, 10**30):
        body = {"answers": {**PROGRESS, "evidence": [file_id]}}
        assert set(clerk.post(path, 422, json=body)["errors"]) == {"evidence"}


def test_somebody_elses_task_is_not_there(client, cast, task):
    other = Caller(client, "blxx_clerk")

    assert other.get(f"/tasks/{task.id}", 404)["code"] == "task_not_found"
    assert other.post(f"/tasks/{task.id}/claim", 404)["code"] == "task_not_found"


def test_the_office_sees_a_schools_task_but_must_not_do_it(client, task):
    office = Caller(client, "wangmin")

    assert office.get(f"/tasks/{task.id}")["why_not"]
    body = {"answers": ANSWERS["acknowledge"]}
    refused = office.post(f"/tasks/{task.id}/complete", 403, json=body)
    assert refused["code"] == "not_allowed"


def test_claiming_and_releasing(clerk, task):
    claimed = clerk.post(f"/tasks/{task.id}/claim")
    assert claimed["assignee"] == clerk.get("/me")["username"]
    assert clerk.get("/tasks?view=claimable")["items"] == []

    released = clerk.post(f"/tasks/{task.id}/release")
    assert released["assignee"] is None
    assert released["revision"] == claimed["revision"] + 1


def test_a_claimed_task_is_not_claimed_again_and_says_whose_it_is(client, cast, case):
    cast.walks(case, *TO_VERIFY)
    task = cast.task(case, "dispatch")
    tasks.claim(task.id, accounts.actor("wangmin"))

    refused = Caller(client, "zhaolei").post(f"/tasks/{task.id}/claim", 409)

    assert "王敏" in refused["detail"]


def test_a_task_is_handed_over_to_who_holds_the_same_post(client, cast, case):
    cast.walks(case, *TO_VERIFY)
    path, office = f"/tasks/{cast.task(case, 'dispatch').id}/hand-over", Caller(client, "wangmin")

    assert office.post(path, 403, json={"username": "lyxx_clerk"})["code"] == "not_allowed"
    assert office.post(path, json={"username": "zhaolei"})["assignee"] == "zhaolei"


def test_a_draft_is_kept_for_who_may_do_the_task(client, clerk, task):
    body = {"answers": {"signed_by": "张"}, "revision": task.revision}

    assert clerk.post(f"/tasks/{task.id}/draft", json=body)["draft_at"]

    assert clerk.get(f"/tasks/{task.id}")["draft"] == {"signed_by": "张"}
    assert Caller(client, "wangmin").get(f"/tasks/{task.id}")["draft"] is None


def test_pages_follow_each_other_without_gap_or_repetition(clerk, cast):
    for _ in range(4):
        cast.open_case()

    first = clerk.get("/tasks?limit=3")
    second = clerk.get(f"/tasks?limit=3&cursor={first['next']}")

    ids = [item["id"] for page in (first, second) for item in page["items"]]
    assert len(ids) == len(set(ids)) == first["total"] == 5
    assert second["next"] is None


def test_a_cursor_of_another_list_is_refused(clerk, cast):
    for _ in range(2):
        cast.open_case()
    cursor = clerk.get("/tasks?limit=1")["next"]

    refused = clerk.get(f"/tasks?view=done&cursor={cursor}", 422)

    assert set(refused["errors"]) == {"cursor"}


def test_overdue_tasks_alone(client, clerk, cast, case, clock):
    assert clerk.get("/tasks?overdue=1")["items"] == []

    cast.does(case, "acknowledge")
    clock.move_to(cast.task(case, "draft_plan").due_at)
    late = Caller(client, "lyxx_owner").get("/tasks?overdue=true")

    assert [(item["key"], item["overdue"]) for item in late["items"]] == [("draft_plan", True)]


WRONG_PARAMETERS = ["limit=0", "limit=201", "limit=x", "view=all", "sort=name", "overdue=maybe"]


def test_a_wrong_parameter_is_named(clerk):
    for query in WRONG_PARAMETERS:
        refused = clerk.get(f"/tasks?{query}", 422)

        assert set(refused["errors"]) == {query.partition("=")[0]}
