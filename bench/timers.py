"""The pages of deadlines in a register of a million cases, for the office and for one school.

``python -m bench.timers`` alone takes minutes; ``CASES`` and ``XIAOHAO_BENCH_DATABASE`` as for
`bench.register`, whose rows it uses; besides it enters three deadlines of the past for each case.
"""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Callable
from contextvars import Context
from pathlib import Path
from statistics import median
from time import perf_counter, process_time
from typing import Any

from flask import Flask
from sqlalchemy import insert, select, text, type_coerce

from app.clock import today
from app.db import db, transaction
from app.domain.case import Case
from app.domain.people import Unit
from app.domain.process import Process, Task, Timer
from app.domain.vocabulary import Role
from app.services import accounts
from bench import register

PAST = 3
ROUNDS = 9
OFFICE, SCHOOL = "wangmin", "bench_school"
PATHS = (
    "/monitor/timers",
    "/monitor/timers?window=overdue",
    "/monitor/timers?mine=1",
    "/monitor/timers?view=month",
    "/monitor/timers?view=timeline",
    "/monitor/timers?view=ledger",
    "/monitor/timers?view=ledger&state=fired",
)


def fill_past() -> None:
    """Enter deadlines that have run out for each case, and a person of one school."""
    with transaction() as session:
        last = session.scalar(select(Process.id).order_by(Process.id.desc()).limit(1))
        for n in range(PAST):
            session.execute(_fired(n, last or 0))
        unit = session.scalars(select(Unit.name).where(Unit.name == "第3镇第7小学")).one()
    accounts.add_user(
        SCHOOL, "校长", register.demo_county()["password"], unit=unit, roles=(Role.UNIT_HEAD,)
    )
    with transaction() as session:
        session.execute(text("ANALYZE"))


def _fired(number: int, process_id: int) -> Any:
    columns = Timer.__table__.c
    values: dict[str, Any] = {
        "id": Case.id + (number + 1) * 10_000_000,
        "case_id": Case.id,
        "process_id": process_id,
        "engine_id": number + 10,
        "key": "deadline",
        "name": "整改期限",
        "rule": "days(30)",
        "base": Case.created_at,
        "calendar_version": 1,
        "due_at": Case.created_at,
        "provisional": False,
        "is_deadline": False,
        "state": "disarmed" if number else "fired",
        "fired_at": None if number else Case.created_at,
        "armed_at": Case.created_at,
        "try_at": Case.created_at,
    }
    selected = (
        value if hasattr(value, "type") else type_coerce(value, columns[name].type)
        for name, value in values.items()
    )
    rows = select(*selected).where(Case.issued_on < today())
    return insert(Timer).from_select(list(values), rows)


def measure(app: Flask) -> dict[str, tuple[float, float]]:
    """Return what each page takes, milliseconds of the clock and of the CPU, in the middle."""
    unit = db.session.scalars(select(Unit.id).where(Unit.name == "第3镇第7小学")).one()
    number = db.session.scalars(select(Case.number).join(Task).limit(1)).one()
    narrowed = (
        f"/monitor/timers?lead={unit}",
        "/monitor/timers?severity=major&category=C04",
        f"/monitor/timers?case={number}",
    )
    found = _taken(app, OFFICE, PATHS + narrowed)
    return found | _taken(app, SCHOOL, PATHS)


def _taken(app: Flask, username: str, paths: tuple[str, ...]) -> dict[str, tuple[float, float]]:
    client = app.test_client()
    page = _apart(client.get, "/login").get_data(as_text=True)
    token = page.split('name="csrf_token" value="')[1].split('"')[0]
    password = register.demo_county()["password"]
    sent = {"username": username, "password": password, "csrf_token": token}
    _apart(client.post, "/login", data=sent)
    return {f"{username} {path}": _middle(client, path) for path in paths}


def _apart(call: Callable[..., Any], *args: Any, **options: Any) -> Any:
    """Send a request as a server meets it, with nothing left over from the one before."""
    return Context().run(call, *args, **options)


def _middle(client: Any, path: str) -> tuple[float, float]:
    wall, cpu = [], []
    for _ in range(ROUNDS):
        began, used = perf_counter(), process_time()
        answer = _apart(client.get, path)
        wall.append((perf_counter() - began) * 1000)
        cpu.append((process_time() - used) * 1000)
        assert answer.status_code == 200, (path, answer.status_code)
    return round(median(wall), 1), round(median(cpu), 1)


def main() -> None:
    """Print what the pages take with few and with many cases; the last line is JSON."""
    url = os.environ.get("XIAOHAO_BENCH_DATABASE", "")
    found: dict[str, dict[str, tuple[float, float]]] = {}
    for size in [int(one) for one in os.environ.get("CASES", "10000,1000000").split(",")]:
        with (
            tempfile.TemporaryDirectory(dir=".") as name,
            register.program(Path(name).resolve(), url) as app,
        ):
            register.fill(size)
            fill_past()
            found[str(size)] = measure(app)
            for path, taken in found[str(size)].items():
                print(f"{size:>8} {taken} ms  {path}")
    print(json.dumps(found))


if __name__ == "__main__":
    main()
