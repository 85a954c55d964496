"""Nothing that anybody may send is answered with 500."""

import base64
import json
import random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.api.openapi import description
from tests.web.calling import Caller, feedback

NASTY = ["\x00", "\ud800", "%", "'; drop table task; --", "𠀀" * 200, "../..", "１２", "\u202e"]


@pytest.fixture
def office(client, clock):
    return Caller(client, "wangmin")


BROKEN = [
    b"",
    b"{",
    b"nul",
    b"[" * 100_000,
    b"[" * 500 + b"]" * 500,
    b'{"a": NaN}',
    b"\xff\xfe\x00",
    b'{"username": "\\ud800"}',
    b'{"username": "a\\u0000", "password": "b"}',
    b'{"n": ' + b"9" * 5000 + b"}",
]


def test_what_is_no_json_is_malformed(client):
    for raw in BROKEN:
        refused = Caller(client).post("/tokens", 400, data=raw, content_type="application/json")

        assert refused["code"] == "malformed"


MISSHAPEN = [[], 7, "text", [[]], {"answers": []}]


def test_json_of_the_wrong_shape_is_invalid(office):
    for body in MISSHAPEN:
        refused = office.post("/cases", 422, json=body)

        assert refused["errors"]


OTHER_KINDS = ["text/plain", "application/xml", "multipart/form-data", ""]


def test_a_body_of_another_kind_is_refused(office):
    for kind in OTHER_KINDS:
        raw = json.dumps(feedback())

        assert office.post("/cases", 415, data=raw, content_type=kind)["status"] == 415


def test_a_body_over_its_limit_is_refused(office):
    refused = office.post("/cases", 413, json=feedback(problem="长" * 600_000))

    assert refused["code"] == "too_large"


def test_a_wrong_method_is_told_the_right_ones(office):
    refused = office.response("PUT", "/cases")

    assert refused.status_code == 405
    assert "GET" in refused.headers["Allow"]
    assert refused.content_type == "application/problem+json"


def test_an_address_that_is_not_there(office):
    assert office.response("GET", "/nothing").json["code"] == "not_found"


def cursor(*parts):
    return base64.urlsafe_b64encode(json.dumps(parts).encode()).decode().rstrip("=")


CURSORS = [
    "x",
    "AAAA",
    "W10",
    "é",
    "a" * 501,
    cursor("mine", "2026", 1),  # no moment
    cursor("mine", 1, 1),  # no text
    cursor("mine", "2026-01-01", -1),  # no row
    cursor("mine", "0001-01-01T00:00:00+08:00", 1),  # before time
]


def test_a_wrong_cursor_is_refused(office):
    for text in CURSORS:
        for path in ("/tasks", "/timers", "/cases"):
            assert set(office.get(f"{path}?cursor={text}", 422)["errors"]) == {"cursor"}


NO_ROWS = [-1, 2**31, 2**63, 10**30]


def test_a_cursor_to_no_row_is_refused(office):
    for row in NO_ROWS:
        day = cursor("cases", "2026-01-01", row)

        assert set(office.get(f"/cases?cursor={day}", 422)["errors"]) == {"cursor"}


PATHS = ("/cases/{}", "/cases/{}/history", "/tasks/{}", "/diagrams/{}", "/processes/{}")


def test_strange_texts_in_addresses_find_nothing_or_are_refused(office):
    for text in map(quoted, NASTY):
        for path in PATHS:
            assert office.response("GET", path.format(text)).status_code in (404, 308), path
        for query in ("q", "unit", "stage", "cursor"):
            assert office.response("GET", f"/cases?{query}={text}").status_code in (200, 422)


def quoted(text):
    return "".join(f"%{byte:02X}" for byte in text.encode("utf-8", "surrogatepass"))


NUMBERS = ["0", "2147483647", "2147483648", "9" * 10, "9" * 5000, "-1", "1e9", "٣"]


def test_numbers_of_no_row_find_nothing(office):
    for row in NUMBERS:
        for path in ("/tasks/{}", "/processes/{}", "/evidence/{}", "/letters/{}"):
            assert office.response("GET", path.format(quoted(row))).status_code == 404


VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(10**40), 10**40)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=30)
    | st.sampled_from(NASTY[2:]),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=9), inner),
    max_leaves=8,
)


@settings(
    max_examples=120, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(data=st.data())
def test_no_body_is_answered_with_500(office, data):
    path, fields = data.draw(st.sampled_from(BODIES))
    body = data.draw(
        st.fixed_dictionaries({}, optional=dict.fromkeys(fields, VALUES)) | VALUES, label=path
    )

    status = office.response("POST", path, json=body).status_code

    assert 200 <= status < 500


class _Parts(dict):
    """What stands in a path: the first of everything."""

    def __missing__(self, _name):
        return 1


def _bodies():
    document = description()
    schemas = document["components"]["schemas"]
    found = []
    for path, operations in document["paths"].items():
        content = operations.get("post", {}).get("requestBody", {}).get("content", {})
        reference = content.get("application/json", {}).get("schema", {}).get("$ref")
        if reference:
            names = list(schemas[reference.rpartition("/")[2]]["properties"])
            found.append((path.format_map(_Parts(number="N1")), names))
    return found


BODIES = _bodies()


def test_no_answer_to_a_real_form_is_answered_with_500(office, cast):
    case = cast.open_case(number="N1")
    chance, clerk = random.Random(7), Caller(office.client, "lyxx_clerk")
    task = clerk.get("/tasks")["items"][0]
    keys = [field["key"] for field in clerk.get(f"/tasks/{task['id']}")["form"]["fields"]]
    values = [
        None,
        True,
        10**30,
        -0.1,
        "\u202e",
        "9" * 9000,
        [],
        {},
        [[1]],
        {"a": {}},
        "2026-13-01",
    ]

    for _ in range(60):
        answers = {key: chance.choice(values) for key in keys}
        path = f"/tasks/{cast.task(case, 'acknowledge').id}"
        assert clerk.response("POST", f"{path}/draft", json={"answers": answers}).status_code < 500
        status = clerk.response("POST", f"{path}/complete", json={"answers": answers}).status_code
        assert status in (422, 200)
        if status == 200:
            break
