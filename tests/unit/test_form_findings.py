"""The linter of forms: every fault is named with its field; no form makes it stumble."""

import json
from pathlib import Path
from typing import Any

import pytest

from app.domain.form_types import PREFILLS, SURROUNDINGS, TYPES
from app.forms import components
from app.forms.filling import _LOOKED_UP, _PROCESS, _SHOWN
from app.services.design.form_findings import findings, problems, readable

FORMS = Path(__file__).parents[2] / "bpmn/forms"


def form(*fields: Any) -> dict[str, Any]:
    return {"id": "visit", "type": "default", "components": list(fields)}


def text(key: str = "place", **more: Any) -> dict[str, Any]:
    return {"type": "textfield", "key": key, "label": "地点"} | more


def codes(given: Any, *, key: str = "visit", case: bool = False) -> list[str]:
    return [one.problem.code for one in findings(key, given, case=case)]


@pytest.mark.parametrize("file", sorted(FORMS.glob("*.form")), ids=lambda one: one.stem)
def test_our_own_forms_have_no_faults(file):
    assert codes(json.loads(file.read_text(encoding="utf-8")), key=file.stem, case=True) == []


@pytest.mark.parametrize(
    ("field", "code"),
    [
        ({"type": "image", "key": "logo"}, "form/type"),
        (text(key="Ort"), "form/key"),
        (text(label=""), "form/label"),
        ({"type": "radio", "key": "one", "label": "选"}, "form/options"),
        (text(validate={"minLength": 20, "maxLength": 10}), "form/limits"),
        (text(type="number", validate={"min": 2, "max": 1}), "form/limits"),
        (text(validate={"pattern": "(["}), "form/pattern"),
        (text(conditional={"hide": "place ="}), "form/condition"),
        (text(conditional={"hide": "nobody == 1"}), "form/condition"),
        (text(type="expression", expression="=a + b"), "form/expression"),
        ({"type": "dynamiclist", "key": "rows", "label": "表"}, "form/columns"),
        (text(properties={"variable": "Ort"}), "form/variable"),
        (text(properties={"prefill": "case.nothing"}), "form/prefill"),
    ],
)  # fmt: skip
def test_a_fault_is_named_with_its_field(field, code):
    found = findings("visit", form(text("other"), field), case=False)

    assert [one.problem.code for one in found] == [code]
    assert found[0].place == (1,)


def test_a_key_may_stand_once_and_in_a_table_once_more():
    table = {"type": "dynamiclist", "key": "rows", "label": "表", "components": [text("place")]}

    assert codes(form(text("place"), table)) == []
    assert codes(form(text("place"), text("place"))) == ["form/duplicate_key"]


def test_a_condition_may_read_the_case_and_a_columns_own_row():
    column = text("note", conditional={"hide": 'done == true or severity == "major"'})
    done = {"type": "checkbox", "key": "done", "label": "完成"}
    table = {"type": "dynamiclist", "key": "rows", "label": "表", "components": [done, column]}

    assert codes(form(table)) == []
    assert codes(form(table, text(conditional={"hide": "done == true"}))) == ["form/condition"]


def test_a_form_with_a_meaning_must_ask_for_what_that_needs():
    assert codes(form(text()), key="sign", case=True) == ["catalogue/form_fields"]
    assert codes(form(text()), key="sign", case=False) == []


@pytest.mark.parametrize(
    "odd",
    [
        None,
        [],
        "form",
        {"components": "many"},
        form("field"),
        form(None),
        form({"type": 7}),
        form(text(validate=[])),
        form(text(validate={"min": "one"})),
        form(text(validate={"maxLength": True})),
        form({"type": "radio", "key": "r", "values": [1]}),
        form({"type": "radio", "key": "r", "values": [{"label": "甲"}]}),
        form({"type": "datetime", "key": "d", "subtype": "year"}),
        form({"type": "group", "components": {}}),
        form(*[text(f"k{n}") for n in range(301)]),
        form(text(label="长" * 300_000)),
    ],
)
def test_what_is_no_form_is_said_and_kept_from_everything_else(odd):
    assert set(codes(odd)) == {"form/shape"}
    assert readable({"visit": odd}) == {}


def test_groups_in_groups_without_end_are_refused():
    deep: dict[str, Any] = {"type": "group", "components": []}
    for _level in range(50):
        deep = {"type": "group", "components": [deep]}

    assert set(codes(form(deep))) == {"form/shape"}


def test_the_catalogue_is_what_forms_understand():
    shown = {f"{source}.{field}" for source, fields in _SHOWN.items() for field in fields}

    assert set(TYPES) == components.INPUTS | components.SHOWN
    assert set(PREFILLS) == {"today", "user.name"} | shown | set(_LOOKED_UP)
    assert set(SURROUNDINGS) == {*_PROCESS, "percent", "due", "kind"}


def test_a_finding_names_the_step_at_which_the_form_is_filled_in_and_why_it_matters():
    (found,) = problems({"visit": {"components": []}}, case=False, steps={"visit": "look"})

    assert (found.code, found.element) == ("form/empty", "look")
    assert found.why
