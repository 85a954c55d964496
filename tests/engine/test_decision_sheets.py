"""Every cell of a decision table is tried, and what is wrong is told with its place."""

from pathlib import Path

import pytest

from app.engine.decision_sheets import read_sheet, trial_problems
from app.services.design.decision_findings import findings
from app.services.design.decisions import try_out

LIGHT = (Path(__file__).parents[2] / "bpmn/light.dmn").read_text(encoding="utf-8")


def changed(cell: str, text: str) -> str:
    start = LIGHT.index("<text>", LIGHT.index(f'id="{cell}"')) + len("<text>")
    return LIGHT[:start] + text + LIGHT[LIGHT.index("</text>", start) :]


def test_our_table_is_read_as_it_is_written():
    sheet = read_sheet(LIGHT)

    assert [column.label for column in sheet.inputs][:2] == ["剩余日数", "期限日数"]
    assert (sheet.hit_policy, len(sheet.rows), sheet.rows[0].note) == ("FIRST", 6, "逾期")
    assert trial_problems(sheet, frozenset()) == []


@pytest.mark.parametrize(
    ("cell", "text", "code"),
    [
        ("overdue_light_out", "red", "decision/name"),
        ("overdue_remaining", '"abc"', "decision/type"),
        ("overdue_remaining", '&lt; "x"', "decision/cell"),
        ("overdue_remaining", "&lt;&lt; 3", "decision/cell"),
        ("overdue_remaining", "&lt; days", "decision/name"),
        ("overdue_light_out", "1 +", "decision/cell"),
        ("overdue_light_out", "7", "decision/type"),
    ],
)
def test_a_wrong_cell_is_named_with_row_and_column(cell, text, code):
    found = findings(changed(cell, text), key="light", asked=True)

    assert [(one.problem.code, one.row, one.problem.element) for one in found] == [(code, 1, cell)]
    assert found[0].column in str(found[0].problem.message)


def test_a_wrong_hit_policy_and_a_lost_output_are_named():
    without = LIGHT.replace('name="notify"', 'name="told"').replace("FIRST", "PRIORITY")

    codes = {one.problem.code for one in findings(without, key="light", asked=True)}

    assert codes == {"decision/hit_policy", "decision/asked"}


def test_a_table_is_tried_with_what_was_typed():
    trial = try_out(LIGHT, {"remaining": "-3", "period": "30", "lag": "40"})

    assert trial.rows == (1, 2, 3, 5, 6)
    assert trial.outputs["light"] == "red"


def test_a_trial_that_fails_says_why():
    given = {"remaining": "-3", "period": "30", "lag": "40"}

    both = try_out(LIGHT.replace("FIRST", "UNIQUE"), given)

    assert (both.rows, both.outputs) == ((1, 2, 3, 5, 6), None)
    assert "第 1 条与第 2 条规则同时符合" in str(both.refusal)
    assert try_out("<a/>", {}).refusal
    assert try_out(LIGHT, {"remaining": "soon", "period": "1", "lag": "0"}).refusal


@pytest.mark.parametrize("odd", ["", "<a/>", "<a", LIGHT[:900], LIGHT.replace("<decision ", "<x ")])
def test_what_is_no_table_is_said(odd):
    assert findings(odd)


AUTHORITY = (Path(__file__).parents[2] / "bpmn/authority.dmn").read_text(encoding="utf-8")


def severity(cell: str) -> str:
    """Write a cell where the table has that of serious problems."""
    return AUTHORITY.replace('<text>"serious"</text>', f"<text>{cell}</text>")


@pytest.mark.parametrize("cell", ['"重大"', '"较重","重大"', '"serious "'])
def test_a_word_that_the_fact_never_is_is_told_with_those_that_it_may_be(cell):
    text = severity(cell)

    (found,) = findings(text, key="authority", asked=True)

    assert (found.problem.code, found.row, found.column) == ("decision/word", 5, "严重程度")
    assert found.problem.message.endswith(
        '可以写："general"（一般）、"serious"（较重）、"major"（重大）。'
    )


@pytest.mark.parametrize("cell", ['"serious","major"', 'not("general")', "lowest", '"重大'])
def test_nothing_is_said_of_words_where_one_may_hold_or_others_tell(cell):
    text = severity(cell)

    found = findings(text, {"lowest"}, key="authority", asked=True)

    assert "decision/word" not in {one.problem.code for one in found}


def test_in_a_process_about_no_case_a_severity_is_whatever_it_likes():
    assert findings(severity('"重大"'), key="authority") == []
