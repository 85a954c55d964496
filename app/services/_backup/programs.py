"""PostgreSQL's own programs: found in the version that fits, run, and asked what went wrong."""

from __future__ import annotations

import glob
import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from typing import IO

from psycopg.conninfo import make_conninfo
from sqlalchemy import text
from sqlalchemy.orm import Session

from app.db import db
from app.services._backup.archive import BackupRefused

#: Nothing of roles and rights: those belong to the server, not to us.
DUMP = ("--format=custom", "--no-owner", "--no-privileges", "--no-password")
_VERSION = re.compile(rb"\(PostgreSQL\) (\d+)")


def find(name: str, session: Session) -> str:
    """Return the path of one of PostgreSQL's programs, preferring the server's own version.

    Raises:
        BackupRefused: there is none, or only older ones than the server, which would not do.
    """
    server = int(session.scalar(text("SHOW server_version_num")) or 0) // 10000
    found = {version: path for path in _candidates(name) if (version := _version(path))}
    fitting = [version for version in found if version >= server]
    if fitting:
        return found[min(fitting)]
    if found:
        raise BackupRefused(
            "%(program)s 的版本是 %(found)s，低于服务器的 %(server)s："
            "请安装 postgresql-client-%(server)s。",
            program=name,
            found=max(found),
            server=server,
        )
    raise BackupRefused(
        "找不到 %(program)s：请安装 postgresql-client-%(server)s。", program=name, server=server
    )


def _candidates(name: str) -> list[str]:
    here = shutil.which(name)
    return [*glob.glob(f"/usr/lib/postgresql/*/bin/{name}"), *([here] if here else [])]


def _version(path: str) -> int | None:
    try:
        said = subprocess.run([path, "--version"], capture_output=True, check=True).stdout  # noqa: S603
    except (OSError, subprocess.CalledProcessError):
        return None
    found = _VERSION.search(said)
    return int(found[1]) if found else None


def address() -> str:
    """Return where the database is, in libpq's words, without the password."""
    _, options = db.engine.dialect.create_connect_args(db.engine.url)
    plain = {key: value for key, value in options.items() if key not in ("password", "context")}
    return make_conninfo(**plain)


@contextmanager
def run(
    command: list[str], complaints: IO[bytes], *, stdin: int | None = subprocess.DEVNULL
) -> Iterator[subprocess.Popen[bytes]]:
    """Run a program against the database; it ends with the block."""
    password = db.engine.url.password
    process = subprocess.Popen(  # noqa: S603 - a program of PostgreSQL's, no shell
        command,
        stdin=stdin,
        stdout=subprocess.PIPE,
        stderr=complaints,
        env={**os.environ, **({"PGPASSWORD": str(password)} if password else {})},
    )
    try:
        yield process
    finally:
        if process.poll() is None:
            process.kill()
        process.communicate()


def last_words(complaints: IO[bytes]) -> str:
    """Return the line in which a program last named an error, else its last line."""
    complaints.seek(0)
    lines = complaints.read().decode(errors="replace").strip().splitlines()
    errors = [line for line in lines if re.search("error|fatal", line, re.IGNORECASE)]
    return (errors or lines or ["?"])[-1]
