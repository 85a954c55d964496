"""Drafts and versions through the API: two programs, each of a person of their own."""

from pathlib import Path

import pytest

from tests.web.calling import Caller

XML = "application/xml"
KEY = "expediting"
BPMN = (Path(__file__).parents[2] / "bpmn/expediting.bpmn").read_text(encoding="utf-8")
NEWER = BPMN.replace('name="督办函"', 'name="催办"')


@pytest.fixture
def analyst(client, clock):
    return Caller(client, "fenxi")


@pytest.fixture
def head(client, clock):
    return Caller(client, "chenjianguo")


@pytest.fixture
def office(client, clock):
    return Caller(client, "wangmin")


def handed_in(analyst, xml=NEWER, **options):
    return analyst.post("/diagrams", 201, data=xml.encode(), content_type=XML, **options)


def test_a_drawing_is_handed_in_and_published_by_another(analyst, head):
    made = handed_in(analyst)
    published = head.post(f"/diagrams/{KEY}/2/publish", json={})

    assert (made["key"], made["version"], made["state"]) == (KEY, 2, "draft")
    assert (published["state"], published["author"], published["approver"]) == (
        "published",
        "方析",
        "陈建国",
    )
    assert analyst.get(f"/diagrams/{KEY}")["version"] == 2


def test_nobody_publishes_their_own(analyst):
    handed_in(analyst)

    refused = analyst.post(f"/diagrams/{KEY}/2/publish", 403, json={})

    assert refused["code"] == "own_work"
    assert "另一位业务分析员或督导办主任" in refused["detail"]


def test_a_drawing_with_errors_is_refused_with_all_of_them(analyst):
    broken = BPMN.replace('formKey="expediting_letter"', 'formKey="nothing"')

    refused = analyst.post("/diagrams", 422, data=broken.encode(), content_type=XML)

    assert {one["severity"] for one in refused["problems"]} == {"error"}
    assert all(one["message"] for one in refused["problems"])


@pytest.mark.parametrize("raw", [b"", b"<a", b"\xff", b"<!DOCTYPE a [<!ENTITY b 'c'>]><a>&b;</a>"])
def test_what_is_no_drawing_is_refused(analyst, raw):
    assert analyst.post("/diagrams", 422, data=raw, content_type=XML)["problems"]


def test_a_bundle_brings_its_own_forms(analyst):
    body = {"key": "lending", "xml": BPMN, "forms": {}, "note": "试用"}

    refused = analyst.post("/diagrams", 422, json=body)

    assert "catalogue/form" in " ".join(one["code"] for one in refused["problems"])


def test_a_bundle_without_forms_uses_those_that_are_published(analyst):
    made = analyst.post("/diagrams", 201, json={"key": KEY, "xml": NEWER, "note": "试用"})

    assert (made["version"], made["note"]) == (2, "试用")


def test_a_key_that_is_no_address_is_refused(analyst):
    body = {"key": "a/b", "xml": BPMN, "note": "试用"}

    assert analyst.post("/diagrams", 422, json=body)["errors"]["key"]


def test_the_same_key_hands_in_once(analyst):
    headers = {"Idempotency-Key": "one"}

    first, again = (handed_in(analyst, headers=headers) for _ in range(2))

    assert first == again
    assert analyst.get(f"/diagrams/{KEY}/history")["items"][0]["version"] == 2
    analyst.get(f"/diagrams/{KEY}/3", 404)


def test_a_version_waits_for_its_day_and_is_withdrawn_and_returned(analyst, head):
    handed_in(analyst)
    one = f"/diagrams/{KEY}/2"

    coming = head.post(f"{one}/publish", json={"effective_on": "2026-03-09", "note": "同意"})
    waiting = head.post(f"{one}/withdraw", json={"reason": "推迟"})
    returned = head.post(f"{one}/return", json={"reason": "缺依据"})

    assert (coming["state"], coming["effective_at"]) == ("approved", "2026-03-09T00:00:00+08:00")
    assert (waiting["state"], waiting["effective_at"]) == ("draft", None)
    assert returned["state"] == "returned"
    assert analyst.get(f"/diagrams/{KEY}/draft")["xml"] == NEWER
    events = analyst.get(f"/diagrams/{KEY}/history")["items"]
    assert [one["act"] for one in events[:3]] == ["returned", "withdrawn", "approved"]


def test_an_old_version_is_restored(analyst, head):
    handed_in(analyst)
    head.post(f"/diagrams/{KEY}/2/publish", json={})

    restored = head.post(f"/diagrams/{KEY}/1/restore", json={"reason": "暂缓"})
    head.post(f"/diagrams/{KEY}/1/restore", 422, json={"reason": "暂缓"})

    assert restored["state"] == "published"


def test_a_draft_is_kept_and_submitted(analyst):
    path = f"/diagrams/{KEY}/draft"

    kept = analyst.call("PUT", path, 200, json={"revision": 0, "xml": NEWER, "note": "初稿"})
    (line,) = analyst.get("/drafts")["items"]
    whole = analyst.get(path)
    body = {"revision": kept["revision"], "note": "新规"}
    made = analyst.post(f"{path}/submit", 201, json=body)

    assert kept == line
    assert (whole["xml"], whole["base_version"], whole["saved_by"]) == (NEWER, 1, "方析")
    assert "sign" in whole["forms"]
    assert (made["version"], made["state"]) == (2, "draft")
    analyst.get(path, 404)


def test_a_draft_goes_back_and_is_thrown_away(analyst):
    path = f"/diagrams/{KEY}/draft"
    first = analyst.call("PUT", path, 200, json={"revision": 0, "xml": NEWER, "note": "甲"})
    body = {"revision": first["revision"], "xml": "<broken", "note": "乙"}
    second = analyst.call("PUT", path, 200, json=body)
    save = analyst.get(f"{path}/saves")["items"][-1]

    again = {"revision": second["revision"]}
    back = analyst.post(f"{path}/saves/{save['id']}/go-back", json=again)
    assert analyst.get(path)["xml"] == NEWER
    analyst.call("DELETE", f"{path}?revision={second['revision']}", 409)
    analyst.call("DELETE", f"{path}?revision={back['revision']}", 204)

    analyst.get(path, 404)


def test_who_comes_second_hears_who_was_first(analyst):
    path = f"/diagrams/{KEY}/draft"
    analyst.call("PUT", path, 200, json={"revision": 0})

    refused = analyst.call("PUT", path, 409, json={"revision": 0, "xml": NEWER})

    assert refused["code"] == "draft_changed"
    assert "方析" in refused["detail"]


def test_forms_and_tables_have_their_shape(analyst):
    for content in ({"forms": {"plan": 1}}, {"decisions": {"light": {}}}, {"xml": 1}):
        body = {"revision": 0, **content}

        analyst.call("PUT", f"/diagrams/{KEY}/draft", 422, json=body)


def test_a_new_process_begins(analyst):
    begun = analyst.post("/drafts", 201, json={"key": "lending", "name": "借阅"})

    assert (begun["key"], begun["name"], begun["base_version"]) == ("lending", "借阅", None)
    assert analyst.post("/drafts", 422, json={"key": "lending", "name": "借"})["errors"].keys() == {
        "key",
        "name",
    }


def test_others_neither_draw_nor_look(office):
    office.get("/drafts", 403)
    office.get(f"/diagrams/{KEY}/draft", 403)
    office.get(f"/diagrams/{KEY}/draft/saves", 403)
    office.get(f"/diagrams/{KEY}/history", 403)
    office.call("PUT", f"/diagrams/{KEY}/draft", 403, json={"revision": 0})
    office.post("/diagrams", 403, data=NEWER.encode(), content_type=XML)
    office.post(f"/diagrams/{KEY}/1/restore", 403, json={"reason": "不行"})
