"""Letters: finding and reading them. They are drafted and signed through tasks."""

from __future__ import annotations

from typing import Any

from flask import g

from app import cursors
from app.api.calls import Call
from app.api.schemas.processes import LetterOut, LetterQuery, Letters
from app.domain.letter import Letter
from app.services import letters


@Call(method="GET", path="/letters", query=LetterQuery(), answer=Letters())
def list_letters(query: dict[str, Any]) -> dict[str, Any]:
    """List the letters about cases that the caller may see, the last drafted first."""
    after = cursors.moment_after(query["cursor"], of="letters")
    found = letters.page(g.actor, state=query["state"], limit=query["limit"], after=after)
    return {"items": found.items, "next": cursors.encode(found.next, of="letters")}


@Call(method="GET", path="/letters/<int:letter_id>", answer=LetterOut())
def get_letter(letter_id: int) -> Letter:
    """Get one letter."""
    return letters.get(letter_id, g.actor)
