"""What a file and its elements must look like before their meaning is looked at."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from typing import Any

from app.engine.linting.model import (
    CONDITIONAL,
    MAX_NESTING,
    MAX_NODES,
    NODES,
    Model,
    children,
    kind,
)
from app.engine.linting.registry import Found, rule
from app.engine.parsing import BPMN

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


@rule(
    "structure/no_process",
    "文件中没有可执行的流程；请把流程的 isExecutable 设为 true。",
    why="没有可执行的流程就无法启动任何事项。",
    fix="make_executable",
)
def no_process(model: Model) -> Iterator[Found]:
    if not model.processes:
        yield model.root, {}, process_to_be(model) is not None


def process_to_be(model: Model) -> Any | None:
    """Return the process that can only be meant when none is executable."""
    processes = children(model.root, "process")
    key = model.source.key if model.source else ""
    named = [process for process in processes if process.get("id") == key]
    found = named or processes
    return found[0] if len(found) == 1 and len(found[0]) else None


@rule(
    "structure/key",
    "文件中有多个流程，却没有标识为 %(key)s 的可执行流程。",
    why="不知道启动哪一个流程。",
)
def no_such_process(model: Model) -> Iterator[Found]:
    keys = {process.get("id") for process in model.processes}
    if model.source and len(keys) > 1 and model.source.key not in keys:
        yield model.root, {"key": model.source.key}


@rule(
    "structure/id",
    "元素的标识（id）“%(id)s”缺失或不合规，须以字母开头且不含空格。",
    why="没有标识的元素无法记入办理记录，也无法迁移。",
)
def bad_ids(model: Model) -> Iterator[Found]:
    for element in [*model.processes, *(node.element for node in model.nodes)]:
        if not _ID.fullmatch(element.get("id") or ""):
            yield element, {"id": element.get("id") or ""}


@rule(
    "structure/duplicate_id",
    "标识 %(id)s 重复，请改名。",
    why="两个元素同名，办理记录分不清是哪一步。",
)
def duplicate_ids(model: Model) -> Iterator[Found]:
    elements = [e for e in model.root.iter(f"{{{BPMN}}}*") if e.get("id")]
    counts = Counter(element.get("id") for element in elements)
    for element in elements:
        if counts[element.get("id")] > 1:
            yield element, {"id": element.get("id")}
            counts[element.get("id")] = 1


@rule(
    "structure/reserved_id",
    "标识 %(id)s 为系统保留，请改名。",
    why="会与系统自己的步骤混淆，该步骤会悄悄消失。",
)
def reserved_ids(model: Model) -> Iterator[Found]:
    for node in model.nodes:
        if node.id.endswith(_RESERVED):
            yield node, {"id": node.id}


@rule(
    "structure/unknown_element",
    "不支持元素 %(tag)s，请删除或改用其他画法。",
    why="系统不认识它，这一步不会执行。",
)
def unknown_elements(model: Model) -> Iterator[Found]:
    for scope in model.scopes:
        for element in scope.element:
            tag = kind(element)
            if tag and tag not in NODES | DOCUMENTATION | SETTINGS | DATA:
                yield element, {"tag": tag}


@rule(
    "structure/data_association",
    "数据对象及其连线只作说明，不会执行。",
    "warning",
    why="看图的人会以为数据会传过去，其实不会。",
)
def data_associations(model: Model) -> Iterator[Found]:
    yield from model.executable(*DATA)


@rule(
    "structure/loose_flow",
    "顺序流的起点或终点不存在，或跨越了子流程边界，请重新连接。",
    why="断开的线不通，事项走不到下一步。",
)
def loose_flows(model: Model) -> Iterator[Found]:
    for scope in model.scopes:
        yield from scope.loose


@rule(
    "structure/flow_id",
    "从“%(source)s”到“%(target)s”的顺序流没有标识（id）。",
    "warning",
    why="没有标识的线画不出来，办理轨迹和版本比较里也看不到它。",
    fix="name_flows",
)
def nameless_flows(model: Model) -> Iterator[Found]:
    for flow in model.flows:
        if not flow.element.get("id"):
            yield flow.element, {"source": flow.source.name, "target": flow.target.name}


@rule(
    "structure/double_flow",
    "同一并行分支重复连接到 %(target)s，请删除一条顺序流。",
    why="同一件事会同时办两遍。",
    fix="remove_flow",
)
def double_flows(model: Model) -> Iterator[Found]:
    for node in model.nodes:
        if node.kind in CONDITIONAL:
            continue
        targets = Counter(flow.target.id for flow in node.outgoing)
        for target, count in targets.items():
            if count > 1:
                yield node, {"target": target}


@rule(
    "structure/too_many_nodes",
    "流程有 %(count)d 个节点，超过上限 %(most)d；请拆分为子流程。",
    why="过大的流程图看不懂，也会拖慢每一步。",
)
def too_many_nodes(model: Model) -> Iterator[Found]:
    for process in model.processes:
        count = sum(1 for _ in process.iter(*(f"{{{BPMN}}}{name}" for name in NODES)))
        if count > MAX_NODES:
            yield process, {"count": count, "most": MAX_NODES}


@rule(
    "structure/start",
    "流程或子流程须恰好有一个开始事件，现有 %(count)d 个。",
    why="没有或有多个开始，系统不知道从哪里办起。",
)
def one_start(model: Model) -> Iterator[Found]:
    for scope in model.scopes:
        count = len(scope.of("startEvent"))
        if count != 1 and kind(scope.element) != "adHocSubProcess":
            yield scope.element, {"count": count}


@rule(
    "structure/no_end",
    "流程或子流程没有结束事件。",
    why="没有结束，事项永远算不上办完。",
)
def no_end(model: Model) -> Iterator[Found]:
    for scope in model.scopes:
        if not scope.of("endEvent") and kind(scope.element) != "adHocSubProcess":
            yield scope.element


@rule(
    "structure/dead_end",
    "“%(name)s”之后没有去路，请连接到下一步或结束事件。",
    why="办到这里就断了，事项永远不会办结。",
)
def dead_ends(model: Model) -> Iterator[Found]:
    for node in model.nodes:
        is_last = node.kind == "endEvent" or node.is_event_sub_process
        is_loose = node.for_compensation or kind(node.scope.element) == "adHocSubProcess"
        if not node.outgoing and not is_last and not is_loose:
            yield node, {"name": node.name}


@rule(
    "structure/direction",
    "“%(name)s”的顺序流方向反了：开始事件、边界事件只有离开的，结束事件只有进入的。",
    why="方向画反了，这条线不会走。",
)
def wrong_directions(model: Model) -> Iterator[Found]:
    for node in model.nodes:
        enters = node.kind in ("startEvent", "boundaryEvent") or node.is_event_sub_process
        leaves = node.kind == "endEvent" or node.is_event_sub_process
        if (node.incoming and enters) or (node.outgoing and leaves):
            yield node, {"name": node.name}


@rule(
    "structure/implicit_split",
    "“%(name)s”有多条离开的顺序流；请用网关表明是分支还是并行。",
    why="不说明是选一条还是同时走，同一事项可能办成两份。",
)
def implicit_splits(model: Model) -> Iterator[Found]:
    for node in model.nodes:
        if len(node.outgoing) > 1 and node.kind not in _SPLITTING:
            yield node, {"name": node.name}


_SPLITTING = CONDITIONAL | {"parallelGateway", "eventBasedGateway", "complexGateway"}


@rule(
    "structure/nesting",
    "子流程嵌套超过 %(most)d 层。",
    why="嵌套太深的流程图看不懂，系统也不再检查里面。",
)
def too_deep(model: Model) -> Iterator[Found]:
    for scope in model.scopes:
        levels = sum(1 for element in scope.element.iterancestors() if kind(element))
        if levels == MAX_NESTING + 2:  # the definitions and the process are around all of them
            yield scope.element, {"most": MAX_NESTING}
