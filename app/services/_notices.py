"""Tell people something, once. Shared by the services."""

from collections.abc import Collection
from typing import Any

from sqlalchemy import insert, or_, select

from app.domain.notice import Notice
from app.domain.people import UNIT_ROLES, Grant, Unit, User
from app.domain.vocabulary import Role
from app.services._catalogue import Context


def tell(
    context: Context, what: str, roles: Collection[Role], *, of: str, params: dict[str, Any]
) -> None:
    """Notify all who hold one of *roles* for the context's case.

    *of* names the occasion: nobody is told of one occasion twice.
    """
    case = context.case
    for user_id in _recipients(context, roles):
        key = f"{what}:{case.id}:{case.cycle}:{of}:{user_id}"
        if context.session.scalar(select(Notice.id).where(Notice.key == key)) is None:
            context.session.execute(
                insert(Notice).values(
                    key=key,
                    user_id=user_id,
                    case_id=case.id,
                    what=what,
                    params=params,
                    at=context.at,
                )
            )


def _recipients(context: Context, roles: Collection[Role]) -> list[int]:
    case = context.case
    units = {Role.DEPARTMENT: case.department_id}
    county = Unit.path.startswith(f"/{case.unit.county_id}/")
    wanted = or_(
        *(
            (Grant.role == role)
            & (User.unit_id == units.get(role, case.lead_unit_id) if role in UNIT_ROLES else county)
            for role in roles
        )
    )
    query = (
        select(User.id)
        .join(Grant, Grant.user_id == User.id)
        .join(Unit, Unit.id == User.unit_id)
        .where(User.active, wanted)
        .distinct()
        .order_by(User.id)
    )
    return list(context.session.scalars(query))
