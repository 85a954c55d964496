"""The ledger of a hundred thousand cases, written to a workbook: how long, and how much memory."""

from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from time import perf_counter

from sqlalchemy import Connection, Table, func, insert, select

from app.clock import utcnow
from app.db import db, transaction
from app.domain.case import Case, Verification
from app.domain.people import Actor, Unit
from app.domain.plan import Measure, Plan
from app.domain.vocabulary import Category, Mode, Result, Severity, Stage, UnitKind
from app.services import ledger_export
from app.services.ledger_export import Format
from app.services.ledger_lists import Asking

_SOME = 5_000
_PROBLEM = (
    "教学楼西侧安全出口加装铁栅栏并上锁，二、三层疏散通道堆放旧课桌椅，现场抽查灭火器3具压力不足。"
)
_REQUIREMENT = (
    "立即拆除铁栅栏，清空疏散通道，更换灭火器；完善消防巡查制度，每月自查一次并留存记录。"
)


def fill(actor: Actor, upto: int) -> None:
    """Enter cases with plans and verifications until there are *upto* of them."""
    have = db.session.scalar(select(func.count(Case.id))) or 0
    last = db.session.scalar(select(func.max(Case.id))) or 0
    units = db.session.scalars(select(Unit.id).where(Unit.kind == UnitKind.SCHOOL)).all()
    for start in range(last + 1, last + 1 + upto - have, _SOME):
        numbers = range(start, min(start + _SOME, last + 1 + upto - have))
        with transaction() as session:
            connection = session.connection()
            _insert(connection, Case.__table__, _cases(actor, units, numbers))
            _insert(connection, Plan.__table__, _plans(actor, numbers))
            _insert(connection, Measure.__table__, _measures(connection, numbers))
            _insert(connection, Verification.__table__, _looks(numbers))


def _insert(connection: Connection, table: object, rows: Iterator[dict[str, object]]) -> None:
    assert isinstance(table, Table)
    connection.execute(insert(table), list(rows))


def _cases(actor: Actor, units: list[int], numbers: range) -> Iterator[dict[str, object]]:
    now, categories, severities = utcnow(), list(Category), list(Severity)
    for number in numbers:
        unit, issued_on = units[number % len(units)], date(2025, 1, 1) + timedelta(number % 600)
        due_on = issued_on + timedelta(30)
        yield {
            "id": number,
            "number": f"QL-LB-{number:07}",
            "inspection": "2026年秋季开学专项督导",
            "unit_id": unit,
            "lead_unit_id": unit,
            "county_id": actor.county_id,
            "department_id": actor.county_id,
            "responsible": "校长",
            "category": categories[number % len(categories)],
            "severity": severities[number % len(severities)],
            "problem": _PROBLEM,
            "requirement": _REQUIREMENT,
            "basis": "《消防法》第十六条",
            "mode": Mode.DATED,
            "issued_on": issued_on,
            "original_due_on": due_on,
            "due_on": due_on,
            "counted_from": issued_on,
            "stage": Stage.CLOSED_OUT if number % 3 else Stage.RECTIFYING,
            "reported_done_at": now if number % 3 else None,
            "closed_out_at": now if number % 3 else None,
            "created_at": now,
        }


def _plans(actor: Actor, numbers: range) -> Iterator[dict[str, object]]:
    for number in numbers:
        yield {
            "case_id": number,
            "cycle": 1,
            "cause": "责任未落实到人。",
            "goal": "全部整改到位，建立长效机制。",
            "leader": "分管副校长",
            "created_at": utcnow(),
            "created_by_id": actor.id,
        }


def _measures(connection: Connection, numbers: range) -> Iterator[dict[str, object]]:
    first, last = numbers[0], numbers[-1]
    plans = select(Plan.id).where(Plan.case_id.between(first, last))
    for plan_id in connection.execute(plans).scalars().all():
        for position in (1, 2):
            yield {
                "plan_id": plan_id,
                "position": position,
                "text": _REQUIREMENT,
                "owner": "总务主任",
                "starts_on": date(2026, 3, 1),
                "ends_on": date(2026, 3, 20),
            }


def _looks(numbers: range) -> Iterator[dict[str, object]]:
    for number in numbers:
        yield {
            "case_id": number,
            "cycle": 1,
            "method": "on_site",
            "verifiers": ["sunwei", "limei"],
            "dispatched_at": utcnow(),
            "result": Result.R1,
            "verified_at": utcnow(),
        }


def export(folder: Path, actor: Actor) -> tuple[float, float]:
    """Return how many seconds it takes, and by how many MB the process grows on the way."""
    resident: list[float] = []
    started = perf_counter()
    ledger_export.write(
        folder / "ledger.xlsx",
        Asking(),
        Format.XLSX,
        actor,
        note=lambda _: resident.append(_megabytes()),
    )
    taken = perf_counter() - started
    resident.append(_megabytes())
    settled = resident[min(10, len(resident) - 1)]
    return taken, max(resident) - settled


def _megabytes() -> float:
    """Return what this process holds in memory now."""
    for line in Path("/proc/self/status").read_text(encoding="ascii").splitlines():
        if line.startswith("VmRSS"):
            return int(line.split()[1]) / 1024
    return 0.0
