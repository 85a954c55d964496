"""What an analyst works on, in the words of the reader's language."""

from __future__ import annotations

from app.services.design import standing
from app.services.design.standing import Standing
from app.texts import language


def standing_of(key: str) -> Standing:
    """Return what stands of a process, as the reader calls its steps."""
    return standing.of(key, in_english=language() == "en")
