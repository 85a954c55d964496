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
from app.services.design import exports, imports, incoming, signers

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
        "why": problem.why,
        "fix": problem.fix,
    }


def _print(name: str, some: list[Problem]) -> None:
    click.echo(f"{name}：{'没有问题' if not some else f'{len(some)} 个问题'}")
    for one in some:
        mark = "错误" if one.severity == "error" else "提醒"
        click.echo(f"  {mark} {one.code} [{one.element or '-'}] {one.message}")
        if one.why:
            click.echo(f"      为什么：{one.why}{'（可自动修复）' if one.fix else ''}")


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


@process.command("export")
@click.argument("key")
@click.argument("rest", nargs=-1, required=True, metavar="[VERSION] FILE")
@with_appcontext
def export(key: str, rest: tuple[str, ...]) -> None:
    """导出带签名的流程包；不写版本时导出现行版本。"""
    *version, file = rest
    if len(version) > 1 or not all(one.isdecimal() for one in version):
        raise click.UsageError("用法：xiaohao process export KEY [VERSION] FILE")
    number = int(version[0]) if version else diagrams.get(key).version
    Path(file).write_bytes(exports.signed_bundle(key, number, None))
    click.echo(f"{key} v{number} → {file}")


@process.command("import")
@click.argument("file", type=_FILES)
@with_appcontext
def import_bundle(file: Path) -> None:
    """导入带签名的流程包，成为待审核的版本；不可信或有错误时退出码为 1。"""
    try:
        made = imports.as_version(incoming.read(file.read_bytes(), file.name), None)
    except InvalidDiagram as error:
        _print("未导入", list(error.problems))
        raise click.exceptions.Exit(1) from error
    click.echo(f"{made.key} v{made.version}：待审核")


@process.command("trust")
@click.argument("public_key")
@click.argument("name")
@with_appcontext
def trust(public_key: str, name: str) -> None:
    """信任另一单位的签名。"""
    made = signers.trust(public_key, name, None)
    click.echo(f"{made.name}：{signers.fingerprint(made.public_key)}")


@process.command("signers")
@with_appcontext
def listed_signers() -> None:
    """列出信任其签名的单位，第一行是本单位。"""
    signers.own()
    for one in signers.listing():
        click.echo(f"{one.name}\t{one.public_key}\t{signers.fingerprint(one.public_key)}")
