"""流程设计: the pages of those who draw processes. One blueprint, a module for each kind of page."""

from __future__ import annotations

from flask import Blueprint, g

from app.domain.errors import NotAllowed
from app.domain.vocabulary import Role

bp = Blueprint("designer", __name__, url_prefix="/designer")


@bp.before_request
def for_those_who_draw() -> None:
    """Open the pages to analysts, and to the office's head, who may review."""
    if not g.actor.has(Role.ANALYST, Role.OFFICE_HEAD):
        raise NotAllowed("流程设计由业务分析员使用，督导办主任可以审核。")
