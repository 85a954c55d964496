"""Processes from elsewhere and for elsewhere, by the API."""

import io
import json
import zipfile
from pathlib import Path
from time import process_time

import pytest

from app.engine.parsing import BPMN
from app.services.design import drafts
from tests.web.calling import Caller

CAMUNDA8 = (Path(__file__).parents[1] / "engine" / "camunda8.bpmn").read_bytes()
XML = {"content_type": "application/xml"}


@pytest.fixture
def analyst(client, clock):
    return Caller(client, "fenxi")


@pytest.fixture
def head(client, clock):
    return Caller(client, "chenjianguo")


def test_a_file_of_another_modeler_becomes_a_draft_and_what_was_changed_is_told(analyst):
    taken = analyst.post("/diagrams/import?name=聘任", 201, data=CAMUNDA8, **XML)

    assert taken["draft"]["key"] == "appointment"
    assert {one["kind"] for one in taken["changes"]} == {"converted", "unconverted", "idle"}
    assert taken["problems"]
    kept = analyst.get("/diagrams/appointment/draft")
    assert any("现为 P3D" in one for one in kept["converted"])


def test_an_archive_comes_as_a_form_of_a_browser_too(analyst):
    whole = io.BytesIO()
    with zipfile.ZipFile(whole, "w") as archive:
        archive.writestr("a/sign.form", json.dumps({"components": []}))
        archive.writestr("a/notes.txt", "x")

    data = {"file": (io.BytesIO(whole.getvalue()), "a.zip")}
    taken = analyst.post("/diagrams/import?into=expediting", 201, data=data)

    assert taken["skipped"] == ["a/notes.txt"]
    assert drafts.get("expediting").forms["sign"] == {"components": []}


def test_hostile_files_are_refused_with_a_code(analyst):
    refused = analyst.post("/diagrams/import", 422, data=b"<!DOCTYPE a><a/>", **XML)
    assert [one["code"] for one in refused["problems"]] == ["xml_doctype"]

    refused = analyst.post("/diagrams/import", 422, data=b"PK", content_type="application/zip")
    assert refused["code"] == "file/kind"


def test_a_file_of_absurd_size_is_answered_in_time(analyst):
    tasks = "".join(f'<userTask id="t{number}" name="t"/>' for number in range(2_990))
    process = f'<process id="huge" name="巨大">{tasks}</process>'
    text = f'<definitions xmlns="{BPMN}">{process}</definitions>'

    before = process_time()
    taken = analyst.post("/diagrams/import", 201, data=text.encode(), **XML)
    assert process_time() - before < 6
    assert len(taken["problems"]) == 500

    more = text.replace("<process", '<task id="x"/>' * 20 + "<process")
    refused = analyst.post("/diagrams/import", 422, data=more.encode(), **XML)
    assert [one["code"] for one in refused["problems"]] == ["file/too_many_elements"]


def test_what_is_not_signed_can_not_become_a_version(analyst):
    refused = analyst.post("/diagrams/import?as=version", 422, data=CAMUNDA8, **XML)

    assert refused["code"] == "bundle/format"


def test_a_bundle_goes_out_signed_and_is_known_when_it_comes_back(analyst):
    bundle = analyst.get("/diagrams/expediting/1/bundle")

    taken = analyst.post("/diagrams/import", 201, data=bundle, content_type="application/zip")

    assert taken["seal"]["trusted"] is True
    assert taken["changes"] == []


def test_files_and_the_pack_for_the_desktop_are_given_out(analyst):
    for path in ("files", "files?version=1", "desktop-pack"):
        answer = analyst.get(f"/diagrams/expediting/{path}")
        assert "expediting.bpmn" in zipfile.ZipFile(io.BytesIO(answer)).namelist()


def test_the_head_of_the_office_decides_whom_to_trust(head, analyst):
    whom = {"name": "邻县督导办", "public_key": "A" * 43 + "="}

    analyst.post("/diagrams/signers", 403, json=whom)
    made = head.post("/diagrams/signers", 201, json=whom)

    assert made["own"] is False
    assert [one["own"] for one in head.get("/diagrams/signers")["items"]] == [False, True]
    head.call("DELETE", f"/diagrams/signers/{made['id']}", 204)
    assert [one["own"] for one in analyst.get("/diagrams/signers")["items"]] == [True]


def test_others_neither_import_nor_see_the_bundles(client, clock):
    clerk = Caller(client, "wangmin")

    clerk.post("/diagrams/import", 403, data=CAMUNDA8, **XML)
    clerk.get("/diagrams/expediting/1/bundle", 403)
    clerk.get("/diagrams/signers", 403)
