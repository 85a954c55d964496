"""A worker: sweeps and runs jobs for the served processes, on this host or another."""

from __future__ import annotations

import click
from flask import current_app
from flask.cli import with_appcontext

from app.cli.server import at_rest
from config.settings import Settings


@click.command()
@with_appcontext
def worker() -> None:
    """运行任务和期限扫描（XIAOHAO_JOBS=procrastinate 时，可在多台主机上同时运行）。"""
    settings: Settings = current_app.config["SETTINGS"]
    if settings.jobs == "embedded":
        raise click.UsageError(
            "当前 XIAOHAO_JOBS=embedded：期限扫描和任务由 xiaohao serve 自己完成，"
            "不需要另开 worker。"
        )
    from app.jobs.workers import WorkForce  # takes its time to load

    at_rest()
    click.echo("销号台 worker 已启动（Ctrl-C 停止）")
    WorkForce(current_app._get_current_object()).run()  # type: ignore[attr-defined]
    click.echo("已停止。")
