"""Sub-processes, called processes and event sub-processes: a process inside a task."""

from __future__ import annotations

from typing import Any

from SpiffWorkflow import TaskState
from SpiffWorkflow.bpmn.specs import defaults


class Nested:
    """What all tasks with a process inside have in common."""

    spec: str

    def _update_hook(self, my_task: Any) -> bool:
        """Begin the process inside; the host is ready again when that one is done."""
        my_task._set_state(TaskState.STARTED)
        inner = my_task.workflow.top_workflow.create_subprocess(my_task, self.spec)
        inner.plant(-my_task.id).run()
        return False

    def _on_cancel(self, my_task: Any) -> None:
        inner = my_task.workflow.top_workflow.subprocesses.get(my_task.id)
        if inner is not None and not inner.completed:
            inner.cancel()


class SubProcess(Nested, defaults.SubWorkflowTask):
    """An embedded sub-process."""


class CallActivity(Nested, defaults.CallActivity):
    """A call of another diagram's process; it sees and sets the same variables."""


class Transaction(Nested, defaults.TransactionSubprocess):
    """A sub-process that a cancel event can leave."""


class EventSubProcess(Nested, defaults.EventSubprocess):
    """A sub-process that waits for its start event as long as the process around it lives."""
