"""Notices: what a person was told, and what of it is still unread."""

from sqlalchemy import func, select, update
from sqlalchemy.orm import joinedload

from app.clock import utcnow
from app.db import db, transaction
from app.domain.notice import Notice
from app.domain.people import Actor


def listing(actor: Actor, *, limit: int = 100) -> list[Notice]:
    """List what *actor* was told, the latest first."""
    query = select(Notice).options(joinedload(Notice.case)).filter_by(user_id=actor.id)
    return list(db.session.scalars(query.order_by(Notice.at.desc(), Notice.id.desc()).limit(limit)))


def unread(actor: Actor) -> int:
    """Count what *actor* has not read yet."""
    query = select(func.count(Notice.id)).where(
        Notice.user_id == actor.id, Notice.read_at.is_(None)
    )
    return db.session.scalar(query) or 0


def mark_read(actor: Actor) -> None:
    """Note that *actor* has read all of it."""
    with transaction() as session:
        session.execute(
            update(Notice)
            .where(Notice.user_id == actor.id, Notice.read_at.is_(None))
            .values(read_at=utcnow())
        )
