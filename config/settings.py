"""The settings, all optional, read once from the environment.

A malformed value stops the start with one clear sentence: see `SettingError`.
"""

from __future__ import annotations

import os
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError

from config import outgoing
from config.outgoing import Outgoing

Value = TypeVar("Value")
#: Of a secret key, in characters.
_SHORTEST = 32


class SettingError(Exception):
    """A setting that can't be used; the message names it and says what it should be."""


@dataclass(frozen=True, slots=True)
class Settings:
    """How this installation runs."""

    instance: Path
    database_url: str
    secret_key: str
    host: str = "127.0.0.1"
    port: int = 5000
    #: Whether a new database is filled with the demo county.
    demo: bool = True
    #: ``embedded``: the served process sweeps and runs jobs; ``procrastinate``: workers do.
    jobs: str = "embedded"
    #: Messages that leave the program.
    outgoing: Outgoing = field(default_factory=Outgoing)
    testing: bool = False

    @classmethod
    def from_environment(cls, environ: Mapping[str, str] | None = None) -> Settings:
        """Read the settings.

        Raises:
            SettingError: one of them is malformed.
        """
        environ = os.environ if environ is None else environ
        instance = _instance(environ)
        return cls(
            instance=instance,
            database_url=_database_url(environ, instance),
            secret_key=_secret_key(environ, instance),
            host=environ.get("HOST", "127.0.0.1"),
            port=_port(environ.get("PORT", "5000")),
            demo=_choice(environ, "DEMO", "1", ("0", "1")) == "1",
            jobs=_jobs(environ, instance),
            outgoing=_outgoing(environ),
        )


def _instance(environ: Mapping[str, str]) -> Path:
    instance = Path(environ.get("XIAOHAO_INSTANCE", "instance")).resolve()
    try:
        instance.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        text = "应为可以建立和写入的文件夹，请改设或检查权限。"
        raise SettingError(f"XIAOHAO_INSTANCE={str(instance)!r}：{text}") from error
    return instance


def _choice(environ: Mapping[str, str], name: str, default: str, allowed: tuple[str, ...]) -> str:
    value = environ.get(name, default)
    if value not in allowed:
        raise SettingError(f"{name}={value!r}：只能是 {' 或 '.join(allowed)}。")
    return value


def _jobs(environ: Mapping[str, str], instance: Path) -> str:
    jobs = _choice(environ, "XIAOHAO_JOBS", "embedded", ("embedded", "procrastinate"))
    if jobs != "embedded" and not _database_url(environ, instance).startswith("postgresql"):
        raise SettingError(
            "XIAOHAO_JOBS='procrastinate'：只能与 PostgreSQL 同用，"
            "请将 XIAOHAO_DATABASE_URL 设为 postgresql+psycopg://…。"
        )
    return jobs


def _outgoing(environ: Mapping[str, str]) -> Outgoing:
    here = f"http://127.0.0.1:{environ.get('PORT', '5000')}"
    return Outgoing(
        base_url=_read_as(outgoing.read_base_url, environ, "XIAOHAO_BASE_URL", here),
        smtp=_read_as(outgoing.read_smtp, environ, "XIAOHAO_SMTP_URL", ""),
        hosts=_read_as(outgoing.read_hosts, environ, "XIAOHAO_WEBHOOK_HOSTS", outgoing.ROBOTS),
        quiet=_read_as(outgoing.read_quiet, environ, "XIAOHAO_QUIET_HOURS", outgoing.NIGHT),
    )


def _read_as(
    read: Callable[[str], Value], environ: Mapping[str, str], name: str, default: str
) -> Value:
    """Read a setting; what it holds isn't repeated in the error, for it may be a password."""
    try:
        return read(environ.get(name, default).strip())
    except ValueError as error:
        raise SettingError(f"{name}：{error}") from None


def _port(text: str) -> int:
    if not (text.isdecimal() and len(text) <= 5 and 1 <= int(text) <= 65535):
        raise SettingError(f"PORT={text!r}：端口应为 1 到 65535 的整数。")
    return int(text)


def _database_url(environ: Mapping[str, str], instance: Path) -> str:
    text = environ.get("XIAOHAO_DATABASE_URL")
    if not text:
        return f"sqlite:///{instance / 'xiaohao.db'}"
    try:
        driver = make_url(text).drivername
    except ArgumentError:
        driver = ""
    if driver not in ("sqlite", "postgresql+psycopg"):
        raise SettingError(
            f"XIAOHAO_DATABASE_URL={text!r}：应为 sqlite:///文件 或 postgresql+psycopg://…。"
        )
    return text


def _secret_key(environ: Mapping[str, str], instance: Path) -> str:
    key = environ.get("XIAOHAO_SECRET_KEY")
    if file := environ.get("XIAOHAO_SECRET_KEY_FILE"):
        key = _read(Path(file))
    if key is None:
        return _own_key(instance)
    if len(key) < _SHORTEST:
        raise SettingError(f"XIAOHAO_SECRET_KEY：至少 {_SHORTEST} 个字符，且不得公开。")
    return key


def _read(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8").strip()
    except (OSError, UnicodeError) as error:
        text = "无法读取，应为只含密钥的文本文件。"
        raise SettingError(f"XIAOHAO_SECRET_KEY_FILE={str(file)!r}：{text}") from error


def _own_key(instance: Path) -> str:
    """Return this installation's own key, made at its first start."""
    file = instance / "secret_key"
    try:
        if not file.exists():
            _write_whole(file, secrets.token_urlsafe(48))
        key = file.read_text(encoding="utf-8").strip()
    except (OSError, UnicodeError) as error:
        text = "其中的 secret_key 无法读写，请检查权限，或从备份恢复该文件。"
        raise SettingError(f"XIAOHAO_INSTANCE={str(instance)!r}：{text}") from error
    if len(key) < _SHORTEST:
        text = "其中的 secret_key 不完整，请从备份恢复；没有备份的删去该文件，各人须重新登录。"
        raise SettingError(f"XIAOHAO_INSTANCE={str(instance)!r}：{text}")
    return key


def _write_whole(file: Path, text: str) -> None:
    """Write a file that only we may read; whenever the power goes, it is there whole or not."""
    part = file.with_suffix(".part")
    with open(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as out:
        out.write(text)
        out.flush()
        os.fsync(out.fileno())
    part.replace(file)
