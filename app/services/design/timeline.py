"""The lines of a play: what happened when, as plain values that can be kept and compared."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from app.clock import LOCAL
from app.domain.design_terms import LineKind

#: What a scenario holds a process to: its letters, notices and deadlines, and how it ends.
BINDING = frozenset(
    {
        LineKind.ARMED,
        LineKind.LETTER,
        LineKind.NOTICE,
        LineKind.EFFECT,
        LineKind.FINISHED,
        LineKind.STOPPED,
    }
)
#: Words of a line that may change without anything else being done.
_WORDING = frozenset({"name", "label", "article", "ruled_by", "provisional", "say"})


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the timeline; `app.play_texts` puts it into words."""

    at: datetime
    kind: LineKind
    #: The element of the drawing that it is about; empty for the whole.
    element: str = ""
    facts: Mapping[str, Any] = field(default_factory=dict)

    def kept(self) -> dict[str, Any]:
        """Return the line as JSON holds it."""
        return {
            "at": self.at.astimezone(LOCAL).isoformat(),
            "kind": str(self.kind),
            "element": self.element,
            "facts": dict(self.facts),
        }

    @classmethod
    def read(cls, kept: Mapping[str, Any]) -> Line:
        """Return the line that `kept` was made of.

        Raises:
            ValueError: it was made of none.
        """
        try:
            at = datetime.fromisoformat(kept["at"])
            return cls(at, LineKind(kept["kind"]), kept["element"], dict(kept["facts"]))
        except (KeyError, TypeError) as error:
            raise ValueError("no line") from error

    @property
    def sense(self) -> tuple[Any, ...]:
        """What two lines must have in common to be the same: all but their wording."""
        facts = sorted((k, repr(v)) for k, v in self.facts.items() if k not in _WORDING)
        return (self.at.astimezone(UTC).isoformat(), self.kind, self.element, facts)

    @property
    def matter(self) -> tuple[Any, ...]:
        """What tells which line is meant, whenever it comes and however it is counted."""
        return (self.kind, self.element, self.facts.get("what"), self.facts.get("act"))
