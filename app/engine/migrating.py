"""Carry a process that runs over into another version of its diagram, where it stands.

Nothing moves on by it: who waited goes on waiting, under the same number, at the same element or
at the one that the mapping names. What the new drawing has no right place for is refused, with the
element and the reason; half a process is never carried.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache

from app.domain.errors import DomainError
from app.engine import state as states
from app.engine.accounts import armed_timer, armed_tokens, open_task, open_tokens
from app.engine.carrying import Carrier
from app.engine.compiling import Diagram
from app.engine.events import looks_around
from app.engine.fitting import NotCarried, Refusal
from app.engine.runner import REMEMBERED, counted_from
from app.engine.step import Step
from app.engine.tokens import Process

#: Old element → new element, in order.
_Mapping = tuple[tuple[str, str], ...]


def migrate(
    before: Diagram,
    after: Diagram,
    state: str,
    mapping: Mapping[str, str],
    *,
    keeps_timers: bool = True,
) -> Step | Refusal:
    """Return the step that puts a process onto *after*, or why it must stay on *before*.

    Tasks and clocks keep their numbers. Clocks that are new beside a waiting task are armed, those
    that are no more are disarmed; one whose rule has changed keeps its rule, or with
    *keeps_timers* off is armed anew under its number. What has struck stays struck.

    Raises:
        EngineError: the state is none of *before*.
    """
    base, shape = states.split(state)
    found = _migrated(before, after, shape, tuple(sorted(mapping.items())), keeps_timers)
    return found if isinstance(found, Refusal) else counted_from(base, found)


@lru_cache(maxsize=REMEMBERED)
def _migrated(
    before: Diagram, after: Diagram, shape: str, mapping: _Mapping, keeps_timers: bool
) -> Step | Refusal:
    old = states.load(before, shape)
    new = Process(after.spec, after.inner_specs, variables=dict(old.variables), next_id=old.next_id)
    try:
        Carrier(old, new, dict(mapping), keeps_timers=keeps_timers).carry()
        step = _account(old, new)
        _require_rest(after, new, step)
    except NotCarried as refused:
        return refused.refusal
    return step


def _account(old: Process, new: Process) -> Step:
    """Tell what now waits that did not, and the other way round."""
    tasks, timers = open_tokens(old).keys(), armed_tokens(old).keys()
    opened, armed = open_tokens(new), armed_tokens(new)
    for token in opened.values():
        try:
            open_task(token)  # whom it is for may hang on a variable that is not there
        except DomainError as error:
            raise NotCarried.at(token, "rule", "%(reason)s", reason=error.sentence) from error
    fresh = [number for number in armed if number not in timers or number in new.rearmed]
    return Step(
        state=states.joined(*states.dump(new)),
        opened=tuple(open_task(opened[n]) for n in opened if n not in tasks),
        closed=tuple(sorted(tasks - opened.keys())),
        armed=tuple(armed_timer(armed[number]) for number in fresh),
        disarmed=tuple(sorted(timers - armed.keys())),
        stuck=new.stuck(),
    )


def _require_rest(after: Diagram, new: Process, step: Step) -> None:
    """Refuse what would at once go on by itself: a migration does nobody's work."""
    restless = [t for tree in new.trees() for t in tree.live() if looks_around(t.task_spec)]
    if not restless:
        return
    _, shape = states.split(step.state)
    again = states.load(after, shape)
    try:
        again.settle()
        at_rest = states.dump(again) == (0, shape)
    except DomainError as error:
        raise NotCarried.at(restless[0], "moves", "%(reason)s", reason=error.sentence) from error
    if not at_rest:
        template = (
            "按新版本，流程在“%(element)s”处会立即继续，而不是等待；请待该事项走过此处后再迁移。"
        )
        raise NotCarried.at(restless[0], "moves", template)
