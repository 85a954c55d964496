"""Every mapped class, for those who need the whole metadata: migrations and tests."""

from app.domain import (
    calendar,
    case,
    evidence,
    history,
    idempotency,
    letter,
    notice,
    people,
    process,
)

__all__ = [
    "calendar",
    "case",
    "evidence",
    "history",
    "idempotency",
    "letter",
    "notice",
    "people",
    "process",
]
