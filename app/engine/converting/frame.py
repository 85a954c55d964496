"""What a file says of itself: its namespaces, the engine it was drawn for, what of it runs."""

from __future__ import annotations

from typing import Any

from lxml import etree

from app.domain.errors import Sentence
from app.engine.converting.conversion import MODELER, Conversion
from app.engine.linting.model import NODES, children, kind
from app.engine.parsing import BPMN, CAMUNDA, bpmn, camunda

PLATFORM, VERSION = "Camunda Platform", "7.22.0"
#: Engines of one family write the same settings in namespaces of their own.
_SAME_FAMILY = ("http://activiti.org/bpmn", "http://operaton.org/schema/1.0/bpmn")
_PREFIXES = {
    "camunda": CAMUNDA,
    "modeler": MODELER,
    "bpmndi": "http://www.omg.org/spec/BPMN/20100524/DI",
    "dc": "http://www.omg.org/spec/DD/20100524/DC",
    "di": "http://www.omg.org/spec/DD/20100524/DI",
}


def declared(root: Any) -> Any:
    """Return the tree with all the namespaces declared at its top that the desktop modeler asks."""
    known = set(root.nsmap.values())
    lacking = {
        prefix: uri
        for prefix, uri in _PREFIXES.items()
        if uri not in known and prefix not in root.nsmap
    }
    if not lacking:
        return root
    made = etree.Element(root.tag, dict(root.attrib), nsmap={**root.nsmap, **lacking})
    made.text = root.text
    made.extend(list(root))
    return made


def settle_family(conversion: Conversion) -> None:
    """Write the settings of engines of Camunda's family as Camunda's."""
    for uri in _SAME_FAMILY:
        prefix, found = f"{{{uri}}}", 0
        for element in conversion.root.iter():
            if not isinstance(element.tag, str):
                continue
            if element.tag.startswith(prefix):
                element.tag = camunda(element.tag.removeprefix(prefix))
                found += 1
            for name in [key for key in element.attrib if key.startswith(prefix)]:
                element.set(camunda(name.removeprefix(prefix)), element.attrib.pop(name))
                found += 1
        if found:
            what = Sentence("%(count)s 处设置的命名空间", count=found)
            conversion.changes.converted(conversion.root, what, was=uri, now=CAMUNDA)


def settle_platform(conversion: Conversion) -> None:
    """Say that the file is for the profile under which the desktop modeler shows our settings."""
    name = f"{{{MODELER}}}executionPlatform"
    was, version = conversion.root.get(name), conversion.root.get(f"{name}Version")
    stamp(conversion.root)
    if was and was != PLATFORM:
        what, now = Sentence("运行平台 executionPlatform"), f"{PLATFORM} {VERSION}"
        told = f"{was} {version or ''}".strip()
        conversion.changes.converted(conversion.root, what, was=told, now=now)


def stamp(root: Any) -> None:
    """Write the platform into the file, unless it names a version of ours."""
    name = f"{{{MODELER}}}executionPlatform"
    if root.get(name) != PLATFORM or not root.get(f"{name}Version"):
        root.set(name, PLATFORM)
        root.set(f"{name}Version", VERSION)


def settle_process(conversion: Conversion) -> None:
    """Let the one process that holds anything run; plain drawings say that theirs don't."""
    processes = children(conversion.root, "process")
    if any(one.get("isExecutable") == "true" for one in processes):
        return
    drawn = [one for one in processes if any(kind(child) in NODES for child in one)]
    if len(drawn) == 1:
        was = drawn[0].get("isExecutable") or "—"
        drawn[0].set("isExecutable", "true")
        what = Sentence("可执行 isExecutable")
        conversion.changes.converted(drawn[0], what, was=was, now="true")


def settle_lanes(conversion: Conversion) -> None:
    """Give tasks without a role the one whose name their lane bears."""
    by_id = {one.get("id"): one for one in conversion.root.iter(bpmn("userTask"))}
    for lane in conversion.root.iter(bpmn("lane")):
        role = conversion.role(lane.get("name") or "")
        for reference in lane.findall(bpmn("flowNodeRef")) if role else ():
            task = by_id.get((reference.text or "").strip())
            if role and task is not None and not task.get(camunda("candidateGroups")):
                task.set(camunda("candidateGroups"), role)
                what = Sentence("办理角色 candidateGroups")
                was = Sentence("泳道“%(lane)s”", lane=lane.get("name"))
                conversion.changes.converted(task, what, was=was, now=role)


def tell_foreign(conversion: Conversion) -> None:
    """Say of each namespace that neither BPMN nor we know how often it stands there."""
    known = {BPMN, *_PREFIXES.values(), "http://camunda.org/schema/zeebe/1.0", ""}
    known |= {"http://www.w3.org/2001/XMLSchema-instance", "http://www.w3.org/XML/1998/namespace"}
    found: dict[str, int] = {}
    for element in conversion.root.iter("{*}*"):
        for name in (element.tag, *element.attrib):
            uri = etree.QName(name).namespace or ""
            if uri not in known and not uri.startswith(("http://bpmn.io/", "http://www.omg.org/")):
                found[uri] = found.get(uri, 0) + 1
    for uri, count in found.items():
        what = Sentence("%(count)s 处其他工具的设置", count=count)
        conversion.changes.idle(conversion.root, what, was=uri)
