"""Pages for people: each route reads a request, calls one service, and draws a template.

Every page but those of `signing.PUBLIC` needs a login. The pages work without JavaScript; htmx and
the small elements of ``frontend/`` make them quick.
"""

from flask import Flask
from flask_wtf import CSRFProtect

#: The API authenticates by token and exempts its blueprint.
csrf = CSRFProtect()


def init_app(app: Flask) -> None:
    """Register all pages."""
    from app.web import (
        cases,
        diagrams,
        evidence,
        follow_ups,
        founding,
        frame,
        guide,
        importing,
        inbox,
        letters,
        notices,
        opening,
        signing,
        tasks,
        wording,
    )

    # A form left open over lunch must still be accepted; the login's own end is the limit.
    app.config.setdefault("WTF_CSRF_TIME_LIMIT", None)
    csrf.init_app(app)
    signing.init_app(app)
    frame.init_app(app)
    wording.init_app(app)
    pages = (signing, founding, inbox, tasks, opening, importing, cases, follow_ups)
    others = (letters, notices, evidence, diagrams, guide)
    for page in pages + others:
        app.register_blueprint(page.bp)
