"""What of a process must be remembered.

Joins count waiting tokens, variables belong to the process and a process is done when no token is
left, so the past has nothing to say but in two places: siblings (an activity and its boundary
events, the events behind a gateway, the instances of a loop) know each other by their parent, and a
token at a join knows the side it came from by its parent. Everything else hangs on the root.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from SpiffWorkflow.bpmn.specs.control import BoundaryEventSplit

from app.engine.events import EventBasedGateway
from app.engine.loops import LoopTask
from app.engine.specs import InclusiveGateway, ParallelGateway

_FAMILIES = (BoundaryEventSplit, EventBasedGateway, LoopTask)
_JOINS = (ParallelGateway, InclusiveGateway)

#: The id that stands for the root of a tree, whatever that is numbered.
ROOT = 0


def kept(tree: Any) -> Iterator[tuple[Any, int]]:
    """Yield each token to be remembered with the id of its parent, parents first."""
    live = tree.live()
    told = {token.id for token in live}
    for token in live:
        parent = token.parent
        if not _knows(token, parent):
            yield token, ROOT
            continue
        if parent.id not in told:
            told.add(parent.id)
            yield parent, ROOT
        yield token, parent.id


def _knows(token: Any, parent: Any) -> bool:
    """Whether the token must find its parent again."""
    return isinstance(parent.task_spec, _FAMILIES) or isinstance(token.task_spec, _JOINS)
