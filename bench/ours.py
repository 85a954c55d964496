"""Ours: the services without HTTP, on SQLite, with a case, its history, timers and lights."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from time import perf_counter

from flask import Flask
from lxml import etree
from sqlalchemy import bindparam, insert, select

from app import create_app
from app.cli.server import at_rest
from app.cli.setup import prepare
from app.clock import today, travel, utcnow
from app.db import db, transaction
from app.domain.case import Case
from app.domain.people import Actor, Unit
from app.domain.process import Diagram, Task, Timer
from app.domain.vocabulary import Category, DiagramState, Mode, Severity, TimerState
from app.services import accounts, deadlines, processes, tasks
from app.services._prepared import Prepared
from app.services.diagrams import Bundle
from bench.path import BPMN, LENGTH, STEPS
from config.settings import Settings

_BPMN = "{http://www.omg.org/spec/BPMN/20100524/MODEL}"
_CAMUNDA = "{http://camunda.org/schema/1.0/bpmn}"


@contextmanager
def program(folder: Path) -> Iterator[Flask]:
    """Yield the program on a new database with the demo county's people in it."""
    folder.mkdir(parents=True, exist_ok=True)
    settings = Settings(
        instance=folder,
        database_url=f"sqlite:///{folder / 'ours.db'}",
        secret_key="bench-" * 8,
        testing=True,
    )
    app = create_app(settings)
    with app.app_context():
        prepare(county=True)
        _publish()
        at_rest()  # as when it serves; else the plain library pays for collecting our garbage
        yield app
        db.session.remove()
        for engine in db.engines.values():
            engine.dispose()


def _publish() -> None:
    """Enter the bench's diagram; it names no roles and forms, so give it some."""
    root = etree.parse(BPMN).getroot()
    for task in root.iter(f"{_BPMN}userTask"):
        task.set(f"{_CAMUNDA}candidateGroups", "office")
        task.set(f"{_CAMUNDA}formKey", f"bench_{task.get('id')}")
    forms = {f"bench_{key}": _form(variables) for key, variables in STEPS}
    bundle = Bundle("rectify", etree.tostring(root, encoding="unicode"), forms, {})
    with transaction() as session:
        row = Diagram(
            key="rectify",
            version=1,
            name="整改销号",
            state=DiagramState.PUBLISHED,
            xml=bundle.xml,
            forms=forms,
            decisions={},
            sha256=bundle.sha256,
            created_at=utcnow(),
        )
        session.add(row)


def _form(variables: dict[str, bool]) -> dict[str, object]:
    return {
        "components": [
            {"type": "checkbox", "key": name, "properties": {"variable": name}}
            for name in variables
        ]
    }


def office() -> Actor:
    """Return who does all the work here."""
    return accounts.actor("wangmin")


def enter_cases(count: int, *, prefix: str) -> list[str]:
    """Enter *count* cases in the ledger; return their numbers."""
    with transaction() as session:
        unit = session.scalars(select(Unit).filter_by(name="柳塬镇中心小学")).one()
        rows = [
            {
                "number": f"{prefix}-{number:06d}",
                "unit_id": unit.id,
                "lead_unit_id": unit.id,
                "county_id": unit.county_id,
                "department_id": unit.department_id,
                "category": Category.C04,
                "severity": Severity.GENERAL,
                "problem": "安全出口上锁",
                "requirement": "立即拆除",
                "mode": Mode.DATED,
                "issued_on": today(),
                "counted_from": today(),
                "due_on": today() + timedelta(days=60),
                "original_due_on": today() + timedelta(days=60),
                "created_at": utcnow(),
            }
            for number in range(1, count + 1)
        ]
        session.execute(insert(Case), rows)
        return [str(row["number"]) for row in rows]


def walk(number: str, actor: Actor) -> int:
    """Walk one case along the whole path; return the id of its process."""
    process = processes.start("rectify", actor, {}, subject=number)
    opened = [first_task(process)]
    for key, variables in STEPS:
        if key == "watch":
            fire(process, key)
            opened = [first_task(process)]
        else:
            opened = tasks.complete_task(opened[0], actor, variables)
    return process


def first_task(process_id: int) -> int:
    """Return the id of the process's open task."""
    return int(_OPEN.row(db.session.connection(), {"of_id": process_id}).id)


def fire(process_id: int, key: str) -> None:
    """Let the timer *key* run out."""
    timer = _ARMED.row(db.session.connection(), {"of_id": process_id, "of_key": key})
    with travel() as move_to:
        move_to(timer.due_at)
        deadlines.fire(timer.id)


#: What a client would know from its page is asked as cheaply as plain SpiffWorkflow is.
_OPEN = Prepared(
    select(Task.id).where(Task.process_id == bindparam("of_id"), Task.closed_at.is_(None))
)
_ARMED = Prepared(
    select(Timer.id, Timer.due_at).where(
        Timer.process_id == bindparam("of_id"),
        Timer.key == bindparam("of_key"),
        Timer.state == TimerState.ARMED,
    )
)


def run(cases: int, *, prefix: str) -> float:
    """Walk *cases* cases along the path; return steps a second."""
    actor, numbers = office(), enter_cases(cases, prefix=prefix)
    walk(enter_cases(1, prefix=f"W{prefix}")[0], actor)  # compiled once per worker
    started = perf_counter()
    for number in numbers:
        walk(number, actor)
    return cases * LENGTH / (perf_counter() - started)
