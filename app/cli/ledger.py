"""The ledger as a file."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path
from typing import Any

import click
from flask.cli import with_appcontext

from app.services import ledger_export, ledger_lists
from app.services.ledger_export import Format, Note
from app.services.ledger_layouts import LAYOUTS, Shape
from app.services.ledger_lists import Asking


@click.group()
def ledger() -> None:
    """整改台账。"""


@ledger.command()
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@click.option(
    "--layout", type=click.Choice([one.key for one in LAYOUTS]), default="ledger", help="表式"
)
@click.option("--force", is_flag=True, help="覆盖已有的文件")
@with_appcontext
def export(file: Path, layout: str, force: bool) -> None:
    """将全部事项导出为 .xlsx 或 .csv 文件。"""
    kind = file.suffix.lower().removeprefix(".")
    if kind not in list(Format):
        raise click.UsageError("文件名应以 .xlsx 或 .csv 结尾。")
    if file.exists() and not force:
        raise click.UsageError(f"{file} 已存在；覆盖请加 --force。")
    if not file.resolve().parent.is_dir():
        raise click.UsageError(f"没有 {file.parent} 这个目录。")
    count = _write(file, Asking(shape=Shape.of(layout)), Format(kind))
    click.echo(f"已导出 {count} 行到 {file}")


def _write(file: Path, asking: Asking, kind: Format) -> int:
    """Write beside the place of the file, so that a half of it never lies there."""
    with tempfile.TemporaryDirectory(dir=file.resolve().parent) as folder:
        made = Path(folder) / "ledger"
        if not sys.stderr.isatty():
            count = ledger_export.write(made, asking, kind, None)
        else:
            total = ledger_lists.count(None, asking, most=sys.maxsize - 1)
            bar: Any = click.progressbar(length=total, label="导出", file=sys.stderr)
            with bar:
                count = ledger_export.write(made, asking, kind, None, note=_moving(bar))
        made.replace(file)
    return count


def _moving(bar: Any) -> Note:
    def move(done: int) -> None:
        bar.update(done - bar.pos)

    return move
