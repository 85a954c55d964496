"""What is given out opens in the desktop modeler: drawings without a warning, valid templates."""

import json
import shutil
import subprocess
from pathlib import Path

import pytest
from jsonschema import Draft7Validator

from app.engine.converting import convert, exported
from app.services import bundles, catalogue, diagrams, rule_sets
from app.services.design.desktop_templates import templates
from app.texts import NOTICES, WORDS

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
MODULES = ROOT / "frontend" / "node_modules"
SCHEMA = json.loads((HERE / "vendor" / "element-templates.json").read_text(encoding="utf-8"))
DRAWINGS = sorted((ROOT / "bpmn").glob("*.bpmn"))
FOREIGN = sorted((ROOT / "tests" / "engine").glob("camunda*.bpmn"))


@pytest.fixture
def offered():
    catalogue.load()
    forms = bundles.read(ROOT / "bpmn" / "rectification.bpmn").forms
    limits = rule_sets.get("default").limits.values()
    return templates(forms, limits, notices=NOTICES, words=WORDS)


def test_the_templates_are_such_as_the_desktop_modeler_takes(offered):
    validator = Draft7Validator(SCHEMA)

    assert [one.message for one in validator.iter_errors(offered)] == []
    assert len({one["id"] for one in offered}) == len(offered)


def test_there_is_a_template_for_every_effect_and_every_deadline(offered):
    ids = {one["id"].removeprefix("xiaohao.") for one in offered}

    assert {f"effect.{topic}" for topic in catalogue.EFFECTS} <= ids
    assert {f"deadline.{code}" for code in rule_sets.get("default").limits} <= ids


def test_a_parameter_that_must_be_given_is_asked_for(offered):
    remind = next(one for one in offered if one["id"] == "xiaohao.effect.remind")

    to = next(one for one in remind["properties"] if one["binding"]["name"] == "to")
    assert to["constraints"] == {"notEmpty": True}


@pytest.mark.parametrize("file", [*DRAWINGS, *FOREIGN], ids=lambda file: file.stem)
def test_a_drawing_opens_in_the_desktop_modeler_without_a_warning(file, tmp_path):
    if shutil.which("node") is None or not (MODULES / "bpmn-moddle").is_dir():
        pytest.skip("node or frontend/node_modules is not here; bpmn-moddle was not asked")
    drawing, script = tmp_path / file.name, tmp_path / "opens.mjs"
    text = convert(file.read_text(encoding="utf-8"), diagrams.catalogue({})).xml
    drawing.write_text(exported(text), encoding="utf-8")
    shutil.copy(HERE / "opens.mjs", script)
    (tmp_path / "node_modules").symlink_to(MODULES)

    said = subprocess.run(
        ["node", script, drawing], capture_output=True, check=True, text=True, timeout=60
    )

    (found,) = json.loads(said.stdout).values()
    assert found == {"warnings": [], "missing": [], "platform": "Camunda Platform"}
