"""Backup and restore."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

import click
from alembic.config import Config
from alembic.script import ScriptDirectory
from flask import current_app
from flask.cli import with_appcontext

from app.cli import setup
from app.clock import LOCAL, utcnow
from app.services import backups, history, restoring
from config.settings import Settings

#: What is told of a backup, in this order.
_COUNTED = {
    "case": "问题",
    "task": "待办",
    "submission": "办理",
    "event": "办理记录",
    "evidence": "佐证材料",
    "user": "用户",
}


class Bar(backups.Progress):
    """A bar on a terminal; click draws it."""

    def __init__(self, label: str) -> None:
        self._label = label
        self._bar: Any = None

    def begin(self, total: int) -> None:
        """Draw it for *total* bytes, in place of the one before."""
        self.end()
        self._bar = click.progressbar(length=max(total, 1), label=self._label, file=sys.stderr)
        self._bar.__enter__()

    def advance(self, size: int) -> None:
        """Move it on."""
        self._bar.update(size)

    def end(self) -> None:
        """Leave it on the screen as it is."""
        if self._bar is not None:
            self._bar.__exit__(None, None, None)


@contextmanager
def _progress(label: str) -> Iterator[backups.Progress]:
    if not sys.stderr.isatty():
        yield backups.Progress()
        return
    bar = Bar(label)
    try:
        yield bar
    finally:
        bar.end()


@click.command()
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False), required=False)
@click.option(
    "--to-folder", type=click.Path(path_type=Path, file_okay=False), help="按时间命名存入此目录"
)
@click.option("--keep", type=click.IntRange(min=1), help="该目录中只保留最近几份")
@click.option("--with-key", is_flag=True, help="连同会话密钥；不带时，恢复后各人须重新登录")
@click.option("--force", is_flag=True, help="覆盖已有的文件")
@with_appcontext
def backup(
    file: Path | None, to_folder: Path | None, keep: int | None, with_key: bool, force: bool
) -> None:
    """将数据库和佐证材料备份为一个文件；服务照常运行。"""
    if (file is None) == (to_folder is None) or (keep is not None and to_folder is None):
        raise click.UsageError("给出文件名，或 --to-folder 目录（可加 --keep）。")
    target = file or _named(to_folder)
    settings: Settings = current_app.config["SETTINGS"]
    key = settings.secret_key if with_key else None
    with _progress("备份") as progress:
        made = backups.write(target, replace=force, key=key, progress=progress)
    if to_folder is not None and keep is not None:
        _forget_old(to_folder, keep)
    click.echo(f"已备份到 {target}（{target.stat().st_size / 1e6:.1f} MB）")
    _tell(made)
    if made.unsound:
        click.echo(f"有 {len(made.unsound)} 份佐证材料缺失或与上传时不符：", err=True)
        click.echo("\n".join(made.unsound), err=True)
        raise click.exceptions.Exit(1)


def _named(folder: Path | None) -> Path:
    folder = folder or Path()
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return folder / f"xiaohao-{utcnow().astimezone(LOCAL):%Y%m%d-%H%M%S}.zip"


def _forget_old(folder: Path, keep: int) -> None:
    """Remove all but the latest; names sort as their moments do."""
    digits = "[0-9]" * 8 + "-" + "[0-9]" * 6
    for old in sorted(folder.glob(f"xiaohao-{digits}.zip"))[:-keep]:
        old.unlink()


def _tell(made: backups.Manifest) -> None:
    at = datetime.fromisoformat(made.created_at).astimezone(LOCAL)
    counts = [f"{word} {made.counts.get(name, 0)}" for name, word in _COUNTED.items()]
    counts.append(f"未到期的计时 {made.armed_timers}")
    click.echo(f"{at:%Y-%m-%d %H:%M:%S} 的 {made.database}，程序版本 {made.version}")
    click.echo(f"{'、'.join(counts)}\n办理记录锚定值 {made.history.hash}")


@click.command()
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@click.option("--check", is_flag=True, help="只校验备份文件，不恢复")
@click.option("--force", is_flag=True, help="覆盖非空的数据库")
@with_appcontext
def restore(file: Path, check: bool, force: bool) -> None:
    """从备份恢复到空的数据库，升级到本程序的版本，并校验办理记录。"""
    settings: Settings = current_app.config["SETTINGS"]
    if check:
        with _progress("校验") as progress:
            _tell(backups.check(file, progress=progress))
        click.echo("备份文件完整。")
        return
    if force and (stake := restoring.at_stake()) is not None:
        click.echo(stake, err=True)
    with _progress("恢复") as progress:
        made = restoring.restore(
            file, settings.instance, revisions=_revisions(), force=force, progress=progress
        )
    setup.migrate()
    _tell(made)
    if breaks := history.verify():
        click.echo(f"办理记录有 {len(breaks)} 处不符，请运行 xiaohao history verify。", err=True)
        raise click.exceptions.Exit(1)
    click.echo("恢复完成，办理记录完整。")


def _revisions() -> set[str]:
    """Return the revisions of the database that this program can bring up to date."""
    config = Config()
    config.set_main_option("script_location", str(setup.ROOT / "migrations"))
    return {one.revision for one in ScriptDirectory.from_config(config).walk_revisions()}
