"""Importing on the page: looked at first, then taken; and what is given out opens elsewhere."""

import io
import json
import zipfile
from pathlib import Path

import pytest

from app.services.design import drafts, exports, signers
from tests.web.visiting import Visitor

CAMUNDA8 = (Path(__file__).parents[1] / "engine" / "camunda8.bpmn").read_bytes()
CAMUNDA7 = (Path(__file__).parents[1] / "engine" / "camunda7.bpmn").read_bytes()


@pytest.fixture
def analyst(client, clock):
    return Visitor(client, "fenxi")


def file(content, name):
    return {"file": (io.BytesIO(content), name)}


def zipped(**files):
    whole = io.BytesIO()
    with zipfile.ZipFile(whole, "w") as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return whole.getvalue()


def unzipped(page):
    archive = zipfile.ZipFile(io.BytesIO(page.body))
    return {name: archive.read(name) for name in archive.namelist()}


def test_a_file_of_the_desktop_modeler_is_looked_at_before_it_is_taken(analyst):
    looked = analyst.post("/designer/import", status=200, **file(CAMUNDA8, "聘任.bpmn"))

    assert '=duration("P3D")' in looked.text
    assert "未能换算，需要您改写" in looked.text
    assert looked.value("key") == "appointment"
    assert drafts.find("appointment") is None


def test_what_was_looked_at_becomes_a_draft_with_the_list_of_changes(analyst):
    analyst.post("/designer/import", status=200, **file(CAMUNDA8, "聘任.bpmn"))

    taken = {"as": "draft", "key": "appointment", "name": "督学聘任", "revision": "0"}
    told = analyst.follow(analyst.post("/designer/import/run", **taken))

    assert drafts.get("appointment").forms.keys() == {"form_agree"}
    assert "资格审查" in told.text
    assert "现为 P3D" in told.text


def test_a_new_process_without_a_proper_name_is_asked_again(analyst):
    analyst.post("/designer/import", status=200, **file(CAMUNDA8, "聘任.bpmn"))

    wrong = {"as": "draft", "key": "聘任", "name": "督学聘任", "revision": "0"}
    page = analyst.post("/designer/import/run", status=422, **wrong)

    assert "标识用小写英文字母" in page.text
    assert page.value("key") == "聘任"


def test_a_form_alone_is_put_into_the_process_that_was_chosen(analyst):
    form = json.dumps({"type": "default", "components": [{"type": "text", "text": "新"}]})
    analyst.post(
        "/designer/import", status=200, into="expediting", **file(form.encode(), "sign.form")
    )

    analyst.post("/designer/import/run", **{"as": "draft", "revision": "0"})

    assert drafts.get("expediting").forms["sign"]["components"][0]["text"] == "新"


@pytest.mark.parametrize(
    ("content", "name", "says"),
    [
        (b"hello", "a.txt", "没有可导入的内容"),
        (b"<a", "a.bpmn", "不是合法的 XML"),
        (b"<!DOCTYPE a><a/>", "a.bpmn", "DOCTYPE"),
        (b"PK\x03\x04rest", "a.zip", "压缩包无法读取"),
        (b"{}", "a.form", "请选择这些表单和决策表要导入到哪个流程"),
        (b"[[[", "a.form", "不是有效的JSON"),
        (b'{"components": [1]}', "a.form", "字段须是一个JSON对象"),
    ],
)
def test_what_is_no_process_is_refused_with_the_reason(analyst, content, name, says):
    page = analyst.post("/designer/import", status=422, **file(content, name))

    assert says in page.text


def test_the_head_of_the_office_may_not_import(client, clock):
    head = Visitor(client, "chenjianguo")

    assert head.get("/designer/import", status=403)


def test_a_signed_bundle_of_an_office_that_we_trust_waits_for_its_review(analyst, actor):
    bundle = exports.signed_bundle("expediting", 1, actor("fenxi"))

    looked = analyst.post("/designer/import", status=200, **file(bundle, "a.zip"))
    page = analyst.post("/designer/import/run", status=422, **{"as": "version"})

    assert "签名有效，内容未被改动" in looked.text
    assert "内容与第1版（已发布）相同，无需导入" in page.text


def test_the_head_of_the_office_decides_whom_to_trust(client, clock):
    other = "A" * 43 + "="
    head = Visitor(client, "chenjianguo")

    head.post("/designer/bundles", name="邻县督导办", public_key=other)

    page = head.get("/designer/bundles")
    assert "邻县督导办" in page.text
    assert signers.fingerprint(other) in page.text
    (form,) = page.all("//form[contains(@action, 'distrust')]")
    head.post(form.get("action"))
    assert "还没有信任其他单位" in head.get("/designer/bundles").text


def test_an_analyst_sees_whom_we_trust_and_can_not_change_it(analyst):
    page = analyst.get("/designer/bundles")

    assert "由督导办主任决定" in page.text
    assert analyst.post("/designer/bundles", status=403, name="邻县", public_key="A" * 43 + "=")


def test_the_pack_for_the_desktop_holds_templates_forms_and_tables(analyst):
    files = unzipped(analyst.get("/designer/rectification/desktop-pack.zip"))

    templates = json.loads(files[".camunda/element-templates/xiaohao.json"])
    assert {"xiaohao.user_task", "xiaohao.effect.remind", "xiaohao.deadline.T05"} <= {
        one["id"] for one in templates
    }
    assert {"README.md", "rectification.bpmn", "forms/plan.form", "time_limit.dmn"} <= files.keys()


def test_every_version_can_be_downloaded_as_files(analyst):
    page = analyst.get("/designer/rectification/export")

    assert "签名包" in page.text
    drawing = analyst.get("/designer/rectification/export.bpmn?version=1").body
    assert b'modeler:executionPlatform="Camunda Platform"' in drawing
    assert "forms/plan.form" in unzipped(analyst.get("/designer/rectification/export.zip"))
    assert analyst.get("/designer/rectification/export.bpmn?version=x", status=404)
