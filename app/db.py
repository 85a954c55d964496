"""The one place where Flask meets SQLAlchemy."""

import json
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any

import psycopg
from flask_migrate import Migrate
from flask_sqlalchemy import SQLAlchemy
from flask_sqlalchemy.session import Session as BoundSession
from sqlalchemy import Connection, Engine, event
from sqlalchemy.engine import Dialect, ExceptionContext, make_url
from sqlalchemy.exc import DBAPIError, IntegrityError, OperationalError
from sqlalchemy.orm import Session
from sqlalchemy.orm.exc import StaleDataError

from app.domain.base import Base
from app.domain.errors import Conflict, StorageFull, Unavailable
from config.settings import SettingError


class _Session(BoundSession):
    """There is one database: no statement need be looked at to find which."""

    def get_bind(self, *_of: Any, bind: Any = None, **_options: Any) -> Any:
        """Return the connection or engine that was asked for, else the engine."""
        return bind or self._db.engine


#: Services flush where it matters and build on what they hold: no surprises, no needless reads.
db = SQLAlchemy(
    metadata=Base.metadata,
    disable_autonaming=True,
    session_options={"class_": _Session, "autoflush": False},
)
migrate = Migrate()

#: Connections that stay open: one for each thread that serves, sweeps or does jobs. A new one costs
#: PostgreSQL a process and SQLite its cache.
STAYING = 20


def engine_options(url: str) -> dict[str, Any]:
    """Return how JSON is written and connections to *url* are kept; in memory there is but one."""
    written = {"json_serializer": _JSON.encode}
    in_memory = make_url(url).database in (None, "", ":memory:")
    return written if in_memory else written | {"pool_size": STAYING}


#: Chinese stays as it is: escaped it is twice as long, and nobody can read it in the database.
_JSON = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"))


#: Whether what begins is a transaction that means to write.
_writes: ContextVar[bool] = ContextVar("writes", default=False)


@contextmanager
def transaction() -> Iterator[Session]:
    """Commit if the block succeeds, roll back if it raises.

    Every public service function that writes opens exactly one, so a use case is all
    or nothing. Opening a second inside the first is a bug, and says so.
    """
    session: Session = db.session()
    if session.info.get("busy"):
        raise RuntimeError("a service function called another service function")
    whole: _Whole | None = session.info.get("whole")
    session.info["busy"] = True
    meaning = _writes.set(True)
    try:
        if whole is None or not whole.begun:
            _begin(session, whole)
        yield session
        if whole is None:
            session.commit()
        else:
            session.flush()
    except BaseException as error:
        session.rollback()
        if whole is not None:
            whole.begun = False
        if isinstance(error, StaleDataError):
            raise Conflict from error
        raise
    finally:
        _writes.reset(meaning)
        session.info["busy"] = False


def still() -> Session:
    """Return the session, all that it reads from now on being of one moment.

    SQLite does so by itself.
    """
    session: Session = db.session()
    session.rollback()
    if db.engine.dialect.name == "postgresql":
        session.connection(execution_options={"isolation_level": "REPEATABLE READ"})
    return session


@dataclass(slots=True)
class _Whole:
    """Transactions that are one: the row that goes with them, and whether there was a first."""

    row: Base
    begun: bool = False


def _begin(session: Session, whole: _Whole | None) -> None:
    if session.in_transaction():
        session.rollback()  # what was read before is stale; begin anew, for writing
    session.connection()
    if whole is None:
        return
    session.add(whole.row)
    try:
        session.flush()
    except IntegrityError as error:
        raise Conflict from error
    whole.begun = True


@contextmanager
def together(row: Base) -> Iterator[None]:
    """Make one of the transactions inside the block, and write *row* first: all of it or nothing.

    If that row is there already, the first of them is a `Conflict`.
    """
    session: Session = db.session()
    session.info["whole"] = whole = _Whole(row)
    try:
        yield
        if whole.begun:
            session.commit()
    except BaseException:
        session.rollback()
        raise
    finally:
        del session.info["whole"]


@event.listens_for(Engine, "connect")
def _prepare_sqlite(connection: Any, _record: Any) -> None:
    """Make SQLite durable and patient, and leave BEGIN to us."""
    if not isinstance(connection, sqlite3.Connection):
        return
    connection.isolation_level = None
    try:
        for pragma in _PRAGMAS:
            connection.execute(f"PRAGMA {pragma}")
    except sqlite3.DatabaseError as error:
        if getattr(error, "sqlite_errorcode", 0) != sqlite3.SQLITE_NOTADB:
            raise
        text = "该文件不是 SQLite 数据库，请改设为数据库文件，或从备份恢复。"
        raise SettingError(f"XIAOHAO_DATABASE_URL：{text}") from error


#: The same pages change at every step: carried over from the log every 4,000 pages (16 MB) rather
#: than every 1,000, most of them are carried over once rather than four times.
_PRAGMAS = (
    *("journal_mode=WAL", "synchronous=FULL", "wal_autocheckpoint=4000"),
    *("foreign_keys=ON", "busy_timeout=15000"),
)


@event.listens_for(Engine, "do_connect")
def _hurry(dialect: Dialect, _record: Any, _args: Any, options: dict[str, Any]) -> None:
    """Wait for PostgreSQL no longer than a reader waits for a page."""
    if dialect.name == "postgresql":
        options.setdefault("connect_timeout", 10)


@event.listens_for(Engine, "begin")
def _begin_sqlite(connection: Connection) -> None:
    """Take SQLite's write lock at BEGIN when we mean to write.

    A transaction that reads first and writes later fails at once with "database is
    locked" if another wrote in between; waiting at the start never does.
    """
    if connection.dialect.name == "sqlite":
        begin = "BEGIN IMMEDIATE" if _writes.get() else "BEGIN"
        try:  # not exec_driver_sql, which takes as long as all else in opening a transaction
            connection.connection.cursor().execute(begin)
        except sqlite3.Error as error:
            raise _of_sqlite(error) or OperationalError(begin, None, error) from error


def send(connection: Connection, sql: str, values: Any) -> Any:
    """Hand one statement to the driver as it is; return the driver's cursor.

    For statements that run at every step, where the way through SQLAlchemy costs more than the
    statement; errors are told as they are everywhere else.
    """
    cursor = connection.connection.cursor()
    try:
        cursor.execute(sql, values)
    except (sqlite3.Error, psycopg.Error) as error:
        raise _told(connection, sql, error) from error
    return cursor


def send_all(connection: Connection, sql: str, rows: Sequence[Any]) -> Any:
    """Hand one statement to the driver for each of *rows*; return the driver's cursor."""
    cursor = connection.connection.cursor()
    try:
        cursor.executemany(sql, rows)
    except (sqlite3.Error, psycopg.Error) as error:
        raise _told(connection, sql, error) from error
    return cursor


def _told(connection: Connection, sql: str, error: sqlite3.Error | psycopg.Error) -> Exception:
    """Return the error to raise for what the driver raised."""
    if isinstance(error, sqlite3.Error):
        refusal = _of_sqlite(error)
    else:
        refusal = _of_postgresql(error)
        if connection.connection.dbapi_connection.closed:  # type: ignore[union-attr]
            connection.invalidate(error)
    return refusal() if refusal else DBAPIError(sql, None, error)


#: Primary result codes of SQLite: busy, locked, read only, I/O error, can't open.
_SQLITE_AWAY = {5, 6, 8, 10, 14}
_SQLITE_FULL = 13
#: Classes of SQLSTATE: no connection, too few resources, an operator stepped in, a broken system.
_POSTGRESQL_AWAY = ("08", "53", "57", "58")
_POSTGRESQL_FULL = "53100"
#: Of two transactions that wait for each other PostgreSQL ends one.
_POSTGRESQL_LOST = ("40001", "40P01")


@event.listens_for(Engine, "handle_error")
def _translate(context: ExceptionContext) -> None:
    """Tell a database that is away, busy or full, and a lost race, from a fault of ours."""
    cause = context.original_exception
    refusal = _of_sqlite(cause) if isinstance(cause, sqlite3.Error) else _of_postgresql(cause)
    if refusal is None and context.is_disconnect:
        refusal = Unavailable
    if refusal is not None:
        raise refusal from cause


def _of_sqlite(cause: sqlite3.Error) -> type[Conflict | Unavailable] | None:
    code = getattr(cause, "sqlite_errorcode", 0) & 0xFF  # the rest says more than we need
    if code == _SQLITE_FULL:
        return StorageFull
    return Unavailable if code in _SQLITE_AWAY else None


def _of_postgresql(cause: BaseException) -> type[Conflict | Unavailable] | None:
    if not isinstance(cause, psycopg.OperationalError):
        return None
    state = cause.sqlstate
    if state in _POSTGRESQL_LOST:
        return Conflict
    if state == _POSTGRESQL_FULL:
        return StorageFull
    return Unavailable if state is None or state.startswith(_POSTGRESQL_AWAY) else None
