"""The parameters that all figures and lists are narrowed down by."""

from __future__ import annotations

from app.api.schemas.fields import Flag, In, Text, Word, absent
from app.domain.vocabulary import Category, Severity, SourceLevel

_PERIOD = "2026, 2025-2026, 2025-2026-1, or 2026-03-01..2026-05-31: when they were issued."


class Narrowed(In):
    """The parameters that all figures and lists have in common."""

    period = Text(24, load_default="", metadata={"description": _PERIOD})
    inspection = Text(120, load_default="", metadata={"description": "Name of the inspection."})
    level = Word(SourceLevel, load_default=absent)
    category = Word(Category, load_default=absent)
    severity = Word(Severity, load_default=absent)
    lead = Text(80, load_default="", metadata={"description": "Lead unit, or one above it."})
    department = Text(80, load_default="", metadata={"description": "Name of the department."})
    inspector = Text(64, load_default="", metadata={"description": "Username of the inspector."})
    lasting = Flag(
        load_default=absent, metadata={"description": "Staged or of lasting effort, or neither."}
    )
