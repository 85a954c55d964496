"""Kill whoever works, again and again, and stop the database under them; then look what is left."""

import time
from datetime import timedelta
from typing import Any

from sqlalchemy import func, select

from app.db import db
from app.domain.case import Case
from app.domain.process import Submission, Timer
from tests.soak import crew, proofs
from tests.soak.clients import Client, free_port
from tests.soak.places import Ground, program

#: Days that the clocks of those who sweep are ahead, at most.
AHEAD = 60


def run(ground: Ground, *, seed: int, cases: int, kills: int, stops: int = 0) -> dict[str, Any]:
    """Have a crew work on one database while its members die; return what was found."""
    url, folder = ground.database("kills"), ground.instance("kills")
    started, workers, web = time.monotonic(), crew.Crew(seed), free_port()
    options = {"cases": cases, "ahead": AHEAD, "port": web}
    for name in ("walker1", "walker2"):
        workers.add(crew.walker, crew.Post(url, folder, name, options))
    workers.add(crew.clockwork, crew.Post(url, folder, "clockwork", options))
    workers.add(crew.web, crew.Post(url, folder, "web", options))
    try:
        with Client(web, crew.Post(url, folder, "client")):
            killed = _kill(ground, workers, kills=kills, stops=stops)
            _wait_for(url, folder, cases)
    finally:
        workers.dismiss()
    return {
        "database": ground.kind,
        "seed": seed,
        "kills": killed,
        "stops": stops,
        "seconds": round(time.monotonic() - started),
        **_look(url, folder),
    }


def _kill(ground: Ground, workers: crew.Crew, *, kills: int, stops: int) -> dict[str, int]:
    """Kill one after the other; between them stop the database, evenly spread."""
    killed: dict[str, int] = {}
    for number in range(1, kills + 1):
        time.sleep(workers.chance.uniform(0.05, 0.6))
        role = workers.kill_one()
        killed[role] = killed.get(role, 0) + 1
        if stops and ground.server and number * stops // kills > (number - 1) * stops // kills:
            ground.server.stop()
            time.sleep(workers.chance.uniform(0, 2))
            ground.server.start()
    return killed


def _wait_for(url: str, folder: Any, cases: int) -> None:
    """Let the crew go on until there is as much work as was wanted."""
    with program(url, folder):
        while (db.session.scalar(select(func.count(Case.id))) or 0) < cases:
            db.session.rollback()
            time.sleep(0.5)


def _look(url: str, folder: Any) -> dict[str, Any]:
    """Let what is due by the latest clock happen, and prove the rest."""
    with program(url, folder):
        proofs.settle(timedelta(days=AHEAD, hours=1))
        told = list(crew.told(folder))
        proof = proofs.prove(told)
        count = {
            name: db.session.scalar(select(func.count()).select_from(table).where(*where))
            for name, table, where in (
                ("cases", Case, ()),
                ("submissions", Submission, ()),
                ("fired", Timer, (Timer.fired_at.is_not(None),)),
            )
        }
    faults = crew.faults(folder)
    return count | {
        "acknowledged": len(told),
        **proof.figures(),
        "faults": len(faults),
        **({"first_faults": sorted(set(faults))[:5]} if faults else {}),
        "ok": bool(proof) and not faults,
    }
