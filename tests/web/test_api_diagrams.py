from io import BytesIO
from pathlib import Path

import pytest

from tests.web.calling import Caller

XML = "application/xml"
BPMN = (Path(__file__).parents[2] / "bpmn/rectification.bpmn").read_text(encoding="utf-8")


@pytest.fixture
def analyst(client, clock):
    return Caller(client, "fenxi")


def test_the_list_tells_every_version(analyst):
    items = analyst.get("/diagrams")["items"]

    found = {(one["key"], one["version"], one["state"]) for one in items}
    assert ("rectification", 1, "published") in found
    assert all(one["published_at"] for one in items)


def test_a_drawing_comes_as_xml(analyst):
    by_key = analyst.get("/diagrams/rectification", headers={"Accept": XML})
    by_version = analyst.get("/diagrams/rectification/1")

    assert by_key == by_version == BPMN.encode()


def test_what_is_known_of_a_diagram_comes_as_json(analyst):
    by_key = analyst.get("/diagrams/rectification")
    by_version = analyst.get("/diagrams/rectification/1", headers={"Accept": "application/json"})

    assert by_key == by_version
    assert by_key["name"]


def test_a_diagram_that_is_not_there(analyst):
    assert analyst.get("/diagrams/nothing", 404)["code"] == "not_found"
    assert analyst.get("/diagrams/rectification/99", 404)["code"] == "not_found"
    assert analyst.get(f"/diagrams/rectification/{10**40}", 404)["code"] == "not_found"


def test_our_own_diagram_passes_the_linter(analyst):
    found = analyst.post("/diagrams/lint", data=BPMN.encode(), content_type=XML)

    assert [one for one in found["problems"] if one["severity"] == "error"] == []


def test_what_is_wrong_is_named_with_its_element(analyst):
    wrong = BPMN.replace('camunda:candidateGroups="unit_owner"', 'camunda:candidateGroups="king"')

    found = analyst.post("/diagrams/lint", data=wrong.encode(), content_type=XML)

    problem = next(one for one in found["problems"] if one["element"] == "draft_plan")
    assert problem["code"] == "catalogue/role"
    assert "king" in problem["message"]


NO_DIAGRAMS = [
    b"",
    b"no xml",
    b"\xff\xfe\x00",
    b"<a/>",
    b"<a>" * 5000,
    b"<!DOCTYPE a [<!ENTITY b 'c'>]><a>&b;</a>",
    '<?xml version="1.0" encoding="GBK"?><a>问</a>'.encode("gbk"),
    BPMN.encode()[: len(BPMN) // 2],
    BPMN.encode("utf-16"),
]


def test_what_is_no_diagram_has_problems_and_never_an_error(analyst):
    for body in NO_DIAGRAMS:
        found = analyst.post("/diagrams/lint", data=body, content_type=XML)

        assert found["problems"]


def test_a_drawing_over_two_megabytes_is_refused_unread(analyst):
    body = BytesIO(b" " * 10)
    environ = {"CONTENT_LENGTH": "3000000", "wsgi.input": body}

    refused = analyst.post("/diagrams/lint", 413, environ_overrides=environ)

    assert refused["code"] == "too_large"
    assert body.tell() == 0
