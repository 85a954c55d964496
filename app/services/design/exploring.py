"""Letting scenarios run by themselves: plays that take the ways which no scenario takes yet.

A bounded search over what can be done at each point: answer an open task in each way that its form
knows, let the next clock strike, send a message. It goes first where something new was found, and
is the same each time: no chance, no clock.
"""

from __future__ import annotations

import heapq
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from app.domain.errors import DomainError
from app.engine import compile
from app.engine.looking import variables
from app.services.design import beginnings
from app.services.design._walking import Walk
from app.services.design.charts import Chart, chart_of, counters_of, messages_of
from app.services.design.played import Check, Move, Played, Script, Sheet, as_given
from app.services.design.playing import World, play
from app.services.diagrams import Bundle

#: Moves that are tried in all, and moves of one play.
BOUND = 1_500
LONGEST = 40
#: How often the search comes to the same place without finding anything new on the way.
OFTEN = 3
#: How far is farther than anything in a drawing, and how much each visit wears a place out.
FAR = 1_000
WEARINESS = 0.5
#: Steps from a clock to an end that belongs to it alone.
_BESIDE = 5
#: Moves that are tried to bring one play to its end.
BOUND_TO_END = 150
#: Scenarios proposed at once.
MOST = 24

Samples = Callable[[Sheet], Sequence[Mapping[str, Any]]]


@dataclass(frozen=True, slots=True)
class Player:
    """Who plays by himself: how answers are checked, and which answers come to mind."""

    check: Check
    samples: Samples


@dataclass(order=True)
class _Point:
    """Somewhere that the search has come to."""

    rank: tuple[float, int]
    walk: Walk = field(compare=False)
    facts: Mapping[str, Any] = field(compare=False)
    moves: tuple[Move, ...] = field(compare=False)
    flows: frozenset[str] = field(compare=False)


@dataclass(frozen=True, slots=True)
class Proposal:
    """A play that takes ways which nothing took before."""

    name: str
    script: Script
    played: Played
    #: Ids of the flows that it adds.
    adds: frozenset[str]


@dataclass(frozen=True, slots=True)
class Ground:
    """What is explored, from when, and by whom."""

    bundle: Bundle
    starts_at: datetime
    world: World
    player: Player

    def begin(self, facts: Mapping[str, Any]) -> Walk:
        """Return a walk that has only begun."""
        script = Script(self.starts_at, facts)
        walk = Walk(self.bundle, script, self.world, as_given)  # samples are checked already
        walk.walk()
        return walk


def explore(ground: Ground, *, covered: frozenset[str] = frozenset()) -> list[Proposal]:
    """Return plays that take as many flows beyond *covered* as the search can reach.

    Raises:
        InvalidDiagram: the drawing cannot run.
    """
    compile(ground.bundle.source)
    search = _Search(ground, covered)
    search.run()
    return search.proposals()


class _Search:
    """A search that goes where the drawing says that something untaken is near."""

    def __init__(self, ground: Ground, covered: frozenset[str]) -> None:
        self.ground, self.covered = ground, covered
        self.chart: Chart = chart_of(ground.bundle.xml)
        self.messages = messages_of(ground.bundle.xml)
        self.counters = counters_of(ground.bundle.xml)
        self.left = {flow.id for flow in self.chart.flows} - covered
        self.near: dict[str, int] = {}
        self.points: list[_Point] = []
        self.frontier: list[_Point] = []
        self.been: Counter[tuple[Any, ...]] = Counter()
        self.tried = 0

    def run(self) -> None:
        """Search until all is found, nothing is left to try, or the bound is reached."""
        begun: set[tuple[Any, ...]] = set()
        for facts in _beginnings(self.ground.bundle):
            begin = self.ground.begin(facts)
            if begin.fault is None and begin.shape not in begun:
                begun.add(begin.shape)
                self._come_to(begin, facts, ())
        while self.frontier and self.left and self.tried < BOUND:
            point = heapq.heappop(self.frontier)
            for move in self._moves(point):
                self.tried += 1
                walk = _moved(point.walk, move)
                if walk is not None:
                    self._come_to(walk, point.facts, (*point.moves, move))

    def _moves(self, point: _Point) -> Iterator[Move]:
        """Yield what can be done at a point."""
        if len(point.moves) >= LONGEST or point.walk.finished:
            return
        for sheet in point.walk.sheets():
            for answers in self.ground.player.samples(sheet):
                yield {"do": "answer", "task": sheet.task.key, "answers": dict(answers)}
        if point.walk.clocks:
            yield {"do": "strike"}
        for message in self.messages:
            yield {"do": "send", "message": message}

    def _come_to(self, walk: Walk, facts: Mapping[str, Any], moves: tuple[Move, ...]) -> None:
        flows = frozenset(flow.id for flow in self.chart.flows_taken(walk.ways))
        fresh = flows & self.left
        place = self._place(walk, facts)
        self.been[place] += 1
        if not fresh and self.been[place] > OFTEN:
            return
        point = _Point((0, 0), walk, facts, moves, flows)
        self.points.append(point)
        self.frontier.append(point)
        if fresh or len(self.points) == 1:
            self.left -= fresh
            sources = [flow.source for flow in self.chart.flows if flow.id in self.left]
            self.near = self.chart.distances_to(sources)
            for one in self.frontier:
                one.rank = self._rank(one)
            heapq.heapify(self.frontier)
        else:
            point.rank = self._rank(point)
            self.frontier.pop()
            heapq.heappush(self.frontier, point)

    def _place(self, walk: Walk, facts: Mapping[str, Any]) -> tuple[Any, ...]:
        known = variables(walk.state)
        counted = (repr(known.get(name)) for name in self.counters)
        return (*sorted(facts.items()), *walk.place, *counted)

    def _rank(self, point: _Point) -> tuple[float, int]:
        """Return how promising a point is: how near to something untaken, how worn out."""
        been = self.been[self._place(point.walk, point.facts)]
        return _distance(point.walk, self.near) + WEARINESS * been, len(point.moves)

    def proposals(self) -> list[Proposal]:
        """Return few plays that together take all that was found."""
        left = {flow for point in self.points for flow in point.flows} - self.covered
        made: list[Proposal] = []
        while left and len(made) < MOST:
            best = max(self.points, key=lambda one: (len(one.flows & left), -len(one.moves)))
            adds = best.flows & left
            left -= adds
            proposal = self._proposal(best, adds, len(made) + 1)
            if proposal.played.fault is None:
                left -= {flow.id for flow in self.chart.flows_taken(proposal.played.ways)}
                made.append(proposal)
        return made

    def _proposal(self, point: _Point, adds: frozenset[str], number: int) -> Proposal:
        moves = self._to_the_end(point)
        ground = self.ground
        script = Script(ground.starts_at, point.facts, moves)
        played = play(ground.bundle, script, ground.world, ground.player.check)
        return Proposal(_name(self.chart, adds, number), script, played, adds)

    def _to_the_end(self, point: _Point) -> tuple[Move, ...]:
        """Go on to the end of the process, if one is found near."""
        ends = [node.id for node in self.chart.nodes.values() if node.kind == "endEvent"]
        mains = [end for end in ends if self._is_main(end)]
        near = self.chart.distances_to(mains or ends)
        ahead = [replace(point, rank=(0, 0))]
        been, tried = {point.walk.shape}, 0
        while ahead and tried < BOUND_TO_END:
            here = heapq.heappop(ahead)
            if here.walk.finished:
                return here.moves
            for move in self._moves(here):
                tried += 1
                walk = _moved(here.walk, move)
                if walk is not None and walk.shape not in been:
                    been.add(walk.shape)
                    rank = (_distance(walk, near), tried)
                    moves = (*here.moves, move)
                    heapq.heappush(ahead, replace(here, walk=walk, moves=moves, rank=rank))
        return point.moves

    def _is_main(self, end: str) -> bool:
        """Whether an end is more than that of what a clock beside a task begins."""
        beside = [node for node in self.chart.nodes.values() if node.host]
        reached = self.chart.distances_to([end])
        return any(
            node.id in reached for node in self.chart.nodes.values() if node.kind == "startEvent"
        ) and not any(node.id in reached and reached[node.id] < _BESIDE for node in beside)


def _distance(walk: Walk, near: Mapping[str, int]) -> float:
    """Return how far from the marked nodes the nearest of what is open lies."""
    if walk.finished:
        return 0 if near else FAR
    tasks = [near.get(task.key, FAR) for task, _at in walk.tasks.values()]
    clocks = [near.get(clock.timer.key, FAR) + 1 for clock in walk.clocks.values()]
    return min([*tasks, *clocks], default=FAR)


def _moved(walk: Walk, move: Move) -> Walk | None:
    """Return where a move leads; ``None`` if it cannot be made."""
    made = walk.fork()
    try:
        made.make(move)
    except DomainError:
        return None
    return made


def _beginnings(bundle: Bundle) -> Iterator[dict[str, Any]]:
    """Yield the usual beginning, and those that differ from it in one fact."""
    yield {}
    for name in beginnings.asked(bundle):
        if name in beginnings.FLAGS:
            yield {name: True}
        elif name == "cycle":
            yield {name: 2}
        elif name in beginnings.CHOICES and name != "category":
            for term in beginnings.CHOICES[name]:
                yield {name: str(term)}


def _name(chart: Chart, adds: frozenset[str], number: int) -> str:
    """Name a play after the ways that it adds."""
    told = [flow for flow in chart.flows if flow.id in adds]
    answers = [f"{chart.name_of(one.source)}·{one.name}" for one in told if one.name]
    struck = [chart.nodes[one.source] for one in told if one.source in chart.nodes]
    clocks = [f"{chart.name_of(node.host)}·{node.name}" for node in struck if node.host]
    words = list(dict.fromkeys([*answers, *clocks])) or [chart.name_of(told[0].source)]
    return f"自动{number}：{'、'.join(words[:3])}"
