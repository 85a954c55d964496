"""Alembic's way in: the application's own engine and metadata."""

from collections.abc import Iterator
from contextlib import contextmanager

from alembic import context
from flask import current_app
from sqlalchemy import Connection

from app.domain import models  # noqa: F401 - fills the metadata
from app.domain.base import UtcDateTime

extension = current_app.extensions["migrate"]


def render_item(kind: str, item: object, _context: object) -> str | bool:
    """Write our own column types as what the database has for them."""
    return "sa.DateTime()" if kind == "type" and isinstance(item, UtcDateTime) else False


def include_object(_item: object, name: str | None, kind: str, *_more: object) -> bool:
    """Leave the tables of Procrastinate alone: they come and go by its own SQL."""
    return not (kind == "table" and (name or "").startswith("procrastinate_"))


@contextmanager
def referring_freely(connection: Connection) -> Iterator[None]:
    """Let SQLite rebuild tables that others refer to, and see that all still refer to something.

    Raises:
        RuntimeError: a row would refer to nothing; nothing is migrated.
    """
    if connection.dialect.name != "sqlite":
        yield
        return
    driver = connection.connection.driver_connection
    driver.execute("PRAGMA foreign_keys=OFF")
    try:
        yield
    finally:
        driver.rollback()
        driver.execute("PRAGMA foreign_keys=ON")


def _require_whole(connection: Connection) -> None:
    if connection.dialect.name == "sqlite":
        broken = connection.exec_driver_sql("PRAGMA foreign_key_check").first()
        if broken is not None:
            raise RuntimeError(f"row {broken[1]} of table {broken[0]} refers to no {broken[2]}")


def run() -> None:
    """Run the migrations in one transaction."""
    engine = extension.db.engine
    with engine.connect() as connection, referring_freely(connection):
        context.configure(
            connection=connection,
            target_metadata=extension.db.metadata,
            render_as_batch=engine.dialect.name == "sqlite",
            compare_type=True,
            render_item=render_item,
            include_object=include_object,
        )
        with context.begin_transaction():
            context.run_migrations()
            _require_whole(connection)
        connection.commit()


run()
