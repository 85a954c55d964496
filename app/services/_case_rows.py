"""Cases that steps have changed, written many at a time. Shared by the services."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from functools import lru_cache
from typing import Any, cast

from sqlalchemy import Connection, Table, bindparam, update
from sqlalchemy.orm.attributes import instance_state, set_committed_value

from app.domain.case import Case
from app.services._prepared import Prepared, Values


def write(connection: Connection, cases: Iterable[Case]) -> None:
    """Write what has changed of *cases*, those of which the same has changed in one statement.

    The unit of work would write them one by one.
    """
    alike = defaultdict[tuple[str, ...], list[Values]](list)
    for case in cases:
        if changes := _changes(case):
            alike[tuple(changes)].append(changes | {"of_id": case.id})
            for name, value in changes.items():
                set_committed_value(case, name, value)
    for names, rows in alike.items():
        _update(names).run_all(connection, rows)


def _changes(case: Case) -> dict[str, Any]:
    """Return the columns of *case* that differ from what was read, by name."""
    state = instance_state(case)
    read, now = state.committed_state, state.dict
    return {
        name: now[name] for name in sorted(read) if name in _COLUMNS and now[name] != read[name]
    }


@lru_cache(maxsize=64)
def _update(names: tuple[str, ...]) -> Prepared:
    changed: dict[str, Any] = {name: bindparam(name) for name in names}
    return Prepared(update(_TABLE).where(_TABLE.c.id == bindparam("of_id")).values(changed))


_TABLE = cast(Table, Case.__table__)
_COLUMNS = frozenset(column.name for column in _TABLE.columns)
