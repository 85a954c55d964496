"""What a file and its elements must look like before their meaning is looked at."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from typing import Any

from app.engine.linting.model import (
    ACTIVITIES,
    CONDITIONAL,
    MAX_NESTING,
    MAX_NODES,
    NODES,
    Model,
    children,
    kind,
    setting,
)
from app.engine.linting.registry import Found, rule
from app.engine.parsing import BPMN, CAMUNDA

#: What may stand in a process beside nodes; the engine gives it no meaning.
DOCUMENTATION = frozenset(
    {"documentation", "extensionElements", "laneSet", "association", "textAnnotation", "group"}
    | {"dataObject", "dataObjectReference", "dataStoreReference", "incoming", "outgoing"}
    | {"auditing", "monitoring", "resourceRole", "performer", "humanPerformer", "potentialOwner"}
)
#: What other rules look at.
SETTINGS = frozenset(
    {"multiInstanceLoopCharacteristics", "standardLoopCharacteristics", "sequenceFlow"}
)
DATA = frozenset({"dataInputAssociation", "dataOutputAssociation", "ioSpecification", "property"})
_ID = re.compile(r"[^\W\d][\w.-]*")
_RESERVED = (".BoundaryEventSplit", ".BoundaryEventJoin")


@rule("structure/no_process", "文件中没有可执行的流程；请把流程的 isExecutable 设为 true。")
def no_process(model: Model) -> Iterator[Found]:
    if not model.processes:
        yield model.root


@rule("structure/key", "文件中有多个流程，却没有标识为 %(key)s 的可执行流程。")
def no_such_process(model: Model) -> Iterator[Found]:
    keys = {process.get("id") for process in model.processes}
    if model.source and len(keys) > 1 and model.source.key not in keys:
        yield model.root, {"key": model.source.key}


@rule("structure/id", "元素的标识（id）“%(id)s”缺失或不合规，须以字母开头且不含空格。")
def bad_ids(model: Model) -> Iterator[Found]:
    for element in [*model.processes, *(node.element for node in model.nodes)]:
        if not _ID.fullmatch(element.get("id") or ""):
            yield element, {"id": element.get("id") or ""}


@rule("structure/duplicate_id", "标识 %(id)s 重复，请改名。")
def duplicate_ids(model: Model) -> Iterator[Found]:
    elements = [e for e in model.root.iter(f"{{{BPMN}}}*") if e.get("id")]
    counts = Counter(element.get("id") for element in elements)
    for element in elements:
        if counts[element.get("id")] > 1:
            yield element, {"id": element.get("id")}
            counts[element.get("id")] = 1


@rule("structure/reserved_id", "标识 %(id)s 为系统保留，请改名。")
def reserved_ids(model: Model) -> Iterator[Found]:
    for node in model.nodes:
        if node.id.endswith(_RESERVED):
            yield node, {"id": node.id}


@rule("structure/unknown_element", "不支持元素 %(tag)s，请删除或改用其他画法。")
def unknown_elements(model: Model) -> Iterator[Found]:
    for scope in model.scopes:
        for element in scope.element:
            tag = kind(element)
            if tag and tag not in NODES | DOCUMENTATION | SETTINGS | DATA:
                yield element, {"tag": tag}


@rule("structure/data_association", "数据对象及其连线只作说明，不会执行。", "warning")
def data_associations(model: Model) -> Iterator[Found]:
    yield from model.executable(*DATA)


@rule("structure/loose_flow", "顺序流的起点或终点不存在，或跨越了子流程边界，请重新连接。")
def loose_flows(model: Model) -> Iterator[Found]:
    for scope in model.scopes:
        yield from scope.loose


@rule("structure/double_flow", "同一并行分支重复连接到 %(target)s，请删除一条顺序流。")
def double_flows(model: Model) -> Iterator[Found]:
    for node in model.nodes:
        if node.kind in CONDITIONAL:
            continue
        targets = Counter(flow.target.id for flow in node.outgoing)
        for target, count in targets.items():
            if count > 1:
                yield node, {"target": target}


@rule("structure/too_many_nodes", "流程有 %(count)d 个节点，超过上限 %(most)d；请拆分为子流程。")
def too_many_nodes(model: Model) -> Iterator[Found]:
    for process in model.processes:
        count = sum(1 for _ in process.iter(*(f"{{{BPMN}}}{name}" for name in NODES)))
        if count > MAX_NODES:
            yield process, {"count": count, "most": MAX_NODES}


@rule("structure/start", "流程或子流程须恰好有一个开始事件，现有 %(count)d 个。")
def one_start(model: Model) -> Iterator[Found]:
    for scope in model.scopes:
        count = len(scope.of("startEvent"))
        if count != 1 and kind(scope.element) != "adHocSubProcess":
            yield scope.element, {"count": count}


@rule("structure/no_end", "流程或子流程没有结束事件。")
def no_end(model: Model) -> Iterator[Found]:
    for scope in model.scopes:
        if not scope.of("endEvent") and kind(scope.element) != "adHocSubProcess":
            yield scope.element


@rule("structure/dead_end", "“%(name)s”之后没有去路，请连接到下一步或结束事件。")
def dead_ends(model: Model) -> Iterator[Found]:
    for node in model.nodes:
        is_last = node.kind == "endEvent" or node.is_event_sub_process
        is_loose = node.for_compensation or kind(node.scope.element) == "adHocSubProcess"
        if not node.outgoing and not is_last and not is_loose:
            yield node, {"name": node.name}


@rule("structure/direction", "开始事件、边界事件不能有进入的顺序流，结束事件不能有离开的顺序流。")
def wrong_directions(model: Model) -> Iterator[Found]:
    for node in model.nodes:
        enters = node.kind in ("startEvent", "boundaryEvent") or node.is_event_sub_process
        leaves = node.kind == "endEvent" or node.is_event_sub_process
        if (node.incoming and enters) or (node.outgoing and leaves):
            yield node


@rule("structure/implicit_split", "“%(name)s”有多条离开的顺序流；请用网关表明是分支还是并行。")
def implicit_splits(model: Model) -> Iterator[Found]:
    for node in model.nodes:
        if len(node.outgoing) > 1 and node.kind not in _SPLITTING:
            yield node, {"name": node.name}


_SPLITTING = CONDITIONAL | {"parallelGateway", "eventBasedGateway", "complexGateway"}


@rule("structure/quantity", "不支持 startQuantity、completionQuantity，请删除。")
def quantities(model: Model) -> Iterator[Found]:
    for node in model.of(*ACTIVITIES):
        quantities = (node.element.get("startQuantity"), node.element.get("completionQuantity"))
        if any(quantity not in (None, "1") for quantity in quantities):
            yield node


@rule("structure/nesting", "子流程嵌套超过 %(most)d 层。")
def too_deep(model: Model) -> Iterator[Found]:
    for scope in model.scopes:
        levels = sum(1 for element in scope.element.iterancestors() if kind(element))
        if levels == MAX_NESTING + 2:  # the definitions and the process are around all of them
            yield scope.element, {"most": MAX_NESTING}


@rule("structure/ignored_setting", "设置 %(what)s 在本系统不起作用，请删除以免误解。", "warning")
def ignored_settings(model: Model) -> Iterator[Found]:
    for node in model.nodes:
        extensions = children(node.element, "extensionElements")
        found = {name for name in _IGNORED_ATTRIBUTES if setting(node.element, name)}
        found |= {name for each in extensions for name in _IGNORED_ELEMENTS if _has(each, name)}
        for what in sorted(found):
            yield node, {"what": what}


#: What Camunda would act on, and we do not; all other foreign settings are notes.
_IGNORED_ATTRIBUTES = ("class", "delegateExpression", "expression", "resultVariable", "dueDate")
_IGNORED_ELEMENTS = ("inputOutput", "in", "out", "executionListener", "taskListener", "formData")


def _has(extensions: Any, name: str) -> bool:
    return extensions.find(f"{{{CAMUNDA}}}{name}") is not None
