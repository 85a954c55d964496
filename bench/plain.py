"""The plain library: SpiffWorkflow with its own serializer, the whole state as JSON each step."""

import sqlite3
from datetime import UTC, datetime, timedelta
from pathlib import Path
from time import perf_counter
from typing import Any

import time_machine
from SpiffWorkflow import TaskState
from SpiffWorkflow.bpmn import BpmnWorkflow
from SpiffWorkflow.bpmn.parser import BpmnParser
from SpiffWorkflow.bpmn.serializer import BpmnWorkflowSerializer

from bench.path import BPMN, LENGTH, STEPS

_SERIALIZER = BpmnWorkflowSerializer(BpmnWorkflowSerializer.configure())


def run(folder: Path, cases: int) -> float:
    """Walk *cases* cases along the path; return steps a second."""
    base = sqlite3.connect(folder / "plain.db", isolation_level=None)
    base.executescript(
        "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;"
        "CREATE TABLE process (id INTEGER PRIMARY KEY, state TEXT);"
    )
    parser = BpmnParser()
    parser.add_bpmn_file(str(BPMN))
    spec = parser.get_spec("rectify")
    started = perf_counter()
    for number in range(1, cases + 1):
        workflow = BpmnWorkflow(spec)
        workflow.do_engine_steps()
        _save(base, number, workflow)
        for key, variables in STEPS:
            workflow = _load(base, number)
            _move(workflow, key, variables)
            _save(base, number, workflow)
    return cases * LENGTH / (perf_counter() - started)


def _move(workflow: BpmnWorkflow, key: str, variables: dict[str, bool]) -> None:
    if key == "watch":
        with time_machine.travel(datetime.now(UTC) + timedelta(days=91), tick=False):
            workflow.refresh_waiting_tasks()
            workflow.do_engine_steps()
        return
    task: Any = workflow.get_next_task(state=TaskState.READY, spec_name=key)
    task.set_data(**variables)
    task.run()
    workflow.do_engine_steps()


def _save(base: sqlite3.Connection, number: int, workflow: BpmnWorkflow) -> None:
    state = _SERIALIZER.serialize_json(workflow)
    base.execute("BEGIN IMMEDIATE")
    base.execute("INSERT OR REPLACE INTO process VALUES (?, ?)", (number, state))
    base.execute("COMMIT")


def _load(base: sqlite3.Connection, number: int) -> BpmnWorkflow:
    (state,) = base.execute("SELECT state FROM process WHERE id = ?", (number,)).fetchone()
    return _SERIALIZER.deserialize_json(state)
