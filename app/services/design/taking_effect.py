"""Versions whose day has come: the sweep that puts them in force."""

from __future__ import annotations

import logging

from sqlalchemy import select

from app.clock import utcnow
from app.db import db, transaction
from app.domain.design_terms import DiagramAct
from app.domain.process import Diagram
from app.domain.vocabulary import DiagramState
from app.services import _versions
from app.services.design import _drafts, _review_notices
from app.services.design.publishing import errors_in

log = logging.getLogger(__name__)

#: Why a version that was approved waits for review once more.
NO_LONGER_SOUND = "到生效时检查出错误，未生效，请重新审核"


def sweep() -> int:
    """Put in force what is approved and due, the oldest first; return how many came into force.

    Running it twice, or in many places at once, changes nothing.
    """
    query = (
        select(Diagram.id)
        .where(Diagram.state == DiagramState.APPROVED, Diagram.effective_at <= utcnow())
        .order_by(Diagram.effective_at, Diagram.version)
    )
    return sum(_take_effect(version_id) for version_id in db.session.scalars(query).all())


def _take_effect(version_id: int) -> bool:
    with transaction() as session:
        version = session.get_one(Diagram, version_id)
        _versions.locked(session, version.key)
        due = version.effective_at
        if version.state is not DiagramState.APPROVED or due is None or due > utcnow():
            return False
        if errors_in(_drafts.content_of(version)):
            _versions.await_review(version)
            _versions.note(session, version, DiagramAct.WITHDRAWN, why=NO_LONGER_SOUND)
            _review_notices.waits(session, version)
            log.warning("%s v%s has errors and did not take effect", version.key, version.version)
            return False
        _versions.put_in_force(session, version, by_id=None, since=due)
        _versions.note(session, version, DiagramAct.PUBLISHED)
        log.info("%s v%s is in force", version.key, version.version)
        return True
