"""期限规则: showing the rule sets, and which county works by which."""

from __future__ import annotations

import click
from flask.cli import with_appcontext

from app.deadline_texts import limit_text
from app.services import rule_sets


@click.group()
def rules() -> None:
    """期限规则（config/rules）。"""


@rules.command("list")
@with_appcontext
def listing() -> None:
    """列出各套规则，以及哪些县执行。"""
    counties = rule_sets.counties()
    for one in rule_sets.all_sets().values():
        names = "、".join(name for name, key in counties if key == one.key)
        click.echo(f"{one.key}\t{one.name.zh}\t{names or '（无）'}")


@rules.command()
@click.argument("name")
@with_appcontext
def show(name: str) -> None:
    """列出一套规则的全部期限。"""
    found = rule_sets.get(name)
    click.echo(f"{found.name.zh}：{'；'.join(law.zh for law in found.laws)}")
    for code, limit in found.limits.items():
        click.echo(f"{code}\t{limit_text(limit)}")


@rules.command()
@click.argument("county")
@click.argument("name")
@with_appcontext
def use(county: str, name: str) -> None:
    """让一个县（按名称）此后执行一套规则；正在计时的期限不变。"""
    chosen = rule_sets.use(county, name)
    click.echo(f"{county}此后新设的期限按“{chosen.name.zh}”计算，正在计时的不变。")
