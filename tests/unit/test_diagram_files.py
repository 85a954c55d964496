"""The diagrams and forms that come with the program: sound, complete and well drawn."""

import itertools
import json
import re
from pathlib import Path

import pytest
from lxml import etree

from app import engine
from app.domain.form import components, variables_in
from app.domain.vocabulary import Role, Stage
from app.engine.expressions import compile_expression
from app.engine.step import Catalogue, Source
from app.forms.components import INPUTS, SHOWN

BPMN = Path("bpmn")
KEYS = [path.stem for path in BPMN.glob("*.bpmn")]
TABLES = {path.stem: path.read_text() for path in BPMN.glob("*.dmn")}
FORMS = {path.stem: json.loads(path.read_text()) for path in (BPMN / "forms").glob("*.form")}
SOURCES = {key: Source(key, (BPMN / f"{key}.bpmn").read_text(), TABLES) for key in KEYS}
EFFECTS = {
    "deem_served": "", "deem_letter_served": "", "remind": "notice to", "update_light": "",
    "start_expediting": "reason", "record_clue": "kind", "close_out": "", "issue_letter": "",
    "settle_letter": "outcome", "settle_follow_up": "result", "relapse": "kind",
    "grant_change": "", "refuse_change": "", "withdraw_change": "", "deem_accepted": "",
    "settle_objection": "outcome", "withdraw_objection": "", "deem_objection_served": "",
}  # fmt: skip
#: What the program puts in when it starts a process.
START = (
    "severity mode category source_level cycle government due blue_days yellow_days "
    "progress_every plan_returns reassigned reason round lead_verifier "
    "kind occasion days by_rule by_office filed_on answer_on outcome"
)
#: What each form must ask for; some of it only when shown.
REQUIRED = (
    """
acknowledge: signed_by
plan: cause goal measures leader
sign: signed opinion
review: passed opinion
approve_plan: passed opinion
rectify: next_step progress_on percent progress report evidence_list conclusion mechanism
sign_report: signed truthful signature
first_review: passed opinion
dispatch: verify_method verifiers lead_verifier verify_days
verify: verified_on place method CHECKS photos result opinion remaining due
public_notice: content channel notice_from
objection_heard: objection finding upheld
approve: approved return_to opinion signature
report_upward: reported_on
expediting_letter: decision skip_reason kind subject demand new_due to cc
letter_reply: cause measures promised_on
assess_reply: satisfied opinion
follow_up_check: checked_on method standards photos second_checker result opinion
remedy: remedy
comment_on_facts: accepted comment
confirm_relapse: confirmed reason
change_application: CHANGE
change_opinion: supported opinion
decide_change: granted granted_until opinion reasons signature
reassignment_request: to_unit reason
coordinate_reassignment: forwarded to_unit reasons
answer_reassignment: accepted reasons
decide_reassignment: granted reasons signature
objection_request: matter reason
admit_objection: admitted examiner reasons
examine_objection: finding proposal
conclude_objection: outcome reasons signature
note_appeal: body appealed_on
note_appeal_result: result
""".strip()
    .replace(
        "CHECKS",
        "check_measures check_penalty check_standard check_like_problems check_mechanism "
        "check_evidence check_public",
    )
    .replace(
        "CHANGE",
        "asked_until extension_ground suspension_ground reason done_so_far safeguards stage_goal "
        "next_review_on expected_done_on study alternatives",
    )
    .splitlines()
)

#: What a condition may ask of the case besides the other answers.
CASE_FACTS = {"severity", "mode", "category", "source_level", "cycle", "due", "percent", "kind"}


def elements(key, *kinds):
    root = etree.fromstring(SOURCES[key].xml.encode())
    return [found for kind in kinds for found in root.iterfind(f".//{{*}}{kind}")]


@pytest.mark.parametrize("key", KEYS)
def test_the_linter_has_nothing_to_say(key):
    catalogue = Catalogue(
        roles=frozenset(Role),
        forms={name: frozenset(variables_in(form)) for name, form in FORMS.items()},
        effects={
            topic: (frozenset(names.split()), frozenset()) for topic, names in EFFECTS.items()
        },
        variables=frozenset(START.split()),
    )

    assert engine.lint(SOURCES[key], catalogue) == []


def test_every_task_has_a_form_and_every_form_a_task():
    tasks = [task for key in KEYS for task in engine.compile(SOURCES[key]).tasks.values()]

    assert {task.form for task in tasks} == set(FORMS)


@pytest.mark.parametrize("key", KEYS)
def test_names_are_chinese_with_english_beside_them_and_ids_english(key):
    for element in elements(key, "userTask", "boundaryEvent", "lane", "startEvent", "scriptTask"):
        english = element.xpath(".//*[local-name()='property'][@name='name_en']/@value")
        assert re.search(r"[\u4e00-\u9fff]", element.get("name")), element.get("id")
        assert english, element.get("id")
        assert re.fullmatch(r"[a-z][a-z0-9_]*", element.get("id"))


@pytest.mark.parametrize("key", KEYS)
def test_a_task_names_a_stage_that_exists(key):
    tasks = engine.compile(SOURCES[key]).tasks.values()

    assert {task.properties.get("stage", "issued") for task in tasks} <= {str(s) for s in Stage}


def test_only_these_timers_take_the_task_away():
    timers = [event for key in KEYS for event in elements(key, "boundaryEvent")]

    assert {event.get("id") for event in timers if event.get("cancelActivity") != "false"} == {
        "acknowledge_due",
        "notice_over",
        "acknowledge_letter_due",
        "comment_due",
        "answer_reassignment_due",
        "acknowledge_conclusion_due",
        "appeal_over",
    }


@pytest.mark.parametrize("key", KEYS)
def test_lines_are_drawn_upright_and_pass_through_no_box(key):
    boxes = {
        shape.get("bpmnElement"): [
            float(shape[0].get(name)) for name in ("x", "y", "width", "height")
        ]
        for shape in elements(key, "BPMNShape")
        if not re.search("_(pool|lane)$", shape.get("bpmnElement"))
    }
    ends = {flow.get("id"): flow for flow in elements(key, "sequenceFlow")}
    hosts = {
        event.get("id"): event.get("attachedToRef") for event in elements(key, "boundaryEvent")
    }
    for edge in elements(key, "BPMNEdge"):
        flow = ends[edge.get("bpmnElement")]
        own = {flow.get("sourceRef"), flow.get("targetRef"), hosts.get(flow.get("sourceRef"))}
        own.add(flow.getparent().get("id"))  # the sub-process that it lies in
        points = [(float(p.get("x")), float(p.get("y"))) for p in edge.iterfind("{*}waypoint")]
        for (x1, y1), (x2, y2) in itertools.pairwise(points):
            assert x1 == x2 or y1 == y2, flow.get("id")
            for name, (x, y, width, height) in boxes.items():
                beside = max(x1, x2) <= x or min(x1, x2) >= x + width
                apart = max(y1, y2) <= y or min(y1, y2) >= y + height
                assert beside or apart or name in own, (flow.get("id"), name)


@pytest.mark.parametrize("form", FORMS.values(), ids=list(FORMS))
def test_a_form_keeps_to_the_subset(form):
    fields = list(components(form))
    columns = [column for field in fields for column in field.get("components", ())]
    names = {field["key"] for field in fields}

    assert len(names) == len(fields)
    for field in [*fields, *columns]:
        extra = field["properties"]
        assert field["type"] in INPUTS | SHOWN
        assert re.fullmatch(r"[a-z][a-z0-9_]*", field["key"])
        assert re.search(r"[\u4e00-\u9fff]", field["label"])
        assert extra["label_en"]
        assert ("help" in extra) == ("help_en" in extra)
        assert field.get("values") or extra.get("options") or field["type"] not in CHOICES
        assert all(option["label_en"] for option in field.get("values", ()))
    assert conditions(form["components"]) <= names | CASE_FACTS


@pytest.mark.parametrize("form", FORMS.values(), ids=list(FORMS))
def test_the_desktop_modeler_finds_no_id_twice_in_a_form(form):
    ids = re.findall(r'"id": "(\w+)"', json.dumps(form))

    assert len(ids) == len(set(ids))


CHOICES = ("radio", "select", "checklist")


def conditions(items):
    """Return the names of the fields that the conditions of these components read."""
    names = set()
    for item in items:
        names |= conditions(item.get("components", ()))
        if "conditional" in item:
            names |= compile_expression(item["conditional"]["hide"]).names
    return names


@pytest.mark.parametrize(("key", "required"), [line.split(": ") for line in REQUIRED])
def test_a_form_asks_for_what_the_rules_demand(key, required):
    fields = {field["key"]: field for field in components(FORMS[key])}

    found = {name for name, field in fields.items() if field.get("validate", {}).get("required")}

    assert found == set(required.split())
