"""Back up while everybody works, restore onto an empty machine, and look: again and again."""

import time
from datetime import timedelta
from pathlib import Path
from typing import Any

from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import func, select
from sqlalchemy.engine import make_url

from app.cli.setup import ROOT
from app.db import db
from app.domain.process import Timer
from app.domain.vocabulary import TimerState
from app.services import backups, restoring
from tests import postgres
from tests.soak import crew, proofs
from tests.soak.places import Ground, program

#: Days that the clock of those who sweep is ahead, at most.
AHEAD = 30


def run(ground: Ground, *, times: int, cases: int, seed: int) -> dict[str, Any]:
    """Back up and restore *times* times while a crew works; return what was found."""
    url, folder = ground.database("busy"), ground.instance("busy")
    hands, found = crew.Crew(seed), []
    options = {"cases": cases, "ahead": AHEAD}
    for name in ("walker1", "walker2"):
        hands.add(crew.walker, crew.Post(url, folder, name, options))
    hands.add(crew.clockwork, crew.Post(url, folder, "clockwork", options))
    try:
        for number in range(times):
            time.sleep(hands.chance.uniform(0.5, 2))
            found.append(_once(ground, url, f"restored{number}"))
    finally:
        hands.dismiss()
    faults = crew.faults(folder)
    return {
        "database": ground.kind,
        "seed": seed,
        "restores": times,
        "whole": sum(one["whole"] for one in found),
        "acknowledged": found[-1]["acknowledged"],
        "largest_mb": max(one["mb"] for one in found),
        "slowest_backup_s": max(one["backup_s"] for one in found),
        "slowest_restore_s": max(one["restore_s"] for one in found),
        "wrong": [one["proof"] for one in found if not one["whole"]][:3],
        "faults": faults[:5],
        "ok": all(one["whole"] for one in found) and not faults,
    }


def _once(ground: Ground, url: str, name: str) -> dict[str, Any]:
    """What was acknowledged before the backup began must be in what is restored from it."""
    folder, file = ground.instance("busy"), ground.folder / f"{name}.zip"
    told, started = list(crew.told(folder)), time.monotonic()
    with program(url, folder):
        made = backups.write(file)
    done = time.monotonic()
    with program(_empty(ground, name), ground.instance(name)):
        restoring.restore(file, ground.instance(name), revisions=_revisions())
        restored, armed = time.monotonic(), _armed()
        proofs.settle(timedelta(days=AHEAD))
        proof = proofs.prove(told)
    mb = round(file.stat().st_size / 1e6, 2)
    file.unlink()
    return {
        "whole": bool(proof) and armed == made.armed_timers,
        "proof": proof.figures() | {"armed": [armed, made.armed_timers]},
        "acknowledged": len(told),
        "mb": mb,
        "backup_s": round(done - started, 2),
        "restore_s": round(restored - done, 2),
    }


def _empty(ground: Ground, name: str) -> str:
    """Return the address of a database in which there is nothing."""
    ground.instance(name).mkdir()
    if ground.server is None:
        return f"sqlite:///{ground.instance(name) / 'xiaohao.db'}"
    url = make_url(postgres.create(ground.server.url, f"soak_{name}"))
    return url.render_as_string(hide_password=False)


def _revisions() -> set[str]:
    config = Config()
    config.set_main_option("script_location", str(Path(ROOT) / "migrations"))
    return {one.revision for one in ScriptDirectory.from_config(config).walk_revisions()}


def _armed() -> int:
    query = select(func.count(Timer.id)).where(Timer.state == TimerState.ARMED)
    return db.session.scalar(query) or 0
