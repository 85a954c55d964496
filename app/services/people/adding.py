"""New accounts and new units."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.db import transaction
from app.domain.errors import Invalid, Sentence
from app.domain.people import Actor, Grant, Unit, User, county_of
from app.domain.vocabulary import Role, UnitKind
from app.services.accounts import check_password, hash_password
from app.services.people import record, rights

#: Names that somebody types at the login, on any keyboard.
_USERNAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._@-]{1,63}")
LONGEST_NAME = {User: 64, Unit: 80}


@dataclass(frozen=True, slots=True, kw_only=True)
class Newcomer:
    """What it takes to make an account."""

    username: str
    name: str
    password: str
    #: Name of the unit.
    unit: str
    roles: frozenset[Role] = frozenset()


def add_user(username: str, name: str, password: str, *, unit: str, roles: Iterable[Role]) -> User:
    """Make an account at the command line; see `hire`."""
    held = frozenset(roles)
    facts = {"username": username, "name": name, "password": password, "unit": unit}
    return hire(Newcomer(**facts, roles=held), None)


def hire(newcomer: Newcomer, by: Actor | None) -> User:
    """Make an account. A password that another person chose must be changed at the first login.

    Where another administrator grants the roles, the account begins without any.

    Raises:
        NotAllowed: that is the system administrator's to do, or the roles are another's.
        Invalid: the name is taken, the unit unknown, the password weak, or the roles contradict.
    """
    rights.require_keeper(by)
    roles = newcomer.roles
    if by is None or roles or rights.grants(by):
        rights.require_granter(by)
        rights.check_roles(roles)
    check_password(newcomer.password)
    if not _USERNAME.fullmatch(newcomer.username):
        told = "用户名为2至64个字母、数字或 . _ @ -，以字母或数字开头。"
        raise Invalid(fields={"username": [told]})
    user = User(
        username=newcomer.username,
        name=named(newcomer.name, User),
        password_hash=hash_password(newcomer.password),
        grants=[Grant(role=role) for role in sorted(roles)],
        must_change_password=by is not None,
    )
    with transaction() as session:
        if session.scalar(select(User.id).filter_by(username=user.username)):
            taken = Sentence("用户名“%(name)s”已存在。", name=user.username)
            raise Invalid(fields={"username": [taken]})
        user.unit = unit_named(session, newcomer.unit, "unit", by)
        session.add(user)
        session.flush()
        granted = sorted(map(str, roles))
        record.note(session, by, user, "user_added", unit=user.unit.name, granted=granted)
        return user


def add_unit(
    name: str,
    kind: UnitKind,
    *,
    parent: str | None,
    department: str | None,
    by: Actor | None = None,
) -> Unit:
    """Add a unit to the tree; parent and department are names.

    Raises:
        NotAllowed: that is the system administrator's to do.
        Invalid: the name is taken, or the parent or department is unknown.
    """
    rights.require_keeper(by)
    name = named(name, Unit)
    with transaction() as session:
        above = unit_named(session, parent, "parent", by) if parent or by else None
        competent = unit_named(session, department, "department", by) if department else None
        require_free(session, name)
        unit = Unit(name=name, kind=kind, parent=above, department=competent)
        session.add(unit)
        session.flush()
        unit.path = f"{above.path if above else '/'}{unit.id}/"
        record.note(session, by, unit, "unit_added", parent=parent or "", kind=str(kind))
        return unit


def named(name: str, kind: type[User | Unit]) -> str:
    """Return a name as it is kept.

    Raises:
        Invalid: there is none, or it is too long.
    """
    tidy, most = " ".join(name.split()), LONGEST_NAME[kind]
    if not tidy:
        raise Invalid(fields={"name": ["请填写名称。" if kind is Unit else "请填写姓名。"]})
    if len(tidy) > most or not tidy.isprintable():
        raise Invalid(fields={"name": [Sentence("最多%(most)s字，不含控制字符。", most=most)]})
    return tidy


def unit_named(session: Session, name: str | None, field: str, by: Actor | None) -> Unit:
    """Return the active unit of that name, of the actor's county.

    Raises:
        Invalid: there is none; told of the *field*.
    """
    unit = session.scalars(select(Unit).filter_by(name=name, active=True)).first()
    if unit is None or (by is not None and county_of(unit.path) != by.county_id):
        told = Sentence("没有名为“%(name)s”的单位。", name=name) if name else "请选择单位。"
        raise Invalid(fields={field: [told]})
    return unit


def require_free(session: Session, name: str) -> None:
    """Raise Invalid if a unit has that name."""
    if session.scalar(select(Unit.id).filter_by(name=name)):
        raise Invalid(fields={"name": [Sentence("单位“%(name)s”已存在。", name=name)]})
