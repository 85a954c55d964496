"""For what counters are kept, and which of them tell it. For `tallies`."""

from __future__ import annotations

from sqlalchemy import ColumnElement, Table, and_

from app.domain.people import Actor
from app.domain.tally import ANY, KIND
from app.domain.vocabulary import Role
from app.services._counting import ALL_TIME
from app.services.narrowing import Narrowing


def is_kept(actor: Actor, narrow: Narrowing, *, leads: bool) -> bool:
    """Tell whether counters are kept for what is asked; some tell nothing of the lead unit."""
    if not (actor.sees_county or actor.roles == {Role.DEPARTMENT}):
        return False
    if not leads and narrow.asks_of_lead:
        return False
    if narrow.inspection:
        return False
    return narrow.period is None or narrow.period.stretches is not None


def kept(
    table: Table, actor: Actor, narrow: Narrowing, *, axis: str | None = None
) -> ColumnElement[bool]:
    """Return the condition on a table of counters for what is asked, by *axis* if by any."""
    stretches = narrow.period.stretches if narrow.period else None
    scopes = [str(stretch) for stretch in stretches] if stretches else [ALL_TIME]
    of = table.c
    asked = {
        of.category: narrow.category,
        of.severity: narrow.severity,
        of.source_level: narrow.level,
        of.lasting: narrow.lasting,
    }
    conditions = [of.county_id == actor.county_id, of.scope.in_(scopes)]
    conditions += [column == value for column, value in asked.items() if value is not None]
    if narrow.department_id is not None:
        conditions.append(of.department_id == narrow.department_id)
    of_any = axis not in KIND and all(value is None for value in asked.values())
    conditions.append(of.category == ANY[0] if of_any else of.category != ANY[0])
    if not actor.sees_county:
        conditions.append(of.department_id == actor.unit_id)
    if "lead_unit_id" in of:
        conditions += narrow.leads(of.lead_unit_id)
    return and_(*conditions)
