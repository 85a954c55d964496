"""Places to work at: databases of both kinds that may crash, disks with little room."""

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from flask import Flask
from sqlalchemy import create_engine

from app import create_app
from app.cli.setup import prepare
from app.db import db
from config.settings import Settings
from tests import postgres

KINDS = ("sqlite", "postgresql")
TEMPLATE = "template_soak"


@dataclass(frozen=True)
class Ground:
    """Where databases of one kind, filled with the county, are to be had."""

    kind: str
    folder: Path
    #: Of PostgreSQL; it writes through to the disk and may be crashed.
    server: postgres.Server | None = None

    def database(self, name: str) -> str:
        """Return the address of a new database."""
        folder = self.folder / name
        folder.mkdir(exist_ok=True)
        if self.server is None:
            shutil.copy(self.folder / "template.db", folder / "xiaohao.db")
            return f"sqlite:///{folder / 'xiaohao.db'}"
        url = postgres.create(self.server.url, f"soak_{name}", TEMPLATE)
        return url.render_as_string(hide_password=False)

    def instance(self, name: str) -> Path:
        """Return the folder that goes with a database."""
        return self.folder / name


@contextmanager
def ground(kind: str, folder: Path) -> Iterator[Ground]:
    """Yield a ground of *kind*; its databases go away with it."""
    if kind == "sqlite":
        _fill(f"sqlite:///{folder / 'template.db'}", folder)
        yield Ground(kind, folder)
        return
    with postgres.server("-soak", durable=True) as server:
        url = postgres.create(server.url, TEMPLATE)
        _fill(url.render_as_string(hide_password=False), folder)
        yield Ground(kind, folder, server)


def _fill(url: str, folder: Path) -> None:
    with program(url, folder):
        prepare(county=True)
    if url.startswith("sqlite"):  # one file is copied more easily than three
        engine = create_engine(url)
        with engine.connect() as connection:
            connection.exec_driver_sql("COMMIT")
            connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
        engine.dispose()


@contextmanager
def program(url: str, instance: Path) -> Iterator[Flask]:
    """Yield the program on a database, in its own context."""
    settings = Settings(
        instance=instance, database_url=url, secret_key="soak-" * 8, testing=True, demo=False
    )
    app = create_app(settings)
    with app.app_context():
        try:
            yield app
        finally:
            db.session.remove()
            for engine in db.engines.values():
                engine.dispose()


class CannotMount(Exception):
    """No small disk can be made here; the message says why."""


@contextmanager
def small_disk(folder: Path, kilobytes: int) -> Iterator[Path]:
    """Yield *folder* as a disk of its own with little room."""
    if os.getuid() != 0:
        raise CannotMount("left out: a small disk (tmpfs) can only be mounted by root")
    folder.mkdir(parents=True, exist_ok=True)
    mount = ["mount", "-t", "tmpfs", "-o", f"size={kilobytes}k", "tmpfs", str(folder)]
    made = subprocess.run(mount, capture_output=True, text=True, check=False)
    if made.returncode != 0:
        raise CannotMount(f"left out: mounting a tmpfs is refused here: {made.stderr.strip()}")
    try:
        yield folder
    finally:
        subprocess.run(["umount", "--lazy", str(folder)], check=True)
