"""Starting the processes of a case. Shared by the services."""

from collections.abc import Mapping
from datetime import date
from math import ceil
from typing import Any

from app.domain.case import Case
from app.domain.vocabulary import Severity, UnitKind
from app.services import _progress, diagrams
from app.services._catalogue import Context

MAIN = "rectification"


def rectification(context: Context, *, reassigned: bool = False) -> int:
    """Start the main process of the context's case, in its present cycle; return its id."""
    variables = main_variables(context.case) | {"reassigned": reassigned}
    return beside(context, MAIN, variables)


def beside(context: Context, key: str, variables: Mapping[str, Any], **about: int) -> int:
    """Start a process on the published diagram *key*, about the context's case; return its id."""
    diagram = diagrams.published(context.session, key)
    return _progress.begin(context.beside(**about), diagram, variables)


def main_variables(case: Case) -> dict[str, Any]:
    """Return what the main diagram may decide on."""
    weekly = case.severity is Severity.MAJOR
    return {
        "severity": case.severity.value,
        "mode": case.mode.value,
        "category": case.category.value,
        "source_level": case.source_level.value,
        "cycle": case.cycle,
        "government": case.unit.kind in (UnitKind.DEPARTMENT, UnitKind.TOWN),
        "progress_every": "every(days(7))" if weekly else "every(months(1))",
        "plan_returns": 0,
        "reassigned": False,
        **due_variables(case.due_on, case.counted_from),
    }


def due_variables(due_on: date, counted_from: date) -> dict[str, Any]:
    """Return what of the main diagram's variables hangs on the due date."""
    period = max((due_on - counted_from).days, 1)
    return {
        "due": due_on.isoformat(),
        "blue_days": min(20, ceil(period / 3)),
        "yellow_days": min(10, ceil(period / 6)),
    }
