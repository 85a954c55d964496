"""Statements compiled once and handed to the driver as they are. Shared by the services.

SQLAlchemy spends more on sending a known statement than SQLite on running it. What runs at every
step of every case is therefore compiled once for each kind of database, with its public compiler
and its own conversion of values, and sent by `exec_driver_sql`.
"""

from collections.abc import Callable, Mapping
from typing import Any

from sqlalchemy import Connection, CursorResult, Delete, Dialect, Insert, Update

Values = Mapping[str, Any]
_Bind = Callable[[Values], Any]


class Prepared:
    """A statement that writes: `run` sends it with values by name."""

    def __init__(self, statement: Insert | Update | Delete) -> None:
        self._statement = statement
        #: SQL text and the conversion of values, by the name of the dialect.
        self._ready: dict[str, tuple[str, _Bind]] = {}

    def run(self, connection: Connection, values: Values) -> CursorResult[Any]:
        """Send the statement; all names that it binds must be in *values*."""
        name = connection.dialect.name
        if name not in self._ready:
            self._ready[name] = self._compile(connection.dialect)
        sql, bind = self._ready[name]
        return connection.exec_driver_sql(sql, bind(values))

    def _compile(self, dialect: Dialect) -> tuple[str, _Bind]:
        compiled = self._statement.compile(dialect=dialect)
        fixed = {
            name: None if parameter.required else parameter.value
            for name, parameter in compiled.binds.items()
        }
        convert = {
            name: processor
            for name, parameter in compiled.binds.items()
            if (processor := parameter.type.dialect_impl(dialect).bind_processor(dialect))
        }
        order = compiled.positiontup

        def bind(values: Values) -> Any:
            found = {name: values.get(name, fixed[name]) for name in fixed}
            for name, processor in convert.items():
                found[name] = processor(found[name])
            return found if order is None else tuple(found[name] for name in order)

        return str(compiled), bind
