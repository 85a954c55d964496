"""One difference between two versions of a process, and how it is told."""

from __future__ import annotations

from dataclasses import dataclass

from app.domain.design_terms import ChangeAct, ChangePart, ChangeWeight
from app.domain.errors import Sentence


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One difference, as a sentence and as values that a program reads."""

    sentence: Sentence
    part: ChangePart = ChangePart.DIAGRAM
    act: ChangeAct = ChangeAct.CHANGED
    weight: ChangeWeight = ChangeWeight.SUBSTANCE
    #: Its id in the later version, of what is gone in the earlier; the key of a form or table.
    element: str
    #: Its id in the earlier version; empty if it is new.
    was: str = ""
    #: BPMN's word for it; ``form``, ``field``, ``table``, ``row``, ``column`` elsewhere.
    kind: str
    #: What of it: ``timer``, ``role``; of a form the field, of a table the row.
    aspect: str = ""
    #: As it is written in either version.
    before: str = ""
    after: str = ""
    #: Ids of flows that came or went with it, and are not told by themselves.
    also: tuple[str, ...] = ()
    #: What one might not expect of it.
    note: Sentence | None = None

    @property
    def is_substance(self) -> bool:
        """Whether the work itself changes."""
        return self.weight is ChangeWeight.SUBSTANCE


def quoted(text: str) -> str:
    """Shorten what somebody wrote, so that a sentence stays one."""
    text = " ".join(text.split())
    return text if len(text) <= LONGEST else text[: LONGEST - 1] + "…"


LONGEST = 120
