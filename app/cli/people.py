"""Units."""

from __future__ import annotations

from typing import NoReturn

import click
from flask.cli import with_appcontext

from app.domain.errors import Invalid
from app.domain.vocabulary import UnitKind
from app.services import numbering
from app.services.people import adding


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
        adding.add_unit(name, UnitKind(kind), parent=parent, department=department)
    except Invalid as error:
        _explain(error)
    click.echo(f"已新增 {name}。")


@units.command("numbers")
@click.argument("county")
@click.option("--cases", help="问题编号字头，如 QL")
@click.option("--letters", help="督办函的机关代字，如 青教督办函")
@with_appcontext
def numbers(county: str, cases: str | None, letters: str | None) -> None:
    """查看或更改一个县（按名称）的编号字头；已有的编号不变。"""
    try:
        now = numbering.use(county, cases, letters)
    except Invalid as error:
        _explain(error)
    click.echo(f"{now.county}：问题 {now.case_prefix}-年份-ZB-0001，{now.letter_prefix}〔年份〕1号")


def _explain(error: Invalid) -> NoReturn:
    for field, messages in error.fields.items():
        click.echo(f"{field}：{'；'.join(messages)}", err=True)
    raise click.exceptions.Exit(1) from error
