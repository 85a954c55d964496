"""Sentences kept as JSON, so that they can be said in the reader's language later."""

from __future__ import annotations

from typing import Any

from app.domain.errors import Listing, Sentence


def packed(value: Any) -> Any:
    """Return a sentence, or what is put into one, as JSON holds it."""
    if isinstance(value, Sentence):
        return {"say": value.template, "with": {k: packed(v) for k, v in value.params.items()}}
    if isinstance(value, Listing):
        return [packed(one) for one in value]
    return value if isinstance(value, int | float) else str(value)


def unpacked(value: Any) -> Any:
    """Return what `packed` was given."""
    if isinstance(value, dict):
        return Sentence(value["say"], **{k: unpacked(v) for k, v in value["with"].items()})
    if isinstance(value, list):
        return Listing(unpacked(one) for one in value)
    return value
