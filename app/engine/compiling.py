"""From the text of a published version to something that runs: checked, mended, read and wired."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from SpiffWorkflow.bpmn.parser.ValidationException import ValidationException
from SpiffWorkflow.exceptions import SpiffWorkflowException

from app.domain.errors import InvalidDiagram, Problem
from app.engine.importing import mend, original_id
from app.engine.linting import problems_of
from app.engine.parsing import bpmn, parse_xml
from app.engine.reading import DiagramParser, settings_of
from app.engine.step import Source
from app.engine.wiring import receive, wire

# The library collects the extras of a log line at each change of state, even when nobody listens.
for _name in ("spiff", "spiff.task", "spiff.workflow", "spiff.data"):
    logging.getLogger(_name).setLevel(logging.WARNING)


@dataclass(frozen=True, slots=True)
class UserTask:
    """What a diagram says of a task for people."""

    name: str
    role: str
    form: str | None
    properties: Mapping[str, str]


@dataclass(frozen=True, slots=True, eq=False)
class Diagram:
    """A published version, ready to run. Immutable; shared by all its processes and threads."""

    key: str
    process_id: str
    name: str
    #: The tasks for people, those of called diagrams too, by the id of the element.
    tasks: Mapping[str, UserTask]
    #: SpiffWorkflow's own; nobody outside the engine looks at them.
    spec: Any = field(repr=False)
    inner_specs: Mapping[str, Any] = field(repr=False)


def compile(source: Source) -> Diagram:
    """Return what runs the source; equal sources give the same object.

    Raises:
        InvalidDiagram: it can not run as drawn; the problems name the elements.
    """
    return _compiled(
        source.key,
        source.xml,
        tuple(sorted(source.decisions.items())),
        tuple(sorted(source.called.items())),
    )


_Texts = tuple[tuple[str, str], ...]


@lru_cache(maxsize=256)
def _compiled(key: str, xml: str, decisions: _Texts, called: _Texts) -> Diagram:
    source = Source(key, xml, dict(decisions), dict(called))
    roots = list(_checked_roots(source))
    parser = DiagramParser()
    for root in roots:
        mend(root)
    process = _process_of(roots[0], key)
    try:
        for root in roots:
            parser.add_bpmn_xml(root)
        spec = parser.get_spec(process.get("id"))
        inner_specs = parser.get_subprocess_specs(process.get("id"))
    except ValidationException as error:
        element = original_id(getattr(error, "id", "") or "") or None
        template = "该元素无法执行：%(reason)s"
        raise _invalid("not_runnable", element, template, reason=error.args[0]) from error
    except (SpiffWorkflowException, RecursionError) as error:
        raise _invalid("not_runnable", None, "流程图无法执行：%(reason)s", reason=error) from error
    problems = [p for each in [spec, *inner_specs.values()] for p in wire(each, source.decisions)]
    if problems:
        raise InvalidDiagram(problems)
    receive(spec)
    name = process.get("name") or process.get("id")
    return Diagram(key, process.get("id"), name, _user_tasks(roots), spec, inner_specs)


def _checked_roots(source: Source) -> Iterator[Any]:
    """Yield the trees of the diagram and of those it calls, each without faults."""
    root = parse_xml(source.xml)
    _refuse(problems_of(root, source=source))
    yield root
    for key, text in source.called.items():
        root = parse_xml(text)
        _refuse(problems_of(root, source=Source(key, text, source.decisions, source.called)))
        yield root


def _refuse(problems: list[Problem]) -> None:
    errors = [problem for problem in problems if problem.severity == "error"]
    if errors:
        raise InvalidDiagram(errors)


def _process_of(root: Any, key: str) -> Any:
    """Return the process called *key*, or the only one."""
    processes = [p for p in root.iter(bpmn("process")) if p.get("isExecutable") == "true"]
    for process in processes:
        if process.get("id") == key:
            return process
    if len(processes) != 1:
        raise _invalid("no_process", None, "文件中没有可执行的流程 %(key)s。", key=key)
    return processes[0]


def _user_tasks(roots: list[Any]) -> dict[str, UserTask]:
    found = {}
    for root in roots:
        for element in root.iter(bpmn("userTask"), bpmn("manualTask"), bpmn("task")):
            settings = settings_of(element)
            name = element.get("name") or ""
            task = UserTask(name, settings.role, settings.form, settings.properties)
            found[original_id(element.get("id"))] = task
    return found


def _invalid(code: str, element: str | None, template: str, **params: Any) -> InvalidDiagram:
    return InvalidDiagram([Problem(code, element, template, params)])
