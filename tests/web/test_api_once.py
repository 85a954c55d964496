import io
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from app.db import db
from app.domain.case import Case
from app.domain.idempotency import IdempotencyKey
from app.services import idempotency
from tests.cast import ANSWERS
from tests.web.calling import Caller, feedback

KEY = {"Idempotency-Key": "k1"}


@pytest.fixture
def office(client, clock):
    return Caller(client, "wangmin")


def test_a_repeated_write_is_done_once_and_answered_alike(office):
    first = office.post("/cases", 201, json=feedback(), headers=KEY)
    again = office.response("POST", "/cases", json=feedback(), headers=KEY)

    assert (again.status_code, again.json) == (201, first)
    assert again.headers["Idempotency-Replayed"] == "true"
    assert office.get("/cases")["total"] == 1


def test_a_repeated_completion_is_no_conflict(office, cast):
    case = cast.open_case()
    path = f"/tasks/{cast.task(case, 'acknowledge').id}/complete"
    clerk, body = Caller(office.client, "lyxx_clerk"), {"answers": ANSWERS["acknowledge"]}

    first = clerk.post(path, json=body, headers=KEY)

    assert clerk.post(path, json=body, headers=KEY) == first
    assert clerk.post(path, 409, json=body)["code"] == "already_done"


def test_a_repeated_upload_is_one_file_whatever_its_boundary(office):
    def send(content):
        form = {"file": (io.BytesIO(content), "a.txt")}
        return office.response("POST", "/evidence", data=form, headers=KEY)

    assert send(b"text").json == send(b"text").json
    assert send(b"other").json["code"] == "idempotency_key_reused"


def test_the_same_key_for_something_else_is_refused(office):
    office.post("/cases", 201, json=feedback(), headers=KEY)

    refused = office.post("/cases", 422, json=feedback(problem="另一问题"), headers=KEY)

    assert refused["code"] == "idempotency_key_reused"


def test_keys_of_different_people_and_calls_are_different(office, cast):
    case = cast.open_case()
    path = f"/tasks/{cast.task(case, 'acknowledge').id}"
    clerk = Caller(office.client, "lyxx_clerk")

    assert clerk.post(f"{path}/claim", headers=KEY)["assignee"] == "lyxx_clerk"
    assert clerk.post(f"{path}/release", headers=KEY)["assignee"] is None
    office.post("/cases", 201, json=feedback(), headers=KEY)


def test_what_was_refused_may_be_tried_again_under_its_key(office):
    office.post("/cases", 422, json=feedback(unit="无此校"), headers=KEY)

    office.post("/cases", 201, json=feedback(), headers=KEY)


def test_the_key_the_change_and_its_answer_are_committed_together(office, monkeypatch):
    def fail(*_args):
        raise RuntimeError("the power is cut")

    monkeypatch.setattr(idempotency, "keep", fail)
    with pytest.raises(RuntimeError):
        office.response("POST", "/cases", json=feedback(), headers=KEY)
    monkeypatch.undo()
    assert db.session.scalar(select(func.count(Case.id))) == 0

    office.post("/cases", 201, json=feedback(), headers=KEY)
    db.session.rollback()
    assert db.session.scalar(select(func.count(Case.id))) == 1


def test_whoever_loses_the_race_for_a_key_changes_nothing(office, monkeypatch):
    first = office.post("/cases", 201, json=feedback(), headers=KEY)
    look, looks = idempotency.answered, []

    def look_too_early(write):
        looks.append(write)
        return None if len(looks) == 1 else look(write)

    monkeypatch.setattr(idempotency, "answered", look_too_early)

    assert office.post("/cases", 201, json=feedback(), headers=KEY) == first
    assert db.session.scalar(select(func.count(Case.id))) == 1


def test_keys_are_forgotten_after_a_day(office, clock):
    office.post("/cases", 201, json=feedback(), headers=KEY)
    clock.shift(timedelta(days=1, minutes=1))

    later = Caller(office.client, "wangmin")
    later.post("/cases", 201, json=feedback(), headers={"Idempotency-Key": "k2"})

    assert db.session.scalar(select(func.count(IdempotencyKey.digest))) == 1


BAD_KEYS = ["", "x" * 201, "\x7f"]


def test_a_key_that_cannot_be_kept_is_refused(office):
    for key in BAD_KEYS:
        headers = {"Idempotency-Key": key}

        refused = office.post("/cases", 422, json=feedback(), headers=headers)

        assert set(refused["errors"]) == {"Idempotency-Key"}
