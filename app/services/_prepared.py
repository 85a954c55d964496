"""Statements compiled once and handed to the driver as they are. Shared by the services.

SQLAlchemy spends more on sending a known statement than SQLite on running it. What runs at every
step of every case is therefore compiled once for each kind of database, with its public compiler
and its own conversion of values, and sent by `exec_driver_sql`.
"""

from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from typing import Any

from sqlalchemy import (
    BindParameter,
    Connection,
    CursorResult,
    Dialect,
    Insert,
    Update,
)

from app.domain.base import UtcDateTime

Values = Mapping[str, Any]
_Bind = Callable[[Values], Any]
_Convert = Callable[[Any], Any]


class Prepared:
    """A statement that writes: `run` sends it with values by name."""

    def __init__(self, statement: Insert | Update) -> None:
        self._statement = statement
        #: SQL text and the conversion of values, by the name of the dialect.
        self._ready: dict[str, tuple[str, _Bind]] = {}

    def run(self, connection: Connection, values: Values) -> CursorResult[Any]:
        """Send the statement; all names that it binds must be in *values*."""
        sql, bind = self._for(connection)
        return connection.exec_driver_sql(sql, bind(values))

    def run_all(self, connection: Connection, rows: Sequence[Values]) -> None:
        """Send the statement once for each of *rows*, in one call of the driver."""
        if not rows:
            return
        sql, bind = self._for(connection)
        connection.exec_driver_sql(sql, [bind(values) for values in rows])

    def _for(self, connection: Connection) -> tuple[str, _Bind]:
        name = connection.dialect.name
        if name not in self._ready:
            self._ready[name] = self._compile(connection.dialect)
        return self._ready[name]

    def _compile(self, dialect: Dialect) -> tuple[str, _Bind]:
        compiled = self._statement.compile(dialect=dialect)
        names = compiled.positiontup or list(compiled.binds)
        plan = [(name, *_way(compiled.binds[name], dialect)) for name in names]

        def bind(values: Values) -> list[Any]:
            return [
                convert(values.get(name, fixed)) if convert else values.get(name, fixed)
                for name, fixed, convert in plan
            ]

        if compiled.positiontup is not None:
            return str(compiled), lambda values: tuple(bind(values))
        return str(compiled), lambda values: dict(zip(names, bind(values), strict=True))


def _way(parameter: BindParameter[Any], dialect: Dialect) -> tuple[Any, _Convert | None]:
    """Return the value that a parameter has by itself, and how values become the driver's."""
    fixed = None if parameter.required else parameter.value
    convert = parameter.type.dialect_impl(dialect).bind_processor(dialect)
    if convert and isinstance(parameter.type, UtcDateTime):
        convert = lru_cache(maxsize=256)(convert)  # one moment goes into most rows of a step
    return fixed, convert
