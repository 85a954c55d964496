"""The warning light of a case, by decision table DMN-2. Shared by the services."""

from collections.abc import Callable
from datetime import datetime, time, timedelta
from functools import lru_cache

from sqlalchemy import bindparam, select

from app.clock import LOCAL, local_date
from app.domain.case import Case
from app.domain.plan import Plan
from app.domain.vocabulary import Light, Stage
from app.engine import Decision
from app.services import diagrams
from app.services._catalogue import Context
from app.services._prepared import Prepared


def refresh(context: Context) -> None:
    """Set the light of the context's case as it must show today, and when to look again."""
    show(context.case, context.at, lambda: _plan(context), lambda: _decision(context))


def show(
    case: Case,
    at: datetime,
    plan: Callable[[], Plan | None],
    table: Callable[[], Decision],
) -> None:
    """Set the light of *case* as it must show at that moment; what it takes is asked if needed."""
    case.note_overdue(at)
    if case.stage.is_over or case.stage is Stage.SUSPENDED:
        off = Light.GREEN if case.stage.is_closed_out else Light.GREY
        case.light, case.light_at = off, None
        return
    day = local_date(case.reported_done_at or at)
    planned = case.percent if case.reported_done_at else _planned_percent(case, plan(), at)
    remaining, period = (case.due_on - day).days, max((case.due_on - case.counted_from).days, 1)
    case.light = _light(table(), remaining, period, max(planned - case.percent, 0))
    case.light_at = None if case.reported_done_at else _tomorrow(at)


@lru_cache(maxsize=4096)
def _light(table: Decision, remaining: int, period: int, lag: int) -> Light:
    """Return what the table says; many cases stand alike."""
    facts = {"remaining": remaining, "period": period, "lag": lag}
    return Light(table.evaluate(facts)["light"])


def _planned_percent(case: Case, plan: Plan | None, at: datetime) -> int:
    """Return how far the unit's own plan says it should be."""
    if plan is None or _is_another_units(plan, case):
        return 0
    return plan.planned_percent(local_date(at) - timedelta(days=1))


def _is_another_units(plan: Plan, case: Case) -> bool:
    """Tell whether the plan was made before the present unit signed for the case."""
    signed_at = case.acknowledged_at
    return case.stage is Stage.ISSUED or (signed_at is not None and plan.created_at < signed_at)


def _plan(context: Context) -> Plan | None:
    if context.without_plan:
        return None
    of = {"case_id": context.case.id, "cycle": context.case.cycle}
    found = _PLAN.row(context.connection, of)
    return context.session.get(Plan, found.id) if found else None


#: Most steps are taken before there is a plan.
_PLAN = Prepared(
    select(Plan.id)
    .where(Plan.case_id == bindparam("case_id"), Plan.cycle == bindparam("cycle"))
    .order_by(Plan.id.desc())
    .limit(1)
)


def _decision(context: Context) -> Decision:
    """Return DMN-2 as the process's own version has it, or, outside of any, as it is in force."""
    if context.process.diagram_id:
        own = diagrams.compiled(context.session, context.process.diagram_id).decisions.get("light")
        if own is not None:
            return own
    return diagrams.published(context.session, "rectification").decisions["light"]


def _tomorrow(at: datetime) -> datetime:
    day = local_date(at) + timedelta(days=1)
    return datetime.combine(day, time.min, LOCAL)
