"""Processes that work until they are killed, and say what was acknowledged to them.

What a child has done it writes to a file of its own only after the service has returned: so much
was promised. Nothing of it may be lost, whatever happens to the child.
"""

import multiprocessing
import os
import random
import signal
import sys
import time
import traceback
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any

from sqlalchemy import func, select

from app import scheduler
from app.cli import cli
from app.clock import travel, utcnow
from app.db import db
from app.domain.case import Case
from app.domain.errors import DomainError, Unavailable
from app.domain.process import Task
from app.services import deliveries
from tests.cast import Cast
from tests.soak.places import program

#: Children are forked from a process that has imported everything and opened nothing.
_context = multiprocessing.get_context("forkserver")
_context.set_forkserver_preload(["tests.soak.crew"])


#: Between two errors of a file.
_END = "\n----\n"


@dataclass(frozen=True)
class Post:
    """Where a child works, and what it is given."""

    url: str
    folder: Path
    #: The child's own name: of its files, and of what it opens.
    name: str
    options: dict[str, Any] = field(default_factory=dict)

    def tell(self, *words: str) -> None:
        """Note that something was acknowledged, in one write."""
        with (self.folder / f"{self.name}.told").open("ab", buffering=0) as file:
            file.write((" ".join(words) + "\n").encode())

    def fault(self) -> None:
        """Note an error that should not have come up."""
        with (self.folder / f"{self.name}.faults").open("a", encoding="utf-8") as file:
            file.write(traceback.format_exc() + _END)


def walker(post: Post, seed: int) -> None:
    """Open cases until there are enough, and complete tasks at random."""
    chance = random.Random(seed)
    with program(post.url, post.folder):
        cast = Cast(None)
        while True:
            patiently(post, lambda: _one_thing(post, cast, chance))


def _one_thing(post: Post, cast: Cast, chance: random.Random) -> None:
    if chance.random() < 0.25 and _fewer_than(post.options["cases"]):
        token = f"{post.name}-{chance.getrandbits(64):x}"
        case = cast.open_case(problem=token, number=token, issued_on=_some_day(chance))
        post.tell("opened", case.number)
        return
    last = db.session.scalar(select(func.max(Task.id))) or 1
    query = select(Task).where(Task.closed_at.is_(None), Task.id >= chance.randint(1, last))
    task = db.session.scalars(query.order_by(Task.id).limit(1)).first()
    if task is not None and task.case_id is not None:
        task_id = task.id
        cast.completes(task)
        post.tell("completed", str(task_id))


def _some_day(chance: random.Random) -> date:
    return utcnow().date() - timedelta(days=chance.randint(0, 30))


def _fewer_than(count: int) -> bool:
    return (db.session.scalar(select(func.count(Case.id))) or 0) < count


def patiently(post: Post, act: Callable[[], object]) -> None:
    """Do something; a refusal is no promise, an outage passes, anything else is a fault."""
    try:
        act()
    except Unavailable:
        time.sleep(0.05)
    except DomainError:
        pass
    except Exception:
        post.fault()
    finally:
        with suppress(Unavailable):
            db.session.remove()


def clockwork(post: Post, seed: int) -> None:
    """Sweep like the scheduler, with a clock so far ahead that there is always something due."""
    ahead = timedelta(days=random.Random(seed).randint(5, post.options["ahead"]))
    with program(post.url, post.folder), travel() as move_to:
        while True:
            move_to(datetime.now(UTC) + ahead)
            patiently(post, scheduler.sweep)
            patiently(post, deliveries.sweep)
            time.sleep(0.05)


def web(post: Post, _seed: int) -> None:
    """Serve, as ``xiaohao serve`` does."""
    os.environ |= {
        "XIAOHAO_DATABASE_URL": post.url,
        "XIAOHAO_INSTANCE": str(post.folder),
        "PORT": str(post.options["port"]),
        "DEMO": "0",
    }
    cli.main(["serve"], standalone_mode=False)


class Crew:
    """The children; each is known by its process, and only those are ever killed."""

    def __init__(self, seed: int) -> None:
        self.chance = random.Random(seed)
        self._at_work: list[tuple[Callable[[Post, int], None], Post, BaseProcess]] = []

    def add(self, role: Callable[[Post, int], None], post: Post) -> None:
        """Set one more to work."""
        self._at_work.append((role, post, self._start(role, post)))

    def _start(self, role: Callable[[Post, int], None], post: Post) -> BaseProcess:
        child = _context.Process(
            target=_run, args=(role, post, self.chance.getrandbits(32)), daemon=True
        )
        child.start()
        return child

    def kill_one(self) -> str:
        """Kill a child at random and put another in its place; return what it did.

        A server takes seconds to come up; killed as often as the others it would never serve.
        """
        weights = [1 if role is web else 5 for role, _, _ in self._at_work]
        index = self.chance.choices(range(len(weights)), weights)[0]
        role, post, child = self._at_work[index]
        child.kill()
        child.join()
        self._at_work[index] = (role, post, self._start(role, post))
        return role.__name__

    def dismiss(self) -> None:
        """Kill all."""
        for _, _, child in self._at_work:
            child.kill()
            child.join()
        self._at_work.clear()


def _run(role: Callable[[Post, int], None], post: Post, seed: int) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    log = os.open(post.folder / f"{post.name}.log", os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    for stream in (1, 2):
        os.dup2(log, stream)
    while True:
        try:
            role(post, seed)
        except Unavailable:
            time.sleep(0.2)  # there was no database to begin with
        except Exception:
            post.fault()
            sys.exit(1)


def alone(role: Callable[[Post, int], None], post: Post) -> None:
    """Have one child do something, and wait until it is done or dead."""
    child = _context.Process(target=_run, args=(role, post, 0))
    child.start()
    child.join()


def told(folder: Path) -> Iterator[list[str]]:
    """Yield everything that was acknowledged to anybody."""
    for file in folder.glob("*.told"):
        with suppress(FileNotFoundError):
            yield from (line.split() for line in file.read_text().splitlines())


def faults(folder: Path) -> list[str]:
    """Return the errors that should not have come up, the last line of each."""
    found = (file.read_text(encoding="utf-8") for file in folder.glob("*.faults"))
    return [one.strip().splitlines()[-1] for text in found for one in text.split(_END) if one]
