"""The working calendar."""

from __future__ import annotations

import sys
from pathlib import Path

import click
from flask.cli import with_appcontext

from app.domain.errors import Invalid
from app.domain.holiday_notice import HolidayRow
from app.services import calendar_files, calendar_moves, calendars
from app.services.calendar_moves import Forecast

#: Deadlines that are listed one by one.
SHOWN = 200


@click.group()
def calendar() -> None:
    """工作日历。"""


@calendar.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--source", help="通知文号，如 国办发明电〔2026〕7号；默认为文件名")
@click.option("--preview", is_flag=True, help="只列出哪些期限会变，不采用")
@with_appcontext
def import_notice(file: Path, source: str | None, *, preview: bool) -> None:
    """导入国务院办公厅的放假通知（xlsx、csv、json），并顺延受影响的期限。"""
    try:
        rows = calendar_files.read(file, file.name)
        if preview:
            _show(rows)
        else:
            _adopt(rows, source or file.stem)
    except Invalid as error:
        click.echo(str(error), err=True)
        for field, messages in error.fields.items():
            click.echo(f"  {field}：{'；'.join(messages)}", err=True)
        raise click.exceptions.Exit(1) from error


def _show(rows: list[HolidayRow]) -> None:
    proposal = calendars.propose_notice(rows)
    found = calendar_moves.what_moves(proposal, None)
    click.echo(f"变动 {len(proposal.shown)} 天。{_counts(found)}")
    for move in found.later[:SHOWN]:
        name = f"{move.number or '—'}  {move.name}  {move.from_rule}"
        click.echo(f"  {name}  {move.from_on} → {move.to_on}  +{move.days} 天")
    if len(found.later) > SHOWN:
        click.echo(f"  …… 仅列出前 {SHOWN} 项")


def _counts(found: Forecast) -> str:
    later, kept, settled = len(found.later), len(found.kept), len(found.settled)
    return f"顺延 {later} 项期限，不提前 {kept} 项，不再暂定 {settled} 项。"


def _adopt(rows: list[HolidayRow], source: str) -> None:
    before = calendars.current().version
    adopted = calendar_moves.adopt_notice(rows, source=source, actor=None, progress=_progress)
    if adopted.version == before:
        click.echo("与现行日历一致，没有变化。")
        return
    click.echo(f"已采用，日历第 {adopted.version} 版，顺延 {adopted.moved} 项期限。")


def _progress(done: int, total: int) -> None:
    if sys.stderr.isatty():
        click.echo(f"\r调整期限 {done}/{total}", err=True, nl=done == total)
