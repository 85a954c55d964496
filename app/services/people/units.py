"""Units: another name or competent department; closing one, and opening it again."""

from __future__ import annotations

from sqlalchemy import func, literal, or_, select, update
from sqlalchemy.orm import Session

from app.db import db, transaction
from app.domain.case import Case
from app.domain.errors import Invalid, Listing, NotFound, Sentence
from app.domain.going import GOING
from app.domain.people import Actor, Unit, User
from app.domain.process import Process, Task
from app.domain.vocabulary import Stage, UnitKind
from app.services.people import adding, record, rights

_OVER = tuple(stage for stage in Stage if stage.is_over)


def change(
    unit_id: int, by: Actor | None, *, name: str, department: str | None, parent: str | None = None
) -> None:
    """Correct a unit's name, where it stands, and which department is competent for its new cases.

    The units below go with it, and so does what a unit above sees. Without *parent* it stays.

    Raises:
        NotAllowed: that is the system administrator's to do.
        Invalid: the name is taken or missing, or there is no such department or unit above.
    """
    rights.require_keeper(by)
    name = adding.named(name, Unit)
    with transaction() as session:
        unit = _held(session, unit_id, by)
        competent = adding.unit_named(session, department, "department", by) if department else None
        if competent is unit:
            raise Invalid(fields={"department": ["主管部门不能是本单位。"]})
        if parent is not None and (unit.parent is None or unit.parent.name != parent):
            _move(session, unit, adding.unit_named(session, parent, "parent", by), by)
        if name != unit.name:
            adding.require_free(session, name)
            record.note(session, by, unit, "unit_renamed", was=unit.name, to=name)
            unit.name = name
        if competent is not unit.department:
            to = competent.name if competent else ""
            record.note(session, by, unit, "department_changed", to=to)
            unit.department = competent


def _move(session: Session, unit: Unit, above: Unit, by: Actor | None) -> None:
    """Put a unit, with all below it, below another; paths follow."""
    if unit.parent is None:
        raise Invalid(fields={"parent": ["县本级没有上级单位。"]})
    if above.county_id != unit.county_id or above.path.startswith(unit.path):
        raise Invalid(fields={"parent": ["上级单位不能是本单位或其下属，也不能在其他县。"]})
    old, new = unit.path, f"{above.path}{unit.id}/"
    record.note(session, by, unit, "unit_moved", was=unit.parent.name, to=above.name)
    unit.parent = above
    session.flush()
    follows = literal(new) + func.substr(Unit.path, len(old) + 1)
    statement = update(Unit).where(Unit.path.startswith(old)).values(path=follows)
    session.execute(statement, execution_options={"synchronize_session": False})
    session.expire_all()


def waiting(session: Session, unit: Unit) -> list[Sentence]:
    """Tell what keeps a unit from being closed."""
    case = or_(Case.unit_id == unit.id, Case.lead_unit_id == unit.id, Case.department_id == unit.id)
    process = or_(Process.unit_id == unit.id, Process.county_id == unit.id)
    counts = {
        "未办结的事项 %(count)s 件": (Case.id, case, Case.stage.not_in(_OVER)),
        "未办结的待办 %(count)s 项": (Task.id, Task.unit_id == unit.id, Task.closed_at.is_(None)),
        "正在办理的流程 %(count)s 件": (Process.id, process, Process.status.in_(GOING)),
        "在用的账号 %(count)s 个": (User.id, User.unit_id == unit.id, User.active),
        "在用的下级单位 %(count)s 个": (Unit.id, Unit.parent_id == unit.id, Unit.active),
        "由其主管的在用单位 %(count)s 个": (Unit.id, Unit.department_id == unit.id, Unit.active),
    }
    found = []
    for template, (row, *conditions) in counts.items():
        if count := session.scalar(select(func.count(row)).where(*conditions)):
            found.append(Sentence(template, count=count))
    return found


def hindrances(unit: Unit) -> list[Sentence]:
    """Tell what keeps a unit from being closed, to whoever looks at it."""
    return waiting(db.session(), unit)


def deactivate(unit_id: int, by: Actor | None) -> None:
    """Close a unit: nothing new is sent to it. What was, stays on file.

    Raises:
        NotAllowed: that is the system administrator's to do.
        Invalid: something still waits there; it says what.
    """
    rights.require_keeper(by)
    with transaction() as session:
        unit = _held(session, unit_id, by)
        if unit.active is False:
            return
        if unit.kind is UnitKind.COUNTY:
            raise Invalid("县本级不能停用。")
        if found := waiting(session, unit):
            raise Invalid("“%(unit)s”还有%(what)s，不能停用。", unit=unit.name, what=Listing(found))
        unit.active = False
        record.note(session, by, unit, "unit_deactivated")


def reactivate(unit_id: int, by: Actor | None) -> None:
    """Open a closed unit again.

    Raises:
        NotAllowed: that is the system administrator's to do.
        Invalid: the unit above it is closed.
    """
    rights.require_keeper(by)
    with transaction() as session:
        unit = _held(session, unit_id, by)
        if unit.active:
            return
        if unit.parent is not None and not unit.parent.active:
            raise Invalid("上级单位“%(unit)s”已停用，请先恢复上级单位。", unit=unit.parent.name)
        unit.active = True
        record.note(session, by, unit, "unit_reactivated")


def _held(session: Session, unit_id: int, by: Actor | None) -> Unit:
    unit = session.get(Unit, unit_id)
    if unit is None or (by is not None and unit.county_id != by.county_id):
        raise NotFound("没有这个单位。")
    rights.hold_county(session, unit.county_id)
    session.refresh(unit)
    return unit
