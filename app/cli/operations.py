"""Running the place: timers, history, incidents."""

from __future__ import annotations

import click
from flask.cli import with_appcontext

from app import scheduler
from app.services import deadlines
from app.services import history as histories


@click.group()
def timers() -> None:
    """期限计时。"""


@timers.command()
@with_appcontext
def sweep() -> None:
    """立即扫描一次到期的计时。"""
    click.echo(f"触发 {scheduler.sweep()} 个。")


@click.group()
def history() -> None:
    """办理记录。"""


@history.command()
@with_appcontext
def verify() -> None:
    """校验全部办理记录的哈希链；有改动、删除、调序时退出码为 1。"""
    breaks = histories.verify()
    for one in breaks:
        click.echo(f"{one.number} 第{one.seq}条：{_FAULTS[one.fault]}", err=True)
    if breaks:
        raise click.exceptions.Exit(1)
    click.echo("办理记录完整，未发现改动。")


_FAULTS = {
    "changed": "内容被改动",
    "missing": "缺失或被调序",
    "cut": "末尾被删除",
    "anchor": "与每日锚定值不符",
}


@history.command()
@with_appcontext
def anchor() -> None:
    """将当前全部哈希链一并锚定（每日自动进行）。"""
    made = histories.anchor()
    click.echo(f"已锚定 {made.cases} 个问题的 {made.events} 条记录：{made.hash}")


@click.group()
def incidents() -> None:
    """失败待处理的步骤。"""


@incidents.command("list")
@with_appcontext
def listing() -> None:
    """列出未处理的失败。"""
    for one in deadlines.open_incidents():
        click.echo(f"{one.id}  流程{one.process_id}  {one.at:%Y-%m-%d %H:%M}  {one.cause}")


@incidents.command()
@click.argument("incident", type=int)
@with_appcontext
def retry(incident: int) -> None:
    """让一个失败的计时立即重试。"""
    deadlines.retry(incident)
    click.echo("将在下次扫描时重试。")
