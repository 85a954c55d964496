"""Evidence: taking in files, showing them to whom they concern, spotting the same file twice."""

import re
import unicodedata
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path, PurePath, PureWindowsPath
from typing import BinaryIO

from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlalchemy.orm import Session

from app.clock import utcnow
from app.db import db, transaction
from app.domain.case import Case
from app.domain.errors import Invalid, NotFound, TooLarge
from app.domain.evidence import Evidence
from app.domain.people import Actor
from app.domain.process import Task
from app.services import _content
from app.services._files import FileStore, Received
from app.services._scope import of_standalone, visible

MEGABYTE = 1024 * 1024
#: Of one file, in bytes.
LARGEST = 50 * MEGABYTE
#: Of all files that one person uploads within a day without submitting them.
MOST_LOOSE = 500 * MEGABYTE
LONGEST_NAME = 200

_CHUNK = 64 * 1024
_stores: list[FileStore] = []


def configure(root: Path) -> None:
    """Keep files under *root* from now on; it must not be served by the web server."""
    _stores[:] = [FileStore(root)]


def files() -> FileStore:
    """Return the store itself, for backups."""
    return _store()


def store(stream: BinaryIO, name: str, actor: Actor, *, size_hint: int | None = None) -> Evidence:
    """Take in a file; its uploader alone sees it until a form that holds it is submitted.

    Raises:
        Invalid: it is none of the types that are taken, or could do harm when it is opened.
        TooLarge: it is too large, or unpacks to too much; no more of it is read than needed.
    """
    if size_hint is not None and size_hint > LARGEST:
        raise _too_large()
    shown = _shown(name)
    head = stream.read(_CHUNK)
    kind = _content.recognise(shown, head)
    with _store().receiving(_counted(head, stream)) as received:
        kind.check(received.path)
        return _keep(received, shown, kind.media_type, actor)


def _counted(head: bytes, stream: BinaryIO) -> Iterator[bytes]:
    size, chunk = 0, head
    while chunk:
        size += len(chunk)
        if size > LARGEST:
            raise _too_large()
        yield chunk
        chunk = stream.read(_CHUNK)


def _too_large() -> TooLarge:
    return TooLarge("单个文件不超过 %(most)s MB。", most=LARGEST // MEGABYTE)


def _keep(received: Received, name: str, media_type: str, actor: Actor) -> Evidence:
    """Enter the file in the database; it is kept only if that succeeds."""
    stored_as = ""
    try:
        with transaction() as session:
            at = utcnow()
            _check_quota(session, actor, received.size, at)
            stored_as = _store().keep(received)
            made = Evidence(
                stored_as=stored_as,
                name=name,
                media_type=media_type,
                size=received.size,
                sha256=received.sha256,
                uploaded_at=at,
                uploaded_by_id=actor.id,
            )
            session.add(made)
            session.flush()
    except BaseException:
        if stored_as:
            _store().remove(stored_as)
        raise
    return made


def _check_quota(session: Session, actor: Actor, size: int, at: datetime) -> None:
    query = select(func.sum(Evidence.size)).where(
        Evidence.uploaded_by_id == actor.id,
        Evidence.task_id.is_(None),
        Evidence.uploaded_at > at - timedelta(days=1),
    )
    if (session.scalar(query) or 0) + size > MOST_LOOSE:
        raise TooLarge(
            "您今天上传而未提交的材料已超过 %(most)s MB，请先提交。", most=MOST_LOOSE // MEGABYTE
        )


def open_file(evidence_id: int, actor: Actor) -> tuple[Evidence, Path]:
    """Return a file and where it lies.

    Raises:
        NotFound: there is none, or it is none of the actor's business.
    """
    found = db.session.scalars(
        select(Evidence).where(Evidence.id == evidence_id, _may_see(actor))
    ).first()
    if found is None:
        raise NotFound
    path = _store().path_of(found.stored_as)
    if not path.is_file():
        raise NotFound("“%(name)s”的文件不在存储中，请联系系统管理员。", name=found.name)
    return found, path


def same_elsewhere(evidence: Evidence, actor: Actor) -> list[str]:
    """List the numbers of other cases that hold the very same file, as far as *actor* sees them."""
    query = (
        select(Case.number)
        .join(Evidence, Evidence.case_id == Case.id)
        .where(Evidence.sha256 == evidence.sha256, visible(actor))
        .distinct()
        .order_by(Case.number)
    )
    if evidence.case_id is not None:
        query = query.where(Case.id != evidence.case_id)
    return list(db.session.scalars(query))


def _may_see(actor: Actor) -> ColumnElement[bool]:
    own = and_(Evidence.case_id.is_(None), Evidence.uploaded_by_id == actor.id)
    of_case = Evidence.case_id.in_(select(Case.id).where(visible(actor)))
    tasks = select(Task.id).where(Task.case_id.is_(None), of_standalone(Task.process_id, actor))
    return or_(own, of_case, Evidence.task_id.in_(tasks))


def _shown(name: str) -> str:
    """Return the user's name for a file, fit to be shown: no folders, no invisible characters."""
    last = PureWindowsPath(name.replace("\0", "")).name  # takes both kinds of slashes
    plain = "".join(c for c in last if unicodedata.category(c)[0] != "C")
    plain = re.sub(r"\s+", " ", plain).strip()
    suffix = PurePath(plain).suffix
    if not suffix or plain == suffix:
        raise Invalid("文件名须有扩展名，如“整改照片.jpg”。")
    return plain[: LONGEST_NAME - len(suffix)].removesuffix(suffix) + suffix


def _store() -> FileStore:
    if not _stores:
        raise RuntimeError("evidence.configure() was not called")
    return _stores[0]
