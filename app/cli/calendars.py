"""The working calendar."""

from __future__ import annotations

from pathlib import Path

import click
from flask.cli import with_appcontext

from app.clock import utcnow
from app.domain.errors import Invalid
from app.services import calendar_files, calendars


@click.group()
def calendar() -> None:
    """工作日历。"""


@calendar.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--source", help="通知文号，如 国办发明电〔2026〕7号；默认为文件名")
@with_appcontext
def import_notice(file: Path, source: str | None) -> None:
    """导入国务院办公厅的放假通知（xlsx、csv、json）。"""
    try:
        rows = calendar_files.read(file, file.name)
        version = calendars.import_notice(rows, source=source or file.stem, at=utcnow())
    except Invalid as error:
        click.echo(str(error), err=True)
        for field, messages in error.fields.items():
            click.echo(f"  {field}：{'；'.join(messages)}", err=True)
        raise click.exceptions.Exit(1) from error
    click.echo(f"已采用，日历第 {version} 版。")
