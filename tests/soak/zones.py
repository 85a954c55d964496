"""Wherever the machine thinks it stands, deadlines are Beijing's."""

import json
import os
import subprocess
import sys
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import select

from app import scheduler
from app.clock import LOCAL, travel
from app.db import db
from app.domain.process import Timer
from tests.cast import PLANNING, Cast
from tests.soak.places import Ground, program

ZONES = ("UTC", "Asia/Shanghai", "America/New_York")
#: Around midnights, both nights on which New York changes its clocks, a leap day, a long holiday.
MOMENTS = (
    "2024-02-28T23:59:00",
    "2024-02-29T00:30:00",
    "2026-03-08T15:30:00",
    "2026-09-30T23:30:00",
    "2026-11-01T13:30:00",
    "2026-12-31T23:59:59",
)


def run(ground: Ground) -> dict[str, Any]:
    """Open and work on the same cases in each zone; compare what is due when."""
    said = {zone: _in(zone, ground) for zone in ZONES}
    return {
        "database": ground.kind,
        "zones": list(ZONES),
        "deadlines": len(said["UTC"]),
        "ok": len(said["UTC"]) > 0 and all(one == said["UTC"] for one in said.values()),
    }


def _in(zone: str, ground: Ground) -> list[Any]:
    name = zone.replace("/", "_").lower()
    command = [sys.executable, "-m", "tests.soak.zones", ground.database(name), name]
    environ = {**os.environ, "TZ": zone, "SOAK_FOLDER": str(ground.instance(name))}
    done = subprocess.run(command, env=environ, capture_output=True, text=True, check=True)
    return list(json.loads(done.stdout.splitlines()[-1]))


def deadlines() -> list[list[Any]]:
    """Open a case at each moment, take it to the work, let a month pass; return every clock."""
    cast = Cast(None)
    with travel() as move_to:
        for moment in MOMENTS:
            at = datetime.fromisoformat(moment).replace(tzinfo=LOCAL)
            move_to(at)
            number = f"{at:%Y-%m-%d-%H%M%S}"
            case = cast.open_case(number=number, issued_on=at.date())
            cast.walks(case, *PLANNING)
            cast.open_case(number=f"{number}-B", issued_on=at.date())
        scheduler.sweep()
    query = select(Timer).order_by(Timer.id)
    return [
        [one.key, one.rule, one.base.isoformat(), one.due_at.isoformat(), one.state.value]
        for one in db.session.scalars(query)
    ]


if __name__ == "__main__":
    with program(sys.argv[1], Path(os.environ["SOAK_FOLDER"])):
        sys.stdout.write(json.dumps(deadlines()) + "\n")
