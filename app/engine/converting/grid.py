"""The plan of a drawing: columns by the distance from the start, bands by lane."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from app.engine.linting.model import NODES, children, kind

GAP = 60.0
#: Rows of one lane come before all rows of the next.
_BAND = 1_000_000


@dataclass(frozen=True, slots=True)
class Box:
    """Where something stands."""

    x: float
    y: float
    width: float
    height: float

    @property
    def right(self) -> float:
        return self.x + self.width

    @property
    def bottom(self) -> float:
        return self.y + self.height

    def moved(self, x: float, y: float) -> Box:
        return Box(self.x + x, self.y + y, self.width, self.height)


class Grid:
    """Elements in columns by their distance from the start, in bands by their lane."""

    def __init__(
        self, scope: Any, nodes: Sequence[Any], sizes: dict[str, tuple[float, float]]
    ) -> None:
        ranks, bands = _ranks(scope), _bands(scope)
        place = {key: number for number, key in enumerate(ranks)}
        found = [one for one in nodes if kind(one) != "boundaryEvent"]
        self.nodes = sorted(found, key=lambda one: place.get(one.get("id"), len(place)))
        self.sizes = sizes
        self.cells: dict[str, tuple[int, int]] = {}
        columns: dict[int, float] = defaultdict(float)
        rows: dict[tuple[int, int], float] = defaultdict(float)
        used: dict[tuple[int, int], int] = defaultdict(int)
        for node in self.nodes:
            key = node.get("id")
            rank, band = ranks.get(key, 0), bands.get(key, 0)
            row = (band, used[rank, band])
            used[rank, band] += 1
            columns[rank] = max(columns[rank], sizes[key][0])
            rows[row] = max(rows[row], sizes[key][1])
            self.cells[key] = (rank, row[0] * _BAND + row[1])
        self.x, self.columns, self.width = _laid({key: columns[key] for key in sorted(columns)})
        flat = {band * _BAND + row: rows[band, row] for band, row in sorted(rows)}
        self.y, self.rows, self.height = _laid(flat)

    def boxes(self) -> Iterator[tuple[Any, Box]]:
        """Yield each element with its place, in the middle of its cell."""
        for node in self.nodes:
            column, row = self.cells[node.get("id")]
            width, height = self.sizes[node.get("id")]
            x = self.x[column] + (self.columns[column] - width) / 2
            y = self.y[row] + (self.rows[row] - height) / 2
            yield node, Box(x, y, width, height)


def _laid(sizes: dict[int, float]) -> tuple[dict[int, float], dict[int, float], float]:
    """Return where each column or row begins, how large it is, and how large they are together."""
    at, starts = 0.0, {}
    for key, size in sizes.items():
        starts[key] = at
        at += size + GAP
    return starts, sizes, max(at - GAP, 0.0)


def _ranks(scope: Any) -> dict[str, int]:
    """Return how many steps each element is from a start, in the order of the flow."""
    after: dict[str, list[str]] = defaultdict(list)
    entered = set()
    for flow in children(scope, "sequenceFlow"):
        after[flow.get("sourceRef") or ""].append(flow.get("targetRef") or "")
        entered.add(flow.get("targetRef"))
    for event in children(scope, "boundaryEvent"):
        after[event.get("attachedToRef") or ""] += after.get(event.get("id") or "", [])
    nodes = [one.get("id") for one in scope if kind(one) in NODES - {"boundaryEvent"}]
    order = _by_nearness([key for key in nodes if key not in entered] or nodes[:1], after)
    place = {key: number for number, key in enumerate(order)}
    ranks = dict.fromkeys(order, 0)
    for key in order:
        for target in after[key]:
            if place[target] > place[key]:
                ranks[target] = max(ranks[target], ranks[key] + 1)
    return ranks


def _by_nearness(front: list[str], after: Mapping[str, Sequence[str]]) -> list[str]:
    """Return all that can be reached, the nearest first."""
    found: dict[str, None] = {}
    while front := [key for key in dict.fromkeys(front) if key not in found]:
        found |= dict.fromkeys(front)
        front = [target for key in front for target in after.get(key, ())]
    return list(found)


def _bands(scope: Any) -> dict[str, int]:
    """Return in which lane, counted from above, each element stands."""
    return {
        (reference.text or "").strip(): number
        for number, lane in enumerate(lanes_of(scope))
        for reference in children(lane, "flowNodeRef")
    }


def lanes_of(scope: Any) -> Iterator[Any]:
    for lane_set in children(scope, "laneSet"):
        yield from children(lane_set, "lane")


def way(source: Box, target: Box, others: Sequence[Box] = ()) -> list[tuple[float, float]]:
    """Return the corners of a line: forwards from side to side, around below where that is free."""
    start = (source.right, source.y + source.height / 2)
    end = (target.x, target.y + target.height / 2)
    if source.x < target.right and target.x < source.right and source.bottom <= target.y:
        middle = max(source.x, target.x) / 2 + min(source.right, target.right) / 2
        return [(middle, source.bottom), (middle, target.y)]
    if end[0] >= start[0]:
        middle = (start[0] + end[0]) / 2
        bend = [] if start[1] == end[1] else [(middle, start[1]), (middle, end[1])]
        straight = [start, *bend, end]
        between = [one for one in others if one not in (source, target)]
        if not any(_crosses(pair, one) for pair in pairwise(straight) for one in between):
            return straight
    below = max(source.bottom, target.bottom) + 20
    first, last = source.x + source.width / 2, target.x + target.width / 2
    return [(first, source.bottom), (first, below), (last, below), (last, target.bottom)]


def _crosses(line: tuple[tuple[float, float], tuple[float, float]], box: Box) -> bool:
    """Whether a level or upright line runs through a box."""
    (x1, y1), (x2, y2) = line
    beside = max(x1, x2) <= box.x or min(x1, x2) >= box.right
    apart = max(y1, y2) <= box.y or min(y1, y2) >= box.bottom
    return not (beside or apart)
