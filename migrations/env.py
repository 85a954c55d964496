"""Alembic's way in: the application's own engine and metadata."""

from alembic import context
from flask import current_app

from app.domain.base import UtcDateTime
from app.domain import models  # noqa: F401 - fills the metadata

extension = current_app.extensions["migrate"]


def render_item(kind: str, item: object, _context: object) -> str | bool:
    """Write our own column types as what the database has for them."""
    return "sa.DateTime()" if kind == "type" and isinstance(item, UtcDateTime) else False


def run() -> None:
    """Run the migrations in one transaction."""
    engine = extension.db.engine
    with engine.connect() as connection:
        context.configure(
            connection=connection,
            target_metadata=extension.db.metadata,
            render_as_batch=engine.dialect.name == "sqlite",
            compare_type=True,
            render_item=render_item,
        )
        with context.begin_transaction():
            context.run_migrations()
        connection.commit()


run()
