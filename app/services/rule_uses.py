"""Which published diagrams use which rule of the rule book, and how many clocks run by them."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache

from sqlalchemy import func, select
from sqlalchemy.orm import undefer

from app.db import db
from app.domain.case import Case
from app.domain.people import Actor
from app.domain.process import Diagram, Timer
from app.domain.vocabulary import DiagramState, TimerState
from app.engine.parsing import camunda, parse_xml


def diagrams_by_code() -> Mapping[str, list[Diagram]]:
    """Return the published diagrams that have a timer of each code."""
    query = select(Diagram).filter_by(state=DiagramState.PUBLISHED).order_by(Diagram.id)
    found: dict[str, list[Diagram]] = {}
    for diagram in db.session.scalars(query.options(undefer(Diagram.xml))):
        for code in _codes(diagram.xml):
            found.setdefault(code, []).append(diagram)
    return found


@lru_cache(maxsize=64)
def _codes(xml: str) -> frozenset[str]:
    root = parse_xml(xml)
    props = (prop for prop in root.iter(camunda("property")) if prop.get("name") == "code")
    return frozenset(str(prop.get("value")) for prop in props)


def running(actor: Actor) -> int:
    """Count the clocks that run in the actor's county."""
    query = (
        select(func.count(Timer.id))
        .join(Case, Case.id == Timer.case_id)
        .where(Timer.state == TimerState.ARMED, Case.county_id == actor.county_id)
    )
    return db.session.scalar(query) or 0
