"""The ledger in the reader's language: headings, names of sheets, what cells say."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from app.domain.vocabulary import Term
from app.services.ledger_fields import Column
from app.services.ledger_layouts import Layout
from app.services.ledger_values import Value
from app.texts import label, language


def lines_of(value: Value) -> tuple[str, ...]:
    """Return what a cell says, each of several things by itself."""
    pieces: Sequence[Any] = value if isinstance(value, tuple) else (value,)
    texts = (label(one) if isinstance(one, Term) else str(one) for one in pieces if one is not None)
    return tuple(text for text in texts if text)


def heading(layout: Layout, column: Column) -> str:
    """Return what the reader finds above a column."""
    return layout.heading_in_english(column) if language() == "en" else layout.heading(column)


def name_of(layout: Layout) -> str:
    """Return what the reader calls a sheet."""
    return layout.english if language() == "en" else layout.name
