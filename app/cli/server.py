"""Serving, and the demo county."""

from __future__ import annotations

import gc
import json
import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from types import FrameType
from typing import Any

import click
import waitress
from flask import Flask, current_app
from flask.cli import with_appcontext
from waitress import wasyncore

from app import demo as demo_county
from app import scheduler
from app.cli import setup
from app.jobs.embedded import EmbeddedRunner
from app.services import county, founding, jobs
from app.services.signals import looking
from config.settings import SettingError, Settings


@click.command()
@with_appcontext
def serve() -> None:
    """准备数据库并启动服务（内含定时扫描）。Ctrl-C 停止。"""
    settings: Settings = current_app.config["SETTINGS"]
    setup.prepare(county=False)
    if county.is_empty():
        _fill(settings)
    if settings.demo:
        _show_accounts()
    app = current_app._get_current_object()  # type: ignore[attr-defined]
    server = listening(app, settings)
    _stop_on_signals()
    at_rest()
    click.echo(f"\n销号台已启动  →  http://{settings.host}:{settings.port}\n（Ctrl-C 停止）")
    with _clockwork(app, settings), closing(server):
        server.run()  # returns when interrupted
        click.echo("\n正在停止 …")


def listening(app: Flask, settings: Settings) -> Any:
    """Take the address that is to be served.

    Raises:
        SettingError: it is no address of this machine, or not free.
    """
    address, channels = {"host": settings.host, "port": settings.port}, dict[int, Any]()
    try:
        return waitress.create_server(app, channels, **address, threads=8)
    except (OSError, ValueError) as error:  # waitress's own for a host that is none
        wasyncore.close_all(channels)
        where = f"HOST={settings.host!r} PORT={settings.port}"
        reason = getattr(error, "strerror", None) or error
        text = "不能在该地址提供服务，可能不是本机地址，或端口已被占用；请改设 HOST 或 PORT。"
        raise SettingError(f"{where}：{text}（{reason}）") from error


def at_rest() -> None:
    """Leave what was loaded at the start, and stays, out of all later collections of garbage."""
    gc.collect()
    gc.freeze()


@contextmanager
def _clockwork(app: Flask, settings: Settings) -> Iterator[None]:
    """Sweep and run jobs inside this process, unless workers do."""
    if settings.jobs == "procrastinate":
        click.echo("\n期限扫描和任务由 xiaohao worker 完成，请至少运行一个。")
        house = scheduler.keep_house(app)
        try:
            yield
        finally:
            house.shutdown(wait=True)
        return
    clockwork = scheduler.start(app)
    EmbeddedRunner(app, clockwork)
    try:
        yield
    finally:
        jobs.stop()
        clockwork.shutdown(wait=True)


def _stop_on_signals() -> None:
    def stop(number: int, frame: FrameType | None) -> None:
        raise KeyboardInterrupt

    if threading.current_thread() is threading.main_thread():
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, stop)


def _fill(settings: Settings) -> None:
    """Fill a new database: with the demo county, or with a way in for the first administrator."""
    if settings.demo:
        setup.load_county()
        _run_demo()
    else:
        token = founding.invite()
        click.echo(f"首次使用：http://{settings.host}:{settings.port}/setup?token={token}")


def _run_demo() -> None:
    click.echo("正在建立演示县：24 个问题从下达走到今天 …")
    events = demo_county.play()
    if sys.stderr.isatty():
        with click.progressbar(events, length=demo_county.length(), label="演示县") as bar:
            for _ in bar:
                pass
    else:
        done = sum(1 for _ in events)
        click.echo(f"演示县已建立，共办理 {done} 步。")
    looking.daily()


#: Shown at the start: one way into each part of the work.
_SHOWN = (
    "wangmin",
    "chenjianguo",
    "zhoulan",
    "liuzheng",
    "sunwei",
    "zhangjing",
    "sgzx_clerk",
    "sgzx_owner",
    "sgzx_head",
    "fenxi",
)


def _show_accounts() -> None:
    lines = {one["username"]: one for one in demo_county.accounts()}
    click.echo(f"\n演示账号（密码均为 {setup.demo_county()['password']}）：")
    for name in _SHOWN:
        if (one := lines.get(name)) is not None:
            click.echo(f"  {name:<12} {one['name']}  {one['unit']}  {'、'.join(one['labels'])}")


@click.group()
def demo() -> None:
    """演示县。"""


@demo.command("load")
@with_appcontext
def load() -> None:
    """在空数据库中建立演示县。"""
    setup.prepare(county=False)
    if not county.is_empty():
        click.echo("数据库中已有用户，未做任何改动。", err=True)
        raise click.exceptions.Exit(1)
    setup.load_county()
    _run_demo()


@demo.command("accounts")
@click.option("--json", "as_json", is_flag=True, help="JSON")
@with_appcontext
def show_accounts(as_json: bool) -> None:
    """列出演示账号。"""
    found = demo_county.accounts()
    if as_json:
        keys = ("username", "password", "name", "roles", "unit")
        click.echo(json.dumps([{k: one[k] for k in keys} for one in found], ensure_ascii=False))
        return
    for one in found:
        roles = "、".join(one["labels"])
        click.echo(f"{one['username']:<14} {one['name']}  {one['unit']}  {roles}")
