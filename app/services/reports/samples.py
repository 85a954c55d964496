"""Made-up values for every variable, in Chinese as documents are: to try out templates with."""

from __future__ import annotations

from typing import Any

from app.services.reports.charts import Drawing, Shape
from app.services.reports.variables import VARIABLES, Sort, Variable

#: With more than one row, loops show what they do.
_ROWS = 3
#: How the meaning of a number begins.
_NUMBERS = ("件数", "天", "1、")


def values() -> dict[str, Any]:
    """Return something for each variable but the charts."""
    return {one.name: _value(one) for one in VARIABLES if one.sort is not Sort.CHART}


def _value(one: Variable) -> Any:
    if one.sort is Sort.TEXT:
        return f"（{one.name}）"
    row = {name: _figure(name, says) for name, says in one.fields.items()}
    return row if one.sort is Sort.RECORD else [dict(row) for _ in range(_ROWS)]


def _figure(name: str, says: str) -> Any:
    """Return a number for what is one, because templates may compare it."""
    return 3 if says.startswith(_NUMBERS) else f"（{name}）"


def drawings() -> dict[str, Drawing]:
    """Return something for each chart."""
    sample = Drawing("样例", Shape.COLUMNS, ["甲", "乙"], {"件数": [3, 2]})
    return {one.name: sample for one in VARIABLES if one.sort is Sort.CHART}
