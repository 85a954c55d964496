"""The floor: what a step costs if a person writes the four statements by hand."""

import sqlite3
from pathlib import Path
from time import perf_counter

from bench.path import LENGTH, STEPS

_TABLES = """
CREATE TABLE "case" (id INTEGER PRIMARY KEY, stage TEXT, head TEXT);
CREATE TABLE task (id INTEGER PRIMARY KEY, case_id INTEGER, key TEXT, closed_at TEXT);
CREATE TABLE event (id INTEGER PRIMARY KEY, case_id INTEGER, at TEXT, what TEXT);
CREATE INDEX open_tasks ON task (case_id) WHERE closed_at IS NULL;
"""


def run(folder: Path, cases: int) -> float:
    """Walk *cases* cases along the path; return steps a second."""
    base = sqlite3.connect(folder / "floor.db", isolation_level=None)
    base.executescript("PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;" + _TABLES)
    started = perf_counter()
    for number in range(1, cases + 1):
        _step(base, number, None, STEPS[0][0])
        for (key, _), (following, _) in zip(STEPS, (*STEPS[1:], ("end", {})), strict=True):
            _step(base, number, key, following)
    return cases * LENGTH / (perf_counter() - started)


def _step(base: sqlite3.Connection, case: int, closed: str | None, opened: str) -> None:
    base.execute("BEGIN IMMEDIATE")
    if closed is None:
        base.execute('INSERT INTO "case" VALUES (?, ?, ?)', (case, opened, ""))
    else:
        base.execute('UPDATE "case" SET stage = ? WHERE id = ?', (opened, case))
        base.execute(
            "UPDATE task SET closed_at = 'now' WHERE case_id = ? AND closed_at IS NULL", (case,)
        )
    base.execute("INSERT INTO event VALUES (NULL, ?, 'now', ?)", (case, opened))
    base.execute("INSERT INTO task VALUES (NULL, ?, ?, NULL)", (case, opened))
    base.execute("COMMIT")
