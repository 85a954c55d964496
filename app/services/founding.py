"""Founding a new installation: the one-time link, the county, its first administrator."""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import delete
from sqlalchemy.orm import Session

from app.clock import utcnow
from app.db import transaction
from app.domain.errors import Invalid, NotFound
from app.domain.numbering import check_prefixes
from app.domain.people import Grant, Invitation, Unit, User
from app.domain.vocabulary import Role, UnitKind
from app.services.accounts import check_password, hash_password

VALID_FOR = timedelta(hours=24)
#: What the two bodies are called after the county's name.
COMMITTEE, OFFICE = "教育督导委员会", "教育督导办公室"


@dataclass(frozen=True, slots=True)
class Foundation:
    """What the first administrator enters."""

    county: str
    #: What the numbers of its cases and of its letters begin with.
    case_prefix: str
    letter_prefix: str
    username: str
    name: str
    password: str


def invite() -> str:
    """Return the token of a new one-time link; older ones end."""
    token = secrets.token_urlsafe(24)
    with transaction() as session:
        session.execute(delete(Invitation))
        session.add(Invitation(digest=_digest(token), expires_at=utcnow() + VALID_FOR))
    return token


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def is_open(token: str) -> bool:
    """Tell whether the link may still be used."""
    with transaction() as session:
        return _invitation(session, token) is not None


def _invitation(session: Session, token: str) -> Invitation | None:
    found = session.get(Invitation, _digest(token))
    return found if found is not None and utcnow() < found.expires_at else None


def found(token: str, foundation: Foundation) -> User:
    """Enter the county, its bodies of supervision and the first administrator; the link ends.

    Raises:
        NotFound: the link is unknown, used or too old.
        Invalid: a name is missing, a prefix can't be, or the password is weak.
    """
    _check(foundation)
    with transaction() as session:
        if (invitation := _invitation(session, token)) is None:
            raise NotFound("链接无效或已过期，请重新启动服务获取新的链接。")
        session.delete(invitation)
        county = _unit(session, foundation.county, UnitKind.COUNTY, None)
        county.case_prefix = foundation.case_prefix
        county.letter_prefix = foundation.letter_prefix
        _unit(session, foundation.county + COMMITTEE, UnitKind.COMMITTEE, county)
        office = _unit(session, foundation.county + OFFICE, UnitKind.OFFICE, county)
        user = User(
            username=foundation.username,
            name=foundation.name,
            password_hash=hash_password(foundation.password),
            unit=office,
            grants=[Grant(role=Role.SYSTEM_ADMIN)],
        )
        session.add(user)
        return user


def _check(foundation: Foundation) -> None:
    missing = {
        name: ["请填写。"]
        for name in ("county", "case_prefix", "letter_prefix", "username", "name")
        if not getattr(foundation, name).strip()
    }
    if missing:
        raise Invalid(fields=missing)
    check_prefixes(foundation.case_prefix, foundation.letter_prefix)
    check_password(foundation.password)


def _unit(session: Session, name: str, kind: UnitKind, parent: Unit | None) -> Unit:
    unit = Unit(name=name, kind=kind, parent=parent)
    session.add(unit)
    session.flush()
    unit.path = f"{parent.path if parent else '/'}{unit.id}/"
    return unit
