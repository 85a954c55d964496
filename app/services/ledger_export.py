"""Taking the ledger away: at once while it is short, by a job that keeps a file when it is long."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from functools import partial
from io import BytesIO
from pathlib import Path
from typing import IO, Any

from sqlalchemy import delete, insert, or_, select

from app.clock import LOCAL, utcnow
from app.db import db, transaction
from app.domain.errors import NotFound, Sentence
from app.domain.export import ExportPiece
from app.domain.job import Job
from app.domain.people import Actor, User
from app.domain.vocabulary import JobState
from app.services import jobs, ledger_csv, ledger_lists
from app.services._files import disk_may_fill
from app.services.jobs import Order, Progress, Result
from app.services.ledger_bookkeeping import MOST_ROWS
from app.services.ledger_entries import Entry
from app.services.ledger_fields import COLUMNS, Column
from app.services.ledger_lists import Asking
from app.services.ledger_workbook import LedgerBook, Origin

KIND = "export_ledger"
#: More lines than that are written by a job.
AT_ONCE = 3_000
#: How long a file waits for whoever had it written.
KEPT_FOR = timedelta(days=1)
_PIECE = 512 * 1024

Batches = Iterator[list[Entry]]
#: Is told how many lines are written.
Note = Callable[[int], None]


class Format(StrEnum):
    """What kind of file."""

    XLSX = "xlsx"
    CSV = "csv"


@dataclass(frozen=True, slots=True)
class File:
    """An export that is ready: what to call it, and what it holds."""

    name: str
    #: Whoever sends it closes it.
    content: IO[bytes]


def editable(actor: Actor | None) -> frozenset[str]:
    """Return the columns that *actor* may change in a workbook and bring back."""
    if actor is None:
        return frozenset()
    return frozenset(column.key for column in COLUMNS if may_change(column, actor))


def may_change(column: Column, actor: Actor) -> bool:
    """Tell whether *actor* may change a column of some case at all."""
    return not column.editors.isdisjoint(actor.roles)


def take_away(asking: Asking, kind: Format, actor: Actor) -> Job | None:
    """Start a job that writes the ledger; ``None`` if it is short enough to wait for."""
    short = ledger_lists.count(actor, asking, most=AT_ONCE) <= AT_ONCE
    return None if short else start(asking, kind, actor)


def start(asking: Asking, kind: Format, actor: Actor) -> Job:
    """Start a job that writes the ledger."""
    asked = ledger_lists.written(asking)
    params = {"asked": asked, "format": kind.value, "file": name_of(asking, kind)}
    return jobs.start(Order(kind=KIND, params=params, actor=actor))


def name_of(asking: Asking, kind: Format) -> str:
    """Return what the file is called."""
    day = utcnow().astimezone(LOCAL).strftime("%Y%m%d-%H%M")
    return f"{asking.shape.layout.name}-{day}.{kind.value}"


def write(
    target: Path, asking: Asking, kind: Format, actor: Actor | None, *, note: Note | None = None
) -> int:
    """Write all lines that *actor* may see to *target*; return how many.

    Whoever has no actor is at the terminal and sees everything.
    """
    with disk_may_fill():
        written = _Counted(ledger_lists.batches(actor, asking), note)
        if kind is Format.CSV:
            with target.open("wb") as file:
                file.writelines(ledger_csv.lines(asking.shape, written))
        else:
            _write_book(target, asking, actor, written)
    return written.count


def _write_book(target: Path, asking: Asking, actor: Actor | None, batches: Batches) -> None:
    returns = ledger_lists.count(actor, asking, most=MOST_ROWS) <= MOST_ROWS
    origin = Origin(
        at=utcnow(),
        by=actor.name if actor else "",
        open_to=editable(actor) & set(asking.shape.keys) if returns else frozenset(),
        is_long=not returns,
    )
    book = LedgerBook(target, asking.shape, origin)
    for batch in batches:
        book.add(batch)
    book.close()


class _Counted(Iterator[list[Entry]]):
    """Batches on their way, counted."""

    def __init__(self, batches: Batches, note: Note | None) -> None:
        self._batches, self._note = batches, note
        self.count = 0

    def __next__(self) -> list[Entry]:
        if self._note is not None:
            self._note(self.count)
        batch = next(self._batches)
        self.count += len(batch)
        return batch


def at_once(asking: Asking, kind: Format, actor: Actor) -> BytesIO:
    """Return the file itself, of a ledger that is short enough to wait for."""
    with tempfile.TemporaryDirectory() as folder:
        target = Path(folder) / "ledger"
        write(target, asking, kind, actor)
        return BytesIO(target.read_bytes())


@jobs.job(KIND, label="导出台账", counted="已写入 %(amount)s 行")
def export_ledger(params: Mapping[str, Any], progress: Progress) -> Result:
    """Write the ledger that was asked for into a file that is kept for a day."""
    actor = Actor.of(db.session.get_one(User, progress.made_by_id))
    asking, kind = ledger_lists.read(params["asked"]), Format(params["format"])
    with tempfile.TemporaryDirectory() as folder:
        target = Path(folder) / "ledger"
        count = write(target, asking, kind, actor, note=progress)
        _keep(progress, target, count)
    progress(count, count)
    told = Sentence("已导出 %(count)s 行，文件保留一天。", count=count)
    return Result(told)


def _keep(progress: Progress, path: Path, count: int) -> None:
    """Put the file where every host finds it, piece by piece; forget what nobody came for."""
    at, own = utcnow(), ExportPiece.job_id == progress.job_id
    with transaction() as session:
        session.execute(delete(ExportPiece).where(or_(own, ExportPiece.written_at < at - KEPT_FOR)))
    with path.open("rb") as file:
        for place, content in enumerate(iter(partial(file.read, _PIECE), b"")):
            progress(count)
            with transaction() as session:
                piece = {"place": place, "written_at": at, "content": content}
                session.execute(insert(ExportPiece).values(job_id=progress.job_id, **piece))


def file_of(job_id: int, actor: Actor) -> File:
    """Return what a job has written for *actor*.

    Raises:
        NotFound: it is none of the actor's, not done yet, or the file is gone.
    """
    job = jobs.get(job_id, actor)
    if job.kind != KIND or job.state is not JobState.DONE or job.made_by_id != actor.id:
        raise NotFound
    places = select(ExportPiece.place).filter_by(job_id=job_id).order_by(ExportPiece.place)
    kept = places.where(ExportPiece.written_at >= utcnow() - KEPT_FOR)
    found = db.session.scalars(kept).all()
    if not found:
        raise NotFound("文件已过期删除，请重新导出。")
    return File(job.params["file"], _together(job_id, found))


def _together(job_id: int, places: Iterable[int]) -> IO[bytes]:
    file = tempfile.TemporaryFile()  # noqa: SIM115 - it is open until it was sent
    for place in places:
        query = select(ExportPiece.content).filter_by(job_id=job_id, place=place)
        file.write(db.session.scalars(query).one())
    file.seek(0)
    return file
