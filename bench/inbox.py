"""The inbox with a thousand and with a hundred thousand open tasks."""

from collections.abc import Iterator
from datetime import timedelta
from time import perf_counter

from sqlalchemy import insert, select

from app.clock import utcnow
from app.db import transaction
from app.domain.case import Case
from app.domain.people import Actor
from app.domain.process import Diagram, Process, Task
from app.domain.vocabulary import Role
from app.services import inbox

ROUNDS = 30


def fill(actor: Actor, upto: int) -> None:
    """Open tasks for the office until there are *upto* of them."""
    with transaction() as session:
        case = session.scalars(select(Case.id).limit(1)).one()
        diagram = session.scalars(select(Diagram.id).limit(1)).one()
        process = Process(diagram_id=diagram, case_id=case, state="", started_at=utcnow())
        session.add(process)
        session.flush()
        have = inbox.total(actor, inbox.View.MINE)
        rows = list(_rows(actor, case, process.id, range(have, upto)))
        session.execute(insert(Task), rows)


def _rows(actor: Actor, case: int, process: int, numbers: range) -> Iterator[dict[str, object]]:
    now = utcnow()
    for number in numbers:
        due_at = now + timedelta(minutes=number % 100_000 - 500)
        yield {
            "process_id": process,
            "case_id": case,
            "engine_id": number,
            "key": "dispatch",
            "name": "派核查",
            "role": Role.OFFICE,
            "unit_id": actor.county_id,
            "opened_at": now,
            "due_at": due_at,
            "sort_at": due_at,
        }


def seconds(actor: Actor) -> float:
    """Return the median time of what an inbox page asks of the database."""
    taken = []
    for _ in range(ROUNDS):
        started = perf_counter()
        inbox.page(actor)
        inbox.counts(actor)
        taken.append(perf_counter() - started)
    return sorted(taken)[ROUNDS // 2]
