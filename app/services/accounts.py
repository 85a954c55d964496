"""Accounts: signing in and out, passwords, choosing a language."""

from __future__ import annotations

import hashlib
import re
import secrets
from contextlib import suppress
from datetime import datetime
from typing import Any

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from sqlalchemy import bindparam, delete, select, update

from app.clock import utcnow
from app.db import db, transaction
from app.domain.errors import Invalid, NotAllowed, NotFound, Unavailable
from app.domain.people import IDLE_FOR, LASTS_FOR, Actor, Grant, Login, Unit, User
from app.services._prepared import Prepared
from app.services._tries import TRIES

_HASHER = PasswordHasher()
#: Verified against when the name is unknown, so that the answer takes as long.
_NOBODY = _HASHER.hash(secrets.token_hex(8))


class LoginRefused(NotAllowed):
    """用户名或密码不正确，或账号已被锁定；连续输错五次锁定三十分钟。"""

    code = "login_refused"


class AddressBarred(LoginRefused):
    """从您的网络地址登录失败次数过多，请三十分钟后再试。"""


class PasswordIsTemporary(LoginRefused):
    """密码是管理员设的一次性密码，请先在网页上登录并修改。"""

    code = "password_temporary"


def sign_in(
    username: str, password: str, *, kind: str, address: str | None = None
) -> tuple[str, Login]:
    """Check the password and open a login of kind ``web`` or ``api``; return its token.

    The password is verified before the database is asked to write: that takes a fifth of a second,
    and others are not to wait for it.

    Raises:
        AddressBarred: too many wrong passwords came from the *address*.
        PasswordIsTemporary: right, but programs can't choose another; people can.
        LoginRefused: wrong name or password, or locked; deliberately not told apart.
    """
    if TRIES.barred(address, utcnow()):
        raise AddressBarred
    known = db.session.scalar(select(User.password_hash).filter_by(username=username))
    db.session.rollback()  # nothing is held while we verify
    right = matches(known or _NOBODY, password)
    with transaction() as session:
        query = select(User).filter_by(username=username).with_for_update(key_share=True)
        user = session.scalars(query).first()
        at = utcnow()
        if user is not None and user.active and not user.is_locked(at):
            if right and user.password_hash == known:
                user.failures = 0
                if kind == "api" and user.must_change_password:
                    raise PasswordIsTemporary
                token, login = _open_login(user, kind, at)
                session.add(login)
                TRIES.forget(address)
                return token, login
            user.fail_login(at)
    TRIES.fail(address, at)
    raise LoginRefused


def _open_login(user: User, kind: str, at: datetime) -> tuple[str, Login]:
    token = secrets.token_urlsafe(32)
    login = Login(
        digest=digest(token),
        user_id=user.id,
        kind=kind,
        created_at=at,
        seen_at=at,
        expires_at=at + LASTS_FOR,
    )
    return token, login


def matches(password_hash: str, password: str) -> bool:
    """Tell whether it is the password that was hashed; takes a fifth of a second either way."""
    try:
        return _HASHER.verify(password_hash, password)
    except (VerificationError, InvalidHashError):
        return False


def digest(token: str) -> str:
    """Return what is kept of a login's token."""
    return hashlib.sha256(token.encode()).hexdigest()


def signed_in(token: str, *, by_itself: bool = False) -> Actor | None:
    """Return whose login *token* is, if it is still good.

    A page that asks *by_itself* does not show that somebody is there.
    """
    kept, at = digest(token), utcnow()
    rows = _LOGIN.rows(db.session.connection(), {"digest": kept})
    if not rows or not _is_good(rows[0], at):
        return None
    login = rows[0]
    if not by_itself and (at - login.seen_at).total_seconds() > 60:
        with suppress(Unavailable):  # a disk that is full keeps nobody from reading
            _note_seen(kept, at)
    roles = frozenset(row.role for row in rows if row.role)
    unit = (login.unit_id, login.path, login.unit_name)
    who = (login.id, login.username, login.name)
    return Actor(*who, *unit, roles, login.locale, login.must_change_password)


def _is_good(login: Any, at: datetime) -> bool:
    """Tell whether a login may still be used."""
    idle = login.kind == "web" and at - login.seen_at > IDLE_FOR
    return bool(at < login.expires_at and not idle and login.active)


#: A login with its person, a row for each role: asked at every request.
_LOGIN = Prepared(
    select(
        *(Login.kind, Login.seen_at, Login.expires_at),
        *(User.id, User.username, User.name, User.active, User.locale),
        User.must_change_password,
        *(Unit.id.label("unit_id"), Unit.path, Unit.name.label("unit_name")),
        Grant.role,
    )
    .join_from(Login, User, User.id == Login.user_id)
    .join(Unit, Unit.id == User.unit_id)
    .outerjoin(Grant, Grant.user_id == User.id)
    .where(Login.digest == bindparam("digest"))
)


def _note_seen(kept: str, at: datetime) -> None:
    with transaction() as session:
        session.execute(update(Login).where(Login.digest == kept).values(seen_at=at))


def sign_out(token: str) -> None:
    """End one login."""
    with transaction() as session:
        session.execute(delete(Login).where(Login.digest == digest(token)))


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
