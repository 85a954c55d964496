"""Every mapped class, for those who need the whole metadata: migrations and tests."""

from app.domain import (
    calendar,
    case,
    change,
    design,
    evidence,
    history,
    idempotency,
    job,
    letter,
    notice,
    people,
    plan,
    process,
)

__all__ = [
    "calendar",
    "case",
    "change",
    "design",
    "evidence",
    "history",
    "idempotency",
    "job",
    "letter",
    "notice",
    "people",
    "plan",
    "process",
]
