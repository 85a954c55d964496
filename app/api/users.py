"""Accounts: listing and making them, roles, passwords, leaving and coming back.

One-time passwords are told in the answer and nowhere else: these calls keep no answer to tell it
again, so they take no ``Idempotency-Key``.
"""

from __future__ import annotations

from typing import Any

from flask import g

from app import cursors
from app.api.calls import Call
from app.api.login import bearer
from app.api.schemas.cases import Paging
from app.api.schemas.users import (
    AccountChangePage,
    LeftOut,
    NewUserIn,
    OneTimeOut,
    OwnPasswordIn,
    PasswordIn,
    RolesIn,
    UserIn,
    UserOut,
    UserPage,
    UserQuery,
)
from app.domain.people import User
from app.services.people import adding, lists, passwords, posts, record
from app.services.people.adding import Newcomer
from app.services.people.lists import Filter
from app.services.people.posts import Left


def _after(cursor: str | None, of: str) -> int | None:
    found = cursors.number_after(cursor, of=of)
    return found[1] if found else None


def _page(found: lists.People | record.Page, of: str) -> dict[str, Any]:
    end = (0, found.next) if found.next else None
    return {
        "items": found.items,
        "total": found.total,
        "next": cursors.encode(end, of=of),
    }


@Call(method="GET", path="/users", query=UserQuery(), answer=UserPage(), restricted=True)
def list_users(query: dict[str, Any]) -> dict[str, Any]:
    """List the accounts of the county, the latest first; for its administrators."""
    narrow = Filter(query["q"], query["below"], query["role"], query["state"])
    after = _after(query["cursor"], "users")
    return _page(lists.people(g.actor, narrow, limit=query["limit"], after=after), "users")


@Call(
    method="POST", path="/users", body=NewUserIn(), answer=OneTimeOut(), status=201, restricted=True
)
def add_user(body: dict[str, Any]) -> dict[str, Any]:
    """Make an account; its password must be changed, on the pages, before programs may use it.

    Where the county has a security administrator, the account begins without roles.
    """
    password = body["password"] if body["password"] is not None else passwords.made_up()
    facts = {name: body[name] for name in ("username", "name", "unit")}
    newcomer = Newcomer(**facts, password=password, roles=frozenset(body["roles"]))
    return {"user": adding.hire(newcomer, g.actor), "password": password}


@Call(method="GET", path="/users/<int:user_id>", answer=UserOut(), restricted=True)
def get_user(user_id: int) -> User:
    """Get one account."""
    return lists.user(user_id, g.actor)


def _left(user_id: int, left: Left) -> dict[str, Any]:
    user = lists.user(user_id, g.actor)
    return {"user": user, "tasks": left.tasks, "schools": left.schools}


@Call(method="PATCH", path="/users/<int:user_id>", body=UserIn(), answer=LeftOut(), writes=True)
def change_user(user_id: int, body: dict[str, Any]) -> dict[str, Any]:
    """Correct the name, or move to another unit; tasks claimed for the old one go back to it."""
    left = posts.change(user_id, g.actor, name=body["name"], unit=body["unit"])
    return _left(user_id, left)


@Call(
    method="PUT", path="/users/<int:user_id>/roles", body=RolesIn(), answer=LeftOut(), writes=True
)
def set_roles(user_id: int, body: dict[str, Any]) -> dict[str, Any]:
    """Say which roles the person holds; all others are revoked. Nobody changes their own."""
    wanted = frozenset(body["roles"])
    drop = lists.user(user_id, g.actor).roles - wanted
    return _left(user_id, posts.change_roles(user_id, g.actor, add=wanted, drop=drop))


@Call(
    method="POST",
    path="/users/<int:user_id>/password",
    body=PasswordIn(),
    answer=OneTimeOut(),
    restricted=True,
)
def reset_password(user_id: int, body: dict[str, Any]) -> dict[str, Any]:
    """Set a one-time password; all logins of the person end, and a lock is lifted."""
    password = passwords.reset(user_id, g.actor, body["password"])
    return {"user": lists.user(user_id, g.actor), "password": password}


@Call(method="POST", path="/users/<int:user_id>/deactivate", answer=LeftOut(), writes=True)
def deactivate_user(user_id: int) -> dict[str, Any]:
    """Close an account: its logins and tokens end, what it had claimed goes back to the post."""
    return _left(user_id, posts.deactivate(user_id, g.actor))


@Call(method="POST", path="/users/<int:user_id>/reactivate", answer=LeftOut(), writes=True)
def reactivate_user(user_id: int) -> dict[str, Any]:
    """Open a closed account again."""
    posts.reactivate(user_id, g.actor)
    return _left(user_id, Left())


@Call(method="POST", path="/me/password", body=OwnPasswordIn(), status=204)
def change_password(body: dict[str, str]) -> None:
    """Change one's own password; all other logins end, the token of this call stays good."""
    passwords.change_own(g.actor, body["old"], body["new"], keep=bearer())


@Call(
    method="GET",
    path="/account-changes",
    query=Paging(),
    answer=AccountChangePage(),
    restricted=True,
)
def list_account_changes(query: dict[str, Any]) -> dict[str, Any]:
    """List who changed which account or unit, when and how, the latest first."""
    after = _after(query["cursor"], "account-changes")
    return _page(record.page(g.actor, limit=query["limit"], after=after), "account-changes")
