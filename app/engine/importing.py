"""Mend a diagram's XML so that SpiffWorkflow reads what was drawn.

What the library drops without a word, or mistakes, is put right here before it looks: flows without
an id, ids that it keeps for itself, Camunda's way to write a multi-instance task. The layout goes,
or it would decide which of two conditions is tried first; and data objects are notes for people.
"""

from __future__ import annotations

from typing import Any

from app.engine.parsing import bpmn, camunda

_IGNORED = (
    "dataObject",
    "dataObjectReference",
    "dataStore",
    "dataStoreReference",
    "dataInputAssociation",
    "dataOutputAssociation",
    "ioSpecification",
    "collaboration",
    "correlationProperty",
)
_DI = "{http://www.omg.org/spec/BPMN/20100524/DI}BPMNDiagram"

#: Marks an id that had to be changed; no XML id can contain it.
RENAMED = "~"


def mend(root: Any) -> None:
    """Change the tree in place."""
    for tag in (_DI, *map(bpmn, _IGNORED)):
        for element in list(root.iter(tag)):
            element.getparent().remove(element)
    _name_flows(root)
    for process in [*root.iter(bpmn("process"))]:
        _free_reserved_ids(root, process)
    for loop in root.iter(bpmn("multiInstanceLoopCharacteristics")):
        _spell_out(loop)


def original_id(name: str) -> str:
    """Return the id as it stands in the diagram."""
    return name.removesuffix(RENAMED)


def _name_flows(root: Any) -> None:
    """Give each flow an id; the library leaves flows without one out."""
    for number, flow in enumerate(root.iter(bpmn("sequenceFlow"))):
        if not flow.get("id"):
            flow.set("id", f"flow{RENAMED}{number}")


def _free_reserved_ids(root: Any, process: Any) -> None:
    """Rename the elements whose ids the library uses for tasks of its own."""
    holders = [process, *process.iter(bpmn("subProcess"), bpmn("transaction"))]
    reserved = {"Start", "End", *(f"{holder.get('id')}.EndJoin" for holder in holders)}
    taken = {element.get("id") for element in process.iter()} & reserved
    for element in root.iter() if taken else ():
        if not isinstance(element.tag, str):
            continue
        for name, value in element.attrib.items():
            if value in taken and name not in ("name", "value"):
                element.set(name, value + RENAMED)


def _spell_out(loop: Any) -> None:
    """Write ``camunda:collection`` and ``camunda:elementVariable`` the way of plain BPMN."""
    for name in ("loopDataInputRef", "loopDataOutputRef"):
        for reference in loop.iter(bpmn(name)):
            reference.text = (reference.text or "").strip()
    collection = loop.get(camunda("collection"))
    if collection and loop.find(bpmn("loopDataInputRef")) is None:
        reference = loop.makeelement(bpmn("loopDataInputRef"))
        reference.text = collection.strip()
        loop.append(reference)
    element = loop.get(camunda("elementVariable"))
    if element and loop.find(bpmn("inputDataItem")) is None:
        loop.append(loop.makeelement(bpmn("inputDataItem"), id=element, name=element))
    for name in ("inputDataItem", "outputDataItem"):
        for item in loop.iter(bpmn(name)):
            item.set("id", item.get("name") or item.get("id") or "")
