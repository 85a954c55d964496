"""A PostgreSQL server of the tests' own, on a socket in a folder that goes away with it."""

import glob
import os
import pwd
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy.engine import URL


def _program(name: str) -> str:
    found = shutil.which(name) or next(
        iter(sorted(glob.glob(f"/usr/lib/postgresql/*/bin/{name}"), reverse=True)), None
    )
    if found is None:
        raise RuntimeError(f"{name} is missing: run tests/prepare, or install postgresql")
    return found


def _user() -> dict[str, int]:
    """PostgreSQL refuses to run as root: then it runs as its own user."""
    if os.getuid() != 0:
        return {}
    account = pwd.getpwnam("postgres")
    return {"user": account.pw_uid, "group": account.pw_gid}


@contextmanager
def server(folder: Path) -> Iterator[URL]:
    """Start a server without fsync, yield its address, stop it."""
    home = Path(f"/tmp/xiaohao-pg-{os.getpid()}")  # noqa: S108 - a socket's path must be short
    shutil.rmtree(home, ignore_errors=True)
    home.mkdir(mode=0o700)
    account = _user()
    if account:
        os.chown(home, account["user"], account["group"])
    data = home / "data"

    def run(*command: str) -> None:
        quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.PIPE}
        subprocess.run(command, check=True, **quiet, **account)

    initdb = [_program("initdb"), "-D", str(data), "-U", "test", "-A", "trust", "-E", "UTF8"]
    run(*initdb, "--no-sync")
    options = f"-c listen_addresses='' -c unix_socket_directories={home} -c fsync=off"
    control = [_program("pg_ctl"), "-D", str(data), "-w", "-l", str(home / "log")]
    run(*control, "-o", options, "start")
    try:
        yield URL.create(
            "postgresql+psycopg", username="test", database="postgres", query={"host": str(home)}
        )
    finally:
        run(*control, "-m", "immediate", "stop")
        shutil.rmtree(home, ignore_errors=True)
