"""Whether tokens have a right place in another drawing: the same kind of thing, and together."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from itertools import combinations
from typing import Any

from app.domain.errors import Sentence
from app.engine.concurrency import JOINS, Place, net_of
from app.engine.events import BoundaryEvent, EventBasedGateway
from app.engine.importing import original_id
from app.engine.loops import LoopTask
from app.engine.nested import EventSubProcess
from app.engine.timers import TimerDefinition


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a process cannot be carried over: where in the old drawing, and the reason."""

    #: ``gone``, ``kind``, ``scope``, ``wait``, ``join``, ``together``, ``moves``, ``rule``.
    code: str
    #: The element's id, and what it is called.
    element: str
    name: str
    reason: Sentence


class NotCarried(Exception):
    """A process cannot be carried over."""

    def __init__(self, refusal: Refusal) -> None:
        super().__init__(refusal.reason)
        self.refusal = refusal

    @classmethod
    def at(cls, token: Any, code: str, template: str, /, **params: Any) -> NotCarried:
        """Refuse because of a token; its element's name goes into the sentence."""
        key, name = key_of(token.task_spec), name_of(token.task_spec)
        return cls(Refusal(code, key, name, Sentence(template, element=name, **params)))


def key_of(spec: Any) -> str:
    """Return the id of the element that a task of the library stands for."""
    return str(spec.bpmn_id or original_id(spec.name))


def name_of(spec: Any) -> str:
    """Return what the element is called; its id where it has no name."""
    return " ".join((spec.bpmn_name or "").split()) or key_of(spec)


@lru_cache(maxsize=256)
def elements_of(spec: Any) -> dict[str, Any]:
    """Return the elements of one scope by id, without what the library adds."""
    return {
        key_of(each): each
        for name, each in spec.task_specs.items()
        if each.bpmn_id is not None and original_id(name) == each.bpmn_id
    }


def kind_of(spec: Any) -> tuple[Any, ...]:
    """Return what an element must have in common with another to take its tokens."""
    if isinstance(spec, LoopTask):
        names = ("data_input", "data_output", "input_item", "output_item")
        items = [getattr(spec, name, None) for name in names]
        child = spec._wf_spec.task_specs[spec.task_spec]  # type: ignore[attr-defined]
        return (type(spec), kind_of(child), *(item and item.bpmn_id for item in items))
    if spec.manual:
        return ("task",)
    definition = getattr(spec, "event_definition", None)
    cycle = isinstance(definition, TimerDefinition) and definition.is_cycle
    return (type(spec), type(definition), cycle)


def is_instance(token: Any) -> bool:
    """Whether the token is one of several at the same element, all children of one."""
    several = token.parent.task_spec
    return isinstance(several, LoopTask) and token.task_spec.name == several.task_spec


def require_fit(old: Any, new: Any, target: Callable[[Any], str]) -> None:
    """See that the tokens of a scope can stand together in the new drawing, and can all go on.

    *target* tells the id that an element of the old drawing has in the new one.

    Raises:
        NotCarried: the new drawing never has two of them at once, or a join would wait for ever.
    """
    net, stands = net_of(new.spec), _stands(new)
    for (one, token), (other, beside) in combinations(stands, 2):
        if not net.together(one, other):
            template = (
                "“%(element)s”与“%(other)s”正同时等待，而新版本中两者不会同时进行，"
                "迁移后会重复办理；请待其中一路办完再迁移。"
            )
            first, second = (old.tasks[each.id] for each in (token, beside))
            raise NotCarried.at(first, "together", template, other=name_of(second.task_spec))
    known = {target(gateway) for gateway, _ in _lacking(old)}
    for gateway, side in _lacking(new):
        if key_of(gateway) not in known:
            template = (
                "新版本在“%(gateway)s”处还要等“%(side)s”一路，而该事项没有走那一路，"
                "迁移后会一直等待；请待该事项走过此处再迁移，或对应到分支之前的环节。"
            )
            names = {"gateway": name_of(gateway), "side": name_of(side)}
            raise NotCarried.at(old.tasks[stands[0][1].id], "join", template, **names)


def _stands(tree: Any) -> list[tuple[Place, Any]]:
    """Return where the tokens of a scope stand, but not what only waits beside another."""
    net, found, gateways = net_of(tree.spec), list[tuple[Place, Any]](), set()
    for token in tree.live():
        spec, family = token.task_spec, token.parent.task_spec
        if isinstance(spec, BoundaryEvent | EventSubProcess) or is_instance(token):
            continue
        if isinstance(family, EventBasedGateway):
            if token.parent.id not in gateways:
                gateways.add(token.parent.id)
                found.append((net.place(family), token.parent))
        else:
            side = family if isinstance(spec, JOINS) else None
            found.append((net.place(spec, side), token))
    return found


def _lacking(tree: Any) -> list[tuple[Any, Any]]:
    """Return the joins that some tokens come to, each with a side that none of them can reach."""
    net, found = net_of(tree.spec), []
    live = [t for t in tree.live() if not isinstance(t.task_spec, EventSubProcess)]
    for join in net.joins():
        filled = {t.parent.task_spec.name for t in live if t.task_spec.name == join}
        elsewhere = {t.task_spec.name for t in live if t.task_spec.name != join}
        missing = [
            side
            for side in sorted(net.sides(join) - filled)
            if net.upstream(join, side).isdisjoint(elsewhere)
        ]
        if missing and len(missing) < len(net.sides(join)):
            specs = tree.spec.task_specs
            found.append((specs[join], specs[missing[0]]))
    return found
