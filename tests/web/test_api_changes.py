"""Changes and objections through the API: the same rules as on the pages."""

import pytest

from app.db import db
from app.domain.vocabulary import Category, Mode, Stage
from tests.integration.test_changes import files, grants, signs
from tests.integration.test_objections import MATTER
from tests.web.calling import Caller

ANSWERS = {
    "asked_until": "2026-04-20",
    "extension_ground": "procurement",
    "reason": "设备招标流标，须重新采购。",
    "done_so_far": "已完成现场清理。",
    "safeguards": "安排专人值守，每周报告。",
}
ASK = {"kind": "extension", "answers": ANSWERS}


@pytest.fixture
def case(cast):
    return cast.starts_work()


@pytest.fixture
def owner(client, clock):
    return Caller(client, "lyxx_owner")


def path(case, rest=""):
    return f"/cases/{case.number}/changes{rest}"


def test_a_program_asks_for_time_and_reads_what_was_decided(cast, owner, case):
    made = owner.post(path(case), 201, json=ASK)
    assert (made["state"], made["late"], made["due_on"]) == ("pending", False, "2026-04-01")

    db.session.rollback()  # what was read before the call may have changed
    signs(cast, case)
    grants(cast, case)

    (found,) = owner.get(path(case))["items"]
    assert (found["state"], found["granted_until"]) == ("granted", "2026-04-20")
    assert found["decided_by"] == "陈建国"
    assert owner.get(f"/cases/{case.number}")["due_on"] == "2026-04-20"


def test_the_effect_is_told_beforehand(owner, case):
    found = owner.post(path(case, "/preview"), json={"kind": "extension", "until": "2026-04-20"})

    assert (found["due_from"], found["due_to"]) == ("2026-04-01", "2026-04-20")
    assert {"moved", "kept"} <= {one["fate"] for one in found["timers"]}
    assert owner.get(path(case))["items"] == []


def test_what_is_previewed_is_what_then_happens(cast, owner, case):
    ask = {"kind": "extension", "until": "2026-04-20"}
    told = {
        one["key"]: one["to_at"]
        for one in owner.post(path(case, "/preview"), json=ask)["timers"]
        if one["fate"] == "moved"
    }

    files(case)
    signs(cast, case)
    grants(cast, case)

    timers = owner.get(f"/cases/{case.number}/timers")["items"]
    armed = {one["step"]: one["due_at"] for one in timers if one["state"] == "armed"}
    assert told
    assert {key: armed[key] for key in told} == told


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "kind"),
        ({"kind": "party", "answers": {}}, "kind"),
        ({"kind": "extension"}, "answers"),
        ({"kind": "extension", "answers": {}}, "reason"),
        ({"kind": "extension", "answers": {**ANSWERS, "reason": "短"}}, "reason"),
        ({"kind": "extension", "answers": {**ANSWERS, "asked_until": "soon"}}, "asked_until"),
        ({"kind": "extension", "answers": {**ANSWERS, "asked_until": "2026-09-01"}}, "asked_until"),
        ({"kind": "extension", "answers": {**ANSWERS, "colour": "red"}}, "colour"),
        (
            {"kind": "extension", "answers": {**ANSWERS, "extension_ground": "x"}},
            "extension_ground",
        ),
        ({"kind": "extension", "answers": {**ANSWERS, "files": [99]}}, "files"),
        ({"kind": "suspension", "answers": ANSWERS}, "suspension_ground"),
        ({"kind": "termination", "answers": ANSWERS}, "study"),
        ({"kind": "extension", "answers": ANSWERS, "granted": True}, "granted"),
    ],
)
def test_a_bad_request_is_named_field_by_field(owner, case, body, field):
    problem = owner.post(path(case), 422, json=body)

    assert field in problem["errors"]
    assert owner.get(path(case))["items"] == []


@pytest.mark.parametrize("body", ["", "[]", '{"kind": "extension"', '"x"'])
def test_what_is_no_request_at_all_is_refused(owner, case, body):
    response = owner.response(
        "POST",
        f"/cases/{case.number}/changes",
        data=body,
        headers={"Content-Type": "application/json"},
    )

    assert response.status_code in (400, 422)


@pytest.mark.parametrize(
    ("who", "status"),
    [("sgzx_owner", 404), ("lyxx_clerk", 403), ("zhangjing", 403), ("wangmin", 403)],
)
def test_only_the_lead_units_owner_asks(client, clock, case, who, status):
    Caller(client, who).post(path(case), status, json=ASK)


def test_limits_hold_here_too(cast, owner):
    case = cast.open_case(category=Category.C05, mode=Mode.IMMEDIATE, limit_days=15)
    cast.does(case, "acknowledge")

    assert "立行立改" in owner.post(path(case), 422, json=ASK)["detail"]


def test_one_at_a_time_and_the_same_key_asks_once(owner, case):
    key = {"headers": {"Idempotency-Key": "a"}}
    first = owner.post(path(case), 201, json=ASK, **key)

    assert owner.post(path(case), 201, json=ASK, **key)["id"] == first["id"]
    assert owner.post(path(case), 409, json=ASK)["code"] == "conflict"


def test_a_request_is_taken_back_once(client, owner, case):
    made = owner.post(path(case), 201, json=ASK)

    Caller(client, "lyxx_head").post(f"/changes/{made['id']}/withdraw", 403)
    assert owner.post(f"/changes/{made['id']}/withdraw")["state"] == "withdrawn"
    assert owner.post(f"/changes/{made['id']}/withdraw", 422)["code"] == "wrong_stage"
    owner.post("/changes/999999/withdraw", 404)


def test_choices_and_form_tell_a_program_what_to_send(owner, case):
    choices = {one["kind"]: one["why_not"] for one in owner.get(path(case, "/choices"))["items"]}
    form = owner.get(path(case, "/form?kind=extension"))

    assert choices["extension"] is None
    assert choices["resumption"]
    needed = {one["key"] for one in form["fields"] if one["required"]}
    assert {"asked_until", "reason", "done_so_far", "safeguards"} <= needed
    grounds = next(one for one in form["fields"] if one["key"] == "extension_ground")["options"]
    assert {"value": "procurement", "label": "招标采购"} in grounds
    owner.get(path(case, "/form?kind=x"), 422)


def test_the_register_goes_on_at_its_cursor(cast, client, clock, case):
    others = [cast.starts_work() for _ in range(2)]
    for one in (case, *others):
        files(one)
    office = Caller(client, "wangmin")

    first = office.get("/changes?limit=2&kind=extension&state=pending")
    rest = office.get(f"/changes?limit=2&cursor={first['next']}")

    assert [len(first["items"]), len(rest["items"]), rest["next"]] == [2, 1, None]
    assert office.get("/changes?state=granted")["items"] == []
    office.get("/changes?cursor=zz", 422)
    assert Caller(client, "sgzx_owner").get("/changes")["items"] == []


def test_an_objection_is_filed_read_and_taken_back(cast, client, clock):
    case = cast.open_case()
    cast.does(case, "acknowledge")
    head, address = Caller(client, "lyxx_head"), f"/cases/{case.number}/objections"

    assert (
        "reason"
        in head.post(address, 422, json={"answers": {"matter": "问题定性有误。"}})["errors"]
    )
    made = head.post(address, 201, json={"answers": MATTER})
    head.post(address, 409, json={"answers": MATTER})

    assert made["state"] == "filed"
    assert head.get(address)["items"][0]["matter"] == MATTER["matter"]
    Caller(client, "sgzx_head").get(address, 404)
    Caller(client, "lyxx_owner").post(address, 403, json={"answers": MATTER})
    assert head.post(f"/objections/{made['id']}/withdraw")["state"] == "withdrawn"


def test_a_preview_of_what_cannot_be_is_refused(owner, case):
    for body in ({"kind": "extension"}, {"kind": "reassignment", "to_unit": "没有这个单位"}):
        owner.post(path(case, "/preview"), 422, json=body)
    owner.post("/cases/QL-0/changes/preview", 404, json={"kind": "suspension"})
    assert case.stage is Stage.RECTIFYING
