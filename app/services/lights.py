"""Warning lights that must be looked at again because a day has passed."""

from __future__ import annotations

import logging
from datetime import datetime, timedelta

from sqlalchemy import bindparam, func, select, update

from app.clock import utcnow
from app.db import db, transaction
from app.domain.case import Case
from app.domain.errors import Conflict, Unavailable
from app.services import _lights
from app.services._catalogue import Context, about
from app.services._history import record

log = logging.getLogger(__name__)

BATCH = 100


def stale() -> list[int]:
    """Return the ids of cases whose light must be looked at again, those due longest first."""
    return list(db.session.scalars(_STALE, {"at": utcnow()}))


_STALE = (
    select(Case.id).where(Case.light_at <= bindparam("at")).order_by(Case.light_at).limit(BATCH)
)


def next_moment() -> datetime | None:
    """Return when the next light must be looked at."""
    return db.session.scalar(select(func.min(Case.light_at)))


def attempt(case_id: int) -> None:
    """Set one light; a case that fails rests, so that the others get theirs."""
    try:
        refresh(case_id)
    except Conflict:
        _postpone(case_id, timedelta(seconds=1))
    except Unavailable:
        raise
    except Exception:
        log.exception("the light of case %s could not be set; trying again in an hour", case_id)
        _postpone(case_id, timedelta(hours=1))


def refresh(case_id: int) -> None:
    """Set the light of one case as it must show today, unless another worker just did."""
    with transaction() as session:
        at = utcnow()
        query = select(Case).where(Case.id == case_id, Case.light_at <= at)
        case = session.scalars(query.with_for_update(key_share=True)).first()
        if case is None:
            return
        before = case.light
        context = Context(session, about(case), at, None)
        _lights.refresh(context)
        if case.light is not before:
            record(context, "light_changed", {"from": before, "to": case.light})


def _postpone(case_id: int, by: timedelta) -> None:
    with transaction() as session:
        later = utcnow() + by
        session.execute(update(Case).where(Case.id == case_id).values(light_at=later))
