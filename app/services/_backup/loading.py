"""Putting a database back in the place of the present one, whole or not at all."""

from __future__ import annotations

import sqlite3
import subprocess
import tempfile
from pathlib import Path
from typing import IO, cast

from sqlalchemy import func as sql
from sqlalchemy import inspect, select, text
from sqlalchemy.orm import Session

from app.db import db
from app.domain.base import Base
from app.services._backup import programs
from app.services._backup.archive import CHUNK, BackupRefused

#: Who is connected besides us.
_OTHERS = text(
    "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() "
    "AND pid <> pg_backend_pid() AND backend_type = 'client backend'"
)
#: Everything of ours in the schema; what belongs to an extension stays.
_CLEAR = """
DO $$
DECLARE one record;
BEGIN
  FOR one IN SELECT c.relname AS name FROM pg_class c
    WHERE c.relnamespace = current_schema()::regnamespace AND c.relkind IN ('r', 'p')
  LOOP EXECUTE format('DROP TABLE IF EXISTS %I CASCADE', one.name); END LOOP;
  FOR one IN SELECT p.oid::regprocedure AS name FROM pg_proc p
    WHERE p.pronamespace = current_schema()::regnamespace AND NOT EXISTS
      (SELECT FROM pg_depend d WHERE d.objid = p.oid AND d.deptype = 'e')
  LOOP EXECUTE format('DROP ROUTINE IF EXISTS %s CASCADE', one.name); END LOOP;
  FOR one IN SELECT t.typname AS name FROM pg_type t
    WHERE t.typnamespace = current_schema()::regnamespace AND t.typtype IN ('e', 'c')
      AND NOT EXISTS (SELECT FROM pg_class c WHERE c.oid = t.typrelid AND c.relkind <> 'c')
      AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.objid = t.oid AND d.deptype = 'e')
  LOOP EXECUTE format('DROP TYPE IF EXISTS %I CASCADE', one.name); END LOOP;
END $$;
"""


def counts(session: Session) -> dict[str, int]:
    """Count the rows of our tables, as far as there are tables."""
    there = set(inspect(session.connection()).get_table_names())
    return {
        table.name: session.scalar(select(sql.count()).select_from(table)) or 0
        for table in Base.metadata.sorted_tables
        if table.name in there
    }


def require_nobody_else() -> None:
    """Make sure that no other program has the database open.

    Raises:
        BackupRefused: one has.
    """
    _let_go()
    if db.engine.dialect.name == "sqlite":
        others = _is_open_elsewhere(_file())
    else:
        with db.engine.connect() as connection:
            others = bool(connection.scalar(_OTHERS))
    if others:
        raise BackupRefused("还有程序连着数据库：请先停止服务（serve、worker）再恢复。")


def _let_go() -> None:
    """Close our own connections."""
    db.session.remove()
    db.engine.dispose()


def _file() -> Path:
    """Return where the present SQLite database lies."""
    return Path(db.engine.url.database or "").absolute()


def _is_open_elsewhere(file: Path) -> bool:
    """Ask SQLite to fold its log in for good: only who is alone with a database can do that."""
    if not file.exists():
        return False
    connection = sqlite3.connect(file, timeout=1)
    try:
        connection.execute("PRAGMA journal_mode=DELETE")
    except sqlite3.OperationalError:
        return True
    finally:
        connection.close()
    return False


def beside_database(fallback: Path) -> Path:
    """Return a folder from which a file can be moved to the database's place in one step."""
    return _file().parent if db.engine.dialect.name == "sqlite" else fallback


def load(dump: Path) -> None:
    """Put *dump* in the place of the present database.

    Raises:
        BackupRefused: it could not be read; the present database is as it was.
    """
    _let_go()
    if db.engine.dialect.name == "sqlite":
        dump.replace(_file())
    else:
        _load_postgresql(dump)


def _load_postgresql(dump: Path) -> None:
    with db.engine.connect() as connection, Session(bind=connection) as session:
        restore, psql = (programs.find(name, session) for name in ("pg_restore", "psql"))
    db.engine.dispose()
    script = [restore, "--no-owner", "--no-privileges", "--exit-on-error", "-f", "-", str(dump)]
    # One transaction: it is only committed once the last line of the script has come through.
    options = ["-X", "-q", "-v", "ON_ERROR_STOP=1", "-o", "/dev/null", "-d", programs.address()]
    with (
        tempfile.TemporaryFile() as complaints,
        tempfile.TemporaryFile() as refusals,
        programs.run(script, complaints) as source,
        programs.run([psql, *options], refusals, stdin=subprocess.PIPE) as target,
    ):
        try:
            _relay(source, target)
        except BrokenPipeError:
            raise _failed(refusals) from None
        if source.wait() != 0:
            raise _failed(complaints)
        if not _ended_well(target):
            raise _failed(refusals)


def _relay(source: subprocess.Popen[bytes], target: subprocess.Popen[bytes]) -> None:
    output, script = cast(IO[bytes], source.stdout), cast(IO[bytes], target.stdin)
    script.write(b"BEGIN;\n" + _CLEAR.encode())
    while chunk := output.read(CHUNK):
        script.write(chunk)
    script.flush()


def _ended_well(target: subprocess.Popen[bytes]) -> bool:
    target.communicate(b"\nCOMMIT;\n")
    return target.returncode == 0


def _failed(words: IO[bytes]) -> BackupRefused:
    return BackupRefused("数据库没有恢复，仍是原来的样子：%(why)s", why=programs.last_words(words))
