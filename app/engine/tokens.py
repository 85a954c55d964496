"""A process while it moves: SpiffWorkflow's tree of tasks, which here holds only what is real.

The library keeps every task that ever was and predicts every task that may come, and its joins look
at both; so its state grows with each loop and its joins take yesterday's answer for today's. Here a
task gets its children at the moment it runs, joins count the tokens that wait, variables belong to
the process, and a process is done when no token is left. Nothing ever looks back, therefore nothing
that is finished needs to be kept.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from typing import Any

from SpiffWorkflow import TaskState
from SpiffWorkflow.bpmn import BpmnWorkflow
from SpiffWorkflow.bpmn.util.subworkflow import BpmnSubWorkflow
from SpiffWorkflow.task import Task

from app.domain.errors import EngineError
from app.engine import events
from app.engine.scripting import SCRIPTS
from app.engine.step import Effect
from app.engine.variables import Scope, Variables

LIVE = TaskState.READY | TaskState.WAITING | TaskState.STARTED

#: Tasks created in one step; more is a loop that nobody waits in.
BUDGET = 2_000


class Token(Task):
    """A task with a number for an id, no clock, and no children before it runs."""

    def __init__(
        self,
        workflow: Any,
        task_spec: Any,
        parent: Task | None = None,
        state: int = TaskState.MAYBE,
        id: int | None = None,
    ) -> None:
        # Not the library's constructor: it draws a random id and asks for the time.
        self.id = workflow.top_workflow.new_id(task_spec) if id is None else id
        workflow.tasks[self.id] = self
        self.workflow = workflow
        self.task_spec = task_spec
        self._parent = None if parent is None else parent.id
        self._children: list[int] = []
        self._state = state
        self.triggered = False
        self.thread_id = 0
        self.internal_data: dict[str, Any] = {}
        self.last_state_change = 0.0
        #: Variables of this instance alone, if it is one of several.
        self.own: dict[str, Any] | None = None
        if parent is not None:
            parent._children.append(self.id)

    @property
    def data(self) -> Variables:
        """The variables that this task sees and sets."""
        outer: Variables = self.workflow.variables
        return outer if self.own is None else Scope(self.own, outer)

    def _inherit_data(self) -> None:
        """Do nothing: variables belong to the process, so no branch carries old copies along."""

    def _add_child(self, task_spec: Any, state: int = TaskState.MAYBE) -> Token:
        return Token(self.workflow, task_spec, self, state)

    def _set_state(self, value: int) -> None:
        if value != self._state:
            if value & LIVE and self._state < TaskState.WAITING:
                self._note_arrival()
            self._state = value
            if value == TaskState.READY and not self.task_spec.manual:
                self.workflow.top_workflow.ready.append(self)

    def _note_arrival(self) -> None:
        """Note by which way the token has come; what the library puts between has no name."""
        target, source = self.task_spec.bpmn_id, self.parent
        while source is not None and source.task_spec.bpmn_id is None:
            source = source.parent
        if source is not None and target is not None:
            self.workflow.top_workflow.taken.append((source.task_spec.bpmn_id, target))

    def run(self) -> None:
        """Run the task and complete it, unless what it threw has taken it away."""
        process = self.workflow.top_workflow
        process.current = self
        self.task_spec._predict_hook(self)
        self.task_spec._run(self)
        if self.task_spec.bpmn_id is not None and self.own is None:
            process.passed.append(self.task_spec.bpmn_id)
        if self._state == TaskState.READY:
            self.complete()

    def cancel(self) -> None:
        """Take the task away if it is not finished."""
        if self._state < TaskState.COMPLETED:
            self._set_state(TaskState.CANCELLED)
            self._drop_children()
            self.task_spec._on_cancel(self)


class _Tree:
    """What a process and a process inside it have in common."""

    tasks: dict[int, Token]
    variables: Variables
    top_workflow: Process
    completed: bool

    def plant(self, root_id: int) -> Token:
        """Create the root, which stands for everything that is past."""
        spec = self.spec.start  # type: ignore[attr-defined]
        self.task_tree = Token(self, spec, None, TaskState.READY, id=root_id)
        return self.task_tree

    def live(self) -> list[Token]:
        """Return the tokens, oldest first."""
        return [token for token in self.tasks.values() if token._state & LIVE]

    def cancel(self, success: bool = False) -> None:
        """Take all tokens away."""
        for token in list(self.tasks.values()):
            token.cancel()
        self.success = success
        self.completed = True

    def update_waiting_tasks(self) -> None:
        """Do nothing: what has to look around does so when the process has come to rest."""

    def _task_completed_notify(self, task: Token) -> None:
        """Do nothing: a process is done when no token is left."""

    def _remove_task(self, task_id: int) -> None:
        """Remove a task with all below it, also the processes inside."""
        token = self.tasks[task_id]
        token._set_state(TaskState.CANCELLED)  # it may stand in the queue, or be running
        for child in list(token._children):
            self._remove_task(child)
        del self.tasks[task_id]
        parent = token.parent
        if parent is not None:
            parent._children.remove(task_id)
        inner = self.top_workflow.subprocesses.pop(task_id, None)
        if inner is not None:
            inner.cancel()


class Inner(_Tree, BpmnSubWorkflow):
    """A sub-process or called process while it runs; it shares the variables of its host."""

    def __init__(self, spec: Any, host: Token) -> None:
        super().__init__(
            spec,
            parent_task_id=host.id,
            top_workflow=host.workflow.top_workflow,
            deserializing=True,
        )
        self.host = host
        self.variables = host.data

    def _calculate_depth(self) -> int:
        return 0  # only the library's own engine steps need it

    def finish(self) -> None:
        """Take away what only waited for events, and let the host go on."""
        self.cancel(success=True)
        self.host._set_state(TaskState.READY)


class Process(_Tree, BpmnWorkflow):
    """A whole process, and the account of the step it is making."""

    def __init__(
        self, spec: Any, subprocess_specs: Any, *, variables: dict[str, Any], next_id: int
    ):
        self.ready: deque[Token] = deque()
        self.variables = variables
        self.next_id = next_id
        self.created = 0
        #: The task that runs, for the account of an error.
        self.current: Token | None = None
        self.passed: list[str] = []
        self.taken: list[tuple[str, str]] = []
        self.decided: list[tuple[str, str, dict[str, Any]]] = []
        self.effects: list[Effect] = []
        self.sent: list[tuple[str, dict[str, Any]]] = []
        #: Ids of the cycle timers that fired and wait again.
        self.rearmed: set[int] = set()
        super().__init__(spec, subprocess_specs, script_engine=SCRIPTS, deserializing=True)

    def new_id(self, task_spec: Any) -> int:
        """Return the next number; the budget of the step ends here.

        Raises:
            EngineError: the step creates tasks without end.
        """
        self.created += 1
        if self.created > BUDGET:
            template = "“%(element)s”所在的循环没有尽头，单步超过 %(limit)d 个环节。"
            raise EngineError(template, element=task_spec.bpmn_id or task_spec.name, limit=BUDGET)
        self.next_id += 1
        return self.next_id - 1

    def trees(self) -> Iterator[Process | Inner]:
        """Return this process and all inside it that still run, innermost last."""
        yield self
        yield from [inner for inner in self.subprocesses.values() if not inner.completed]

    def find(self, task_id: int) -> Token | None:
        """Return the live token with this id."""
        for tree in self.trees():
            token = tree.tasks.get(task_id)
            if token is not None and token._state & LIVE:
                return token
        return None

    def create_subprocess(self, my_task: Token, spec_name: str) -> Inner:
        """Begin a process inside a task."""
        inner = Inner(self.subprocess_specs[spec_name], my_task)
        self.subprocesses[my_task.id] = inner
        return inner

    def catch(self, event: Any) -> None:
        """Bring an event that this process threw to those in it who wait for it."""
        if events.deliver(self, event) == 0:
            events.send_out(self, event)

    def settle(self) -> None:
        """Run until only people, clocks and messages can move the process."""
        while self.ready or self._look_around():
            token = self.ready.popleft()
            if token._state == TaskState.READY:
                token.run()

    def finish(self) -> None:
        """Take away what only waited for events."""
        self.cancel(success=True)

    def _look_around(self) -> bool:
        """Move what waits for all others to be at rest; return whether anything became ready."""
        for tree in list(self.trees()):
            live = tree.live()
            for token in live:
                if token._state == TaskState.WAITING and events.looks_around(token.task_spec):
                    token.task_spec._update(token)
            if not tree.completed and all(events.is_idle(token) for token in live):
                tree.finish()
        return bool(self.ready)

    def stuck(self) -> str | None:
        """Return the element where all rests for ever, if nothing can move the process."""
        live = [token for tree in self.trees() for token in tree.live()]
        if any(token._state == TaskState.READY or events.is_caught(token) for token in live):
            return None
        return next((token.task_spec.bpmn_id for token in reversed(live)), None)
