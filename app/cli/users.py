"""Accounts, at the command line: whoever gets here has the database, so nobody is asked who."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import click
from flask.cli import with_appcontext

from app.domain.errors import Invalid
from app.domain.people import User
from app.domain.vocabulary import Role
from app.services.people import adding, lists, passwords, posts
from app.services.people.posts import Left

_ROLE = click.Choice([str(role) for role in Role])


@contextmanager
def _explained() -> Iterator[None]:
    """Say what is wrong with which field, and end."""
    try:
        yield
    except Invalid as error:
        if not error.fields:
            click.echo(str(error), err=True)
        for field, messages in error.fields.items():
            click.echo(f"{field}：{'；'.join(messages)}", err=True)
        raise click.exceptions.Exit(1) from error


@click.group()
def users() -> None:
    """用户账号。"""


@users.command()
@click.argument("username")
@click.option("--name", required=True, help="姓名")
@click.option("--unit", required=True, help="单位名称")
@click.option("--role", "roles", multiple=True, required=True, type=_ROLE)
@click.password_option(help="密码；不给则询问")
@with_appcontext
def add(username: str, name: str, unit: str, roles: tuple[str, ...], password: str) -> None:
    """新增用户。"""
    with _explained():
        adding.add_user(username, name, password, unit=unit, roles=[Role(one) for one in roles])
    click.echo(f"已新增 {username}。")


@users.command("list")
@click.argument("text", default="")
@click.option("--inactive", is_flag=True, help="只列已停用的")
@with_appcontext
def show(text: str, *, inactive: bool) -> None:
    """列出账号：用户名、姓名、单位、角色；可按姓名、用户名、单位的一部分查找。"""
    for user in lists.everybody(text, active=not inactive):
        click.echo(_line(user))


def _line(user: User) -> str:
    roles = "、".join(role.label for role in Role if role in user.roles) or "待授角色"
    return "\t".join((user.username, user.name, user.unit.name, roles))


@users.command()
@click.argument("username")
@click.option("--password", help="密码；不给则生成一个，只显示一次")
@with_appcontext
def password(username: str, password: str | None) -> None:
    """重设一次性密码：全部登录结束，锁定解除，本人登录后须修改。"""
    with _explained():
        chosen = passwords.reset(lists.id_of(username), None, password)
    click.echo(
        f"已重设 {username} 的密码，其登录已全部结束。" + ("" if password else f"\n{chosen}")
    )


@users.command()
@click.argument("username")
@with_appcontext
def deactivate(username: str) -> None:
    """停用账号：登录结束，已认领的待办退回岗位。"""
    with _explained():
        left = posts.deactivate(lists.id_of(username), None)
    click.echo(f"已停用 {username}。{_left(left)}")


@users.command()
@click.argument("username")
@with_appcontext
def activate(username: str) -> None:
    """恢复已停用的账号。"""
    with _explained():
        posts.reactivate(lists.id_of(username), None)
    click.echo(f"已恢复 {username}。")


@users.command()
@click.argument("username")
@click.argument("unit")
@with_appcontext
def move(username: str, unit: str) -> None:
    """调到另一单位（按名称）。"""
    with _explained():
        left = posts.change(lists.id_of(username), None, unit=unit)
    click.echo(f"已将 {username} 调到{unit}。{_left(left)}")


@users.command()
@click.argument("username")
@click.argument("name")
@with_appcontext
def rename(username: str, name: str) -> None:
    """更正姓名。"""
    with _explained():
        posts.change(lists.id_of(username), None, name=name)
    click.echo(f"已更正 {username} 的姓名。")


@users.command()
@click.argument("username")
@click.argument("roles", nargs=-1, required=True, type=_ROLE)
@with_appcontext
def grant(username: str, roles: tuple[str, ...]) -> None:
    """授予角色。"""
    with _explained():
        posts.change_roles(lists.id_of(username), None, add=map(Role, roles))
    click.echo(f"已授予 {username}：{'、'.join(Role(one).label for one in roles)}。")


@users.command()
@click.argument("username")
@click.argument("roles", nargs=-1, required=True, type=_ROLE)
@with_appcontext
def revoke(username: str, roles: tuple[str, ...]) -> None:
    """收回角色；以该角色认领的待办退回岗位。"""
    with _explained():
        left = posts.change_roles(lists.id_of(username), None, drop=map(Role, roles))
    click.echo(f"已收回 {username}：{'、'.join(Role(one).label for one in roles)}。{_left(left)}")


def _left(left: Left) -> str:
    said = f"退回待办 {left.tasks} 项。" if left.tasks else ""
    return said + (f"{left.schools} 所学校须重新指定责任督学。" if left.schools else "")
