"""Put the tokens of a process into the tree of another diagram, scope by scope."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from SpiffWorkflow import TaskState
from SpiffWorkflow.bpmn.specs.control import BoundaryEventSplit

from app.domain.errors import DomainError
from app.engine.concurrency import JOINS
from app.engine.events import BoundaryEvent, EventBasedGateway, is_idle
from app.engine.fitting import (
    NotCarried,
    elements_of,
    is_instance,
    key_of,
    kind_of,
    name_of,
    require_fit,
)
from app.engine.loops import LoopTask
from app.engine.nested import EventSubProcess
from app.engine.timers import TimerDefinition
from app.engine.tokens import LIVE, Process, Token


class Carrier:
    """One process on its way from one diagram to another."""

    def __init__(
        self, old: Process, new: Process, mapping: Mapping[str, str], *, keeps_timers: bool
    ) -> None:
        self.old, self.new = old, new
        self.mapping, self.keeps_timers = mapping, keeps_timers

    def carry(self) -> None:
        """Place all tokens, plant what is new beside them, and see that they fit together.

        Raises:
            NotCarried: one of them has no right place.
        """
        self.new.plant(self.old.task_tree.id)
        self._tree(self.old, self.new)
        while self.new.ready:  # event sub-processes that begin to wait
            token = self.new.ready.popleft()
            if token.state == TaskState.READY:
                token.run()

    def _tree(self, old: Any, new: Any) -> None:
        new.task_tree._state = TaskState.COMPLETED
        done: set[int] = set()
        for token in old.live():
            family = token.parent.task_spec
            if isinstance(token.task_spec, BoundaryEvent) or is_instance(token):
                continue  # with what they sit on, or are instances of
            if isinstance(family, EventBasedGateway):
                if token.parent.id not in done:
                    done.add(token.parent.id)
                    self._gateway(token.parent, new)
            elif isinstance(token.task_spec, JOINS):
                self._wait(token, new)
            elif isinstance(token.task_spec, EventSubProcess):
                self._aside(token, new)
            else:
                self._activity(token, new)
        require_fit(old, new, self.target)
        self._begin_asides(old, new)
        order = {number: place for place, number in enumerate(old.tasks)}
        by_age = sorted(new.tasks.items(), key=lambda item: order.get(item[0], len(order)))
        new.tasks = dict(by_age)

    def _activity(self, token: Any, new: Any) -> None:
        """Place a token that waits at an element, with the events that sit on it."""
        to = self.image(token, new)
        if any(isinstance(each, EventBasedGateway) for each in to.inputs):
            template = "“%(element)s”在新版本中与其他事件一同等待，等待方式变了，不能原样迁移。"
            raise NotCarried.at(token, "wait", template)
        splits = [each for each in to.inputs if isinstance(each, BoundaryEventSplit)]
        was = token.parent if isinstance(token.parent.task_spec, BoundaryEventSplit) else None
        parent = new.task_tree
        if splits:
            number = was.id if was else None
            parent = Token(new, splits[0], parent, TaskState.COMPLETED, id=number)
        self._place(token, to, parent)
        if splits:
            events = [each for each in splits[0].outputs if isinstance(each, BoundaryEvent)]
            self._events(was, events, parent)

    def _place(self, token: Any, to: Any, parent: Any) -> Token:
        """Place a token with all that is inside it."""
        made = Token(parent.workflow, to, parent, token.state, id=token.id)
        made.internal_data = dict(token.internal_data)
        made.own = None if token.own is None else dict(token.own)
        if isinstance(token.task_spec, LoopTask):
            child_spec = parent.workflow.spec.task_specs[to.task_spec]
            for child in token.children:
                if child.state & LIVE:
                    self._place(child, child_spec, made)
        self._set_clock(made)
        inner = self.old.subprocesses.get(token.id)
        if inner is not None and not inner.completed:
            inside = self.new.create_subprocess(made, to.spec)
            inside.plant(-made.id)
            self._tree(inner, inside)
        return made

    def _set_clock(self, made: Token) -> None:
        """Let a clock wait by the rule as it is now drawn, unless it is to keep the old one."""
        definition = getattr(made.task_spec, "event_definition", None)
        if self.keeps_timers or not isinstance(definition, TimerDefinition):
            return
        timing = self._tried(made, lambda: definition._timing(made))
        if str(timing.rule) == made.internal_data.get("rule"):
            return
        made.internal_data.pop("left", None)
        made.internal_data["rule"] = str(timing.rule)
        if timing.times is not None:
            made.internal_data["left"] = timing.times
        self.new.rearmed.add(made.id)

    def _events(self, was: Any | None, specs: list[Any], parent: Any) -> None:
        """Place the events that wait beside a token or behind a gateway; plant those not there.

        One that the old drawing has too and that waits no more has happened already.
        """
        known = {} if was is None else {self.target(each): each for each in was.task_spec.outputs}
        waits = {} if was is None else {t.task_spec.name: t for t in was.children if t.state & LIVE}
        for spec in specs:
            old = known.get(key_of(spec))
            if old is None or kind_of(old) != kind_of(spec):
                self._plant(spec, parent)
            elif old.name in waits:
                self._place(waits[old.name], spec, parent)

    def _plant(self, spec: Any, parent: Any) -> None:
        """Let an event that is new begin to wait."""
        made = parent._add_child(spec, TaskState.WAITING)
        self._tried(made, lambda: spec._update(made))

    def _tried(self, token: Token, compute: Callable[[], Any]) -> Any:
        try:
            return compute()
        except DomainError as error:
            template = "新版本中“%(element)s”的规则无法计算：%(reason)s"
            raise NotCarried.at(token, "rule", template, reason=error.sentence) from error

    def _gateway(self, gateway: Any, new: Any) -> None:
        """Place the events behind an event-based gateway."""
        to = self.image(gateway, new)
        made = Token(new, to, new.task_tree, TaskState.COMPLETED, id=gateway.id)
        self._events(gateway, to.outputs, made)

    def _wait(self, token: Any, new: Any) -> None:
        """Place a token that waits at a join, on the side that it came from."""
        to, side = self.image(token, new), token.parent
        sides = {key_of(each): each for each in to.inputs}
        came_from = sides.get(self.target(side.task_spec))
        if came_from is None:
            template = (
                "汇聚网关“%(element)s”在新版本中不再有来自“%(side)s”的进线，已到达的分支无处安放。"
            )
            raise NotCarried.at(token, "join", template, side=name_of(side.task_spec))
        parent = new.tasks.get(side.id)
        if parent is None:
            parent = Token(new, came_from, new.task_tree, TaskState.COMPLETED, id=side.id)
        self._place(token, to, parent)

    def _aside(self, token: Any, new: Any) -> None:
        """Place an event sub-process; one that nothing has started may go."""
        if is_idle(token) and self.target(token.task_spec) not in elements_of(new.spec):
            return
        self._place(token, self.image(token, new), new.task_tree)

    def _begin_asides(self, old: Any, new: Any) -> None:
        """Let event sub-processes that are new begin to wait."""
        known = {self.target(each) for each in old.spec.task_specs.values()}
        for key, spec in elements_of(new.spec).items():
            if isinstance(spec, EventSubProcess) and key not in known:
                made = new.task_tree._add_child(spec, TaskState.FUTURE)
                self._tried(made, partial(spec._update, made))

    def target(self, spec: Any) -> str:
        """Return the id that an element of the old drawing has in the new one."""
        return self.mapping.get(key_of(spec), key_of(spec))

    def image(self, token: Any, new: Any) -> Any:
        """Return the task of the new drawing at which a token is to stand.

        Raises:
            NotCarried: there is none, or it is another kind of thing, or in another scope.
        """
        key = self.target(token.task_spec)
        found = elements_of(new.spec).get(key)
        if found is None:
            specs = [self.new.spec, *self.new.subprocess_specs.values()]
            if any(key in elements_of(spec) for spec in specs):
                template = "“%(element)s”在新版本中移入或移出了子流程，不能跨越子流程迁移。"
                raise NotCarried.at(token, "scope", template)
            template = "新版本中没有“%(element)s”，请指定它对应新版本的哪个环节。"
            raise NotCarried.at(token, "gone", template)
        if kind_of(found) != kind_of(token.task_spec):
            template = "“%(element)s”在新版本中对应的“%(target)s”是另一类元素，不能对应。"
            raise NotCarried.at(token, "kind", template, target=name_of(found))
        return found
