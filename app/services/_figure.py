"""What a figure is, and the day in Beijing of a moment. Shared by the services."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Date
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import FunctionElement

Condition = ColumnElement[bool]


class local_day(FunctionElement[date]):  # noqa: N801 - a function of SQL
    """The day in Beijing of a moment: its clock has been eight hours ahead since 1991."""

    type = Date()
    inherit_cache = True
    name = "local_day"


@compiles(local_day, "sqlite")
def _on_sqlite(element: local_day, compiler: Any, **options: Any) -> str:
    return f"date({compiler.process(element.clauses, **options)}, '+8 hours')"


@compiles(local_day)
def _elsewhere(element: local_day, compiler: Any, **options: Any) -> str:
    return f"CAST({compiler.process(element.clauses, **options)} + INTERVAL '8 hours' AS DATE)"


@dataclass(frozen=True, slots=True)
class Figure:
    """A name, what people call it, what exactly it counts, and the condition on `Case`."""

    key: str
    label: str
    says: str
    #: Given today's date in Beijing.
    holds: Callable[[date], Condition]


def always(condition: Condition) -> Callable[[date], Condition]:
    """Return a condition that does not hang on the day."""
    return lambda _today: condition
