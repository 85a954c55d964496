"""Backups: made while everybody goes on working."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from app.clock import utcnow
from app.db import db
from app.domain.evidence import Evidence
from app.domain.history import Event
from app.domain.process import Timer
from app.domain.vocabulary import TimerState
from app.services import evidence, history
from app.services._backup import loading, snapshots
from app.services._backup.archive import (
    CHUNK,
    DATABASES,
    KEY,
    Archive,
    Heads,
    Manifest,
    Note,
    Writer,
    fresh,
)
from config import VERSION

__all__ = ["Manifest", "Progress", "begun", "check", "heads", "write"]


class Progress:
    """How many bytes there are and how many were dealt with; whoever shows it overrides both."""

    def begin(self, total: int) -> None:
        """Learn how many bytes there will be, about."""

    def advance(self, size: int) -> None:
        """Learn that some were dealt with."""


def write(
    target: Path, *, replace: bool = False, key: str | None = None, progress: Progress | None = None
) -> Manifest:
    """Write database and evidence as they are at this moment into one new file.

    With *key*, the secret key of the sessions goes in too.

    Raises:
        BackupRefused: the file is there already, or the database can't be read whole.
        StorageFull: there was no room; no half file stays behind.
    """
    note = begun(progress, snapshots.size() + _evidence_size(db.session()))
    with (
        fresh(target, replace=replace) as file,
        snapshots.snapshot(target, note) as moment,
        Writer(file) as writer,
    ):
        member = DATABASES[db.engine.dialect.name]
        writer.add(member, _noted(moment.chunks, note), packed=moment.packed)
        unsound = list(_add_evidence(writer, moment.session, note))
        if key is not None:
            writer.add(KEY, [key.encode()])
        manifest = _describe(moment.session, writer.members, unsound)
        writer.finish(manifest)
    return manifest


def begun(progress: Progress | None, total: int) -> Note:
    """Tell *progress* of the total; return what is to be told of each stretch."""
    progress = progress or Progress()
    progress.begin(total)
    return progress.advance


def _noted(chunks: Iterator[bytes], note: Note) -> Iterator[bytes]:
    for chunk in chunks:
        note(len(chunk))
        yield chunk


def _evidence_size(session: Session) -> int:
    return session.scalar(select(func.sum(Evidence.size))) or 0


def _add_evidence(writer: Writer, session: Session, note: Note) -> Iterator[str]:
    """Add every file that the snapshot knows; yield the names of those that are not sound."""
    store = evidence.files()
    query = select(Evidence.stored_as, Evidence.sha256).order_by(Evidence.id)
    for name, sha256 in session.execute(query):
        path = store.path_of(name)
        if not path.is_file():
            if _is_still_known(name):
                yield name
            continue
        member = f"evidence/{path.relative_to(store.root).as_posix()}"
        if writer.add(member, _noted(_bytes_of(path), note)) != sha256:
            yield name


def _is_still_known(name: str) -> bool:
    """Tell whether a file is one of the present: loose ones may be thrown away meanwhile."""
    with db.engine.connect() as now:
        return now.scalar(select(Evidence.id).filter_by(stored_as=name)) is not None


def _bytes_of(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        while chunk := file.read(CHUNK):
            yield chunk


def _describe(session: Session, members: dict[str, str], unsound: list[str]) -> Manifest:
    armed = select(func.count(Timer.id)).where(Timer.state == TimerState.ARMED)
    return Manifest(
        version=VERSION,
        database=db.engine.dialect.name,
        revision=session.scalar(text("SELECT version_num FROM alembic_version")) or "",
        created_at=utcnow().isoformat(timespec="seconds"),
        counts=loading.counts(session),
        armed_timers=session.scalar(armed) or 0,
        history=heads(session, session.scalar(select(func.max(Event.id))) or 0),
        members=members,
        unsound=unsound,
    )


def heads(session: Session, last: int) -> Heads:
    """Return the heads of all chains as of the event *last*."""
    cases, events, sealed = history.digest(session, last)
    return Heads(cases=cases, events=events, last_event_id=last, hash=sealed)


def check(source: Path, *, progress: Progress | None = None) -> Manifest:
    """Read a backup to its end and compare every SHA-256; nothing is changed.

    Raises:
        BackupRefused: it is cut off, or a member, which is named, isn't what was written.
    """
    with Archive(source) as archive:
        note = begun(progress, archive.size)
        for name in archive.manifest.members:
            for _ in archive.chunks(name, note):
                pass
        return archive.manifest
