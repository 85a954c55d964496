"""One moment of the database, to be read and written out while everybody goes on working."""

from __future__ import annotations

import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, cast

from sqlalchemy import create_engine, text
from sqlalchemy.orm import Session

from app.db import db
from app.domain.errors import StorageFull
from app.services._backup import programs
from app.services._backup.archive import CHUNK, BackupRefused, Note

#: Pages of SQLite that are copied at a time; others can read and write all the while.
_PAGES = 2000


@dataclass(frozen=True, slots=True)
class Snapshot:
    """The database as it was at one moment."""

    session: Session
    #: The whole of it, as the archive keeps it.
    chunks: Iterator[bytes]
    #: Whether those still want packing.
    packed: bool


def size() -> int:
    """Return about how many bytes of the database a backup deals with, copying included."""
    if db.engine.dialect.name == "sqlite":
        return 2 * Path(db.engine.url.database or "").stat().st_size
    with db.engine.connect() as connection:
        return connection.scalar(text("SELECT pg_database_size(current_database())")) or 0


@contextmanager
def snapshot(beside: Path, note: Note) -> Iterator[Snapshot]:
    """Yield the database as it is now; a copy, where one is needed, goes *beside* the archive."""
    kind = _sqlite if db.engine.dialect.name == "sqlite" else _postgresql
    with kind(beside, note) as found:
        yield found


@contextmanager
def _sqlite(beside: Path, note: Note) -> Iterator[Snapshot]:
    copy = beside.with_name(beside.name + ".db")
    try:
        copy.touch(mode=0o600)
        _copy(copy, note)
        engine = create_engine(f"sqlite:///{copy}")
        try:
            with Session(engine) as session:
                yield Snapshot(session, _file(copy), packed=True)
        finally:
            engine.dispose()
    finally:
        for suffix in ("", "-wal", "-shm", "-journal"):
            Path(f"{copy}{suffix}").unlink(missing_ok=True)


def _copy(to: Path, note: Note) -> None:
    """Copy the database with SQLite's own backup, its log folded in, and prove the copy sound.

    The open transaction holds the moment still: without it every write of another would make the
    copy begin anew.
    """
    raw = db.engine.raw_connection()
    source, target = cast(sqlite3.Connection, raw.driver_connection), sqlite3.connect(to)
    try:
        source.execute("BEGIN")
        source.execute("SELECT count(*) FROM sqlite_master").fetchone()
        size = source.execute("PRAGMA page_size").fetchone()[0] * _PAGES
        source.backup(target, pages=_PAGES, progress=lambda *_: note(size))
        target.execute("PRAGMA journal_mode=DELETE")
        (found,) = target.execute("PRAGMA integrity_check(1)").fetchone()
    except sqlite3.OperationalError as error:
        if error.sqlite_errorcode & 0xFF == sqlite3.SQLITE_FULL:
            raise StorageFull from error
        raise
    finally:
        source.rollback()
        target.close()
        raw.close()
    if found != "ok":
        raise BackupRefused("数据库自检未通过（%(found)s），没有做成备份。", found=found)


def _file(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        while chunk := file.read(CHUNK):
            yield chunk


@contextmanager
def _postgresql(beside: Path, note: Note) -> Iterator[Snapshot]:
    engine = db.engine.execution_options(isolation_level="REPEATABLE READ")
    with engine.connect() as connection, Session(bind=connection) as session:
        moment = session.scalar(text("SELECT pg_export_snapshot()"))
        dump = programs.find("pg_dump", session)
        command = [dump, *programs.DUMP, f"--snapshot={moment}", "-d", programs.address()]
        yield Snapshot(session, _output(command), packed=False)


def _output(command: list[str]) -> Iterator[bytes]:
    """Yield what *command* writes.

    Raises:
        BackupRefused: it fails; its own last words are in the message.
    """
    with tempfile.TemporaryFile() as complaints, programs.run(command, complaints) as process:
        output = cast(IO[bytes], process.stdout)
        while chunk := output.read(CHUNK):
            yield chunk
        if process.wait() != 0:
            raise BackupRefused("pg_dump 失败：%(why)s", why=programs.last_words(complaints))
