"""The templates of reports: the shipped one of each kind, and an office's own in its place."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sqlalchemy import Delete, delete, select
from sqlalchemy.orm import joinedload, undefer

from app.clock import utcnow
from app.db import db, transaction
from app.domain.errors import NotFound
from app.domain.people import Actor
from app.domain.report import ReportKind, ReportTemplate
from app.services.reports import checking
from app.services.reports.rights import require_maker, require_reader

FOLDER = Path(__file__).parents[3] / "config" / "reports"
_LONGEST_NAME = 120


@dataclass(frozen=True, slots=True)
class InUse:
    """The template that reports of a kind are written into now."""

    kind: ReportKind
    #: Empty for the shipped one.
    name: str
    uploaded_at: datetime | None
    uploaded_by: str


def in_use(actor: Actor) -> list[InUse]:
    """Return which template each kind of report is written into.

    Raises:
        NotAllowed: reports are none of the actor's business.
    """
    require_reader(actor)
    query = select(ReportTemplate).options(joinedload(ReportTemplate.uploaded_by))
    own = {one.kind: one for one in db.session.scalars(query.filter_by(county_id=actor.county_id))}
    return [_told(kind, own.get(kind)) for kind in ReportKind]


def _told(kind: ReportKind, own: ReportTemplate | None) -> InUse:
    if own is None:
        return InUse(kind, "", None, "")
    return InUse(kind, own.name, own.uploaded_at, own.uploaded_by.name)


def shipped(kind: ReportKind) -> bytes:
    """Return the template that comes with the program."""
    return (FOLDER / f"{kind}.docx").read_bytes()


def current(county_id: int, kind: ReportKind) -> tuple[str, bytes]:
    """Return the template in use and what it is called; the shipped one has no name."""
    query = (
        select(ReportTemplate)
        .options(undefer(ReportTemplate.document))
        .filter_by(county_id=county_id, kind=kind)
    )
    own = db.session.scalars(query).first()
    return (own.name, own.document) if own else ("", shipped(kind))


def fetch(kind: ReportKind, actor: Actor) -> tuple[str, bytes]:
    """Return the template in use, to be edited.

    Raises:
        NotAllowed: reports are none of the actor's business.
    """
    require_reader(actor)
    return current(actor.county_id, kind)


def replace(kind: ReportKind, document: bytes, name: str, actor: Actor) -> None:
    """Put the office's own template into use, after a check and a trial.

    Raises:
        NotAllowed: only the office does that.
        Invalid, TooLarge: it cannot be used, and why.
    """
    require_maker(actor)
    checking.check(document)
    with transaction() as session:
        session.execute(_own(kind, actor))
        session.add(
            ReportTemplate(
                county_id=actor.county_id,
                kind=kind,
                name=name[:_LONGEST_NAME],
                document=document,
                sha256=hashlib.sha256(document).hexdigest(),
                uploaded_at=utcnow(),
                uploaded_by_id=actor.id,
            )
        )


def restore(kind: ReportKind, actor: Actor) -> None:
    """Go back to the shipped template.

    Raises:
        NotAllowed: only the office does that.
        NotFound: it is in use already.
    """
    require_maker(actor)
    with transaction() as session:
        gone = session.execute(_own(kind, actor))
        if gone.rowcount != 1:  # type: ignore[attr-defined]
            raise NotFound("现在用的就是内置模板。")


def _own(kind: ReportKind, actor: Actor) -> Delete:
    return delete(ReportTemplate).where(
        ReportTemplate.county_id == actor.county_id, ReportTemplate.kind == kind
    )
