"""Pages for people: each route reads a request, calls one service, and draws a template.

Every page but those of `signing.PUBLIC` needs a login. The pages work without JavaScript; htmx and
the small elements of ``frontend/`` make them quick.
"""

from flask import Blueprint, Flask
from flask_wtf import CSRFProtect

#: The API authenticates by token and exempts its blueprint.
csrf = CSRFProtect()


def init_app(app: Flask) -> None:
    """Register all pages."""
    from app.http import refuse_unkeepable
    from app.web import assets, frame, narrowing, signing, wording

    # A form left open over lunch must still be accepted; the login's own end is the limit.
    app.config.setdefault("WTF_CSRF_TIME_LIMIT", None)
    csrf.init_app(app)
    signing.init_app(app)
    app.before_request(refuse_unkeepable)  # once it is known who is to be told, and how
    frame.init_app(app)
    assets.init_app(app)
    wording.init_app(app)
    narrowing.init_app(app)
    for page in _pages():
        app.register_blueprint(page)


def _pages() -> list[Blueprint]:
    """Return all pages, each family a blueprint."""
    from app.web import (
        admin,
        calendar,
        calendar_import,
        cases,
        changes,
        designer,
        diagrams,
        evidence,
        follow_ups,
        founding,
        guide,
        importing,
        inbox,
        incidents,
        jobs,
        ledger,
        letters,
        local_days,
        monitor,
        notices,
        opening,
        own_password,
        processes,
        receiving,
        rules,
        school_terms,
        signing,
        tasks,
        timers,
    )

    pages = (signing, founding, inbox, tasks, opening, importing, changes, cases, follow_ups)
    others = (letters, notices, receiving, evidence, diagrams, designer, guide, rules, jobs)
    watching = (processes, timers, incidents, monitor, ledger)
    days = (calendar, calendar_import, local_days, school_terms)
    keeping = (admin, own_password)
    return [page.bp for page in pages + others + watching + days + keeping]
