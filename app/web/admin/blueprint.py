"""What the administrators' pages share: who may open them, and what narrows a list."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, g, request, url_for

from app.domain.vocabulary import Role
from app.http import row_id
from app.services.people import rights
from app.services.people.lists import Filter, State

bp = Blueprint("admin", __name__, url_prefix="/admin")

PAGE = 50
#: What the addresses of the lists keep from page to page.
_NARROWING = ("q", "below", "role", "state")


@bp.before_request
def require_reader() -> None:
    """Open the pages to administrators alone; the services check again."""
    rights.require_reader(g.actor)


@bp.context_processor
def may() -> dict[str, Any]:
    """Tell the templates what the person may do."""
    if "actor" not in g:  # a page that tells why there is none
        return {}
    return {"keeps": rights.keeps(g.actor), "grants": rights.grants(g.actor)}


def narrowed() -> Filter:
    """Read what a list is narrowed down to; what makes no sense is left out."""
    asked = request.args
    text = asked.get("q", "").strip()[:100]
    role, state = asked.get("role", ""), asked.get("state", "")
    return Filter(
        text=text if text.isprintable() else "",
        below=row(asked.get("below")),
        role=Role(role) if role in set(Role) else None,
        state=State(state) if state in set(State) else None,
    )


def row(text: str | None) -> int | None:
    """Read the id of a row from an address; anything else is none."""
    try:
        return row_id(text or "")
    except ValueError:
        return None


def address(endpoint: str, after: int | None = None) -> str:
    """Return the address of a list as it is narrowed down now."""
    kept: dict[str, Any] = {key: request.args.get(key) or None for key in _NARROWING}
    return url_for(endpoint, **kept, after=after)
