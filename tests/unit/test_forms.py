"""Forms: what an answer must be, and what is done about one that isn't."""

import json
from datetime import timedelta
from pathlib import Path

import pytest
from werkzeug.datastructures import MultiDict

from app.clock import today
from app.domain.errors import Invalid
from app.forms import (
    Option,
    Setting,
    answers_of,
    fields_of,
    parse_post,
    schema_of,
    summary_of,
    variables_of,
    view_of,
)

FORMS = Path("bpmn/forms")
TEAM = Setting(options={"users:team": [Option("wang", "王强"), Option("li", "李娜")]})


def form(*components):
    return {"id": "sample", "components": list(components)}


def field(kind, key, **more):
    properties = more.pop("properties", {})
    limits = {name: more.pop(name) for name in (*LIMITS,) if name in more}
    return {
        "type": kind,
        "key": key,
        "label": key,
        "validate": limits,
        "properties": properties,
        **more,
    }


LIMITS = ("required", "min", "max", "minLength", "maxLength", "pattern")
VERDICT = field(
    "radio",
    "passed",
    required=True,
    values=[{"value": "yes", "label": "同意"}, {"value": "no", "label": "退回"}],
    properties={"variable": "passed"},
)
REASON = field("textarea", "reason", required=True, conditional={"hide": 'passed != "no"'})
ROWS = field(
    "dynamiclist",
    "measures",
    required=True,
    components=[
        field("textfield", "text", required=True),
        field("number", "weight", min=1, max=100, defaultValue=100),
    ],
)


def refused(shape, data, setting=TEAM, **how):
    with pytest.raises(Invalid) as caught:
        answers_of(shape, data, setting, **how)
    return caught.value.fields


def test_a_required_field_left_blank_is_asked_for_by_name():
    assert refused(form(REASON | {"conditional": None}), {"reason": "  "}) == {
        "reason": ["请填写“reason”。"]
    }


def test_a_hidden_field_is_neither_required_nor_kept():
    answers = answers_of(form(VERDICT, REASON), {"passed": "yes", "reason": "没有"})

    assert answers == {"passed": "yes"}


def test_a_field_that_comes_into_view_is_required():
    assert "reason" in refused(form(VERDICT, REASON), {"passed": "no"})


def test_a_condition_may_read_the_variables_of_the_process():
    shape = form(field("textfield", "place", required=True, conditional={"hide": 'how == "paper"'}))

    assert answers_of(shape, {}, Setting(context={"how": "paper"})) == {}
    assert "place" in refused(shape, {}, Setting(context={"how": "visit"}))


def test_a_groups_condition_binds_its_members():
    group = {"type": "group", "components": [REASON | {"conditional": None}]}
    shape = form(VERDICT, group | {"conditional": {"hide": 'passed == "yes"'}})

    assert answers_of(shape, {"passed": "yes"}) == {"passed": "yes"}


def test_an_unknown_field_is_refused_by_name_in_the_api():
    assert refused(form(VERDICT), {"passed": "yes", "stage": "closed_out"}) == {
        "stage": ["表单没有这一项。"]
    }


def test_an_unknown_field_is_ignored_in_a_browsers_post():
    assert answers_of(form(VERDICT), {"passed": "yes", "csrf_token": "x"}, lenient=True) == {
        "passed": "yes"
    }


@pytest.mark.parametrize(
    ("component", "value", "message"),
    [
        (field("textfield", "x", maxLength=3), "一二三四", "最多 3 字，现有 4 字。"),
        (field("textarea", "x", minLength=5), "一二", "至少 5 字，现有 2 字。"),
        (field("textfield", "x", pattern=r"\d{4}"), "12", "格式不正确。"),
        (field("textfield", "x"), "a\x00b", "含有不可见的控制字符，请删除后重试。"),
        (field("textfield", "x"), 5, "须为文字。"),
        (field("textfield", "x"), "长" * 201, "最多 200 字，现有 201 字。"),
        (field("number", "x", min=1), 0, "不得小于 1。"),
        (field("number", "x", max=100), 101, "不得大于 100。"),
        (field("number", "x"), 1.5, "请填写整数。"),
        (field("number", "x", decimalDigits=2), 1.234, "最多保留 2 位小数。"),
        (field("number", "x"), "12", "请填写数字。"),
        (field("number", "x"), True, "请填写数字。"),
        (field("number", "x"), float("nan"), "数字过大。"),
        (field("number", "x"), 1e300, "数字过大。"),
        (field("select", "x", values=[{"value": "a", "label": "甲"}]), "b", "请从所列选项中选择。"),
        (field("select", "x", properties={"options": "users:team"}), "x", "请从所列选项中选择。"),
        (field("checkbox", "x"), "yes", "只能为是或否。"),
        (field("datetime", "x"), "2026-02-30", "日期或时间格式不正确，应如 2026-09-30。"),
        (field("datetime", "x"), "0026-02-03", "年份不合理，请核对。"),
        (
            field("datetime", "x", subtype="time"),
            "25:00",
            "日期或时间格式不正确，应如 2026-09-30。",
        ),
        (field("filepicker", "x"), [1, 2], "最多 1 项。"),
        (field("dynamiclist", "x", components=[]), [{}] * 201, "最多 200 项。"),
    ],
)
def test_an_answer_out_of_range_is_refused_in_plain_words(component, value, message):
    assert refused(form(component), {"x": value}) == {"x": [message]}


def test_a_date_keeps_within_the_case_and_the_calendar(monkeypatch):
    shape = form(field("datetime", "x", properties={"notBefore": "due", "notAfter": "due+15"}))
    setting = Setting(context={"due": "2026-09-30"})

    assert refused(shape, {"x": "2026-09-29"}, setting) == {"x": ["不得早于 2026-09-30。"]}
    assert answers_of(shape, {"x": "2026-10-15"}, setting) == {"x": "2026-10-15"}
    assert refused(shape, {"x": "2026-10-16"}, setting) == {"x": ["不得晚于 2026-10-15。"]}


def test_an_error_in_a_table_names_the_row_and_the_column():
    rows = [{"text": "换锁", "weight": 100}, {"weight": 0}]

    assert refused(form(ROWS), {"measures": rows}) == {
        "measures.1.text": ["请填写“text”。"],
        "measures.1.weight": ["不得小于 1。"],
    }


def test_a_table_that_is_no_table_is_refused():
    assert refused(form(ROWS), {"measures": "换锁"}) == {"measures": ["须为列表。"]}
    assert refused(form(ROWS), {"measures": ["换锁"]}) == {"measures.0": ["格式不正确。"]}


@pytest.mark.parametrize("data", [None, [], "text", 3])
def test_a_body_that_is_no_object_is_refused(data):
    assert refused(form(VERDICT), data) == {"_schema": ["格式不正确。"]}


def test_a_browsers_post_is_read_into_types_and_rows():
    shape = form(VERDICT, ROWS, field("checkbox", "sure"), field("filepicker", "files"))
    post = MultiDict(
        [
            ("passed", "yes"),
            ("measures.0.text", ""),
            ("measures.0.weight", "100"),
            ("measures.7.text", " 换锁\r\n检查 "),
            ("measures.7.weight", "多"),
            ("files", "12"),
            ("measures.9999999999999999999999.text", "x"),
        ]
    )

    assert parse_post(shape, post) == {
        "passed": "yes",
        "measures": [{"text": "换锁\n检查", "weight": "多"}],
        "sure": False,
        "files": [12],
    }


def test_only_declared_answers_enter_the_process():
    assert variables_of(form(VERDICT, REASON), {"passed": "no", "reason": "缺项"}) == {
        "passed": "no"
    }


def test_an_expression_is_computed_not_believed():
    total = field("expression", "total", expression="=a + b")
    shape = form(field("number", "a"), field("number", "b"), total)

    assert answers_of(shape, {"a": 2, "b": 3}) == {"a": 2, "b": 3, "total": 5}
    assert refused(shape, {"total": 9}) == {"total": ["表单没有这一项。"]}


def test_a_fresh_form_shows_its_first_values():
    name = field("textfield", "by", properties={"prefill": "user.name"})

    view = view_of(form(name, ROWS), Setting(prefills={"user.name": "张建国"}))

    assert view.fields[0].value == "张建国"
    assert view.fields[1].rows[0][1].value == 100


def test_a_date_may_first_show_so_many_days_from_today():
    until = field("datetime", "until", subtype="date", properties={"prefill": "today+15"})

    view = view_of(form(until), Setting())

    assert view.fields[0].value == (today() + timedelta(days=15)).isoformat()


def test_a_form_sent_back_shows_what_was_typed_and_what_was_wrong():
    answers = {"measures": [{"text": "换锁", "weight": 0}]}

    view = view_of(
        form(ROWS), answers=answers, errors={"measures.0.weight": ["太小。"], "zz": ["不明。"]}
    )

    assert view.faults == (("field-measures-0-weight", "measures第 1 行 weight", "太小。"),)
    assert view.stray == ("不明。",)


def test_the_page_knows_which_answers_change_what_is_shown():
    view = view_of(form(VERDICT, REASON))

    assert view.watched == {"passed"}
    assert view.hidden == ["reason"]


def test_answers_are_read_back_in_the_words_of_the_form():
    lines = summary_of(form(VERDICT, ROWS), {"passed": "no", "measures": [{"text": "换锁"}]})

    assert lines[0].text == "退回"
    assert lines[1].rows[0][0].text == "换锁"


@pytest.mark.parametrize("path", sorted(FORMS.glob("*.form")), ids=lambda path: path.stem)
def test_every_form_of_ours_can_be_described_and_drawn(path):
    shape = json.loads(path.read_text())

    assert all(item["key"] and item["label"] for item in fields_of(shape))
    assert view_of(shape, TEAM).fields
    assert refused(shape, {})


def test_one_form_is_checked_in_two_settings_at_once():
    shape = form(field("select", "x", properties={"options": "users:team"}))
    other = Setting(options={"users:team": [Option("zhao", "赵磊")]})

    first, second = schema_of(shape, TEAM), schema_of(shape, other)

    assert first.load({"x": "wang"}) == {"x": "wang"}
    assert second.load({"x": "zhao"}) == {"x": "zhao"}
    assert "x" in refused(shape, {"x": "wang"}, other)


def test_a_column_may_be_hidden_by_the_rows_own_answer_or_the_forms():
    by_row = field("textfield", "why", required=True, conditional={"hide": 'ok == "yes"'})
    by_form = field("textfield", "fund", required=True, conditional={"hide": 'passed == "no"'})
    rows = field("dynamiclist", "checks", components=[field("textfield", "ok"), by_row, by_form])
    shape = form(VERDICT, rows)

    assert answers_of(shape, {"passed": "no", "checks": [{"ok": "yes"}]})
    assert refused(shape, {"passed": "yes", "checks": [{"ok": "no"}]}) == {
        "checks.0.why": ["请填写“why”。"],
        "checks.0.fund": ["请填写“fund”。"],
    }
