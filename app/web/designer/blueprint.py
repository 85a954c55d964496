"""The designer's blueprint and its guard; every module of the package adds its pages to it."""

from __future__ import annotations

from flask import Blueprint, g

from app.services.design import overview

bp = Blueprint("designer", __name__, url_prefix="/designer")


@bp.before_request
def for_those_who_draw() -> None:
    """Open the pages to analysts, and to the office's head, who may review."""
    overview.require_designer(g.actor)
