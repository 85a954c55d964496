"""Places on the drawing for elements that have none, so that every modeler shows the whole.

What is drawn already stays where it is. The rest stands in columns by its distance from the start,
in the bands of its lanes, under all that is there.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from lxml import etree

from app.engine.converting.grid import Box, Grid, lanes_of, way
from app.engine.linting.model import ACTIVITIES, NODES, SUB_PROCESSES, children, kind

_DI = "http://www.omg.org/spec/BPMN/20100524/DI"
_DC = "http://www.omg.org/spec/DD/20100524/DC"
_DD = "http://www.omg.org/spec/DD/20100524/DI"
MARGIN, HEAD, APART = 40.0, 30.0, 60.0
_OTHERS = {
    "dataObjectReference": (36.0, 50.0),
    "dataStoreReference": (50.0, 50.0),
    "textAnnotation": (100.0, 40.0),
}
#: With more activities than that, lines don't look out for them.
MANY = 150
_EDGES = ("sequenceFlow", "messageFlow", "association")


def complete(root: Any) -> int:
    """Draw what the file does not; return how many shapes and lines were added."""
    return _Drawing(root).complete()


class _Drawing:
    """The planes of one file, and what stands on them."""

    def __init__(self, root: Any) -> None:
        self.root = root
        self.boxes: dict[str, Box] = {}
        self.drawn: set[str] = set()
        self.planes: dict[str, Any] = {}
        self.added = 0
        self.lowest = 0.0
        for plane in root.iter(f"{{{_DI}}}BPMNPlane"):
            self.planes[plane.get("bpmnElement") or ""] = plane
        for item in root.iter(f"{{{_DI}}}BPMNShape", f"{{{_DI}}}BPMNEdge"):
            key = item.get("bpmnElement") or ""
            self.drawn.add(key)
            if (box := _box_of(item)) is not None:
                self._note(key, box)

    def complete(self) -> int:
        collaboration = next(iter(children(self.root, "collaboration")), None)
        if collaboration is not None and children(collaboration, "participant"):
            self._pools(collaboration)
            return self.added
        for process in children(self.root, "process")[:1]:
            self._scope(process, self._plane(process))
        return self.added

    def _pools(self, collaboration: Any) -> None:
        plane = self._plane(collaboration)
        processes = {one.get("id"): one for one in children(self.root, "process")}
        for pool in children(collaboration, "participant"):
            process = processes.get(pool.get("processRef"))
            is_drawn = pool.get("id") in self.drawn
            top = self.lowest + MARGIN
            around = Box(MARGIN + HEAD, top, 600, 120)
            if process is not None:
                around = self._scope(process, plane) or around
            if not is_drawn:
                self._frame(plane, pool, process, around)
        self._edges(collaboration, plane)

    def _frame(self, plane: Any, pool: Any, process: Any, around: Box) -> None:
        """Draw a pool and its lanes around what was laid out."""
        box = Box(around.x - HEAD, around.y, around.width + HEAD, around.height)
        self._shape(plane, pool, box)
        lanes = list(lanes_of(process)) if process is not None else []
        height = around.height / max(len(lanes), 1)
        for number, lane in enumerate(lanes):
            top = around.y + number * height
            self._shape(plane, lane, Box(around.x, top, around.width, height))

    def _scope(self, scope: Any, plane: Any) -> Box | None:
        """Draw what a process or sub-process holds; return what is around the new ones."""
        nodes = [one for one in scope if kind(one) in NODES]
        missing = [one for one in nodes if one.get("id") and one.get("id") not in self.drawn]
        inner = {one.get("id"): self._size(one) for one in missing}
        around = None
        if missing:
            x, y = MARGIN + HEAD, self.lowest + MARGIN
            around = self._place(plane, scope, missing, (x, y), inner)
        self._others(scope, plane)
        for node in nodes:
            if node.get("id") not in inner:
                self._inside(node, plane)
        self._edges(scope, plane)
        return around

    def _inside(self, node: Any, plane: Any) -> None:
        """Draw what a sub-process holds that stood on the drawing before."""
        if kind(node) not in SUB_PROCESSES:
            return
        inner = [one for one in node if kind(one) in NODES]
        if inner and not any(one.get("id") in self.drawn for one in inner):
            self._scope(node, self.planes.get(node.get("id")) or self._plane(node))
        elif inner:
            self._scope(node, self.planes.get(node.get("id"), plane))

    def _size(self, node: Any) -> tuple[float, float]:
        """Return how much room an element takes, with all that it holds."""
        word = kind(node)
        if word.endswith("Event"):
            return 36, 36
        if word.endswith("Gateway"):
            return 50, 50
        inner = [one for one in node if kind(one) in NODES]
        if word not in SUB_PROCESSES or not inner:
            return 100, 80
        grid = Grid(node, inner, {one.get("id"): self._size(one) for one in inner})
        return grid.width + 2 * MARGIN, grid.height + 2 * MARGIN

    def _place(
        self,
        plane: Any,
        scope: Any,
        nodes: Sequence[Any],
        at: tuple[float, float],
        sizes: dict[str, tuple[float, float]],
    ) -> Box:
        """Draw elements from a corner on, those inside them too."""
        grid = Grid(scope, nodes, sizes)
        for node, box in grid.boxes():
            place = box.moved(*at)
            self._shape(plane, node, place)
            inner = [one for one in node if kind(one) in NODES and one.get("id")]
            if kind(node) in SUB_PROCESSES and inner:
                corner = (place.x + MARGIN, place.y + MARGIN)
                self._place(plane, node, inner, corner, {i.get("id"): self._size(i) for i in inner})
                self._others(node, plane)
                self._edges(node, plane)
        self._on_boundaries(plane, scope)
        return Box(
            at[0] - MARGIN, at[1] - MARGIN, grid.width + 2 * MARGIN, grid.height + 2 * MARGIN
        )

    def _on_boundaries(self, plane: Any, scope: Any) -> None:
        """Put boundary events on the lower edge of what they sit on, side by side."""
        taken: dict[str, int] = defaultdict(int)
        for event in children(scope, "boundaryEvent"):
            host = self.boxes.get(event.get("attachedToRef") or "")
            if event.get("id") in self.drawn or host is None:
                continue
            number = taken[event.get("attachedToRef")]
            taken[event.get("attachedToRef")] += 1
            x = host.right - 18 - 20 - number * 44
            self._shape(plane, event, Box(x, host.bottom - 18, 36, 36))

    def _others(self, scope: Any, plane: Any) -> None:
        x, y = MARGIN + HEAD, self.lowest + MARGIN
        for element in children(scope, *_OTHERS):
            if element.get("id") and element.get("id") not in self.drawn:
                width, height = _OTHERS[kind(element)]
                self._shape(plane, element, Box(x, y, width, height))
                x += width + APART

    def _edges(self, scope: Any, plane: Any) -> None:
        nodes = [self.boxes.get(one.get("id") or "") for one in scope if kind(one) in ACTIVITIES]
        others = [box for box in nodes if box] if len(nodes) <= MANY else []
        for edge in children(scope, *_EDGES):
            source = self.boxes.get(edge.get("sourceRef") or "")
            target = self.boxes.get(edge.get("targetRef") or "")
            if edge.get("id") in self.drawn or not edge.get("id") or not source or not target:
                continue
            made = _child(plane, _DI, "BPMNEdge", id=_di(edge), bpmnElement=edge.get("id"))
            for x, y in way(source, target, others):
                _child(made, _DD, "waypoint", x=_number(x), y=_number(y))
            self.drawn.add(edge.get("id"))
            self.added += 1

    def _shape(self, plane: Any, element: Any, box: Box) -> None:
        key = element.get("id")
        made = _child(plane, _DI, "BPMNShape", id=_di(element), bpmnElement=key)
        if kind(element) in SUB_PROCESSES:
            made.set("isExpanded", "true")
        elif kind(element) in ("participant", "lane"):
            made.set("isHorizontal", "true")
        numbers = {"x": box.x, "y": box.y, "width": box.width, "height": box.height}
        _child(made, _DC, "Bounds", **{name: _number(value) for name, value in numbers.items()})
        self._note(key, box)
        self.drawn.add(key)
        self.added += 1

    def _note(self, key: str, box: Box) -> None:
        self.boxes[key] = box
        self.lowest = max(self.lowest, box.bottom)

    def _plane(self, element: Any) -> Any:
        """Return the plane of an element, the only one there is, or one made for it."""
        key = element.get("id") or ""
        if key in self.planes:
            return self.planes[key]
        if self.planes and kind(element) in ("process", "collaboration"):
            return next(iter(self.planes.values()))
        diagram = _child(self.root, _DI, "BPMNDiagram", id=f"BPMNDiagram_{key}")
        self.planes[key] = _child(diagram, _DI, "BPMNPlane", id=f"BPMNPlane_{key}", bpmnElement=key)
        return self.planes[key]


def _box_of(item: Any) -> Box | None:
    bounds = item.find(f"{{{_DC}}}Bounds")
    if bounds is None:
        return None
    try:
        numbers = [float(bounds.get(name) or 0) for name in ("x", "y", "width", "height")]
    except ValueError:
        return None
    return Box(*numbers) if all(map(math.isfinite, numbers)) else None


def _child(parent: Any, uri: str, name: str, **attributes: str) -> Any:
    return etree.SubElement(parent, f"{{{uri}}}{name}", attributes)


def _di(element: Any) -> str:
    return f"{element.get('id')}_di"


def _number(value: float) -> str:
    return f"{value:g}" if abs(value) < 100_000 else f"{value:.0f}"
