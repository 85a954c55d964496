"""Running the place: timers, history, incidents."""

from __future__ import annotations

from datetime import datetime

import click
from flask.cli import with_appcontext

from app import scheduler
from app.clock import LOCAL
from app.services import history as histories
from app.services import incidents as failures
from app.services import mending, timer_ledger


@click.group()
def timers() -> None:
    """期限计时。"""


@timers.command()
@with_appcontext
def sweep() -> None:
    """立即扫描一次到期的计时。"""
    click.echo(f"触发 {scheduler.sweep()} 个。")


@timers.command("list")
@click.option("--overdue", is_flag=True, help="只列出已逾期的")
@with_appcontext
def timers_listing(overdue: bool) -> None:
    """列出正在计时的期限，最早到期的在前。"""
    for one in timer_ledger.everywhere(overdue=overdue):
        case = one.case.number if one.case else f"流程{one.process_id}"
        click.echo(f"{one.id}  {_moment(one.due_at)}  {case}  {one.code or '-'}  {one.name}")


def _moment(at: datetime) -> str:
    return at.astimezone(LOCAL).strftime("%Y-%m-%d %H:%M")


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
    """列出未处理的故障。"""
    for one in failures.open_ones():
        what = f"流程{one.process_id}" if one.process_id else one.subject
        click.echo(f"{one.id}  {what}  {_moment(one.at)}  第{one.attempts}次  {one.cause}")


@incidents.command()
@click.argument("incident", type=int)
@click.option("--like", is_flag=True, help="同类故障一并重试")
@with_appcontext
def retry(incident: int, like: bool) -> None:
    """立即重试一个失败的步骤；仍然失败时退出码为 1。"""
    went = mending.retry_any(incident, like=like)
    click.echo(f"成功 {went.passed} 件，仍失败 {went.failed} 件，留待下次扫描 {went.left} 件。")
    if went.failed:
        raise click.exceptions.Exit(1)
