"""Lists of accounts and units, as the administrators of a county see them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy import ColumnElement, exists, func, or_, select
from sqlalchemy.orm import joinedload, selectinload

from app.db import db
from app.domain.errors import NotFound
from app.domain.people import Actor, Grant, Unit, User
from app.domain.vocabulary import Role
from app.services.people import rights


class State(StrEnum):
    """Which accounts or units are asked for."""

    ACTIVE = "active"
    INACTIVE = "inactive"
    #: Accounts that wait for the security administrator.
    WITHOUT_ROLE = "without_role"


@dataclass(frozen=True, slots=True)
class Filter:
    """What a list is narrowed down to."""

    #: A part of the name; of accounts, of the username too.
    text: str = ""
    #: Id of a unit: what belongs to it and to all below it.
    below: int | None = None
    role: Role | None = None
    state: State | None = None

    def of_people(self, actor: Actor) -> list[ColumnElement[bool]]:
        """Translate into conditions on `User`, its `Unit` joined."""
        found: list[ColumnElement[bool]] = [Unit.path.startswith(_root(self.below, actor))]
        if self.text:
            named = User.name.contains(self.text, autoescape=True)
            found.append(or_(named, User.username.contains(self.text, autoescape=True)))
        if self.role is not None:
            found.append(_holds(self.role))
        if self.state is State.WITHOUT_ROLE:
            found += [User.active.is_(True), ~exists().where(Grant.user_id == User.id)]
        elif self.state is not None:
            found.append(User.active.is_(self.state is State.ACTIVE))
        return found

    def of_units(self, actor: Actor) -> list[ColumnElement[bool]]:
        """Translate into conditions on `Unit`."""
        found: list[ColumnElement[bool]] = [Unit.path.startswith(_root(self.below, actor))]
        if self.text:
            found.append(Unit.name.contains(self.text, autoescape=True))
        if self.state is not None:
            found.append(Unit.active.is_(self.state is State.ACTIVE))
        return found


def _holds(role: Role) -> ColumnElement[bool]:
    return exists().where(Grant.user_id == User.id, Grant.role == role)


def _root(unit_id: int | None, actor: Actor) -> str:
    """Return the path of the subtree that is asked for, never beyond the actor's county."""
    county = f"/{actor.county_id}/"
    unit = db.session.get(Unit, unit_id) if unit_id is not None else None
    return unit.path if unit is not None and unit.path.startswith(county) else county


@dataclass(frozen=True, slots=True)
class People:
    """A stretch of the list of accounts, and the id after which the next begins."""

    items: Sequence[User]
    next: int | None
    total: int


@dataclass(frozen=True, slots=True)
class Units:
    """A stretch of the tree of units, and the id after which the next begins."""

    items: Sequence[Unit]
    next: int | None
    total: int


def people(actor: Actor, narrow: Filter, *, limit: int = 50, after: int | None = None) -> People:
    """List the accounts of the county, the latest first.

    Raises:
        NotAllowed: that is the administrators' business.
    """
    rights.require_reader(actor)
    conditions = narrow.of_people(actor)
    query = select(User).join(Unit, Unit.id == User.unit_id).where(*conditions)
    query = query.options(joinedload(User.unit), selectinload(User.grants))
    if after is not None:
        query = query.where(User.id < after)
    found = db.session.scalars(query.order_by(User.id.desc()).limit(limit + 1)).all()
    count = select(func.count(User.id)).join(Unit, Unit.id == User.unit_id).where(*conditions)
    items = found[:limit]
    end = items[-1].id if len(found) > limit else None
    return People(items, end, db.session.scalar(count) or 0)


def units(actor: Actor, narrow: Filter, *, limit: int = 50, after: int | None = None) -> Units:
    """List the units of the county as a tree: each right before those below it.

    Raises:
        NotAllowed: that is the administrators' business.
    """
    rights.require_reader(actor)
    conditions = narrow.of_units(actor)
    query = select(Unit).where(*conditions).options(joinedload(Unit.department))
    if after is not None:
        last = select(Unit.path).where(Unit.id == after).scalar_subquery()
        query = query.where(_by_tree() > last)
    found = db.session.scalars(query.order_by(_by_tree()).limit(limit + 1)).all()
    total = db.session.scalar(select(func.count(Unit.id)).where(*conditions)) or 0
    items = found[:limit]
    return Units(items, items[-1].id if len(found) > limit else None, total)


def _by_tree() -> ColumnElement[str]:
    """Return the paths compared sign by sign: languages pass over slashes."""
    return Unit.path.collate("C" if db.engine.dialect.name == "postgresql" else "BINARY")


def tree(actor: Actor) -> Sequence[Unit]:
    """List all units of the county that are in use, as a tree; to choose from."""
    query = select(Unit).where(Unit.active, Unit.path.startswith(f"/{actor.county_id}/"))
    return db.session.scalars(query.order_by(_by_tree())).all()


def user(user_id: int, actor: Actor) -> User:
    """Return one account.

    Raises:
        NotAllowed: that is the administrators' business.
        NotFound: there is none, or it is another county's.
    """
    rights.require_reader(actor)
    found = db.session.get(User, user_id)
    if found is None or found.unit.county_id != actor.county_id:
        raise NotFound("没有这个账号。")
    return found


def unit(unit_id: int, actor: Actor) -> Unit:
    """Return one unit; refuses as `user` does."""
    rights.require_reader(actor)
    found = db.session.get(Unit, unit_id)
    if found is None or found.county_id != actor.county_id:
        raise NotFound("没有这个单位。")
    return found


def id_of(username: str) -> int:
    """Return the id of the account of that name, for the command line.

    Raises:
        NotFound: there is none.
    """
    found = db.session.scalar(select(User.id).filter_by(username=username))
    if found is None:
        raise NotFound("没有名为“%(name)s”的账号。", name=username)
    return found


def everybody(text: str, *, active: bool) -> Sequence[User]:
    """List accounts of all counties, for the command line: by a part of name, username or unit."""
    query = (
        select(User)
        .join(Unit, Unit.id == User.unit_id)
        .options(joinedload(User.unit), selectinload(User.grants))
        .where(User.active.is_(active))
        .order_by(User.username)
    )
    if text:
        names = [
            *(User.name.contains(text, autoescape=True), Unit.name.contains(text, autoescape=True)),
            User.username.contains(text, autoescape=True),
        ]
        query = query.where(or_(*names))
    return db.session.scalars(query).all()
