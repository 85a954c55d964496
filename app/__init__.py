"""销号台 Xiaohao: the rectification lifecycle of education supervision, run from BPMN."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from flask import Flask

    from config.settings import Settings


def create_app(settings: Settings | None = None) -> Flask:
    """Assemble the application. Everything it is made of is named here."""
    from flask import Flask

    from app import api, http, jobs, messages, texts, web
    from app.db import db, engine_options, migrate
    from app.services import catalogue, deliveries, evidence, rule_sets
    from app.services.past import workbook
    from config.settings import Settings

    settings = settings or Settings.from_environment()
    app = Flask(__name__, static_folder="web/static", template_folder="web/templates")
    app.config.from_mapping(
        SECRET_KEY=settings.secret_key,
        SQLALCHEMY_DATABASE_URI=settings.database_url,
        SQLALCHEMY_ENGINE_OPTIONS=engine_options(settings.database_url),
        TESTING=settings.testing,
        SETTINGS=settings,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SECURE=settings.outgoing.base_url.startswith("https://"),
        MAX_FORM_MEMORY_SIZE=2_000_000,
        MAX_CONTENT_LENGTH=64 * 1024 * 1024,
    )
    app.json.ensure_ascii = False  # type: ignore[attr-defined]
    settings.instance.mkdir(parents=True, exist_ok=True)
    db.init_app(app)
    migrate.init_app(app, db, directory="migrations")
    texts.init_app(app)
    http.init_app(app)
    catalogue.load()
    rule_sets.all_sets()  # a malformed file stops the start, not a case
    jobs.init_app(app)
    evidence.configure(settings.instance / "evidence")
    workbook.configure(settings.instance / "past")
    writer = messages.Writer(settings.outgoing.base_url)
    deliveries.configure(settings.outgoing, writer)
    web.init_app(app)
    api.init_app(app)
    return app
