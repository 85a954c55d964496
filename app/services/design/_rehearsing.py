"""One batch of a rehearsal: what becomes of each process. Shared by the services."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from app.clock import utcnow
from app.domain.case import Case
from app.domain.design_terms import Verdict
from app.domain.going import GOING, TICKING
from app.domain.process import Diagram, Process, Timer
from app.domain.vocabulary import TimerState
from app.engine import Refusal
from app.services import diagrams
from app.services._calendar import current
from app.services._catalogue import Context, Running
from app.services._recounts import remembered
from app.services._rows import CASE_COLUMNS, PROCESS_COLUMNS
from app.services.design import _crossing
from app.services.design._crossing import Candidate, Crossing, Way
from app.services.sentences import packed

BATCH = 200

Told = tuple[int, dict[str, Any]]


def others(key: str, diagram_id: int | None) -> Select[int]:
    """Return the query for the ids of running processes that run on another version."""
    return (
        select(Process.id)
        .join(Diagram, Diagram.id == Process.diagram_id)
        .where(Diagram.key == key, Process.status.in_(GOING))
        .where(Process.diagram_id != (diagram_id or 0))
    )


def rehearse_some(session: Session, key: str, way: Way, after: int) -> Iterator[Told]:
    """Yield what becomes of the next processes after that id, as JSON holds it."""
    at, calendar = utcnow(), remembered(current)
    query = others(key, way.target.diagram_id).where(Process.id > after)
    ids = list(session.scalars(query.order_by(Process.id).limit(BATCH)))
    timers = _ticking(session, ids)
    for row in session.execute(_WHOLE.where(Process.id.in_(ids)).order_by(Process.id)):
        process = Running(**{name: getattr(row, name) for name in _COLUMNS})
        before = diagrams.compiled(session, process.diagram_id)
        context = Context(session, process, at, None)
        clocks = timers.get(process.id, ())
        one = Candidate(context, before, clocks, calendar(process.county_id))
        yield process.id, {"number": row.number} | _told(one, _crossing.cross(one, way))


def _ticking(session: Session, ids: list[int]) -> Mapping[int, list[Any]]:
    """Read clocks by their columns; whole rows would stay in the session's memory."""
    found: dict[int, list[Any]] = {}
    query = select(*_CLOCK).where(Timer.process_id.in_(ids), Timer.state.in_(TICKING))
    for timer in session.execute(query.order_by(Timer.id)):
        found.setdefault(timer.process_id, []).append(timer)
    return found


_CLOCK = tuple(
    getattr(Timer, name)
    for name in (
        "id",
        "process_id",
        "engine_id",
        "key",
        "name",
        "rule",
        "base",
        "armed_at",
        "due_at",
        "state",
    )
)
_COLUMNS = PROCESS_COLUMNS + CASE_COLUMNS
_WHOLE = select(
    *(getattr(Process, name) for name in PROCESS_COLUMNS),
    *(getattr(Case, name) for name in CASE_COLUMNS),
    Case.number,
).outerjoin_from(Process, Case, Case.id == Process.case_id)


def _told(one: Candidate, found: Crossing | Refusal) -> dict[str, Any]:
    """Say what becomes of one process, as JSON holds it."""
    told: dict[str, Any] = {"from": one.diagram.version, "element": "", "reason": ""}
    if isinstance(found, Refusal):
        verdict = Verdict.MAPPING if found.code == "gone" else Verdict.REFUSED
        told |= {"element": found.element, "reason": packed(found.reason)}
        return told | {"verdict": verdict, "lost": [], "begun": [], "at_once": []}
    fires, loses = found.at_once, found.lost
    told["verdict"] = Verdict.FIRES if fires else Verdict.LOSES if loses else Verdict.FINE
    told["at_once"] = [_clock(*each) for each in fires]
    told["lost"] = [_clock(timer.name, timer.key, timer.due_at) for timer in loses]
    told["begun"] = [
        _clock(row["name"], armed.key, row["due_at"])
        for armed, row in found.planted
        if row["state"] is TimerState.ARMED
    ]
    return told


def _clock(name: str, key: str, due_at: Any) -> dict[str, str]:
    return {"name": name, "key": key, "due_at": due_at.isoformat()}
