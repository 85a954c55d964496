"""Tasks that run several times: loops, and one instance for each of a list."""

from __future__ import annotations

from typing import Any

from SpiffWorkflow import TaskState
from SpiffWorkflow.bpmn.specs import defaults

from app.domain.errors import EngineError
from app.engine.expressions import compile_expression
from app.engine.variables import Scope


class LoopTask:
    """What loops and multi-instance tasks have in common: a task that stands for its instances."""

    task_spec: str
    condition: str | None

    def _begin(self, my_task: Any, own: dict[str, Any]) -> None:
        """Begin one more instance."""
        spec = my_task.workflow.spec.task_specs[self.task_spec]
        child = my_task._add_child(spec, TaskState.FUTURE)
        child.own = own
        child.task_spec._update(child)


class StandardLoop(LoopTask, defaults.StandardLoopTask):
    """A task that is repeated while a condition holds, or so many times."""

    def _update_hook(self, my_task: Any) -> bool:
        my_task.internal_data["done"] = 0
        if self.test_before and not self._goes_on(my_task):
            return True
        my_task._set_state(TaskState.STARTED)
        self._begin(my_task, {"loopCounter": 0})
        return False

    def merge_child(self, workflow: Any, child: Any) -> None:
        """Begin the next round after *child*, or be done."""
        my_task = child.parent
        my_task.internal_data["done"] += 1
        if self._goes_on(my_task):
            self._begin(my_task, {"loopCounter": my_task.internal_data["done"]})
        else:
            my_task._set_state(TaskState.READY)

    def _goes_on(self, my_task: Any) -> bool:
        if self.maximum is not None and my_task.internal_data["done"] >= self.maximum:
            return False
        return self.condition is None or bool(
            compile_expression(self.condition).evaluate(my_task.data)
        )


class MultiInstance(LoopTask):
    """A task with an instance for each item of a list, or so many."""

    sequential: bool
    cardinality: str | None
    data_input: Any
    data_output: Any
    input_item: Any
    output_item: Any

    def _update_hook(self, my_task: Any) -> bool:
        items = self._items(my_task)
        my_task._set_state(TaskState.STARTED)
        my_task.internal_data.update(done=0, total=len(items))
        if self.data_output is not None:
            my_task.data[self.data_output.bpmn_id] = []
        if self.sequential:
            my_task.internal_data["items"] = items
            items = items[:1]
        for number, item in enumerate(items):
            self._begin(my_task, self._own(number, item))
        return not items

    def merge_child(self, workflow: Any, child: Any) -> None:
        """Take the result of *child* in; be done, or go on with the next."""
        my_task = child.parent
        internal = my_task.internal_data
        internal["done"] += 1
        if self.data_output is not None and self.output_item is not None:
            name = self.data_output.bpmn_id
            my_task.data[name] = [*my_task.data[name], child.data.get(self.output_item.bpmn_id)]
        if internal["done"] == internal["total"] or self._is_enough(child):
            for other in my_task.children:
                other.cancel()
            my_task._set_state(TaskState.READY)
        elif self.sequential:
            self._begin(my_task, self._own(internal["done"], internal["items"][internal["done"]]))

    def _own(self, number: int, item: Any) -> dict[str, Any]:
        own = {"loopCounter": number}
        if self.input_item is not None:
            own[self.input_item.bpmn_id] = item
        return own

    def _items(self, my_task: Any) -> list[Any]:
        text = self.cardinality if self.data_input is None else self.data_input.bpmn_id
        value = compile_expression(text or "").evaluate(my_task.data)
        if self.data_input is None and isinstance(value, int) and value >= 0:
            return list(range(value))
        if self.data_input is not None and isinstance(value, list):
            return list(value)
        raise EngineError("“%(element)s”的次数或名单无效。", element=self.bpmn_id)  # type: ignore[attr-defined]

    def _is_enough(self, child: Any) -> bool:
        if self.condition is None:
            return False
        internal = child.parent.internal_data
        begun = internal["total"] if not self.sequential else internal["done"]
        counts = {
            "nrOfInstances": internal["total"],
            "nrOfCompletedInstances": internal["done"],
            "nrOfActiveInstances": begun - internal["done"],
        }
        return bool(compile_expression(self.condition).evaluate(Scope(counts, child.data)))


class ParallelMultiInstance(MultiInstance, defaults.ParallelMultiInstanceTask):
    """All instances at once."""

    sequential = False


class SequentialMultiInstance(MultiInstance, defaults.SequentialMultiInstanceTask):
    """One instance after another."""

    sequential = True
