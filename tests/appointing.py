"""The appointment of part-time inspectors: a process about no case, as an analyst would draw it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from app.domain.process import Process, Task
from app.services import accounts, processes, tasks
from app.services.design import publishing
from app.services.diagrams import Bundle

KEY = "inspector_appointment"
DRAWN = Path(__file__).with_name("diagrams") / f"{KEY}.bpmn"

ANSWERS: Mapping[str, Mapping[str, Any]] = {
    "propose": {
        "name": "贺兰",
        "employer": "青岚县第一中学",
        "expertise": "小学数学，学校管理",
        "since": "2026-04-01",
        "until": "2029-03-31",
    },
    "check": {"approved": "yes"},
    "publicise": {"channel": "县政府网站"},
    "note_objections": {"objection": "none"},
    "appoint": {"number": "青教督聘〔2026〕3号"},
    "renew": {"renewal": "leave"},
}
#: Who does each step.
WHO = {"check": "chenjianguo", "appoint": "chenjianguo"}


def bundle(*replaced: tuple[str, str]) -> Bundle:
    """Return the drawing with its forms; texts of the drawing may be replaced by others."""
    xml = DRAWN.read_text(encoding="utf-8")
    for old, new in replaced:
        assert old in xml
        xml = xml.replace(old, new)
    return Bundle(KEY, xml, json.loads(DRAWN.with_suffix(".forms.json").read_text("utf-8")), {})


def published(drawn: Bundle | None = None, *, head: str = "chenjianguo") -> None:
    """Have an analyst hand the process in and a second person publish it from now on."""
    made = publishing.offer(drawn or bundle(), accounts.actor("fenxi"), note="县里自行聘任兼职督学")
    publishing.approve(made.key, made.version, accounts.actor(head), note="同意")


def begun(who: str = "wangmin") -> Process:
    """Have somebody start the process."""
    person = accounts.actor(who)
    return processes.get(processes.start(KEY, person, {}), person)


def waiting(process: Process) -> dict[str, Task]:
    """Return what the process waits for from people, by step."""
    return {task.key: task for task in processes.open_tasks(process)}


def does(process: Process, step: str, who: str = "", **answers: Any) -> None:
    """Complete one step with the usual answers, changed by *answers*."""
    person = accounts.actor(who or WHO.get(step, "wangmin"))
    tasks.complete_task(waiting(process)[step].id, person, {**ANSWERS[step], **answers})


def walks(process: Process, *steps: str) -> None:
    """Complete several steps one after the other."""
    for step in steps:
        does(process, step)
