"""What the register says of a case, and how much of it history has told.

Every line of history carries, under NOW, the facts that have become other ones since the line
before it. So the register of any past day can be rebuilt from the lines alone: see `past`.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime
from enum import Enum
from operator import attrgetter
from typing import Any

from sqlalchemy import event
from sqlalchemy.orm.attributes import QueryableAttribute, instance_state

from app.domain.case import Case

#: Where a line of history keeps the facts.
NOW = "now"
#: What can change, by its name in a line, and where the case has it.
CHANGING: Mapping[str, str] = {
    "stage": "stage",
    "light": "light",
    "percent": "percent",
    "due_on": "due_on",
    "cycle": "cycle",
    "mode": "mode",
    "key_item": "key_item",
    "lead_id": "lead_unit_id",
    "department_id": "department_id",
    "reported_at": "reported_done_at",
    "result": "verify_result",
    "closed_out_at": "closed_out_at",
}
#: What never changes once the case is issued.
LASTING: Mapping[str, str] = {
    "number": "number",
    "problem": "problem",
    "unit_id": "unit_id",
    "inspection": "inspection",
    "level": "source_level",
    "category": "category",
    "severity": "severity",
    "issued_on": "issued_on",
    "original_due_on": "original_due_on",
}
_TOLD, _FACTS = "told", "facts"
_values = attrgetter(*CHANGING.values())


def facts(case: Case) -> Mapping[str, Any]:
    """Return what the register now says of *case* that can change, as a line keeps it."""
    values, info = _values(case), instance_state(case).info
    known = info.get(_FACTS)
    if known is None or known[0] != values:
        known = info[_FACTS] = values, dict(zip(CHANGING, map(plain, values), strict=True))
    found: Mapping[str, Any] = known[1]
    return found


def plain(value: Any) -> Any:
    """Return *value* as JSON holds it."""
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()
    if isinstance(value, date):
        return value.isoformat()
    return value.value if isinstance(value, Enum) else value


def issued(case: Case) -> dict[str, Any]:
    """Return all that the first line tells of *case*; from now on that is told."""
    told = facts(case)
    instance_state(case).info[_TOLD] = told
    lasting = {name: plain(getattr(case, attribute)) for name, attribute in LASTING.items()}
    names = {"unit": case.unit.name, "lead": case.lead_unit.name}
    return {**lasting, **names, **told}


def told(case: Case) -> Mapping[str, Any]:
    """Return the facts of *case* as history has told them."""
    info = instance_state(case).info
    if _TOLD not in info:
        info[_TOLD] = facts(case)
    found: Mapping[str, Any] = info[_TOLD]
    return found


def untold(case: Case) -> dict[str, Any]:
    """Return the facts of *case* that are not any more as history has told them."""
    before, now = told(case), facts(case)
    if now is before:
        return {}
    return {name: value for name, value in now.items() if before.get(name) != value}


def tell(case: Case, params: Mapping[str, Any]) -> dict[str, Any]:
    """Return the particulars of a line with the facts that it is the first to tell.

    What the particulars themselves foretell, the stage that a step leads to, goes before what the
    case still says.
    """
    before = told(case)
    foretold = {k: v for k, v in params.get(NOW, {}).items() if before.get(k) != v}
    now = untold(case) | foretold
    rest = {name: value for name, value in params.items() if name != NOW}
    if now:
        instance_state(case).info[_TOLD] = {**before, **now}
    return rest | {NOW: now} if now else rest


@event.listens_for(Case, "load")
def _remember_loaded(case: Case, _context: Any) -> None:
    """Take what the database holds as told: whoever wrote it there told it."""
    instance_state(case).info[_TOLD] = facts(case)


@event.listens_for(Case, "refresh")
def _remember_refreshed(case: Case, _context: Any, names: Any) -> None:
    if names is None or "stage" in {_name(one) for one in names}:
        instance_state(case).info[_TOLD] = facts(case)


def _name(attribute: str | QueryableAttribute[Any]) -> str:
    return attribute if isinstance(attribute, str) else attribute.key
