"""Statements compiled once and handed to the driver as they are. Shared by the services.

SQLAlchemy spends more on sending a known statement than SQLite on running it. What runs at every
step of every case is therefore compiled once for each kind of database, with its public compiler
and its own conversion of values, and sent by `app.db.send`.
"""

from __future__ import annotations

import json
from collections import namedtuple
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from functools import cached_property, lru_cache
from typing import Any, cast

from sqlalchemy import (
    ARRAY,
    BindParameter,
    Connection,
    Dialect,
    Insert,
    Select,
    Update,
    bindparam,
    column,
    func,
    insert,
    select,
)
from sqlalchemy.sql.visitors import replacement_traverse
from sqlalchemy.types import TypeEngine

from app.db import send, send_all
from app.domain.base import UtcDateTime
from app.domain.errors import Conflict

Values = Mapping[str, Any]
_Statement = Insert | Update | Select[*tuple[Any, ...]]
_Read = Callable[[Sequence[Any]], Any]
_Convert = Callable[[Any], Any]
#: Fewer rows are sent one after the other.
FEW = 4


class Prepared:
    """A statement that runs at every step, with values by name.

    One that *guards* must change a row each time: if it does not, somebody else was first.
    """

    def __init__(self, statement: _Statement, *, guards: bool = False) -> None:
        self._statement, self._guards = statement, guards
        #: By the name of the dialect.
        self._ready: dict[str, _Ready] = {}

    def run(self, connection: Connection, values: Values) -> int:
        """Send the statement; return how many rows it changed.

        All names that it binds must be in *values*.

        Raises:
            Conflict: it guards, and changed none.
        """
        ready = self._for(connection)
        return self._checked(send(connection, ready.sql, ready.bind(values)), 1)

    def run_all(self, connection: Connection, rows: Sequence[Values]) -> int:
        """Send the statement for each of *rows*, in one call; return how many rows it changed.

        No two of *rows* may concern the same row of a table.

        Raises:
            Conflict: it guards, and did not change a row each time.
        """
        if not rows:
            return 0
        if many := self._many(connection, rows):
            return self._checked(send(connection, *many), len(rows))
        ready = self._for(connection)
        cursor = send_all(connection, ready.sql, [ready.bind(values) for values in rows])
        return self._checked(cursor, len(rows))

    def rows_all(self, connection: Connection, rows: Sequence[Values]) -> list[Any]:
        """Send the statement for each of *rows*; return the rows that it gives, in any order."""
        if many := self._many(connection, rows):
            read = self._for(connection).read
            return [read(row) for row in send(connection, *many).fetchall()]
        return [made for values in rows for made in self.rows(connection, values)]

    def _checked(self, cursor: Any, wanted: int) -> int:
        changed = int(cursor.rowcount)
        if self._guards and changed != wanted:
            raise Conflict
        return changed

    def rows(self, connection: Connection, values: Values) -> list[Any]:
        """Send the statement; return the rows it gives, their columns by name."""
        ready = self._for(connection)
        cursor = send(connection, ready.sql, ready.bind(values))
        return [ready.read(row) for row in cursor.fetchall()]

    def row(self, connection: Connection, values: Values) -> Any:
        """Send the statement; return the first row it gives, or ``None``."""
        return next(iter(self.rows(connection, values)), None)

    def _many(self, connection: Connection, rows: Sequence[Values]) -> tuple[str, Any] | None:
        """Return one statement for all of *rows*, where the database has such and it pays."""
        if connection.dialect.name != "postgresql" or len(rows) < FEW:
            return None
        return self._for(connection).many(rows)

    def _for(self, connection: Connection) -> _Ready:
        name = connection.dialect.name
        if name not in self._ready:
            self._ready[name] = _Ready(self._statement, connection.dialect)
        return self._ready[name]


class _Ready:
    """A statement as the drivers of one kind of database take it."""

    def __init__(self, statement: _Statement, dialect: Dialect) -> None:
        compiled = statement.compile(dialect=dialect)
        self._statement, self._dialect, self.sql = statement, dialect, str(compiled)
        self._binds = {name: one for one, name in compiled.bind_names.items()}
        self._by_place = compiled.positiontup is not None
        names = compiled.positiontup or list(self._binds)
        self._plan = [(name, *_way_in(self._binds[name], dialect)) for name in names]
        self.read = _reader(statement, dialect)

    def bind(self, values: Values) -> Any:
        """Return the values as the driver takes them."""
        bound = [
            convert(values.get(name, fixed)) if convert else values.get(name, fixed)
            for name, fixed, convert in self._plan
        ]
        if self._by_place:
            return tuple(bound)
        return dict(zip((name for name, _, _ in self._plan), bound, strict=True))

    def many(self, rows: Sequence[Values]) -> tuple[str, Any]:
        """Return a statement that takes each value as an array, and the arrays of *rows*."""
        sql, values_of_all = self._of_many
        arrays = dict(values_of_all)
        for name, fixed, convert in self._plan:
            if name in self._varying:
                some = [values.get(name, fixed) for values in rows]
                arrays[name] = _array([convert(value) for value in some] if convert else some)
        return sql, arrays

    @cached_property
    def _varying(self) -> dict[str, TypeEngine[Any]]:
        """The types of the values that differ from row to row; of an insert, of all columns."""
        whole = isinstance(self._statement, Insert)
        return {name: one.type for name, one in self._binds.items() if whole or one.required}

    @cached_property
    def _of_many(self) -> tuple[str, Values]:
        """The statement for many rows, and the values that are the same for all of them."""
        types = self._varying
        given = func.unnest(*(bindparam(name, type_=ARRAY(of)) for name, of in types.items()))
        columns = [column(name, of) for name, of in types.items()]
        rows = given.table_valued(*columns, name="given").render_derived()
        compiled = _of_rows(self._statement, rows).compile(dialect=self._dialect)
        fixed = {
            name: convert(value) if convert else value
            for one, name in compiled.bind_names.items()
            if name not in types
            for value, convert in [_way_in(one, self._dialect)]
        }
        return str(compiled), fixed


def _array(values: Sequence[Any]) -> str:
    """Return an array as PostgreSQL reads it: the driver's way there takes longer than the rest."""
    return "{" + ",".join([_ELEMENTS.get(type(value), _element)(value) for value in values]) + "}"


def _element(value: Any) -> str:
    if isinstance(value, int):
        return str(int(value))
    text = value if isinstance(value, str) else json.dumps(value.obj, ensure_ascii=False)
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


#: By type, the most of them; PostgreSQL knows the names of bool.
_ELEMENTS: Mapping[type, Callable[[Any], str]] = {
    type(None): lambda _: "NULL",
    int: str,
    bool: str,
    float: str,
    datetime: lambda at: f'"{at.isoformat()}"',
}


def _of_rows(statement: Any, rows: Any) -> Any:
    """Return a statement that reads its values from *rows* instead of parameters."""
    if isinstance(statement, Insert):
        names = [one.name for one in rows.c]
        whole = insert(statement.table).from_select(names, select(*rows.c))
        told = list(statement.exported_columns)
        return whole.returning(*told) if told else whole

    def read(element: Any, **_options: Any) -> Any:
        varies = isinstance(element, BindParameter) and element.required
        return rows.c[element.key] if varies else None

    return replacement_traverse(statement, {}, read)


def _way_in(parameter: BindParameter[Any], dialect: Dialect) -> tuple[Any, _Convert | None]:
    """Return the value that a parameter has by itself, and how values become the driver's."""
    fixed = None if parameter.required else parameter.value
    if isinstance(parameter.type, UtcDateTime):
        return fixed, _moment_in(dialect)
    return fixed, parameter.type.dialect_impl(dialect).bind_processor(dialect)


def _reader(statement: _Statement, dialect: Dialect) -> _Read:
    """Return how a row of the driver becomes one whose columns have names and Python's types."""
    columns = list(statement.exported_columns)
    if not columns:
        return tuple
    make = namedtuple("Row", [column.key for column in columns])._make  # type: ignore[misc,attr-defined]
    ways = [_way_out(column.type, dialect) for column in columns]
    plan = [(place, way) for place, way in enumerate(ways) if way]

    def read(row: Sequence[Any]) -> Any:
        values = list(row)
        for place, way in plan:
            values[place] = way(values[place])
        return make(values)

    return read


def _way_out(of: TypeEngine[Any], dialect: Dialect) -> _Convert | None:
    if isinstance(of, UtcDateTime):
        return _moment_out(dialect)
    return of.dialect_impl(dialect).result_processor(dialect, None)


# Moments are remembered: one goes into most rows of a step, by whichever statement.


@lru_cache(maxsize=8)
def _moment_in(dialect: Dialect) -> _Convert:
    convert = UtcDateTime().dialect_impl(dialect).bind_processor(dialect)
    return lru_cache(maxsize=1024)(cast(_Convert, convert))


@lru_cache(maxsize=8)
def _moment_out(dialect: Dialect) -> _Convert:
    convert = UtcDateTime().dialect_impl(dialect).result_processor(dialect, None)
    return lru_cache(maxsize=1024)(cast(_Convert, convert))
