"""Findings of the linter on pages and in the API: why, where the guide tells more, and mending."""

import re
import time
from contextvars import Context
from pathlib import Path

import pytest

from app.engine import Meaning
from app.engine.linting import RULES
from app.services import _law, bundles, catalogue, diagrams
from app.services.design.reasons import SHEET_RULES
from tests.web.calling import Caller
from tests.web.visiting import Visitor

XML = "application/xml"
ROOT = Path(__file__).parents[2]
BPMN = (ROOT / "bpmn/rectification.bpmn").read_text(encoding="utf-8")
#: Close-out without verification: the way that the department takes past it.
UNVERIFIED = BPMN.replace(
    'sourceRef="first_reviewed" targetRef="to_verification"',
    'sourceRef="first_reviewed" targetRef="decide_authority"',
)
#: Of a gateway whose default flow somebody took away.
UNDECIDED = BPMN.replace(' default="verified_to_by_result"', "", 1)


@pytest.fixture
def analyst(client, clock):
    return Caller(client, "fenxi")


@pytest.fixture
def drawing_board(client, clock):
    return Visitor(client, "fenxi")


def linted(analyst, text):
    return analyst.post("/diagrams/lint", data=text.encode(), content_type=XML)["problems"]


def test_a_way_round_the_verification_is_told_with_its_article(analyst):
    problem = next(p for p in linted(analyst, UNVERIFIED) if p["code"] == "law/no_verification")

    assert problem["element"] == "close_out"
    assert "主管部门初审" in problem["message"]
    assert "第二十二条第二款" in problem["why"]
    assert problem["fix"] is None
    assert problem["help"] == "/help/findings#law-no_verification"


def test_a_setting_that_is_missing_is_called_as_the_drawing_board_calls_it(analyst):
    told = '<camunda:property name="notice" value="plan_due"/>'
    assert told in BPMN
    problems = linted(analyst, BPMN.replace(told, "", 1))

    (found,) = [one for one in problems if one["code"] == "catalogue/missing_param"]
    assert "没有填写“通知内容”。请在“系统动作”中填写。" in found["message"]


def test_our_own_drawing_has_nothing_held_against_it(analyst):
    assert linted(analyst, BPMN) == []


def test_the_main_drawing_is_judged_within_a_tenth_of_a_second():
    whole, taken = bundles.read(ROOT / "bpmn/rectification.bpmn"), []

    for _ in range(5):
        start = time.process_time()
        diagrams.lint(whole)
        taken.append(time.process_time() - start)

    assert min(taken) < 0.1


def test_the_api_mends_a_finding_and_keeps_the_layout(analyst):
    problem = next(p for p in linted(analyst, UNDECIDED) if p["fix"] == "make_default")
    asked = {"xml": UNDECIDED, "code": problem["code"], "element": problem["element"]}

    mended = analyst.post("/diagrams/fix", json=asked)["xml"]

    assert linted(analyst, mended) == []
    assert mended.count("BPMNShape") == BPMN.count("BPMNShape")
    assert 'default="verified_to_by_result"' in mended


def test_what_cannot_be_mended_is_refused(analyst):
    asked = {"xml": UNVERIFIED, "code": "law/no_verification", "element": "close_out"}

    assert analyst.post("/diagrams/fix", 422, json=asked)["code"] == "cannot_fix"
    broken = analyst.post("/diagrams/fix", 422, json=asked | {"xml": "no xml"})
    assert broken["problems"][0]["code"] == "xml_syntax"
    assert analyst.post("/diagrams/fix", 422, json={"xml": "x"})["errors"]["code"]


def test_what_has_a_meaning_before_the_law_is_there():
    shipped = {file.stem for file in (ROOT / "bpmn/forms").glob("*.form")}
    known = _law.law({})

    assert set(known.forms) <= shipped
    assert set(known.effects) <= set(catalogue.EFFECTS)
    assert {
        meaning for each in (*known.forms.values(), *known.effects.values()) for meaning in each
    } == set(Meaning)


def asks(board, body):
    """Press 修复 on the drawing board."""
    headers = {"X-CSRFToken": board.token()}
    return Context().run(
        board.client.post, "/designer/rectification/fix", json=body, headers=headers
    )


def test_the_drawing_board_mends_by_the_forms_of_its_draft(drawing_board):
    asked = {"xml": UNDECIDED, "code": "flow/no_default", "element": "verified"}

    assert 'default="verified_to_by_result"' in asks(drawing_board, asked).json["xml"]
    assert asks(drawing_board, asked | {"element": None}).json["code"] == "cannot_fix"
    assert asks(drawing_board, {"xml": UNDECIDED}).status_code == 400
    assert asks(drawing_board, []).status_code == 400


def test_others_have_no_drawing_board(client, clock):
    clerk = Visitor(client, "jyj_clerk")

    assert asks(clerk, {}).status_code == 403


def test_the_guide_tells_every_rule_where_the_findings_point(drawing_board):
    page = drawing_board.get("/help/findings")

    told = {row.get("id") for row in page.all("//tbody/tr")}
    assert told == {rule.code.replace("/", "-") for rule in (*RULES, *SHEET_RULES)}
    assert "教育督导机构应当对被督导单位的整改情况进行核查" in page.text
    assert "%(" not in page.text
    assert drawing_board.get("/help").all("//a[@href='/help/findings']")


def test_whatever_is_found_in_forms_and_tables_is_explained():
    files = set((ROOT / "app").rglob("*.py")) - {ROOT / "app/services/design/reasons.py"}
    code = re.compile(r'"((?:form|decision)/[a-z_]+|catalogue/form_fields)"')

    found = {one for file in files for one in code.findall(file.read_text(encoding="utf-8"))}
    assert found == {rule.code for rule in SHEET_RULES}
