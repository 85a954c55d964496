"""Diagrams: checking, publishing, listing; and putting rows right."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import click
from flask.cli import with_appcontext

from app.cli import setup
from app.domain.errors import InvalidDiagram, Problem
from app.services import bundles, diagrams, processes

_FILES = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.group()
def process() -> None:
    """流程图与流程。"""


@process.command()
@click.argument("files", nargs=-1, required=True, type=_FILES)
@click.option("--json", "as_json", is_flag=True, help="JSON")
@with_appcontext
def lint(files: tuple[Path, ...], as_json: bool) -> None:
    """检查流程图；有错误时退出码为 1。"""
    found = {str(file): _problems(file) for file in files}
    if as_json:
        lines = {name: [_line(one) for one in some] for name, some in found.items()}
        click.echo(json.dumps(lines, ensure_ascii=False, indent=1))
    else:
        for name, some in found.items():
            _print(name, some)
    if any(one.severity == "error" for some in found.values() for one in some):
        raise click.exceptions.Exit(1)


def _problems(file: Path) -> list[Problem]:
    try:
        return diagrams.lint(bundles.read(file))
    except InvalidDiagram as error:
        return list(error.problems)


def _line(problem: Problem) -> dict[str, Any]:
    return {
        "code": problem.code,
        "severity": problem.severity,
        "element": problem.element,
        "message": problem.message,
    }


def _print(name: str, some: list[Problem]) -> None:
    click.echo(f"{name}：{'没有问题' if not some else f'{len(some)} 个问题'}")
    for one in some:
        mark = "错误" if one.severity == "error" else "提醒"
        click.echo(f"  {mark} {one.code} [{one.element or '-'}] {one.message}")


@process.command()
@click.argument("files", nargs=-1, required=True, type=_FILES)
@with_appcontext
def publish(files: tuple[Path, ...]) -> None:
    """发布流程图；在办事项仍按原版本办理。"""
    try:
        for line in setup.publish(*files):
            click.echo(line)
    except InvalidDiagram as error:
        _print("未发布", list(error.problems))
        raise click.exceptions.Exit(1) from error


@process.command("list")
@click.option("--json", "as_json", is_flag=True, help="JSON")
@with_appcontext
def listing(as_json: bool) -> None:
    """列出流程图的各个版本。"""
    rows = [
        {
            "key": one.key,
            "version": one.version,
            "name": one.name,
            "state": one.state.value,
            "published_at": one.published_at.isoformat() if one.published_at else None,
        }
        for one in diagrams.listing()
    ]
    if as_json:
        click.echo(json.dumps(rows, ensure_ascii=False))
        return
    for row in rows:
        click.echo(f"{row['key']:<20} v{row['version']:<3} {row['state']:<10} {row['name']}")


@process.command()
@with_appcontext
def resync() -> None:
    """按流程状态核对待办和计时，纠正不一致的行。"""
    mended = sum(processes.resync(process_id) for process_id in processes.running_ids())
    click.echo(f"纠正 {mended} 行。")
