"""The API for programs, ``/api/v1``: each view translates, calls one service, translates back."""

from __future__ import annotations

from flask import Flask

# Each of these declares its calls when it is imported; the description needs them all.
from app.api import (  # noqa: F401
    calendars,
    cases,
    changes,
    checks,
    comparing,
    diagrams,
    drafts,
    evidence,
    forecasts,
    health,
    heat,
    incidents,
    jobs,
    ledger,
    letters,
    migrations,
    monitor,
    notices,
    openapi,
    past,
    processes,
    report_templates,
    reports,
    rule_sets,
    scenarios,
    signals,
    statistics,
    tasks,
    timer_batches,
    timer_lists,
    timers,
    tokens,
    transfers,
    units,
    users,
    versions,
)
from app.api.calls import api
from app.api.login import authenticate

api.before_request(authenticate)


def init_app(app: Flask) -> None:
    """Register the API.

    Its callers carry a token. CSRF is a matter of cookies, and those don't count here.
    """
    app.register_blueprint(api)
    app.register_blueprint(health.bp)
    app.extensions["csrf"].exempt(api)
