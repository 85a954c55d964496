"""Editing forms: what is set is written as form-js writes it, and nothing else is touched."""

import json
from pathlib import Path
from typing import Any

import pytest

from app.domain.errors import NotAllowed
from app.domain.form_choices import Choice, vocabulary
from app.domain.form_outline import at, lines, moved, place_by_id
from app.domain.form_settings import read, settings_of, written
from app.engine.expressions import compile_expression
from app.services.design import form_editing
from app.services.design.form_conditions import COMPARISONS, Chosen, chosen, hiding
from app.services.design.form_editing import Filled

FORMS = {
    file.stem: json.loads(file.read_text(encoding="utf-8"))
    for file in sorted((Path(__file__).parents[2] / "bpmn/forms").glob("*.form"))
}
WORDS = vocabulary(FORMS.values())


def keys(form: Any) -> list[Any]:
    return [line.component.get("key") for line in lines(form)]


@pytest.mark.parametrize("key", FORMS)
def test_what_is_read_and_written_back_is_the_same(key):
    for line in lines(FORMS[key]):
        settings = {name: read(line.component, name) for name in settings_of(line.component)
                    if name != "options"}  # fmt: skip

        assert written(line.component, settings) == (line.component, {})


@pytest.mark.parametrize("key", FORMS)
def test_every_condition_of_ours_is_shown_and_written_back_the_same(key):
    for line in lines(FORMS[key]):
        hide = (line.component.get("conditional") or {}).get("hide", "")

        assert hiding(chosen(hide), form_editing.types_in(FORMS[key])) == hide


@pytest.mark.parametrize("comparison", COMPARISONS)
def test_every_comparison_hides_what_does_not_hold(comparison):
    values = () if comparison == "answered" else ("5",)
    choice = Chosen("n", comparison, values)
    expression = hiding(choice, {"n": "number"})

    assert chosen(expression) == choice
    hidden = {
        n: compile_expression(expression).evaluate({"n": [n] if comparison == "includes" else n})
        for n in (4, 5, 6)
    }
    shown = {"is": {5}, "is_not": {4, 6}, "one_of": {5}, "none_of": {4, 6}, "least": {5, 6}}
    shown |= {"most": {4, 5}, "includes": {5}, "answered": {4, 5, 6}}
    assert {n for n in hidden if not hidden[n]} == shown[comparison]


def test_what_is_not_known_stays():
    field = {"type": "textfield", "key": "place", "label": "地点", "appearance": {"x": 1}}
    field |= {"properties": {"idcard": "yes"}, "validate": {"validationType": "email"}}

    made, faults = written(field, {"label": "地址", "required": "true", "help": "写全"})

    assert faults == {}
    assert made["appearance"] == {"x": 1}
    assert made["properties"] == {"idcard": "yes", "help": "写全"}
    assert made["validate"] == {"validationType": "email", "required": True}


def test_a_limit_that_is_no_number_stays_as_it_was():
    field = {"type": "number", "key": "n", "label": "数", "validate": {"min": 0}}

    made, faults = written(field, {"min": "none", "max": "7.5"})

    assert made["validate"] == {"min": 0, "max": 7.5}
    assert list(faults) == ["min"]


def test_conditions_follow_a_key_but_not_a_word_in_quotes():
    form = FORMS["sign"]

    made, _faults = form_editing.with_field(form, (0,), Filled({"key": "no"}), WORDS)

    assert at(made, (1,))["conditional"]["hide"] == 'no != "no"'


def test_conditions_stay_with_a_key_that_another_field_still_has():
    form = {"components": [{"type": "radio", "key": "a"}, {"type": "radio", "key": "a"}]}
    form["components"].append({"type": "text", "conditional": {"hide": "a == 1"}})

    made, _faults = form_editing.with_field(form, (0,), Filled({"key": "b"}), WORDS)

    assert at(made, (2,))["conditional"]["hide"] == "a == 1"


def test_a_new_field_is_called_what_forms_already_call_it():
    made = form_editing.with_new(FORMS["sign"], "radio", "核查方式", (1,), WORDS)
    again = form_editing.with_new(made, "radio", "核查方式", (1,), WORDS)

    assert keys(again) == ["signed", "verify_method_1", "verify_method", "opinion"]


def test_an_option_without_a_value_is_given_one():
    field = {"type": "radio", "key": "r", "values": [{"label": "甲", "value": "a", "x": 1}]}
    choices = [Choice("甲等", "a"), Choice("同意"), Choice("丙"), Choice("丁"), Choice("")]

    made, _faults = form_editing.with_field(
        {"components": [field]}, (0,), Filled({}, choices=choices), WORDS
    )

    values = at(made, (0,))["values"]
    assert [one["value"] for one in values] == ["a", "yes", "option_1", "option_2"]
    assert values[0] == {"label": "甲等", "value": "a", "x": 1}


def test_an_unfinished_condition_changes_nothing():
    filled = Filled({"required": "true"}, condition=Chosen("signed", "is", ()))

    made, faults = form_editing.with_field(FORMS["sign"], (1,), filled, WORDS)

    assert made == FORMS["sign"]
    assert "condition" in faults


@pytest.mark.parametrize("key", FORMS)
def test_a_step_down_and_up_again_changes_nothing(key):
    for line in lines(FORMS[key]):
        if line.is_last:
            continue
        made, place = form_editing.stepped(FORMS[key], line.place, 1)
        back, here = form_editing.stepped(made, place, -1)

        assert (back, here) == (FORMS[key], line.place)


def test_a_field_leaves_its_group_at_the_edge():
    made, place = form_editing.stepped(FORMS["verify"], (4, 0), -1)

    assert place == (4,)
    assert at(made, place)["key"] == "check_measures"
    assert len(lines(made)) == len(lines(FORMS["verify"]))


def test_a_group_can_be_moved_neither_into_itself_nor_into_a_table():
    with pytest.raises(Exception, match="自己里面"):
        moved(FORMS["verify"], (4,), (4, 1))
    with pytest.raises(Exception, match="表格"):
        moved(FORMS["verify"], (4,), (8, 0))


def test_a_field_that_the_program_reads_stays_with_all_around_it():
    needed = frozenset({"check_measures"})

    with pytest.raises(NotAllowed, match="check_measures"):
        form_editing.without(FORMS["verify"], (4,), needed)

    assert place_by_id(form_editing.without(FORMS["verify"], (0,), needed), "verify_place") == (0,)
