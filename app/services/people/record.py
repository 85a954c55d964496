"""账号变更记录: written with every change of an account or unit, read by the administrators."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.clock import utcnow
from app.db import db
from app.domain.account_change import AccountChange
from app.domain.people import Actor, Unit, User
from app.services.people import rights


def note(session: Session, by: Actor | None, of: User | Unit, what: str, **params: Any) -> None:
    """Write down a change within the transaction that makes it."""
    user = of if isinstance(of, User) else None
    unit = user.unit if user else of
    line = AccountChange(
        at=utcnow(),
        county_id=unit.county_id if isinstance(unit, Unit) else None,
        by_id=by.id if by else None,
        by_name=by.name if by else "",
        user_id=user.id if user else None,
        unit_id=None if user else of.id,
        whom=of.name,
        what=what,
        params=params | ({"username": user.username} if user else {}),
    )
    session.add(line)


@dataclass(frozen=True, slots=True)
class Page:
    """A stretch of the record, and the line after which the next begins."""

    items: Sequence[AccountChange]
    next: int | None
    total: int


def page(
    actor: Actor, *, user_id: int | None = None, limit: int = 50, after: int | None = None
) -> Page:
    """List what was changed in the actor's county, or of one account, the latest first.

    Raises:
        NotAllowed: the record is the administrators' to read.
    """
    rights.require_reader(actor)
    conditions = [AccountChange.county_id == actor.county_id]
    if user_id is not None:
        conditions.append(AccountChange.user_id == user_id)
    query = select(AccountChange).where(*conditions).order_by(AccountChange.id.desc())
    if after is not None:
        query = query.where(AccountChange.id < after)
    found = db.session.scalars(query.limit(limit + 1)).all()
    total = db.session.scalar(select(func.count(AccountChange.id)).where(*conditions)) or 0
    items = found[:limit]
    return Page(items, items[-1].id if len(found) > limit else None, total)
