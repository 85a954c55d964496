"""SpiffWorkflow as it is, unpruned and unpatched, as the judge of walks and the proof of faults.

Only what no walk could do without is added: expressions and scripts go through our language, a
service task passes, and a timer fires when the test says so.
"""

from collections import Counter

from SpiffWorkflow import TaskState
from SpiffWorkflow.bpmn import BpmnWorkflow
from SpiffWorkflow.bpmn.parser import BpmnParser
from SpiffWorkflow.bpmn.parser.TaskParser import TaskParser
from SpiffWorkflow.bpmn.parser.util import full_tag
from SpiffWorkflow.bpmn.script_engine import PythonScriptEngine
from SpiffWorkflow.bpmn.specs.defaults import ServiceTask
from SpiffWorkflow.bpmn.specs.event_definitions.timer import (
    CycleTimerEventDefinition,
    TimerEventDefinition,
)

from app.engine.expressions import compile_expression
from app.engine.parsing import parse_xml
from app.engine.scripting import Script


class Passing(ServiceTask):
    def _execute(self, task):
        return True


class Parser(BpmnParser):
    OVERRIDE_PARSER_CLASSES = {full_tag("serviceTask"): (TaskParser, Passing)}


class Engine(PythonScriptEngine):
    def evaluate(self, task, expression, external_context=None):
        return compile_expression(expression).evaluate(task.data)

    def execute(self, task, script, external_context=None):
        Script(script).run(task.data)
        return True


class Told(TimerEventDefinition):
    """A timer whose only clock is the test."""

    def has_fired(self, my_task):
        return my_task._get_internal_data("event_fired", False)


class ToldAgain(CycleTimerEventDefinition):
    """A cycle whose only clock is the test; it never ends."""

    def cycle_complete(self, my_task):
        return my_task.internal_data.pop("told", False)


def specs_of(root, key):
    parser = Parser()
    parser.add_bpmn_xml(root)
    spec = parser.get_spec(key)
    inner = parser.get_subprocess_specs(key)
    for process in [spec, *inner.values()]:
        for task in process.task_specs.values():
            timer = getattr(task, "event_definition", None)
            if isinstance(timer, TimerEventDefinition):
                kind = ToldAgain if isinstance(timer, CycleTimerEventDefinition) else Told
                task.event_definition = kind(timer.name, timer.expression)
    return spec, inner


class Library:
    """One process in the bare library."""

    def __init__(self, text, key, variables=()):
        self.workflow = BpmnWorkflow(*specs_of(parse_xml(text), key), script_engine=Engine())
        self.passed = Counter()
        self.workflow.task_tree.set_data(**dict(variables))
        self._settle()

    def ready(self):
        return self.workflow.get_tasks(state=TaskState.READY, manual=True)

    def clocks(self):
        waiting = self.workflow.get_tasks(state=TaskState.WAITING)
        timers = (Told, ToldAgain)
        return [t for t in waiting if isinstance(_definition(t), timers)]

    @property
    def tasks(self):
        return [task.task_spec.bpmn_id for task in self.ready()]

    @property
    def timers(self):
        return [task.task_spec.bpmn_id for task in self.clocks()]

    @property
    def finished(self):
        return self.workflow.is_completed()

    def complete(self, key, nth=0, variables=()):
        found = [task for task in self.ready() if task.task_spec.bpmn_id == key]
        found[nth].set_data(**dict(variables))
        found[nth].run()
        self._note(found[nth])
        self._settle()

    def fire(self, key, nth=0):
        found = [task for task in self.clocks() if task.task_spec.bpmn_id == key]
        is_cycle = isinstance(_definition(found[nth]), ToldAgain)
        found[nth].internal_data["told" if is_cycle else "event_fired"] = True
        self.passed[key] += is_cycle  # the library never completes a cycle
        found[nth].task_spec._update(found[nth])
        self._settle()

    def _settle(self):
        self.workflow.do_engine_steps(did_complete_task=self._note)

    def _note(self, task):
        if task.task_spec.bpmn_id and task.state == TaskState.COMPLETED:
            self.passed[task.task_spec.bpmn_id] += 1


def _definition(task):
    return getattr(task.task_spec, "event_definition", None)
