"""The anchor that seals what a past day is rebuilt from, so that whoever doubts it can check."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import func, select

from app.db import db
from app.domain.history import Anchor, Event


def covering(until: datetime) -> Anchor | None:
    """Return the first anchor made after that moment; ``None`` while none is."""
    query = select(Anchor).where(Anchor.at >= until).order_by(Anchor.at, Anchor.id)
    return db.session.scalars(query.limit(1)).first()


def last_event_id() -> int:
    """Return the latest line of history there is."""
    return db.session.scalar(select(func.max(Event.id))) or 0
