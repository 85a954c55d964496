"""The one place where Flask meets SQLAlchemy."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from flask_migrate import Migrate
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import Connection, Engine, event
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session
from sqlalchemy.orm.exc import StaleDataError

from app.domain.base import Base
from app.domain.errors import Conflict

#: Services flush where it matters and build on what they hold: no surprises, no needless reads.
db = SQLAlchemy(
    metadata=Base.metadata,
    disable_autonaming=True,
    session_options={"autoflush": False},
)
migrate = Migrate()


@contextmanager
def transaction() -> Iterator[Session]:
    """Commit if the block succeeds, roll back if it raises.

    Every public service function that writes opens exactly one, so a use case is all
    or nothing. Opening a second inside the first is a bug, and says so.
    """
    session: Session = db.session()
    if session.info.get("busy"):
        raise RuntimeError("a service function called another service function")
    if session.in_transaction():
        session.rollback()  # what was read before is stale; begin anew, for writing
    session.info["busy"] = True
    session.connection(execution_options={"writes": True})
    try:
        _write_companion(session)
        yield session
        session.commit()
    except StaleDataError as error:
        session.rollback()
        raise Conflict from error
    except BaseException:
        session.rollback()
        raise
    finally:
        session.info["busy"] = False


@contextmanager
def accompanied(row: Base) -> Iterator[None]:
    """Have the transaction inside the block write *row* too, before its own change: both or none.

    If that row is there already, the transaction is a `Conflict` and changes nothing.
    """
    session: Session = db.session()
    session.info["companion"] = row
    try:
        yield
    finally:
        session.info.pop("companion", None)


def _write_companion(session: Session) -> None:
    companion = session.info.pop("companion", None)
    if companion is None:
        return
    session.add(companion)
    try:
        session.flush()
    except IntegrityError as error:
        raise Conflict from error


@event.listens_for(Engine, "connect")
def _prepare_sqlite(connection: Any, _record: Any) -> None:
    """Make SQLite durable and patient, and leave BEGIN to us."""
    if not isinstance(connection, sqlite3.Connection):
        return
    connection.isolation_level = None
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "busy_timeout=15000"):
        connection.execute(f"PRAGMA {pragma}")


@event.listens_for(Engine, "begin")
def _begin_sqlite(connection: Connection) -> None:
    """Take SQLite's write lock at BEGIN when we mean to write.

    A transaction that reads first and writes later fails at once with "database is
    locked" if another wrote in between; waiting at the start never does.
    """
    if connection.dialect.name == "sqlite":
        writes = connection.get_execution_options().get("writes")
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")
