"""A PostgreSQL server of the tests' own, on a socket in a folder that goes away with it."""

import glob
import os
import pwd
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import create_engine, text
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


class Server:
    """One server; it can be stopped as if its machine had lost its power, and started again."""

    def __init__(self, home: Path, options: str = "") -> None:
        self._home, self._data, self._account = home, home / "data", _user()
        sockets = f"-c listen_addresses='' -c unix_socket_directories={home}"
        self._options = f"{sockets} -c max_connections=60 {options}"
        self.url = URL.create(
            "postgresql+psycopg", username="test", database="postgres", query={"host": str(home)}
        )

    def make(self) -> None:
        """Make its files anew."""
        shutil.rmtree(self._home, ignore_errors=True)
        self._home.mkdir(mode=0o700)
        if self._account:
            os.chown(self._home, self._account["user"], self._account["group"])
        initdb = [_program("initdb"), "-D", str(self._data), "-U", "test", "-A", "trust"]
        self._run(*initdb, "-E", "UTF8", "--no-sync")

    def start(self) -> None:
        """Start it, or start it again: it recovers by itself."""
        self._control("-o", self._options, "start")

    def stop(self) -> None:
        """Stop at once, with no leave taken and nothing written out."""
        self._control("-m", "immediate", "stop")

    def _control(self, *command: str) -> None:
        log = ("-w", "-l", str(self._home / "log"))
        self._run(_program("pg_ctl"), "-D", str(self._data), *log, *command)

    def _run(self, *command: str) -> None:
        quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.PIPE}
        subprocess.run(command, check=True, **quiet, **self._account)


@contextmanager
def server(name: str = "", *, durable: bool = False) -> Iterator[Server]:
    """Start a server of this process's own, yield it, stop it; only a *durable* one may crash."""
    home = Path(f"/tmp/xiaohao-pg-{os.getpid()}{name}")  # noqa: S108 - a socket's path must be short
    made = Server(home, "" if durable else "-c fsync=off")
    made.make()
    made.start()
    try:
        yield made
    finally:
        made.stop()
        shutil.rmtree(home, ignore_errors=True)


def create(server: URL, name: str, template: str = "template0") -> URL:
    """Make the database *name* anew, as a copy of *template*; return its address."""
    engine = create_engine(server, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)'))
        connection.execute(text(f'CREATE DATABASE "{name}" TEMPLATE "{template}"'))
    engine.dispose()
    return server.set(database=name)
