"""人员: the list of accounts, and what an administrator does to one of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from flask import flash, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from app.account_texts import told
from app.domain.errors import Invalid
from app.domain.people import User
from app.domain.vocabulary import Role
from app.http import problem_of, status_of
from app.services.people import adding, lists, passwords, posts, record, rights
from app.services.people.adding import Newcomer
from app.services.people.posts import Left
from app.web.admin.blueprint import PAGE, address, bp, narrowed, row

#: Changes shown beside an account.
_LATEST = 10


@bp.get("")
def people() -> ResponseReturnValue:
    """List the accounts of the county, the latest first."""
    narrow, after = narrowed(), row(request.args.get("after"))
    found = lists.people(g.actor, narrow, limit=PAGE, after=after)
    return render_template(
        "admin/people.html",
        here="admin",
        found=found,
        narrow=narrow,
        narrowed=narrow != lists.Filter(),
        tree=lists.tree(g.actor),
        all_roles=list(Role),
        next_url=address("admin.people", found.next) if found.next else None,
        first_url=address("admin.people") if after else None,
    )


@bp.get("/people/new")
def new_person() -> ResponseReturnValue:
    """Ask for what a new account takes."""
    rights.require_keeper(g.actor)
    return _new({}, {})


@bp.post("/people/new")
def add_person() -> ResponseReturnValue:
    """Make an account; its one-time password is shown now and never again."""
    password = passwords.made_up()
    form = request.form
    typed = {name: form.get(name, "").strip() for name in ("username", "name", "unit")}
    try:
        roles = _roles()
        made = adding.hire(Newcomer(**typed, password=password, roles=roles), g.actor)
    except Invalid as error:
        return _new(error.fields, typed), status_of(error)
    return _password(made, password)


def _new(errors: Mapping[str, Sequence[str]], typed: Mapping[str, str]) -> str:
    return render_template(
        "admin/new_person.html",
        here="admin",
        errors=errors,
        typed=typed,
        chosen=request.form.getlist("role"),
        tree=lists.tree(g.actor),
        all_roles=list(Role),
    )


def _roles() -> frozenset[Role]:
    """Read the roles that are ticked.

    Raises:
        Invalid: one of them is none.
    """
    ticked = request.form.getlist("role")
    if not set(ticked) <= set(Role):
        raise Invalid(fields={"roles": ["请从列出的角色中选择。"]})
    return frozenset(map(Role, ticked))


def _password(user: User, password: str) -> str:
    return render_template("admin/password.html", here="admin", user=user, password=password)


@bp.get("/people/<int:user_id>")
def person(user_id: int) -> ResponseReturnValue:
    """Show one account with what may be changed of it."""
    return _person(lists.user(user_id, g.actor))


def _person(user: User, error: Invalid | None = None, typed: Any = None) -> str:
    return render_template(
        "admin/person.html",
        here="admin",
        user=user,
        own=user.id == g.actor.id,
        typed=typed or {},
        errors=error.fields if error else {},
        refusal=problem_of(error)["detail"] if error and not error.fields else "",
        ticked=request.form.getlist("role") if error and "role" in request.form else user.roles,
        tree=lists.tree(g.actor),
        all_roles=list(Role),
        changes=record.page(g.actor, user_id=user.id, limit=_LATEST).items,
        told=told,
    )


def _again(user_id: int, error: Invalid) -> ResponseReturnValue:
    """Show the page again as it was filled in, with what is wrong."""
    user = lists.user(user_id, g.actor)
    return _person(user, error, request.form), status_of(error)


def _back(user_id: int) -> ResponseReturnValue:
    return redirect(url_for("admin.person", user_id=user_id), 303)


@bp.post("/people/<int:user_id>")
def change_person(user_id: int) -> ResponseReturnValue:
    """Correct the name, move to another unit."""
    lists.user(user_id, g.actor)
    try:
        name, unit = request.form.get("name", ""), request.form.get("unit", "").strip()
        left = posts.change(user_id, g.actor, name=name, unit=unit)
    except Invalid as error:
        return _again(user_id, error)
    flash(_said(gettext("已保存。"), left))
    return _back(user_id)


@bp.post("/people/<int:user_id>/roles")
def change_roles(user_id: int) -> ResponseReturnValue:
    """Grant the roles that are ticked, revoke the others."""
    user = lists.user(user_id, g.actor)
    try:
        ticked = _roles()
        left = posts.change_roles(user_id, g.actor, add=ticked, drop=user.roles - ticked)
    except Invalid as error:
        return _again(user_id, error)
    flash(_said(gettext("已更改角色。"), left))
    return _back(user_id)


@bp.post("/people/<int:user_id>/password")
def reset_password(user_id: int) -> ResponseReturnValue:
    """Set a one-time password; it is shown now and never again."""
    user = lists.user(user_id, g.actor)
    try:
        password = passwords.reset(user_id, g.actor)
    except Invalid as error:
        return _again(user_id, error)
    return _password(user, password)


@bp.get("/people/<int:user_id>/deactivate")
def leaving(user_id: int) -> ResponseReturnValue:
    """Show what comes of closing the account before it is done."""
    rights.require_keeper(g.actor)
    user = lists.user(user_id, g.actor)
    return render_template("admin/leaving.html", here="admin", user=user, left=posts.leaving(user))


@bp.post("/people/<int:user_id>/deactivate")
def deactivate_person(user_id: int) -> ResponseReturnValue:
    """Close the account."""
    user = lists.user(user_id, g.actor)
    try:
        left = posts.deactivate(user_id, g.actor)
    except Invalid as error:
        return _again(user_id, error)
    flash(_said(gettext("已停用%(name)s的账号，其登录已全部结束。", name=user.name), left))
    return _back(user_id)


@bp.post("/people/<int:user_id>/reactivate")
def reactivate_person(user_id: int) -> ResponseReturnValue:
    """Open the account again."""
    user = lists.user(user_id, g.actor)
    try:
        posts.reactivate(user_id, g.actor)
    except Invalid as error:
        return _again(user_id, error)
    flash(gettext("已恢复%(name)s的账号。", name=user.name))
    return _back(user_id)


def _said(done: str, left: Left) -> str:
    """Say what was done, and what it left behind."""
    if left.tasks:
        done += gettext("%(count)s 项已认领的待办退回岗位。", count=left.tasks)
    if left.schools:
        done += gettext("%(count)s 所学校须重新指定责任督学。", count=left.schools)
    return done
