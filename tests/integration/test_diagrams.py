"""Publishing diagrams: what is refused, what makes a version, who stays on which."""

from dataclasses import replace
from pathlib import Path

import pytest

from app.domain.errors import Invalid, InvalidDiagram
from app.services import bundles, cases, diagrams

BPMN = Path(__file__).parents[2] / "bpmn"


@pytest.fixture
def bundle(app):
    return bundles.read(BPMN / "rectification.bpmn")


def without(form, key):
    kept = [one for one in form["components"] if one.get("key") != key]
    return form | {"components": kept}


def test_a_form_with_a_meaning_must_ask_for_what_it_needs(bundle):
    plan = without(bundle.forms["plan"], "leader")

    with pytest.raises(InvalidDiagram) as refused:
        diagrams.publish(replace(bundle, forms={**bundle.forms, "plan": plan}))

    assert [one.code for one in refused.value.problems] == ["catalogue/form_fields"]


def test_a_field_that_is_missing_all_the_same_is_named(cast):
    case = cast.open_case()
    cast.does(case, "acknowledge")
    task = cast.task(case, "draft_plan")

    with pytest.raises(Invalid) as refused:
        cast.hands_in(task, {"cause": "制度不落实"})

    assert refused.value.fields == {"goal": ["请填写。"]}


def test_the_same_content_stays_one_version(bundle):
    assert diagrams.publish(bundle).version == 1


def test_a_case_stays_on_the_diagram_it_began_with(cast, bundle):
    case = cast.open_case()

    renamed = bundle.xml.replace('name="制定整改方案"', 'name="编制整改方案"')
    newer = diagrams.publish(replace(bundle, xml=renamed))

    cast.does(case, "acknowledge")
    assert newer.version == 2
    assert cast.task(case, "draft_plan").name == "制定整改方案"
    assert cases.processes_of(case)[0].diagram.version == 1
