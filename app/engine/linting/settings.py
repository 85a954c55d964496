"""Settings that look as if they did something: of BPMN, of Camunda and of other engines."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from app.engine.linting.model import ACTIVITIES, Model, children, setting
from app.engine.linting.registry import Found, rule
from app.engine.parsing import CAMUNDA


@rule(
    "structure/quantity",
    "“%(name)s”写了份数（startQuantity、completionQuantity），本系统不支持，请删除。",
    why="写的份数不起作用，会让看图的人误解。",
    fix="remove_quantity",
)
def quantities(model: Model) -> Iterator[Found]:
    for node in model.of(*ACTIVITIES):
        quantities = (node.element.get("startQuantity"), node.element.get("completionQuantity"))
        if any(quantity not in (None, "1") for quantity in quantities):
            yield node, {"name": node.name}


@rule(
    "structure/ignored_setting",
    "“%(name)s”的设置 %(what)s 在本系统不起作用，请删除以免误解。",
    "warning",
    why="看图的人会以为它起作用，其实不会执行。",
    fix="remove_setting",
)
def ignored_settings(model: Model) -> Iterator[Found]:
    for node in model.nodes:
        extensions = children(node.element, "extensionElements")
        found = {name for name in _IGNORED_ATTRIBUTES if setting(node.element, name)}
        found |= {name for each in extensions for name in _IGNORED_ELEMENTS if _has(each, name)}
        for what in sorted(found):
            yield node, {"name": node.name, "what": what}


@rule(
    "structure/foreign_setting",
    "“%(name)s”带有别的流程引擎（%(what)s）的设置，在本系统只作说明，不会执行。",
    "warning",
    why="看图的人会以为它起作用；该由谁办、填什么表，要用本系统的设置重写。",
)
def foreign_settings(model: Model) -> Iterator[Found]:
    for node in model.nodes:
        extensions = children(node.element, "extensionElements")
        tags = [str(one.tag) for each in extensions for one in each]
        found = {
            what
            for name, what in _ENGINES.items()
            for tag in [*tags, *node.element.attrib]
            if tag.startswith(name)
        }
        for what in sorted(found):
            yield node, {"name": node.name, "what": what}


#: Of engines whose files people bring along.
_ENGINES = {
    "{http://camunda.org/schema/zeebe/": "Camunda 8",
    "{http://flowable.org/": "Flowable",
    "{http://activiti.org/": "Activiti",
    "{http://spiffworkflow.org/": "SpiffWorkflow",
    "{http://www.jboss.org/drools": "jBPM",
}
#: What Camunda would act on, and we do not; all other foreign settings are notes.
_IGNORED_ATTRIBUTES = ("class", "delegateExpression", "expression", "resultVariable", "dueDate")
_IGNORED_ELEMENTS = ("inputOutput", "in", "out", "executionListener", "taskListener", "formData")


def _has(extensions: Any, name: str) -> bool:
    return extensions.find(f"{{{CAMUNDA}}}{name}") is not None
