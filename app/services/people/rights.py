"""Who keeps accounts, who grants roles, who reads the record of both.

At the command line nobody is asked: whoever gets that far has the database itself.
"""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.db import db
from app.domain.errors import Invalid, NotAllowed, NotFound
from app.domain.people import Actor, Grant, Unit, User
from app.domain.vocabulary import Role

#: The three administrators; nobody holds two of these, or any other role beside one.
ADMINS = frozenset({Role.SYSTEM_ADMIN, Role.SECURITY_ADMIN, Role.AUDIT_ADMIN})


def reads(actor: Actor) -> bool:
    """Tell whether the person may look at accounts, units and the record."""
    return actor.has(*ADMINS)


def keeps(actor: Actor) -> bool:
    """Tell whether the person makes, changes and closes accounts and units."""
    return actor.has(Role.SYSTEM_ADMIN)


def grants(actor: Actor) -> bool:
    """Tell whether the person says who holds which role.

    That is for the security administrator; as long as the county has none, for the system's.
    """
    if actor.has(Role.SECURITY_ADMIN):
        return True
    return keeps(actor) and not _has_security_admin(actor.county_id)


def _has_security_admin(county_id: int) -> bool:
    query = (
        select(Grant.id)
        .join(User, User.id == Grant.user_id)
        .join(Unit, Unit.id == User.unit_id)
        .where(Grant.role == Role.SECURITY_ADMIN, Unit.path.startswith(f"/{county_id}/"))
    )
    return db.session.scalar(query.limit(1)) is not None


def require_reader(actor: Actor) -> None:
    """Raise NotAllowed unless the person may look."""
    if not reads(actor):
        raise NotAllowed("账号与单位由系统管理员管理。")


def require_keeper(by: Actor | None) -> None:
    """Raise NotAllowed unless the person keeps accounts and units."""
    if by is not None and not keeps(by):
        raise NotAllowed("账号与单位由系统管理员管理。")


def require_granter(by: Actor | None) -> None:
    """Raise NotAllowed unless the person grants roles."""
    if by is not None and not grants(by):
        raise NotAllowed("角色由安全管理员授予和收回。")


def check_roles(roles: frozenset[Role]) -> None:
    """Raise Invalid unless one person may hold all of these roles, and there are any."""
    if not roles:
        raise Invalid(fields={"roles": ["至少选择一个角色。"]})
    if roles & ADMINS and len(roles) > 1:
        raise Invalid(
            fields={"roles": ["系统、安全、审计管理员须由不同人员担任，且不兼其他角色。"]}
        )


def held(session: Session, user_id: int, by: Actor | None) -> User:
    """Return an account that is about to be changed; its county's others wait until then.

    Raises:
        NotFound: there is none, or it is another county's.
    """
    user = session.get(User, user_id)
    if user is None or (by is not None and user.unit.county_id != by.county_id):
        raise NotFound("没有这个账号。")
    hold_county(session, user.unit.county_id)
    session.refresh(user)
    session.expire(user, ["grants", "unit"])
    return user


def hold_county(session: Session, county_id: int) -> None:
    """Let accounts of a county be changed one after the other: who is its last, is told so.

    Rows that refer to the county don't wait.
    """
    query = select(Unit.id).where(Unit.id == county_id).with_for_update(key_share=True)
    session.execute(query)


def refuse_last(session: Session, user: User, losing: frozenset[Role]) -> None:
    """Raise Invalid if nobody else of the county could still sign in with a role that it needs."""
    for role in sorted(losing & {Role.SYSTEM_ADMIN, Role.SECURITY_ADMIN}):
        others = (
            select(Grant.id)
            .join(User, User.id == Grant.user_id)
            .join(Unit, Unit.id == User.unit_id)
            .where(Grant.role == role, User.active, User.id != user.id)
            .where(Unit.path.startswith(f"/{user.unit.county_id}/"))
        )
        if user.active and session.scalar(others.limit(1)) is None:
            raise Invalid(_LAST[role], name=user.name)


_LAST = {
    Role.SYSTEM_ADMIN: "%(name)s是最后一名系统管理员，请先让接任者担任。",
    Role.SECURITY_ADMIN: "%(name)s是最后一名安全管理员，请先让接任者担任。",
}
