"""Accounts: signing in and out, making users, choosing a language."""

from __future__ import annotations

import hashlib
import re
import secrets
from collections.abc import Iterable
from contextlib import suppress
from datetime import datetime
from typing import Any

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from sqlalchemy import bindparam, delete, select, update

from app.clock import utcnow
from app.db import db, transaction
from app.domain.errors import Invalid, NotAllowed, NotFound, Sentence, Unavailable
from app.domain.people import IDLE_FOR, LASTS_FOR, Actor, Grant, Login, Unit, User
from app.domain.vocabulary import Role, UnitKind
from app.services._prepared import Prepared

_HASHER = PasswordHasher()
#: Verified against when the name is unknown, so that the answer takes as long.
_NOBODY = _HASHER.hash(secrets.token_hex(8))


class LoginRefused(NotAllowed):
    """用户名或密码不正确，或账号已被锁定；连续输错五次锁定三十分钟。"""

    code = "login_refused"


def sign_in(username: str, password: str, *, kind: str) -> tuple[str, Login]:
    """Check the password and open a login of kind ``web`` or ``api``; return its token.

    Raises:
        LoginRefused: wrong name or password, or locked; deliberately not told apart.
    """
    with transaction() as session:
        user = session.scalars(select(User).filter_by(username=username)).first()
        right = _matches(user.password_hash if user else _NOBODY, password)
        at = utcnow()
        allowed = user is not None and user.active and not user.is_locked(at)
        if user is not None and allowed and right:
            user.failures = 0
            token, login = _open_login(user, kind, at)
            session.add(login)
            return token, login
        if user is not None and allowed:
            user.fail_login(at)
    raise LoginRefused


def _open_login(user: User, kind: str, at: datetime) -> tuple[str, Login]:
    token = secrets.token_urlsafe(32)
    login = Login(
        digest=_digest(token),
        user_id=user.id,
        kind=kind,
        created_at=at,
        seen_at=at,
        expires_at=at + LASTS_FOR,
    )
    return token, login


def _matches(password_hash: str, password: str) -> bool:
    try:
        return _HASHER.verify(password_hash, password)
    except (VerificationError, InvalidHashError):
        return False


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def signed_in(token: str, *, by_itself: bool = False) -> Actor | None:
    """Return whose login *token* is, if it is still good.

    A page that asks *by_itself* does not show that somebody is there.
    """
    digest, at = _digest(token), utcnow()
    rows = _LOGIN.rows(db.session.connection(), {"digest": digest})
    if not rows or not _is_good(rows[0], at):
        return None
    login = rows[0]
    if not by_itself and (at - login.seen_at).total_seconds() > 60:
        with suppress(Unavailable):  # a disk that is full keeps nobody from reading
            _note_seen(digest, at)
    roles = frozenset(row.role for row in rows if row.role)
    unit = (login.unit_id, login.path, login.unit_name)
    return Actor(login.id, login.username, login.name, *unit, roles, login.locale)


def _is_good(login: Any, at: datetime) -> bool:
    """Tell whether a login may still be used."""
    idle = login.kind == "web" and at - login.seen_at > IDLE_FOR
    return bool(at < login.expires_at and not idle and login.active)


#: A login with its person, a row for each role: asked at every request.
_LOGIN = Prepared(
    select(
        *(Login.kind, Login.seen_at, Login.expires_at),
        *(User.id, User.username, User.name, User.active, User.locale),
        *(Unit.id.label("unit_id"), Unit.path, Unit.name.label("unit_name")),
        Grant.role,
    )
    .join_from(Login, User, User.id == Login.user_id)
    .join(Unit, Unit.id == User.unit_id)
    .outerjoin(Grant, Grant.user_id == User.id)
    .where(Login.digest == bindparam("digest"))
)


def _note_seen(digest: str, at: datetime) -> None:
    with transaction() as session:
        session.execute(update(Login).where(Login.digest == digest).values(seen_at=at))


def sign_out(token: str) -> None:
    """End one login."""
    with transaction() as session:
        session.execute(delete(Login).where(Login.digest == _digest(token)))


def actor(username: str) -> Actor:
    """Return the person with this name as services see them.

    Raises:
        NotFound: there is no such active account.
    """
    user = db.session.scalars(select(User).filter_by(username=username, active=True)).first()
    if user is None:
        raise NotFound("没有名为“%(name)s”的账号。", name=username)
    return Actor.of(user)


def choose_locale(user_id: int, locale: str) -> None:
    """Remember which language a person reads."""
    with transaction() as session:
        session.execute(update(User).where(User.id == user_id).values(locale=locale))


def check_password(password: str) -> None:
    """Raise Invalid unless the password is long and mixed enough."""
    kinds = sum(bool(re.search(one, password)) for one in ("[a-z]", "[A-Z]", r"\d", r"[^\w]|_"))
    if len(password) < 10 or kinds < 3:
        raise Invalid(fields={"password": ["密码至少10位，含大小写字母、数字、符号中的三种。"]})


def hash_password(password: str) -> str:
    """Hash with Argon2id."""
    return _HASHER.hash(password)


def add_unit(name: str, kind: UnitKind, *, parent: str | None, department: str | None) -> Unit:
    """Add a unit to the tree; parent and department are names.

    Raises:
        Invalid: the name is taken, or the parent or department is unknown.
    """
    with transaction() as session:
        names = [one for one in (parent, department) if one]
        known = {
            unit.name: unit for unit in session.scalars(select(Unit).where(Unit.name.in_(names)))
        }
        for field, wanted in (("parent", parent), ("department", department)):
            if wanted and wanted not in known:
                raise Invalid(fields={field: [Sentence("没有名为“%(name)s”的单位。", name=wanted)]})
        if session.scalar(select(Unit.id).filter_by(name=name)):
            raise Invalid(fields={"name": [Sentence("单位“%(name)s”已存在。", name=name)]})
        above = known[parent] if parent else None
        unit = Unit(name=name, kind=kind, parent=above, department=known.get(department or ""))
        session.add(unit)
        session.flush()
        unit.path = f"{above.path if above else '/'}{unit.id}/"
        return unit


def add_user(username: str, name: str, password: str, *, unit: str, roles: Iterable[Role]) -> User:
    """Make an account.

    Raises:
        Invalid: the name is taken, the unit unknown, the password weak, or the roles contradict.
    """
    check_password(password)
    wanted = sorted(set(roles))
    _check_roles(wanted)
    with transaction() as session:
        if session.scalar(select(User.id).filter_by(username=username)):
            raise Invalid(
                fields={"username": [Sentence("用户名“%(name)s”已存在。", name=username)]}
            )
        home = session.scalars(select(Unit).filter_by(name=unit)).first()
        if home is None:
            raise Invalid(fields={"unit": [Sentence("没有名为“%(name)s”的单位。", name=unit)]})
        user = User(
            username=username,
            name=name,
            password_hash=hash_password(password),
            unit=home,
            grants=[Grant(role=role) for role in wanted],
        )
        session.add(user)
        return user


#: The three administrators of the state's rules on protection levels; nobody holds two.
_ADMINS = frozenset({Role.SYSTEM_ADMIN, Role.SECURITY_ADMIN, Role.AUDIT_ADMIN})


def _check_roles(roles: list[Role]) -> None:
    if not roles:
        raise Invalid(fields={"roles": ["至少选择一个角色。"]})
    admin = _ADMINS.intersection(roles)
    if len(admin) > 1 or (admin and len(roles) > 1):
        raise Invalid(
            fields={"roles": ["系统、安全、审计管理员须由不同人员担任，且不兼其他角色。"]}
        )
