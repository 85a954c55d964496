"""The rows of many steps, put aside to be written together. Shared by the services."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from sqlalchemy import Connection

from app.services._prepared import Prepared, Values
from app.services._rows import INSERT_TASK, INSERT_TIMER


class Later:
    """Statements of several steps, sent each kind in one call."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._rows: dict[Prepared, list[Values]] = {}
        self._last: dict[Prepared, dict[int, Callable[[], Values]]] = {}
        self._tasks: list[Values] = []
        self._timers: list[tuple[dict[str, Any], int | None]] = []

    def add(self, statement: Prepared, rows: Iterable[Values]) -> None:
        """Put a statement aside, to be sent once for each of *rows*."""
        self._rows.setdefault(statement, []).extend(rows)

    def once(self, statement: Prepared, of: int, values: Callable[[], Values]) -> None:
        """Put a statement aside that is sent once of this row, as it then stands."""
        self._last.setdefault(statement, {})[of] = values

    def open(
        self, tasks: Iterable[Values], timers: Iterable[tuple[dict[str, Any], int | None]]
    ) -> None:
        """Put tasks and timers aside; a timer comes with the engine's number of its task."""
        self._tasks.extend(tasks)
        self._timers.extend(timers)

    def send(self) -> list[int]:
        """Send all that was put aside; return the ids of the tasks.

        Raises:
            Conflict: a statement that guards did not change a row each time.
        """
        for statement, rows in self._rows.items():
            statement.run_all(self._connection, rows)
        for statement, last in self._last.items():
            statement.run_all(self._connection, [values() for values in last.values()])
        opened = self._send_opened()
        self._rows, self._last, self._tasks, self._timers = {}, {}, [], []
        return opened

    def _send_opened(self) -> list[int]:
        made = INSERT_TASK.rows_all(self._connection, self._tasks)
        ids = {(row.process_id, row.engine_id): row.id for row in made}
        for timer, task in self._timers:
            timer.setdefault("task_id", ids.get((timer["process_id"], task)))
        INSERT_TIMER.run_all(self._connection, [timer for timer, _ in self._timers])
        return [row.id for row in made]
