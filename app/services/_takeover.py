"""Handing a case to another unit, which signs for it and works it from the start.

Shared by the services. The old main process ends where it stands and a new one begins in the same
cycle: only so has the new lead unit its own acknowledgement, its own plan and its own clocks, and
nothing that the old one typed, claimed or promised. What that one filed stays in the history.
"""

from __future__ import annotations

from datetime import date
from typing import Any

from sqlalchemy.orm import Session

from app.clock import local_date
from app.domain.case import Case
from app.domain.errors import Invalid
from app.domain.people import UNIT_ROLES, Unit
from app.domain.vocabulary import Role
from app.services import _endings, _start
from app.services._catalogue import Context
from app.services._history import record
from app.services._moves import Concerned, concerned


def reassign(context: Context, unit_id: int, *, reason: str = "") -> None:
    """Make another unit the lead unit; it signs for the case and works it from the start.

    The due date stays. Letters to the old unit and its requests end with it; other processes of
    the case go on with the new unit's people.

    Raises:
        WrongStage: the unit has reported already, or the case is suspended or over.
        Invalid: the unit is no other active unit of the county.
        Conflict: somebody moved one of the case's processes at the same time.
    """
    case = context.case
    unit, department = new_lead(context.session, case, unit_id)
    before = case.lead_unit.name
    case.hand_to(unit, department, local_date(context.at))
    record(context, "reassigned", {"from": before, "to": unit.name, "reason": reason})
    found = concerned(context, all_kinds=True)
    _endings.end_all(context, [one for one in found if ends_with_transfer(one)], "转办")
    for one in found:
        if not ends_with_transfer(one):
            _hand_over_tasks(one, case)
    context.session.flush()
    _start.rectification(context, reassigned=True)


def new_lead(session: Session, case: Case, unit_id: int) -> tuple[Unit, Unit]:
    """Return the unit that is to take the case over, and the department competent for it.

    Raises:
        Invalid: it is no other active unit of the county, or its own department.
    """
    unit = session.get(Unit, unit_id)
    if unit is None or not unit.active or unit.county_id != case.county_id:
        raise Invalid(fields={"to_unit": ["请选择本县区在用的单位。"]})
    if unit.id == case.lead_unit_id:
        raise Invalid(fields={"to_unit": ["该单位已是责任单位，请另选单位。"]})
    department = unit.department or session.get_one(Unit, unit.county_id)
    if department.id == unit.id:
        raise Invalid(fields={"to_unit": ["该单位没有主管部门，不能作为责任单位。"]})
    return unit, department


def ends_with_transfer(one: Concerned) -> bool:
    """Tell whether a process is the old lead unit's own: the work, a letter to it, its request."""
    process = one.process
    is_its_own = process.letter_id is not None or process.change_request_id is not None
    return is_its_own or one.diagram.key == _start.MAIN


def variables_after(case: Case, on: date) -> dict[str, Any]:
    """Return the variables of the main process that begins with a hand-over on that day."""
    return (
        _start.main_variables(case) | _start.due_variables(case.due_on, on) | {"reassigned": True}
    )


def _hand_over_tasks(one: Concerned, case: Case) -> None:
    """Give the tasks of the old lead unit and its department to the new ones."""
    for task in one.tasks.values():
        role = Role(task.role)
        if role in UNIT_ROLES:
            department = role is Role.DEPARTMENT
            task.unit_id = case.department_id if department else case.lead_unit_id
            task.assignee_id, task.revision = None, task.revision + 1
