"""The pages of forms and decision tables without JavaScript, and the same by the API."""

import json
from io import BytesIO
from pathlib import Path

import pytest

from app.services.design import drafts
from tests.web.calling import Caller
from tests.web.visiting import Visitor

SIGN = "/designer/rectification/forms/sign"
TABLES = "/designer/rectification/decisions"
LIGHT = (Path(__file__).parents[2] / "bpmn/light.dmn").read_text(encoding="utf-8")


@pytest.fixture
def analyst(client, clock):
    return Visitor(client, "fenxi")


def fields(page):
    """What a browser would send of the editor's form."""
    form = page.one("//form[@id='field-form']")
    return {
        one.name: one.value
        for one in form.xpath(".//input | .//select | .//textarea")
        if one.name and one.value is not None and (one.get("type") != "checkbox" or one.checked)
    }


def send(analyst, page, _do="save", status=200, path=SIGN, **more):
    return analyst.post(path, status=status, **{**fields(page), "_do": _do, **more})


def sign():
    return drafts.get("rectification").forms["sign"]["components"]


def test_others_are_kept_out_and_the_head_only_looks(client, clock):
    Visitor(client, "wangmin").get("/designer/rectification/forms", status=403)

    page = Visitor(client, "chenjianguo").get(SIGN)
    assert page.all("//button[@name='_do']") == []
    Visitor(client, "chenjianguo").post(SIGN, status=403, _do="delete:1")


def test_the_list_says_where_each_form_is_used(analyst):
    page = analyst.get("/designer/rectification/forms")

    assert "负责人签批方案" in page.text
    assert "系统有固定含义" in page.text


def test_in_english_forms_and_tables_are_listed_with_the_english_names_of_their_steps(analyst):
    analyst.post("/locale", locale="en", status=302)

    page = analyst.get("/designer/rectification/forms")
    assert page.title == "Rectification of a problem: forms"
    assert "Draft the rectification plan" in page.text
    assert "制定整改方案" not in page.text
    assert "审定权限" not in analyst.get(TABLES).one("//tbody/tr[1]/td[1]").text_content()


def test_a_form_gets_a_name_and_loses_it_again(analyst):
    named = send(analyst, analyst.get(SIGN), title=" 签批单 ")
    assert "签批单" in analyst.get("/designer/rectification/forms").text
    assert drafts.get("rectification").forms["sign"]["title"] == "签批单"

    send(analyst, named, title="")

    assert "title" not in drafts.get("rectification").forms["sign"]


def test_a_form_begins_empty_and_goes_again(analyst):
    page = analyst.post("/designer/rectification/forms", way="new", title="走访记录", key="visit")
    assert "还没有字段" in analyst.follow(page).text

    page = analyst.post("/designer/rectification/forms/visit/delete")

    assert "已删除表单“visit”" in analyst.follow(page).text


def test_a_bad_name_comes_back_with_its_fault(analyst):
    page = analyst.post("/designer/rectification/forms", 422, way="new", title="走访", key="Besuch")

    assert "小写英文字母" in page.text
    assert page.one("//input[@id='new-title']").get("value") == "走访"


def test_a_file_is_taken_in_and_given_out_again(analyst, client):
    form = {"id": "visit", "custom": {"x": 1}, "components": [{"type": "text", "text": "您好"}]}
    file = (BytesIO(json.dumps(form).encode()), "visit.form")

    analyst.post("/designer/rectification/forms", way="file", key="", file=file)
    page = analyst.get("/designer/rectification/forms/visit.form")

    assert json.loads(page.body) == form


def test_a_field_is_added_set_moved_deleted_and_brought_back(analyst):
    page = send(analyst, analyst.get(SIGN), "add", new_type="number", new_label="人数")
    assert [one["key"] for one in sign()] == ["signed", "number", "opinion"]

    page = send(analyst, page, **{"set.max": "9", "set.key": "people", "set.required": "true"})
    assert sign()[1]["validate"] == {"required": True, "max": 9}
    page = send(analyst, page, "down:1")
    assert [one["key"] for one in sign()] == ["signed", "opinion", "people"]

    page = send(analyst, page, "delete:2")
    assert len(sign()) == 2
    send(analyst, page, page.one("//button[@id='undo-removal']").get("value"))
    assert sign()[2]["key"] == "people"


def test_a_condition_is_chosen_and_checked(analyst):
    page = analyst.get(f"{SIGN}?field=1")

    page = send(analyst, page, condition_field="signed", condition_is="is", condition_value="yes")
    assert sign()[1]["conditional"] == {"hide": 'signed != "yes"'}
    page = send(analyst, page, condition_field="=", condition_raw="nobody == 1")

    assert "没有名为“nobody”的字段或事项数据" in page.text
    assert sign()[1]["conditional"] == {"hide": "nobody == 1"}


def test_what_the_program_reads_can_neither_go_nor_be_renamed(analyst):
    page = send(analyst, analyst.get(SIGN), **{"set.key": "other"})
    refused = send(analyst, page, "delete:0", status=403)

    assert "不能删除" in refused.text
    with pytest.raises(Exception, match="草稿"):
        sign()


def test_nothing_typed_is_lost_when_somebody_was_faster(analyst, actor):
    page = analyst.get(SIGN)
    form = drafts.bundle("rectification").forms["sign"]
    other = {**form, "components": form["components"][::-1]}
    forms = {**drafts.bundle("rectification").forms, "sign": other}
    drafts.keep("rectification", actor("fenxi"), revision=0, forms=forms)

    told = send(analyst, page, status=409, **{"set.label": "结论"})

    assert "方析" in told.text
    assert told.value("set.label") == "结论"
    send(analyst, told)
    assert [one["label"] for one in sign()] == ["退回意见", "结论"]


def keeps_meanwhile(actor, **changes):
    """Keep the form as somebody else has it by now."""
    whole = drafts.bundle("rectification").forms
    changed = {**whole, "sign": {**whole["sign"], **changes}}
    drafts.keep("rectification", actor("fenxi"), revision=0, forms=changed)


def test_the_name_and_the_new_field_that_were_typed_stay_when_somebody_was_faster(analyst, actor):
    page = analyst.get(SIGN)
    keeps_meanwhile(actor, title="别人改的")

    typed = {"title": "我改的", "new_label": "附言", "new_type": "textarea"}
    told = send(analyst, page, "add", status=409, **typed)

    assert (told.value("title"), told.value("new_label")) == ("我改的", "附言")
    added = send(analyst, told, "add")
    assert added.value("title") == drafts.get("rectification").forms["sign"]["title"] == "我改的"
    assert [one["type"] for one in sign() if one["label"] == "附言"] == ["textarea"]


def test_a_name_that_only_the_other_changed_is_not_changed_back(analyst, actor):
    page = analyst.get(SIGN)
    keeps_meanwhile(actor, title="别人改的")

    told = send(analyst, page, status=409, **{"set.label": "结论"})

    assert told.value("title") == "别人改的"
    send(analyst, told)
    assert drafts.get("rectification").forms["sign"]["title"] == "别人改的"


def test_a_field_that_somebody_deleted_can_be_added_again_as_typed(analyst, actor):
    page = analyst.get(f"{SIGN}?field=1")
    form = drafts.bundle("rectification").forms["sign"]
    forms = {**drafts.bundle("rectification").forms, "sign": {**form, "components": []}}
    drafts.keep("rectification", actor("fenxi"), revision=0, forms=forms)

    told = send(analyst, page, status=409, **{"set.label": "理由"})
    send(analyst, told, told.one("//button[@id='undo-removal']").get("value"))

    assert [(one["key"], one["label"]) for one in sign()] == [("opinion", "理由")]


@pytest.mark.parametrize(
    "odd",
    [
        {"_do": "open:9.9"},
        {"_do": "up:"},
        {"_do": "down:77"},
        {"_do": "drag", "_drag": "0>"},
        {"_do": "drag", "_drag": "x>y"},
        {"_do": "undo:", "removed": "["},
        {"_do": "undo:0", "removed": "[]"},
        {"_do": "undo:0", "removed": "[" * 100_000},
        {"_do": "add", "new_type": "image"},
        {"_do": "add", "new_type": "text", "new_holder": "0"},
        {"_do": "delete:1.2.3.4.5.6.7.8.9"},
        {"_do": "save", "open": "a.b", "open_id": ""},
        {"_do": "into", "holder": "0.0"},
    ],
)
def test_odd_requests_are_refused_and_change_nothing(analyst, odd):
    page = analyst.get(SIGN)

    analyst.post(SIGN, 422 if odd.get("new_type") == "image" else 404, **{**fields(page), **odd})

    with pytest.raises(Exception, match="草稿"):
        sign()


def test_the_preview_is_checked_as_the_real_form_is(analyst):
    page = analyst.post(f"{SIGN}/try", 200, signed="no", opinion="短")
    assert "至少 10 字" in page.text

    page = analyst.post(f"{SIGN}/try", 200, signed="yes")
    assert "这样填写可以提交" in page.text


def test_a_table_is_read_and_tried_without_a_script(analyst):
    page = analyst.get(f"{TABLES}/light")
    assert "剩余日数" in page.text

    page = analyst.post(f"{TABLES}/light/try", 200, remaining="-1", period="30", lag="0")

    assert "符合的规则：1、" in page.text
    assert page.all("//tr[@class='hit']")


def test_a_table_begins_and_goes_again(analyst):
    page = analyst.follow(analyst.post(TABLES, name="选择", key="choice"))
    assert page.title.startswith("选择")

    analyst.post(f"{TABLES}/choice/delete")

    assert "choice" not in drafts.get("rectification").decisions


def put(analyst, client, path, **body):
    headers = {"X-CSRFToken": analyst.token()}
    return client.put(path, json=body, headers=headers)


def test_a_table_is_kept_with_its_faults_named(analyst, client):
    path, xml = f"{TABLES}/light", LIGHT.replace('"blue"', "blue")

    answer = put(analyst, client, path, xml=xml, revision=0, seen="")
    assert answer.status_code == 200
    assert [(one["row"], one["column"]) for one in answer.json["problems"]] == [(5, "预警灯")]

    again = put(analyst, client, path, xml=LIGHT, revision=0, seen="")
    assert again.status_code == 409
    assert "方析" in again.json["detail"]


def test_programs_have_forms_and_tables_checked(client, clock):
    caller = Caller(client, "fenxi")
    form = {"components": [{"type": "radio", "key": "signed", "label": "结论"}]}

    found = caller.post("/diagrams/forms/check", json={"key": "sign", "form": form})["problems"]
    assert [(one["code"], one["field"], one["place"]) for one in found] == [
        ("form/options", "signed", "0")
    ]
    body = {
        "key": "light",
        "xml": LIGHT.replace("&lt; 0", "&lt;&lt; 0"),
        "diagram": "rectification",
    }
    found = caller.post("/diagrams/decisions/check", json=body)["problems"]
    assert [(one["row"], one["column"]) for one in found] == [(1, "剩余日数")]
    Caller(client, "wangmin").post("/diagrams/forms/check", 403, json={"form": form})
