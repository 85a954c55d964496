"""The kinds of signals: a registry that fills itself by a decorator, and what a kind finds."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Select
from sqlalchemy.orm import Session

from app.domain.errors import Sentence
from app.services.sentences import packed, unpacked

#: What is compared is of the last twelve months.
WINDOW = timedelta(days=365)
#: So many cases are listed with a question; the others are counted.
MOST_LISTED = 50


@dataclass(frozen=True, slots=True)
class Fact:
    """One thing that a question rests on: a case, and what is to be seen there."""

    case_id: int
    number: str
    unit: str
    told: Sentence
    #: The form in which it stands, where texts can be set side by side.
    submission_id: int | None = None

    def kept(self) -> dict[str, Any]:
        """Return the fact as JSON."""
        told = {"case": self.number, "unit": self.unit, "told": packed(self.told)}
        return told | {"case_id": self.case_id, "submission_id": self.submission_id}

    @classmethod
    def of(cls, kept: Mapping[str, Any]) -> Fact:
        """Return what `kept` wrote down."""
        told = unpacked(kept["told"])
        return cls(kept["case_id"], kept["case"], kept["unit"], told, kept["submission_id"])


@dataclass(frozen=True, slots=True)
class Finding:
    """A question, and the facts that it rests on."""

    county_id: int
    #: What it is about: found again, it is the same question.
    key: str
    question: Sentence
    facts: Sequence[Fact]
    unit_id: int | None = None


@dataclass(slots=True)
class Look:
    """One look of a kind: from where on, and how far it came."""

    session: Session
    at: datetime
    #: Rows up to this one were looked at before.
    after: int
    upto: int = field(init=False)
    #: Whether there is more to look at.
    more: bool = False

    def __post_init__(self) -> None:
        """Begin where the last look ended."""
        self.upto = self.after

    def portion(self, query: Select[*tuple[Any, ...]], ids: Any, size: int) -> Sequence[Any]:
        """Return the next rows of a query, by *ids*, and note how far that is."""
        some = query.where(ids > self.after).order_by(ids).limit(size)
        rows = self.session.execute(some).all()
        self.upto = rows[-1].id if rows else self.after
        self.more = len(rows) == size
        return rows

    @property
    def since(self) -> datetime:
        """When the time begins that is compared."""
        return self.at - WINDOW


Find = Callable[[Look], Iterator[Finding]]


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of signal."""

    name: str
    label: str
    #: What may explain it innocently.
    innocent: str
    find: Find


KINDS: dict[str, Kind] = {}


def signal(label: str, *, innocent: str) -> Callable[[Find], Find]:
    """Register a function as the kind of signal that has its name.

    It yields what it finds. It may be called again for what it found before: the same key is the
    same question. One that looks at ever more rows takes a portion of those after ``look.after``,
    and says how far it came and whether there is more.
    """

    def register(find: Find) -> Find:
        KINDS[find.__name__] = Kind(find.__name__, label, innocent, find)
        return find

    return register
