import pytest

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


def test_a_process_about_a_case_is_started_on_any_published_diagram(office, case):
    body = {"diagram": "expediting", "variables": {"reason": "overdue"}, "subject": "N1"}

    process = office.post("/processes", 201, json=body)

    assert (process["diagram"], process["subject"]) == ("expediting", "N1")
    assert office.get(f"/processes/{process['id']}") == process


REFUSED = [
    ({"diagram": "nothing", "subject": "N1"}, 404),
    ({"diagram": "expediting", "subject": "N9"}, 404),
    ({"diagram": "expediting", "variables": {"reason": ["a"]}, "subject": "N1"}, 422),
    ({"diagram": "expediting", "variables": {"x" * 300: 1}, "subject": "N1"}, 422),
    ({"diagram": "expediting", "variables": {"reason": 10**1000}, "subject": "N1"}, 422),
    ({"diagram": "expediting", "variables": [], "subject": "N1"}, 422),
    ({"variables": {}}, 422),
]


def test_what_cannot_be_started_is_refused(office, case):
    for body, status in REFUSED:
        office.post("/processes", status, json=body)


def test_only_the_office_starts_processes(client, clock):
    school = Caller(client, "lyxx_clerk")

    refused = school.post("/processes", 403, json={"diagram": "expediting", "subject": "N1"})

    assert refused["code"] == "not_allowed"
