"""Whether the program is well: for whoever watches it, without a login."""

from __future__ import annotations

import logging

from flask import Blueprint, current_app, jsonify
from flask.typing import ResponseReturnValue
from sqlalchemy.exc import SQLAlchemyError

from app.api.schemas.processes import Health
from app.services import deadlines
from config import VERSION

log = logging.getLogger(__name__)
bp = Blueprint("health", __name__)


@bp.get("/healthz")
def healthz() -> ResponseReturnValue:
    """Tell how the program, its database and its clockwork are; 503 if the database is away."""
    try:
        overdue = deadlines.overdue_count()
    except SQLAlchemyError:
        log.exception("the database does not answer")
        overdue = None
    well = overdue is not None
    found = {
        "status": "ok" if well else "failing",
        "version": VERSION,
        "database": "ok" if well else "unreachable",
        "last_sweep": current_app.extensions.get("last_sweep", {}).get("at"),
        "overdue_timers": overdue,
    }
    return jsonify(Health().dump(found)), 200 if well else 503
