from dataclasses import replace

import pytest

from tests.appointing import ANSWERS, KEY, bundle, published
from tests.web.calling import Caller, feedback


@pytest.fixture
def office(client, clock):
    return Caller(client, "wangmin")


@pytest.fixture
def case(office):
    return office.post("/cases", 201, json=feedback(number="N1"))


def test_a_process_tells_what_it_waits_for(office, case):
    (task,) = Caller(office.client, "lyxx_clerk").get("/tasks")["items"]

    process = office.get(f"/processes/{task['process']}")

    assert (process["diagram"], process["version"]) == ("rectification", 1)
    assert (process["subject"], process["status"]) == ("N1", "running")
    assert [one["id"] for one in process["open_tasks"]] == [task["id"]]
    timers = {one["step"] for one in process["timers"]}
    assert timers
    assert set(process["tokens"]) == {"acknowledge"} | timers
    assert process["incidents"] == []


def test_somebody_elses_process_is_not_there(office, case):
    (task,) = Caller(office.client, "lyxx_clerk").get("/tasks")["items"]
    other = Caller(office.client, "blxx_clerk")

    assert other.get(f"/processes/{task['process']}", 404)["code"] == "not_found"


@pytest.fixture
def by_hand(app, clock):
    """A process about no case, and one about a case that people begin."""
    about_case = bundle(('"subject" value="none"', '"subject" value="case"'), (KEY, "check_up"))
    published()
    published(replace(about_case, key="check_up"))


def test_a_process_about_a_case_is_started_on_any_published_diagram(office, case, by_hand):
    body = {"diagram": "check_up", "variables": {}, "subject": "N1"}

    process = office.post("/processes", 201, json=body)

    assert (process["diagram"], process["subject"]) == ("check_up", "N1")
    assert office.get(f"/processes/{process['id']}") == process


REFUSED = [
    ({"diagram": "nothing", "subject": "N1"}, 404),
    ({"diagram": "check_up", "subject": "N9"}, 404),
    ({"diagram": "check_up"}, 422),
    ({"diagram": "check_up", "variables": {"reason": ["a"]}, "subject": "N1"}, 422),
    ({"diagram": "check_up", "variables": {"x" * 300: 1}, "subject": "N1"}, 422),
    ({"diagram": "check_up", "variables": {"reason": 10**1000}, "subject": "N1"}, 422),
    ({"diagram": "check_up", "variables": [], "subject": "N1"}, 422),
    ({"diagram": "expediting", "variables": {"reason": "overdue"}, "subject": "N1"}, 403),
    ({"variables": {}}, 422),
]


def test_what_cannot_be_started_is_refused(office, case, by_hand):
    for body, status in REFUSED:
        office.post("/processes", status, json=body)


def test_only_the_office_starts_processes(client, by_hand):
    school = Caller(client, "lyxx_clerk")

    refused = school.post("/processes", 403, json={"diagram": KEY})

    assert refused["code"] == "not_allowed"


@pytest.fixture
def appointment(office, by_hand):
    return office.post("/processes", 201, json={"diagram": KEY})


def test_processes_about_no_case_are_listed_by_what_tells_them_apart(office, appointment):
    (task,) = appointment["open_tasks"]
    answers = {"answers": dict(ANSWERS["propose"])}
    office.post(f"/tasks/{task['id']}/complete", 200, json=answers)
    second = office.post("/processes", 201, json={"diagram": KEY})

    page = office.get("/processes?limit=1&running=true")
    rest = office.get(f"/processes?limit=1&running=true&cursor={page['next']}")

    assert [one["id"] for one in page["items"]] == [second["id"]]
    assert [(one["title"], one["started_by"]) for one in rest["items"]] == [("贺兰", "wangmin")]
    assert (page["total"], rest["next"]) == (2, None)
    assert Caller(office.client, "lyxx_head").get("/processes")["items"] == []


def test_its_history_is_told_to_whom_it_concerns(office, appointment):
    address = f"/processes/{appointment['id']}/history"

    assert [one["text"] for one in office.get(address)["items"]] == ["发起流程“兼职督学聘任”"]
    assert Caller(office.client, "lyxx_head").get(address, 404)["code"] == "not_found"


def test_it_is_terminated_by_the_head_of_the_office(office, appointment):
    address, why = f"/processes/{appointment['id']}/terminate", {"reason": "人选调离"}
    assert office.post(address, 403, json=why)["code"] == "not_allowed"
    head = Caller(office.client, "chenjianguo")
    assert "reason" in head.post(address, 422, json={"reason": " "})["errors"]

    ended = head.post(address, 200, json=why)

    assert (ended["status"], ended["open_tasks"]) == ("terminated", [])
    assert head.post(address, 422, json=why)["code"] == "wrong_stage"
