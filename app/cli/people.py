"""Accounts."""

from __future__ import annotations

from typing import NoReturn

import click
from flask.cli import with_appcontext

from app.domain.errors import Invalid
from app.domain.vocabulary import Role, UnitKind
from app.services import accounts


@click.group()
def users() -> None:
    """用户账号。"""


@users.command()
@click.argument("username")
@click.option("--name", required=True, help="姓名")
@click.option("--unit", required=True, help="单位名称")
@click.option("--role", "roles", multiple=True, required=True, type=click.Choice(list(Role)))
@click.password_option(help="密码；不给则询问")
@with_appcontext
def add(username: str, name: str, unit: str, roles: tuple[str, ...], password: str) -> None:
    """新增用户。"""
    try:
        accounts.add_user(username, name, password, unit=unit, roles=[Role(one) for one in roles])
    except Invalid as error:
        _explain(error)
    click.echo(f"已新增 {username}。")


@click.group()
def units() -> None:
    """单位。"""


@units.command("add")
@click.argument("name")
@click.option("--kind", required=True, type=click.Choice(list(UnitKind)), help="类型")
@click.option("--parent", required=True, help="上级单位名称")
@click.option("--department", help="主管部门名称")
@with_appcontext
def add_unit(name: str, kind: str, parent: str, department: str | None) -> None:
    """新增单位。"""
    try:
        accounts.add_unit(name, UnitKind(kind), parent=parent, department=department)
    except Invalid as error:
        _explain(error)
    click.echo(f"已新增 {name}。")


def _explain(error: Invalid) -> NoReturn:
    for field, messages in error.fields.items():
        click.echo(f"{field}：{'；'.join(messages)}", err=True)
    raise click.exceptions.Exit(1) from error
