"""How SpiffWorkflow's parser is made to build our tasks from a mended diagram."""

from __future__ import annotations

from typing import Any, ClassVar

from SpiffWorkflow.bpmn.parser import BpmnParser, event_parsers, task_parsers
from SpiffWorkflow.bpmn.parser.TaskParser import TaskParser
from SpiffWorkflow.bpmn.parser.util import full_tag
from SpiffWorkflow.bpmn.specs import defaults

from app.engine import events, loops, nested, specs
from app.engine.parsing import bpmn, camunda


class _Element(TaskParser):
    """What is read the same way from every element."""

    STANDARD_LOOP_CLASS = loops.StandardLoop
    PARALLEL_MI_CLASS = loops.ParallelMultiInstance
    SEQUENTIAL_MI_CLASS = loops.SequentialMultiInstance
    EVENT_SUBPROCESS_CLASS = nested.EventSubProcess

    def parse_extensions(self, node: Any = None) -> specs.Settings:
        """Read the ``camunda:`` settings."""
        return settings_of(self.node)


class _SubProcessParser(task_parsers.SubWorkflowParser):
    """Tells event sub-processes apart; the library asks for an attribute that nobody writes."""

    def create_task(self) -> Any:
        if self.node.get("triggeredByEvent") == "true":
            self.spec_class = self.EVENT_SUBPROCESS_CLASS
        return super().create_task()


class _StartEventParser(event_parsers.StartEventParser):
    """Reads error and escalation starts too, of event sub-processes."""

    def create_task(self) -> Any:
        kinds = ("MESSAGE", "SIGNAL", "TIMER", "CONDITIONAL", "ERROR", "ESCALATION")
        task = self._create_task(self.get_event_definition(_paths(*kinds)))
        self.spec.start.connect(task)
        return task


class _EndEventParser(event_parsers.EndEventParser):
    """Reads signal ends too; the library takes them for plain ones."""

    def create_task(self) -> Any:
        kinds = ("MESSAGE", "SIGNAL", "CANCEL", "ERROR", "ESCALATION", "TERMINATION")
        task = self._create_task(self.get_event_definition(_paths(*kinds)))
        task.connect(self.spec.end)
        return task


def _paths(*kinds: str) -> list[str]:
    """Return where the library looks for event definitions of these kinds."""
    return [getattr(event_parsers, f"{kind}_EVENT_XPATH") for kind in kinds]


_CLASSES: dict[str, tuple[type[TaskParser], type[Any]]] = {
    "startEvent": (_StartEventParser, events.StartEvent),
    "endEvent": (_EndEventParser, events.EndEvent),
    "intermediateCatchEvent": (
        event_parsers.IntermediateCatchEventParser,
        events.IntermediateCatchEvent,
    ),
    "intermediateThrowEvent": (
        event_parsers.IntermediateThrowEventParser,
        defaults.IntermediateThrowEvent,
    ),
    "boundaryEvent": (event_parsers.BoundaryEventParser, events.BoundaryEvent),
    "task": (TaskParser, defaults.NoneTask),
    "userTask": (TaskParser, defaults.UserTask),
    "manualTask": (TaskParser, defaults.ManualTask),
    "serviceTask": (TaskParser, specs.EffectTask),
    "scriptTask": (task_parsers.ScriptTaskParser, specs.ScriptTask),
    "businessRuleTask": (TaskParser, specs.DecisionTask),
    "receiveTask": (event_parsers.ReceiveTaskParser, events.ReceiveTask),
    "sendTask": (event_parsers.SendTaskParser, defaults.SendTask),
    "exclusiveGateway": (task_parsers.ConditionalGatewayParser, specs.ExclusiveGateway),
    "inclusiveGateway": (task_parsers.ConditionalGatewayParser, specs.InclusiveGateway),
    "parallelGateway": (task_parsers.GatewayParser, specs.ParallelGateway),
    "eventBasedGateway": (task_parsers.GatewayParser, events.EventBasedGateway),
    "subProcess": (_SubProcessParser, nested.SubProcess),
    "transaction": (task_parsers.SubWorkflowParser, nested.Transaction),
    "callActivity": (task_parsers.CallActivityParser, nested.CallActivity),
}


class DiagramParser(BpmnParser):
    """The library's parser with our classes, and only these."""

    PARSER_CLASSES: ClassVar[dict[str, Any]] = {
        full_tag(tag): (type(f"{base.__name__}", (_Element, base), {}), spec_class)
        for tag, (base, spec_class) in _CLASSES.items()
    }


def settings_of(element: Any) -> specs.Settings:
    """Return the ``camunda:`` settings of an element."""
    return specs.Settings(
        role=element.get(camunda("candidateGroups"), ""),
        assignee=element.get(camunda("assignee")),
        form=element.get(camunda("formKey")),
        topic=element.get(camunda("topic")),
        decision=element.get(camunda("decisionRef")),
        properties=_properties(element),
        interrupting=element.get("isInterrupting", "true") == "true",
    )


def _properties(element: Any) -> dict[str, str]:
    path = f"{bpmn('extensionElements')}/{camunda('properties')}/{camunda('property')}"
    return {item.get("name", ""): item.get("value", "") for item in element.iterfind(path)}
