"""Which places of a drawing can hold tokens at the same time, and which way leads to which join.

Asked when tokens that moved by one drawing are put into another: two that stand where the new one
never has two would do the rest of the work twice, and a join that waits for a side which none of
them can reach would wait for ever. Both answers look at the drawing alone, so they hold for any
answers that people may give.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import lru_cache
from itertools import combinations
from typing import Any

from SpiffWorkflow.bpmn.specs.control import BoundaryEventSplit

from app.engine.events import BoundaryEvent, EventBasedGateway
from app.engine.nested import EventSubProcess
from app.engine.specs import ExclusiveGateway, InclusiveGateway, ParallelGateway

#: A task, or one side of a join.
Place = str | tuple[str, str]
Pair = tuple[Place, Place]
#: From where to where tokens go at once.
Move = tuple[tuple[Place, ...], tuple[Place, ...]]
JOINS = (ParallelGateway, InclusiveGateway)
_ONE_WAY = (ExclusiveGateway, EventBasedGateway)


class Net:
    """The places of one process or sub-process and the moves between them."""

    def __init__(self, spec: Any) -> None:
        self._specs: dict[str, Any] = spec.task_specs
        self._upstream: dict[tuple[str, str], set[str]] = {}
        self._moves: dict[Place, list[Move]] = {}
        for each in self._specs.values():
            for inputs, outputs in self._moves_of(each):
                for place in inputs:
                    self._moves.setdefault(place, []).append((inputs, outputs))
        self._pairs = self._found()

    def together(self, one: Place, other: Place) -> bool:
        """Whether both can hold a token at once; for the same place, two of them."""
        return (one, other) in self._pairs

    def sides(self, join: str) -> set[str]:
        """Return the names of the tasks from which flows lead into a gateway."""
        return set(self._specs[join]._inputs)

    def upstream(self, join: str, side: str) -> set[str]:
        """Return from where a token can come to a side of a join without passing the join."""
        if (join, side) not in self._upstream:
            found, waiting = {side}, [side]
            while waiting:
                for name in self._before(waiting.pop()):
                    if name != join and name not in found:
                        found.add(name)
                        waiting.append(name)
            self._upstream[join, side] = found
        return self._upstream[join, side]

    def joins(self) -> list[str]:
        """List the gateways that wait for all their sides."""
        return [
            name
            for name, spec in self._specs.items()
            if isinstance(spec, ParallelGateway) and len(self.sides(name)) > 1
        ]

    def place(self, spec: Any, side: Any | None = None) -> Place:
        """Return where a token stands; at a join, on which side."""
        return (spec.name, side.name) if side is not None else str(spec.name)

    def _before(self, name: str) -> Iterator[str]:
        """Yield what is right before a task; before an event on an activity, that is this one."""
        spec = self._specs[name]
        yield from spec._inputs
        if isinstance(spec, BoundaryEvent):
            for split in spec.inputs:
                yield activity_of(split).name

    def _moves_of(self, spec: Any) -> Iterator[Move]:
        """Yield each way in which a token leaves a task: from where to where."""
        outs = [self._into(each, spec) for each in spec.outputs if self._counts(spec, each)]
        is_join = isinstance(spec, JOINS) and len(self.sides(spec.name)) > 1
        here = [(spec.name, side) for side in sorted(self.sides(spec.name))] if is_join else []
        if is_join and isinstance(spec, ParallelGateway):
            yield tuple(here), tuple(outs)
        elif is_join:
            yield from (((side,), tuple(outs)) for side in here)
        elif isinstance(spec, _ONE_WAY):
            yield from (((spec.name,), (out,)) for out in outs)
        else:
            yield (spec.name,), tuple(outs)
        if isinstance(spec, BoundaryEventSplit):
            yield from self._events_on(spec)

    def _events_on(self, split: Any) -> Iterator[Move]:
        activity = activity_of(split)
        for event in split.outputs:
            if isinstance(event, BoundaryEvent):
                begun = tuple(self._into(each, event) for each in event.outputs)
                stays = () if event.cancel_activity else (activity.name,)
                yield (activity.name,), (*stays, *begun)

    def _counts(self, spec: Any, to: Any) -> bool:
        """Whether a token that leaves *spec* moves to *to*, and is not only watched from there."""
        if isinstance(to, EventSubProcess):
            return False
        return not (isinstance(spec, BoundaryEventSplit) and isinstance(to, BoundaryEvent))

    def _into(self, spec: Any, came_from: Any) -> Place:
        is_join = isinstance(spec, JOINS) and len(self.sides(spec.name)) > 1
        return (spec.name, came_from.name) if is_join else str(spec.name)

    def _found(self) -> set[Pair]:
        """Return all pairs: those that a move makes, and what a move of one of them leads to."""
        pairs: set[Pair] = set()
        fresh = [pair for moves in self._moves.values() for move in moves for pair in _both(move)]
        while fresh:
            pair = fresh.pop()
            if pair not in pairs:
                pairs.add(pair)
                fresh += self._next(pairs, *pair)
                fresh += self._next(pairs, *reversed(pair))
        return pairs

    def _next(self, pairs: set[Pair], stays: Place, goes: Place) -> Iterator[Pair]:
        """Yield the pairs that come of *pairs* when a token goes while another stays."""
        for inputs, outputs in self._moves.get(goes, ()):
            if self._can_move(pairs, stays, goes, inputs):
                for place in outputs:
                    yield stays, place
                    yield place, stays

    def _can_move(
        self, pairs: set[Pair], stays: Place, goes: Place, inputs: Iterable[Place]
    ) -> bool:
        """Whether a token can go from *goes* while another stays where it is."""
        if isinstance(goes, tuple) and isinstance(self._specs[goes[0]], InclusiveGateway):
            return not self._is_waited_for(stays, goes)
        return all(place == goes or (stays, place) in pairs for place in inputs)

    def _is_waited_for(self, place: Place, at: tuple[str, str]) -> bool:
        """Whether an inclusive join with a token on one side waits for the one at *place*."""
        join, side = at
        if isinstance(place, tuple) and place[0] == join:
            return place[1] != side
        name = place[0] if isinstance(place, tuple) else place
        if name in self.upstream(join, side):
            return False
        return any(name in self.upstream(join, other) for other in self.sides(join))


def _both(move: Move) -> Iterator[Pair]:
    """Yield each two places into which a move puts tokens, both ways round."""
    for one, other in combinations(move[1], 2):
        yield one, other
        yield other, one


def activity_of(split: Any) -> Any:
    """Return the activity that the events behind a split sit on."""
    (activity,) = [each for each in split.outputs if not isinstance(each, BoundaryEvent)]
    return activity


@lru_cache(maxsize=256)
def net_of(spec: Any) -> Net:
    """Return the net of one process or sub-process; compiled ones never change."""
    return Net(spec)
