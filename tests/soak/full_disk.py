"""A disk that fills under a running server: a clear 503, nothing lost, and on again by itself."""

import os
import shutil
import time
import urllib.request
from collections import Counter
from contextlib import suppress
from pathlib import Path
from typing import Any

from tests.soak import crew, proofs
from tests.soak.clients import Client, free_port
from tests.soak.places import Ground, program, small_disk


def run(ground: Ground, *, rounds: int, seed: int) -> dict[str, Any]:
    """Fill and clear the disk of a serving program *rounds* times; SQLite only."""
    disk = ground.folder / "disk"
    with small_disk(disk, kilobytes=24 * 1024):
        url = _moved(ground, disk)
        hands, port = crew.Crew(seed), free_port()
        post = crew.Post(url, disk, "web", {"port": port})
        client = Client(port, crew.Post(url, ground.folder, "client"))
        hands.add(crew.web, post)
        try:
            with client:
                pages = [_round(client, disk, port) for _ in range(rounds)]
        finally:
            hands.dismiss()
        with program(url, disk):
            proof = proofs.prove(crew.told(ground.folder))
    told = sum(1 for _ in crew.told(ground.folder))
    faults = crew.faults(ground.folder)
    return {
        "database": ground.kind,
        "rounds": rounds,
        "statuses": dict(client.statuses),
        "pages": dict(sum(pages, Counter())),
        "acknowledged": told,
        **proof.figures(),
        "faults": faults[:5],
        "ok": bool(proof)
        and not faults
        and set(client.statuses) <= {200, 201, 503}
        and client.statuses[503] > 0,
    }


def _moved(ground: Ground, disk: Path) -> str:
    file = Path(ground.database("full").removeprefix("sqlite:///"))
    shutil.move(file, disk / "xiaohao.db")
    return f"sqlite:///{disk / 'xiaohao.db'}"


def _round(client: Client, disk: Path, port: int) -> Counter[int]:
    """Fill the disk until the client is refused, look at a page, make room until it is served."""
    _until(client, 201)
    ballast = disk / "ballast"
    with ballast.open("wb", buffering=0) as file, suppress(OSError):
        while True:
            file.write(b"\0" * 65536)
    _until(client, 503)
    pages = Counter([_page(port)])
    os.unlink(ballast)
    _until(client, 201)
    return pages


def _until(client: Client, status: int) -> None:
    """Wait until the client is answered so, anew."""
    before, patience = client.statuses[status], time.monotonic() + 60
    while client.statuses[status] < before + 3:
        if time.monotonic() > patience:
            raise TimeoutError(f"no {status} in a minute: {dict(client.statuses)}")
        time.sleep(0.05)


def _page(port: int) -> int:
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/login", timeout=20) as answer:
        return int(answer.status)
