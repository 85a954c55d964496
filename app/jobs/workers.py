"""A worker process: takes from the queue until it is stopped, whatever the database does."""

from __future__ import annotations

import asyncio
import logging
import signal
from typing import Any

from flask import Flask
from procrastinate import App

from app.jobs.queue import Errands
from app.services import deadlines, jobs, workers

log = logging.getLogger(__name__)

#: Who works on what, and how much at once. One process sweeps once at a time.
CREWS: tuple[dict[str, Any], ...] = (
    {"queues": ["deadlines"], "concurrency": 1},
    {"queues": ["notices"], "concurrency": 1},
    {"queues": ["jobs"], "concurrency": 2},
)
#: Seconds that work in hand has to end by itself when the worker stops; then jobs are handed back.
PATIENCE = 10
#: Seconds between signs of life, and before a new attempt when the database is away.
PULSE = 5


class WorkForce:
    """The crews of one process."""

    def __init__(self, app: Flask) -> None:
        self._app = app
        self._stop = asyncio.Event()

    def run(self) -> None:
        """Work until SIGTERM or SIGINT."""
        asyncio.run(self._run())

    async def _run(self) -> None:
        for number in (signal.SIGTERM, signal.SIGINT):
            asyncio.get_running_loop().add_signal_handler(number, self._stop.set)
        errands = Errands(self._app)
        pulse = asyncio.create_task(self._pulse(errands))
        while not self._stop.is_set():
            try:
                await self._work(errands)
            except Exception:
                log.exception("the queue is out of reach; trying again in %s seconds", PULSE)
                await self._wait(PULSE)
            errands = Errands(self._app)
        await pulse
        await errands.here(workers.left)

    async def _wait(self, seconds: float) -> None:
        """Wait, but no longer than until somebody stops us."""
        try:
            await asyncio.wait_for(self._stop.wait(), seconds)
        except TimeoutError:
            return

    async def _pulse(self, errands: Errands) -> None:
        """Say that this worker is there."""
        while not self._stop.is_set():
            try:
                await errands.here(workers.seen)
            except Exception as error:
                log.warning("no sign of life could be given: %s", error)
            await self._wait(PULSE)

    async def _work(self, errands: Errands) -> None:
        """Run all crews until one of them ends, which it does when its connection is lost."""
        async with errands.queue.open_async():
            crews = [asyncio.create_task(_crew(errands.queue, crew)) for crew in CREWS]
            stopped = asyncio.create_task(self._stop.wait())
            await asyncio.wait([*crews, stopped], return_when=asyncio.FIRST_COMPLETED)
            for task in (*crews, stopped):
                task.cancel()  # for a crew: take nothing new, end what is in hand
            _, slow = await asyncio.wait(crews, timeout=PATIENCE)
            if slow and self._stop.is_set():
                jobs.stop()
            if slow:
                await asyncio.wait(slow)
        for crew in crews:
            if not crew.cancelled():
                crew.result()


async def _crew(queue: App, crew: dict[str, Any]) -> None:
    await queue.run_worker_async(
        **crew,
        name=f"{deadlines.worker_name()} {crew['queues'][0]}",
        fetch_job_polling_interval=PULSE,
        delete_jobs="always",
        install_signal_handlers=False,
    )
