"""What is alike is one line: notices sorted by day or month, kind and case.

The office is told of every light that changes; thirty lines that say the same nobody reads.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from app.domain.notice import Notice
from app.messages import kind_title
from app.services import notices
from app.texts import notice_text


@dataclass(frozen=True, slots=True)
class Line:
    """Notices of one stretch and one kind, the latest first."""

    title: str
    notices: Sequence[Notice]

    @property
    def unread(self) -> list[int]:
        """The ids of those that are unread."""
        return [one.id for one in self.notices if one.read_at is None]

    @property
    def by_case(self) -> list[list[Notice]]:
        """The same, one list for each case or process."""
        found: dict[tuple[int | None, ...], list[Notice]] = defaultdict(list)
        for one in self.notices:
            found[one.case_id, one.process_id, one.diagram_id].append(one)
        return list(found.values())


def lines_of(told: Sequence[Notice]) -> list[tuple[str, list[Line]]]:
    """Fold notices, the latest first, by day or month."""
    return [(when, _lines(of_then)) for when, of_then in notices.stretches(told).items()]


def _lines(told: Sequence[Notice]) -> list[Line]:
    kinds: dict[str, list[Notice]] = defaultdict(list)
    for one in told:
        kinds[one.what].append(one)
    return [Line(_title(what, alike), alike) for what, alike in kinds.items()]


def _title(what: str, alike: Sequence[Notice]) -> str:
    texts = {notice_text(one) for one in alike}
    return texts.pop() if len(texts) == 1 else kind_title(what)
