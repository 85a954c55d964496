"""``python -m tests.soak``: break things for hours and look what is left; one line of JSON each.

At ``--scale 1`` the whole takes most of a day on two cores; ``--scale 0.05`` about an hour.
"""

import argparse
import json
import secrets
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from tests.soak import (
    full_disk,
    idle,
    kills,
    points,
    restores,
    rush,
    writers,
    zones,
)
from tests.soak.places import KINDS, CannotMount, Ground, ground

Soak = Callable[[Ground, float, int], dict[str, Any]]


def _kills(at: Ground, scale: float, seed: int) -> dict[str, Any]:
    """1,000 kills over 5,000 cases on SQLite; 300 and 30 stops over 10,000 on PostgreSQL."""
    if at.kind == "sqlite":
        return kills.run(at, seed=seed, cases=_of(5000, scale), kills=_of(1000, scale))
    counts = {"cases": _of(10_000, scale), "kills": _of(300, scale), "stops": _of(30, scale)}
    return kills.run(at, seed=seed, **counts)


def _of(count: int, scale: float) -> int:
    return max(1, round(count * scale))


#: What there is to do, on which kinds of database.
SOAKS: dict[str, tuple[tuple[str, ...], Soak]] = {
    "zones": (KINDS, lambda at, _scale, _seed: zones.run(at)),
    "idle": (KINDS, lambda at, scale, _seed: idle.run(at, timers=_of(100_000, scale))),
    "points": (KINDS, lambda at, scale, _seed: points.run(at, times=_of(20, scale))),
    "full_disk": (
        ("sqlite",),
        lambda at, scale, seed: full_disk.run(at, rounds=_of(20, scale), seed=seed),
    ),
    "restores": (
        KINDS,
        lambda at, scale, seed: restores.run(
            at, times=_of(20, scale), cases=_of(2000, scale), seed=seed
        ),
    ),
    "writers": (KINDS, lambda at, scale, _seed: writers.run(at, steps=_of(100_000, scale))),
    "rush": (
        ("postgresql",),
        lambda at, scale, _seed: rush.run(at, timers=_of(10_000, scale), workers=4),
    ),
    "kills": (KINDS, _kills),
}


def main() -> int:
    """Run what is asked for; tell whether all of it was right."""
    asked = argparse.ArgumentParser(prog="python -m tests.soak", description=__doc__)
    asked.add_argument("names", nargs="*", metavar="NAME", help=" ".join(SOAKS))
    asked.add_argument("--scale", type=float, default=1.0, help="1: the figures of the issue")
    asked.add_argument("--seed", type=int, default=secrets.randbits(32))
    asked.add_argument("--database", choices=KINDS, help="only this kind")
    options = asked.parse_args()
    if unknown := set(options.names) - SOAKS.keys():
        asked.error(f"there is no {', '.join(sorted(unknown))}; there are {' '.join(SOAKS)}")
    wrong = 0
    for name in options.names or SOAKS:
        kinds, soak = SOAKS[name]
        for kind in kinds if options.database is None else {options.database} & set(kinds):
            figures = _run(soak, kind, options)
            sys.stdout.write(json.dumps({"soak": name} | figures, ensure_ascii=False) + "\n")
            sys.stdout.flush()
            wrong += not figures["ok"]
    return 1 if wrong else 0


def _run(soak: Soak, kind: str, options: argparse.Namespace) -> dict[str, Any]:
    with tempfile.TemporaryDirectory(prefix="xiaohao-soak-") as folder:
        try:
            with ground(kind, Path(folder)) as place:
                return soak(place, options.scale, options.seed)
        except CannotMount as reason:
            return {"database": kind, "left_out": str(reason), "ok": True}


if __name__ == "__main__":
    sys.exit(main())
