import io

import pytest

from app.services import accounts, letters
from tests.web.calling import Caller


@pytest.fixture
def clerk(client, clock):
    return Caller(client, "lyxx_clerk")


def send(caller, content, name, status=201, **options):
    form = {"file": (io.BytesIO(content), name)}
    return caller.post("/evidence", status, data=form, **options)


def test_a_file_comes_back_as_it_was(clerk):
    kept = send(clerk, "整改说明".encode(), "说明.txt")

    assert (kept["name"], kept["size"], kept["same_in"]) == ("说明.txt", 12, [])
    back = clerk.response("GET", f"/evidence/{kept['id']}")
    assert back.data.decode() == "整改说明"
    assert back.headers["Content-Disposition"].startswith("attachment")
    back.close()


def test_a_loose_file_is_its_uploaders_alone(client, clerk):
    kept = send(clerk, b"text", "a.txt")

    assert Caller(client, "wangmin").get(f"/evidence/{kept['id']}", 404)["code"] == "not_found"


def test_a_file_of_no_known_kind_is_refused(clerk):
    assert send(clerk, b"MZ", "a.exe", 422)["code"] == "invalid"
    assert send(clerk, b"x", "", 422)["code"] == "invalid"


def test_a_body_that_is_no_form_is_refused(clerk):
    refused = clerk.post("/evidence", 415, data=b"text", content_type="text/plain")

    assert refused["status"] == 415


def test_a_file_over_its_limit_is_refused_unread(clerk):
    body = io.BytesIO(b"--x")
    environ = {"CONTENT_LENGTH": "60000000", "wsgi.input": body}
    kind = "multipart/form-data; boundary=x"

    refused = clerk.post("/evidence", 413, environ_overrides=environ, content_type=kind)

    assert refused["code"] == "too_large"
    assert body.tell() == 0


def test_letters_are_listed_and_read(client, cast):
    case = cast.open_case()
    cast.walks(case, "acknowledge", "draft_plan", "sign_plan", "review_plan", "approve_plan")
    cast.until(case.due_on)
    cast.passes(days=7)
    office = Caller(client, "wangmin")

    (letter, *_) = office.get("/letters?state=draft")["items"]

    assert (letter["case"], letter["kind"], letter["number"]) == (case.number, "expediting", None)
    assert office.get(f"/letters/{letter['id']}") == letter
    school = Caller(client, "lyxx_clerk")
    assert school.get(f"/letters/{letter['id']}", 404)["code"] == "not_found"
    assert set(office.get("/letters?state=lost", 422)["errors"]) == {"state"}


def test_letters_come_page_by_page_and_those_of_a_case_with_it(client, cast):
    cases = [cast.open_case(), cast.open_case()]
    for case in cases:
        cast.walks(case, "acknowledge", "draft_plan", "sign_plan", "review_plan", "approve_plan")
    cast.until(max(case.due_on for case in cases))
    cast.passes(days=7)
    office = Caller(client, "wangmin")

    first = office.get("/letters?limit=1")
    second = office.get(f"/letters?limit=1&cursor={first['next']}")

    found = [letter["case"] for page in (first, second) for letter in page["items"]]
    assert sorted(found) == sorted(case.number for case in cases)
    assert second["next"] is None
    for case in cases:
        (own,) = letters.of_case(case, accounts.actor("wangmin"))
        assert own.case.number == case.number
