"""The tasks and gateways of a diagram, as far as ours differ from SpiffWorkflow's."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from SpiffWorkflow import TaskState
from SpiffWorkflow.bpmn.specs import defaults
from SpiffWorkflow.bpmn.specs.mixins.bpmn_spec_mixin import BpmnSpecMixin

from app.domain.errors import EngineError
from app.engine.expressions import Expression
from app.engine.scripting import Script
from app.engine.step import Effect
from app.engine.variables import storable


@dataclass(frozen=True, slots=True)
class Settings:
    """The ``camunda:`` settings of an element, and the one attribute that the library ignores."""

    role: str = ""
    assignee: str | None = None
    form: str | None = None
    topic: str | None = None
    decision: str | None = None
    properties: dict[str, str] = field(default_factory=dict)
    #: Whether an event sub-process takes what is around it away.
    interrupting: bool = True


class EffectTask(defaults.ServiceTask):
    """A service task: passing it tells the domain to act.

    The library's own returns ``None`` and so stays STARTED for ever.
    """

    params: dict[str, str | Expression]

    def _execute(self, task: Any) -> bool:
        params = {
            name: value.evaluate(task.data) if isinstance(value, Expression) else value
            for name, value in self.params.items()
        }
        effect = Effect(self.extensions.topic or "", self.bpmn_id, storable(params))
        task.workflow.top_workflow.effects.append(effect)
        return True


class DecisionTask(BpmnSpecMixin):
    """A business rule task: the outputs of a decision table become variables."""

    decision: Any

    def _run_hook(self, my_task: Any) -> bool:
        decision, known = self.decision, my_task.data
        read = {name: known[name] for name in decision.inputs if name in known}
        known.update(storable(decision.evaluate(known)))
        my_task.workflow.top_workflow.decided.append((self.bpmn_id, decision.key, storable(read)))
        return True


class ScriptTask(defaults.ScriptTask):
    """A script task that can only set variables."""

    compiled: Script

    def _execute(self, task: Any) -> bool:
        self.compiled.run(task.data)
        return True


class ExclusiveGateway(defaults.ExclusiveGateway):
    """One way out: the first whose condition holds, else the default."""

    def _predict_hook(self, my_task: Any) -> None:
        """Predict nothing: which way is known when the gateway runs."""

    def _run_hook(self, my_task: Any) -> bool:
        task_specs = my_task.workflow.spec.task_specs
        for condition, name in self.cond_task_specs:
            if condition is not None and condition._matches(my_task):
                my_task._add_child(task_specs[name], TaskState.FUTURE)
                return True
        if self.default_task_spec is None:
            raise _stuck(self)
        my_task._add_child(task_specs[self.default_task_spec], TaskState.FUTURE)
        return True


class ParallelGateway(BpmnSpecMixin):
    """Waits for one token from each side, then goes out on every side.

    The library looks for finished tasks on each side and finds those of an earlier round; ours
    counts the tokens that wait here, and takes one of each.
    """

    def _update_hook(self, my_task: Any) -> bool:
        arrived = {_side(my_task): my_task}
        for token in my_task.workflow.tasks.values():
            if token.task_spec is self and token.state == TaskState.WAITING:
                arrived.setdefault(_side(token), token)
        if len(arrived) < len(set(self._inputs)):
            my_task._set_state(TaskState.WAITING)
            return False
        for token in arrived.values():
            if token is not my_task:
                token.cancel()
        return True


class InclusiveGateway(defaults.InclusiveGateway):
    """Waits as long as another token can still come; then goes out wherever a condition holds."""

    def _predict_hook(self, my_task: Any) -> None:
        """Predict nothing: which ways is known when the gateway runs."""

    def _update_hook(self, my_task: Any) -> bool:
        if my_task.state != TaskState.WAITING:
            if len(self._inputs) < 2:
                return True
            my_task._set_state(TaskState.WAITING)
            return False
        here = [token for token in my_task.workflow.live() if token.task_spec is self]
        first = {_side(token): token for token in reversed(here)}
        if my_task not in first.values() or self._may_still_come(my_task.workflow, set(first)):
            return False
        for token in first.values():
            if token is not my_task:
                token.cancel()
        return True

    def _run_hook(self, my_task: Any) -> bool:
        matches, defaults_ = self._get_matching_outputs(my_task)
        if not matches and not defaults_:
            raise _stuck(self)
        for spec in matches or defaults_:
            my_task._add_child(spec, TaskState.FUTURE)
        return True

    def _may_still_come(self, workflow: Any, filled: set[str]) -> bool:
        """Whether a token elsewhere can reach an empty side without being able to reach a full one.

        That is the rule of BPMN 2.0 §13.3.2; paths do not lead through the gateway itself.
        """
        to_empty = self._upstream(set(self._inputs) - filled)
        to_filled = self._upstream(filled)
        elsewhere = [token.task_spec for token in workflow.live() if token.task_spec is not self]
        return any(s.name in to_empty and s.name not in to_filled for s in elsewhere)

    def _upstream(self, sides: Iterable[str]) -> set[str]:
        """Return the names of all tasks from which a token can reach one of *sides*."""
        found, waiting = set(sides), list(sides)
        while waiting:
            for name in self._wf_spec.task_specs[waiting.pop()]._inputs:
                if name != self.name and name not in found:
                    found.add(name)
                    waiting.append(name)
        return found


def _side(token: Any) -> str:
    """Return the name of the task that a token at a gateway came from."""
    name: str = token.parent.task_spec.name
    return name


def _stuck(gateway: Any) -> EngineError:
    return EngineError("网关“%(element)s”的条件都不满足。", element=gateway.bpmn_id)
