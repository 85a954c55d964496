"""Whether the program is well: for whoever watches it, without a login."""

from __future__ import annotations

import logging
from typing import Any

from flask import Blueprint, current_app, jsonify
from flask.typing import ResponseReturnValue

from app.api.schemas.processes import Health
from app.domain.errors import Unavailable
from app.services import deadlines, timer_ledger, workers
from config import VERSION
from config.settings import Settings

log = logging.getLogger(__name__)
bp = Blueprint("health", __name__)


@bp.get("/healthz")
def healthz() -> ResponseReturnValue:
    """Tell how the program, its database and its clockwork are; 503 if the database is away."""
    settings: Settings = current_app.config["SETTINGS"]
    found: dict[str, Any] = {"version": VERSION, "jobs": settings.jobs}
    try:
        found |= _clockwork(settings) | {"overdue_timers": deadlines.overdue_count()}
        found |= _checks() | {"status": "ok", "database": "ok"}
        return jsonify(Health().dump(found)), 200
    except Unavailable:
        log.exception("the database does not answer")
        nothing = dict.fromkeys(("last_sweep", "workers", "overdue_timers", *_CHECKS))
        found |= nothing | {"status": "failing", "database": "unreachable"}
        return jsonify(Health().dump(found)), 503


def _checks() -> dict[str, int]:
    """Ask the two questions about the clockwork that must be answered with 0."""
    health = timer_ledger.health()
    return dict(zip(_CHECKS, (health.fired_twice, health.unattended), strict=True))


_CHECKS = ("fired_twice", "unattended_timers")


def _clockwork(settings: Settings) -> dict[str, Any]:
    """Tell who sweeps, and when that was last done: this process, or workers anywhere."""
    if settings.jobs == "embedded":
        last_sweep = current_app.extensions.get("last_sweep", {}).get("at")
        return {"workers": None, "last_sweep": last_sweep}
    return {"workers": len(workers.at_work()), "last_sweep": workers.last_sweep()}
