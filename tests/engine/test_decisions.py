"""Decision tables: what their cells mean, and that a bad one says which cell is bad."""

from xml.sax.saxutils import escape

import pytest

from app.domain.errors import InvalidDiagram
from app.engine.cells import compile_cell
from app.engine.decisions import DecisionFailed, InvalidDecision, compile_decision, decide
from app.engine.expressions import ExpressionError

DMN = "https://www.omg.org/spec/DMN/20191111/MODEL/"


def table(inputs, outputs, rules, policy="FIRST"):
    """Write a table as dmn-js does."""
    columns = "".join(
        f'<input id="in{i}" label="{escape(text)}"><inputExpression id="ie{i}" typeRef="string">'
        f"<text>{escape(text)}</text></inputExpression></input>"
        for i, text in enumerate(inputs)
    )
    columns += "".join(
        f'<output id="out{i}" name="{name}" typeRef="string" />' for i, name in enumerate(outputs)
    )
    for number, cells in enumerate(rules, start=1):
        entries = "".join(
            f'<{kind} id="{kind}_{number}_{i}"><text>{escape(cell)}</text></{kind}>'
            for i, cell in enumerate(cells)
            for kind in ["inputEntry" if i < len(inputs) else "outputEntry"]
        )
        columns += f'<rule id="rule{number}">{entries}</rule>'
    return (
        f'<?xml version="1.0" encoding="UTF-8"?><definitions xmlns="{DMN}" id="d" name="DRD" '
        f'namespace="http://camunda.org/schema/1.0/dmn"><decision id="limit" name="时限">'
        f'<decisionTable id="t" hitPolicy="{policy}">{columns}</decisionTable></decision>'
        f"</definitions>"
    )


LIGHTS = table(
    ["remaining", "lag"],
    ["light"],
    [
        ["< 0", "", '"red"'],
        ["-", "> 30", '"red"'],
        ["<= min(10, ceil(period / 6))", "", '"yellow"'],
        ["", "[10..30]", '"yellow"'],
        ["<= min(20, ceil(period / 3))", "", '"blue"'],
        ["", "", '"green"'],
    ],
)


@pytest.mark.parametrize(
    ("remaining", "lag", "period", "light"),
    [
        (-1, 0, 30, "red"),
        (20, 31, 30, "red"),
        (5, 0, 30, "yellow"),
        (6, 0, 30, "blue"),
        (10, 0, 90, "yellow"),
        (25, 10, 90, "yellow"),
        (20, 9, 90, "blue"),
        (21, 9, 90, "green"),
    ],
)
def test_the_first_rule_that_holds_decides(remaining, lag, period, light):
    outputs = decide(LIGHTS, {"remaining": remaining, "lag": lag, "period": period})

    assert outputs == {"light": light}


def test_a_table_knows_what_it_reads_and_what_it_sets():
    decision = compile_decision(LIGHTS)

    assert (decision.key, decision.name, decision.hit_policy) == ("limit", "时限", "FIRST")
    assert decision.inputs == ("lag", "period", "remaining")
    assert decision.outputs == ("light",)


@pytest.mark.parametrize(
    ("cell", "passing", "failing"),
    [
        ("", ["x", None, 1], []),
        ("-", ["x", None, 1], []),
        ('"重大"', ["重大"], ["较重", None]),
        ('"重大","较重"', ["重大", "较重"], ["一般"]),
        ('"a,b"', ["a,b"], ["a"]),
        ('"(", ")"', ["(", ")"], ["()"]),
        ("< 10", [9], [10, 11, None]),
        (">= 10", [10, 11], [9]),
        ("= 3", [3], [4]),
        ("!= 3", [4, None], [3]),
        ("[10..50]", [10, 30, 50], [9, 51, None]),
        ("(10..50]", [11, 50], [10, 51]),
        ("[10..50)", [10, 49], [9, 50]),
        ("(1 + 1)", [2], [1]),
        ("(1 + 1) * (1 + 1)", [4], [2]),
        ("[limit..limit + 5]", [30, 35], [29, 36]),
        ("> limit / 2, < 3", [16, 2], [15, 3]),
        ('not("x")', ["y", None], ["x"]),
        ('not("x", "y")', ["z"], ["x", "y"]),
        ("not(< 10)", [10], [9]),
        ('in ("x", "y")', ["x"], ["z"]),
        ('["x", "y"]', ["x"], ["z"]),
        ("not (input == 3) and (input == 4)", [4], [3, 5]),
        ("input > 1 and input < limit", [2], [1, 30]),
        ("len(input) > 2", ["abc"], ["ab"]),
        ("true", [True], [False, 1, None]),
        ("1", [1], [True, 2]),
        ("null", [None], [False, 0, ""]),
        ("limit", [30], [31]),
        ('< "2027-01-01"', ["2026-12-31"], ["2027-01-01"]),
    ],
)
def test_a_cell_lets_its_inputs_pass(cell, passing, failing):
    compiled = compile_cell(cell)

    assert [value for value in passing if not compiled.holds(value, {"limit": 30})] == []
    assert [value for value in failing if compiled.holds(value, {"limit": 30})] == []


@pytest.mark.parametrize(
    "cell",
    [
        "<",
        "重大 一般",
        '"x",',
        "[1..]",
        "[1..2..3]",
        "not()",
        "not(",
        '"x',
        "x.y",
        "<< 3",
        "today()",
    ],
)
def test_a_cell_outside_the_grammar_is_refused(cell):
    with pytest.raises(ExpressionError):
        compile_cell(cell)


def test_a_text_is_neither_more_nor_less_than_a_number():
    with pytest.raises(ExpressionError, match="无法比较"):
        compile_cell("< 3").holds("2", {})


def test_several_outputs_are_set_at_once_and_an_empty_cell_sets_null():
    text = table(["c"], ["mode", "period", "note"], [['"C04"', '"immediate"', "7 + 8", ""]])

    assert decide(text, {"c": "C04"}) == {"mode": "immediate", "period": 15, "note": None}


def test_a_length_of_time_comes_out_as_the_text_of_its_rule():
    assert decide(table([], ["limit"], [["workdays(3)"]]), {}) == {"limit": "workdays(3)"}


def test_no_match_is_an_error_that_names_the_table():
    with pytest.raises(DecisionFailed, match="时限"):
        decide(table(["c"], ["x"], [['"a"', "1"]]), {"c": "b"})


def test_unique_refuses_two_matches_and_names_both():
    text = table(["n"], ["x"], [["> 1", "1"], ["< 1", "2"], ["> 2", "1"]], "UNIQUE")

    assert decide(text, {"n": 2}) == {"x": 1}
    with pytest.raises(DecisionFailed, match=r"第 1 条与第 3 条"):
        decide(text, {"n": 3})


def test_any_allows_two_matches_that_agree():
    text = table(["n"], ["x"], [["> 1", "1"], ["> 2", "1"], ["> 3", "2"]], "ANY")

    assert decide(text, {"n": 3}) == {"x": 1}
    with pytest.raises(DecisionFailed):
        decide(text, {"n": 4})


def test_collect_lists_every_match_in_order():
    text = table(["n"], ["step"], [["> 1", '"a"'], ["> 2", '"b"'], ["> 3", '"c"']], "COLLECT")

    assert decide(text, {"n": 3}) == {"limit": ["a", "b"]}
    assert decide(text, {"n": 0}) == {"limit": []}
    assert compile_decision(text).outputs == ("limit",)


def test_collect_with_several_columns_lists_whole_rows():
    text = table([], ["a", "b"], [["1", "2"]], "COLLECT")

    assert decide(text, {}) == {"limit": [{"a": 1, "b": 2}]}


def test_a_missing_variable_is_named():
    with pytest.raises(ExpressionError, match="lag"):
        decide(LIGHTS, {"remaining": 1, "period": 30})


def test_every_bad_cell_is_named_by_rule_and_column():
    text = table(["n", "m"], ["x"], [["1", "1", "1"], ["<", "1", "open('f')"], ["1", "a.b", "1"]])

    with pytest.raises(InvalidDecision) as refusal:
        compile_decision(text)

    assert [(p.element, p.code) for p in refusal.value.problems] == [
        ("inputEntry_2_0", "decision/cell"),
        ("outputEntry_2_2", "decision/cell"),
        ("inputEntry_3_1", "decision/cell"),
    ]
    assert refusal.value.problems[0].message.startswith("第 2 条规则“n”列：")


@pytest.mark.parametrize(
    ("text", "code"),
    [
        (table(["n"], ["x"], [["1", "1"]], "PRIORITY"), "decision/hit_policy"),
        (table(["n"], ["x"], []), "decision/empty"),
        (table(["n"], [], [["1"]]), "decision/empty"),
        (table(["n"], ["x"], [["1"]]), "decision/cell"),
        (table(["n."], ["x"], [["1", "1"]]), "decision/input"),
        (table(["n"], ["x y"], [["1", "1"]]), "decision/output_name"),
        (table(["n"], ["x", "x"], [["1", "1", "1"]]), "decision/output_name"),
        (LIGHTS.replace('<decision id="limit" ', "<decision "), "decision/one_table"),
        (LIGHTS.replace("decisionTable", "literalExpression"), "decision/one_table"),
        (f'<definitions xmlns="{DMN}" />', "decision/one_table"),
        ("<!DOCTYPE x><x />", "xml_doctype"),
        ("<x", "xml_syntax"),
    ],
)
def test_a_bad_table_is_refused_with_its_reason(text, code):
    with pytest.raises(InvalidDiagram) as refusal:
        compile_decision(text)

    assert code in [problem.code for problem in refusal.value.problems]


def test_a_table_that_runs_but_not_as_meant_is_warned_about():
    decision = compile_decision(table(["n"], ["x"], [["1", "1"], ["", "2"], ["1", "3"]]))

    assert [(p.code, p.element, p.severity) for p in decision.problems()] == [
        ("decision/repeated", "rule3", "warning"),
        ("decision/unreachable", "rule3", "warning"),
    ]


def test_a_first_hit_table_without_a_last_resort_is_warned_about():
    decision = compile_decision(table(["n"], ["x"], [["1", "1"]]))

    assert [p.code for p in decision.problems()] == ["decision/no_otherwise"]
