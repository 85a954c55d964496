"""A county's register as large as a province's: what the pages of those who watch cost then.

The rows are made by the database itself out of numbers, ten lines of history a case, two cases in
a hundred open; counters follow as they do for real. ``python -m bench.register`` alone takes
minutes; ``XIAOHAO_BENCH_DATABASE`` names an empty PostgreSQL database to do it there.
"""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, time, timedelta
from pathlib import Path
from statistics import median
from time import perf_counter, process_time
from typing import Any

from flask import Flask
from sqlalchemy import (
    JSON,
    BigInteger,
    Column,
    Date,
    DateTime,
    Integer,
    MetaData,
    String,
    Table,
    case,
    cast,
    func,
    insert,
    literal,
    select,
    text,
    type_coerce,
)

from app import create_app
from app.cli.setup import demo_county, prepare
from app.clock import today
from app.db import db, transaction
from app.domain.case import Case
from app.domain.history import Event
from app.domain.people import Unit
from app.domain.process import Diagram, Process, Task, Timer
from app.domain.vocabulary import Category, ProcessStatus, Severity, TimerState, UnitKind
from app.services import tallies
from config.settings import Settings

#: Ten years of cases, ten lines of history each, two in a hundred open.
DAYS, LINES, OPEN = 3650, 10, 50
TOWNS, SCHOOLS = 20, 20
ROUNDS = 11

_own = MetaData()
N = Table("bench_n", _own, Column("i", BigInteger, primary_key=True, autoincrement=False))
DAY = Table(
    "bench_day",
    _own,
    Column("k", Integer, primary_key=True),
    Column("d", Date),
    Column("at", DateTime),
)
UNIT = Table("bench_unit", _own, Column("j", Integer, primary_key=True), Column("of", Integer))
STEPS = ("rectify", "sign_report", "first_review", "dispatch", "verify", "draft_plan")


@contextmanager
def program(folder: Path, url: str = "") -> Iterator[Flask]:
    """Yield the program on a new database with the demo county's people in it."""
    folder.mkdir(parents=True, exist_ok=True)
    address = url or f"sqlite:///{folder / 'register.db'}"
    settings = Settings(
        instance=folder, database_url=address, secret_key="bench-" * 8, testing=True
    )
    app = create_app(settings)
    with app.app_context():
        prepare(county=True)
        yield app
        db.session.remove()
        for engine in db.engines.values():
            engine.dispose()


def fill(cases: int) -> None:
    """Enter *cases* cases of the past ten years with all that belongs to them; count them."""
    with transaction() as session:
        _own.create_all(session.connection())
        session.execute(insert(DAY), _days())
        session.execute(insert(UNIT), _units(session))
        session.execute(insert(N), [{"i": i} for i in range(1000)])
        for start in range(1000, cases, 1000):
            session.execute(insert(N).from_select(["i"], select(N.c.i + start).where(N.c.i < 1000)))
    with transaction() as session:
        session.execute(_cases(cases))
    for line in range(LINES):
        with transaction() as session:
            session.execute(_events(cases, line))
    with transaction() as session:
        for statement in _open_work(cases):
            session.execute(statement)
    while tallies.catch_up().behind:
        pass
    with transaction() as session:
        session.execute(text("ANALYZE"))


def _days() -> list[dict[str, Any]]:
    first = today() - timedelta(days=DAYS)
    days = ((k, first + timedelta(days=k)) for k in range(DAYS + 400))
    noon = time(12)
    return [{"k": k, "d": day, "at": datetime.combine(day, noon)} for k, day in days]


def _units(session: Any) -> list[dict[str, int]]:
    county = session.scalars(select(Unit).where(Unit.kind == UnitKind.COUNTY)).one()
    found: list[Unit] = []
    for town in range(TOWNS):
        above = _unit(session, f"第{town}镇", UnitKind.TOWN, county)
        names = (f"第{town}镇第{n}小学" for n in range(SCHOOLS))
        found += [_unit(session, name, UnitKind.SCHOOL, above) for name in names]
    return [{"j": j, "of": unit.id} for j, unit in enumerate(found)]


def _unit(session: Any, name: str, kind: UnitKind, parent: Unit) -> Unit:
    unit = Unit(name=name, kind=kind, parent=parent)
    session.add(unit)
    session.flush()
    unit.path = f"{parent.path}{unit.id}/"
    return unit


def _one_of(words: Any, number: Any) -> Any:
    """Return the word whose place is *number* counted round."""
    words = list(words)
    return case(*((number % len(words) == n, literal(str(w))) for n, w in enumerate(words)))


def _cases(cases: int) -> Any:
    i, day, due = N.c.i, DAY.alias(), DAY.alias()
    is_open = i >= cases - cases // OPEN
    reported = i % 5 == 0
    county = select(Unit.id).where(Unit.kind == UnitKind.COUNTY).scalar_subquery()
    office = select(Unit.id).where(Unit.name.endswith("教育局")).limit(1).scalar_subquery()
    stage = case((~is_open, literal("closed_out")), (reported, "verification"), else_="rectifying")
    done = case((~is_open | reported, due.c.at), else_=None)
    values = {
        "id": i + 1_000_000,
        "number": literal("KS-") + cast(i, String),
        "inspection": literal("第") + cast(i // 2000, String) + literal("次督导"),
        "unit_id": UNIT.c.of,
        "lead_unit_id": UNIT.c.of,
        "county_id": county,
        "department_id": office,
        "category": _one_of(Category, i),
        "severity": _one_of(Severity, i // 7),
        "problem": literal("消防通道堵塞，灭火器过期，未按规定巡查。"),
        "requirement": literal("立即整改"),
        "mode": _one_of(("immediate", "dated", "dated", "staged"), i // 3),
        "issued_on": day.c.d,
        "original_due_on": due.c.d,
        "due_on": due.c.d,
        "counted_from": day.c.d,
        "stage": stage,
        "light": case((is_open, _one_of(("green", "blue", "yellow", "red"), i)), else_="green"),
        "percent": case((is_open, 40), else_=100),
        "reported_done_at": done,
        "verified_at": case((~is_open, due.c.at), else_=None),
        "verify_result": case((~is_open, literal("r1")), else_=None),
        "closed_out_at": case((~is_open, due.c.at), else_=None),
        "created_at": day.c.at,
        "history_length": literal(LINES),
    }
    rows = (
        select(*(type_coerce(value, Case.__table__.c[name].type) for name, value in values.items()))
        .select_from(N)
        .join(day, day.c.k == i * DAYS // cases)
        .join(due, due.c.k == i * DAYS // cases + 30)
        .join(UNIT, UNIT.c.j == i % (TOWNS * SCHOOLS))
        .where(i < cases)
    )
    return insert(Case).from_select(list(values), rows)


def _events(cases: int, line: int) -> Any:
    i = N.c.i
    values = {
        "case_id": i + 1_000_000,
        "seq": literal(line + 1),
        "at": DAY.c.at,
        "by_name": literal("王敏"),
        "what": literal("task_done"),
        "params": cast(literal("{}", String), JSON),
        "passed": cast(literal("[]", String), JSON),
        "hash": literal("0" * 64),
    }
    rows = select(*values.values()).select_from(N).where(i < cases)
    rows = rows.join(DAY, DAY.c.k == i * DAYS // cases + line)
    return insert(Event).from_select(list(values), rows)


def _open_work(cases: int) -> Iterator[Any]:
    """Yield statements that enter process, task and deadline of each open case."""
    i, day, due = N.c.i, DAY.alias(), DAY.alias()
    diagram = select(func.min(Diagram.id)).where(Diagram.key == "rectification").scalar_subquery()
    county = select(Unit.id).where(Unit.kind == UnitKind.COUNTY).scalar_subquery()
    where = (i >= cases - cases // OPEN, i < cases)
    common = {"id": i + 1_000_000, "case_id": i + 1_000_000}
    process = common | {
        "diagram_id": diagram,
        "status": literal(str(ProcessStatus.RUNNING)),
        "state": literal(""),
        "started_at": day.c.at,
    }
    task = common | {
        "process_id": i + 1_000_000,
        "engine_id": literal(1),
        "key": _one_of(STEPS, i),
        "name": _one_of(STEPS, i),
        "role": literal("office"),
        "unit_id": county,
        "opened_at": day.c.at,
        "due_at": due.c.at,
        "sort_at": due.c.at,
    }
    timer = common | {
        "process_id": i + 1_000_000,
        "task_id": i + 1_000_000,
        "engine_id": literal(2),
        "key": literal("deadline"),
        "name": literal("整改期限"),
        "rule": literal("days(30)"),
        "base": day.c.at,
        "calendar_version": literal(1),
        "due_at": due.c.at,
        "provisional": literal(False),
        "is_deadline": literal(True),
        "state": case((due.c.d < today(), str(TimerState.FIRED)), else_=str(TimerState.ARMED)),
        "fired_at": case((due.c.d < today(), due.c.at), else_=None),
        "armed_at": day.c.at,
        "try_at": due.c.at,
    }
    for mapped, values in ((Process, process), (Task, task), (Timer, timer)):
        columns = mapped.__table__.c
        rows = (
            select(*(type_coerce(value, columns[name].type) for name, value in values.items()))
            .select_from(N)
            .join(day, day.c.k == i * DAYS // cases)
            .join(due, due.c.k == i * DAYS // cases + 30)
            .where(*where)
        )
        yield insert(mapped).from_select(list(values), rows)


def milliseconds(app: Flask, *paths: str) -> dict[str, tuple[float, float]]:
    """Return what each page takes the chief inspector: wall clock and CPU, in the middle."""
    client = app.test_client()
    password = demo_county()["password"]
    page = client.get("/login").get_data(as_text=True)
    token = page.split('name="csrf_token" value="')[1].split('"')[0]
    client.post("/login", data={"username": "wangmin", "password": password, "csrf_token": token})
    return {path: _taken(client, path) for path in paths}


def _taken(client: Any, path: str) -> tuple[float, float]:
    wall, cpu = [], []
    for _ in range(ROUNDS):
        began, used = perf_counter(), process_time()
        answer = client.get(path)
        wall.append((perf_counter() - began) * 1000)
        cpu.append((process_time() - used) * 1000)
    assert answer.status_code == 200, (path, answer.status_code)
    return round(median(wall), 1), round(median(cpu), 1)


PATHS = ("/monitor", "/monitor/timers", "/monitor?period=2026", "/ledger")


def main() -> None:
    """Print what the pages take with few and with many cases; the last line is JSON."""
    url = os.environ.get("XIAOHAO_BENCH_DATABASE", "")
    found: dict[str, Any] = {}
    sizes = [int(size) for size in os.environ.get("CASES", "10000,1000000").split(",")]
    for size in sizes:
        with (
            tempfile.TemporaryDirectory(dir=".") as name,
            program(Path(name).resolve(), url) as app,
        ):
            began = perf_counter()
            fill(size)
            print(f"{size} cases entered and counted in {perf_counter() - began:.0f} s")
            for path, taken in milliseconds(app, *PATHS).items():
                found[f"{path} at {size}, ms wall and CPU"] = taken
                print(f"{path:<28} {size:>8} {taken}")
    print(json.dumps(found))


if __name__ == "__main__":
    main()
