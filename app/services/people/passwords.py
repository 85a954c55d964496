"""Passwords: one's own, and a one-time password for somebody who has none that works."""

from __future__ import annotations

import secrets

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from app.clock import utcnow
from app.db import db, transaction
from app.domain.errors import Invalid
from app.domain.people import Actor, Login, User
from app.services import accounts
from app.services.people import record, rights

#: Letters and digits that nobody takes for each other when reading them out.
_LETTERS = "abcdefghjkmnpqrstuvwxyz", "ABCDEFGHJKLMNPQRSTUVWXYZ", "23456789"


def change_own(actor: Actor, old: str, new: str, *, keep: str) -> None:
    """Choose a password of one's own; all logins end but the one whose token is *keep*.

    Wrong old passwords count as at the login: a browser left open is no way to guess it.

    Raises:
        Invalid: the old password is wrong, the new one is weak, or it is the old one.
    """
    known = db.session.scalar(select(User.password_hash).filter_by(id=actor.id)) or ""
    right = accounts.matches(known, old)
    if right:
        _check_new(old, new)
    fresh = accounts.hash_password(new) if right else ""
    with transaction() as session:
        user = session.get_one(User, actor.id, with_for_update={"key_share": True})
        at = utcnow()
        locked = user.is_locked(at)
        right = right and user.password_hash == known and not locked
        if right:
            user.password_hash, user.must_change_password, user.failures = fresh, False, 0
            others = Login.digest != accounts.digest(keep)
            session.execute(delete(Login).where(Login.user_id == user.id, others))
            record.note(session, actor, user, "password_changed")
        elif not locked:
            user.fail_login(at)
    if not right:
        raise Invalid(fields={"old": ["原密码不正确；连续输错五次，账号锁定三十分钟。"]})


def _check_new(old: str, new: str) -> None:
    try:
        accounts.check_password(new)
    except Invalid as error:
        raise Invalid(fields={"new": error.fields["password"]}) from error
    if new == old:
        raise Invalid(fields={"new": ["新密码不能与原密码相同。"]})


def reset(user_id: int, by: Actor | None, password: str | None = None) -> str:
    """Set a password that works until the person has chosen another, and return it; logins end.

    Without *password* one is made up. A locked account is open again.

    Raises:
        NotAllowed: that is the system administrator's to do.
        Invalid: it is one's own, or the password is weak.
    """
    rights.require_keeper(by)
    if by is not None and by.id == user_id:
        raise Invalid("自己的密码请在“修改密码”中更改。")
    chosen = made_up() if password is None else password
    accounts.check_password(chosen)
    kept = accounts.hash_password(chosen)
    with transaction() as session:
        user = rights.held(session, user_id, by)
        user.password_hash, user.must_change_password = kept, True
        user.failures, user.locked_until = 0, None
        end_logins(session, user.id)
        record.note(session, by, user, "password_reset")
    return chosen


def end_logins(session: Session, user_id: int) -> None:
    """End all logins of a person, those of programs too."""
    session.execute(delete(Login).where(Login.user_id == user_id))


def made_up() -> str:
    """Return a password that can be read out over the telephone: three groups of four."""
    signs = [secrets.choice(kind) for kind in _LETTERS for _ in range(4)]
    secrets.SystemRandom().shuffle(signs)
    return "-".join("".join(signs[at : at + 4]) for at in (0, 4, 8))
