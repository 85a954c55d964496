"""What differs between two drawings: matched by id, or, where an id was changed, by what it is."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from app.engine.drawn import REFERENCES, Drawn, Piece
from app.engine.linting.model import NODES

#: How much two elements with different ids must have in common to be taken for one.
_ENOUGH = 5


@dataclass(frozen=True, slots=True)
class FactChange:
    """One fact that differs; empty on the side that lacks it."""

    name: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Difference:
    """One element that is not as it was."""

    #: ``None``: it is new, or it is gone.
    before: Piece | None
    after: Piece | None
    facts: Sequence[FactChange] = ()
    #: Whether it stands or looks elsewhere.
    moved: bool = False

    @property
    def piece(self) -> Piece:
        """The element as it is now, or as it last was."""
        found = self.after or self.before
        if found is None:
            raise ValueError("a difference of nothing")
        return found

    @property
    def renamed(self) -> bool:
        """Whether its id was changed."""
        return bool(self.before and self.after and self.before.id != self.after.id)


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two drawings, and everything in which they differ."""

    before: Drawn
    after: Drawn
    #: Id before → id after, of the elements whose id was changed.
    renamed: Mapping[str, str]
    differences: Sequence[Difference]


def compare(before: Drawn, after: Drawn) -> Comparison:
    """Compare two drawings, in the order in which the later one is drawn; what is gone last."""
    renamed = _Matching(before, after).renamed()
    origin = {new: old for old, new in renamed.items()}
    found = []
    for piece in after.pieces.values():
        old = before.get(origin.get(piece.id, piece.id))
        if old is not None and old.id in renamed and renamed[old.id] != piece.id:
            old = None
        found.append(_difference(old, piece, renamed))
    told = [one for one in found if one is not None]
    gone = [p for p in before.pieces.values() if renamed.get(p.id, p.id) not in after.pieces]
    return Comparison(before, after, renamed, [*told, *(Difference(one, None) for one in gone)])


def _difference(old: Piece | None, new: Piece, renamed: Mapping[str, str]) -> Difference | None:
    if old is None:
        return Difference(None, new)
    facts = tuple(_facts(old, new, renamed))
    moved = old.layout != new.layout
    if not facts and not moved and old.id == new.id:
        return None
    return Difference(old, new, facts, moved)


def _facts(old: Piece, new: Piece, renamed: Mapping[str, str]) -> Iterator[FactChange]:
    """Yield the facts that differ; a reference to an element that got another id is the same."""
    for name in ("kind", "name", "name_en"):
        if getattr(old, name) != getattr(new, name):
            yield FactChange(name, getattr(old, name), getattr(new, name))
    for name in dict.fromkeys((*old.facts, *new.facts)):
        was, now = old.fact(name), new.fact(name)
        if name in REFERENCES:
            if renamed.get(was, was) != now:
                yield FactChange(name, was, now)
        elif was != now:
            yield FactChange(name, was, now)


class _Matching:
    """Finds the elements that only got another id: same kind, and enough else in common."""

    def __init__(self, before: Drawn, after: Drawn) -> None:
        self.before, self.after = before, after
        self.found: dict[str, str] = {}
        self.lost = {k: p for k, p in before.pieces.items() if k not in after.pieces}
        self.fresh = {k: p for k, p in after.pieces.items() if k not in before.pieces}

    def renamed(self) -> Mapping[str, str]:
        """Return the id after by the id before; neighbours found first help to find the others."""
        while self.lost and self.fresh and (best := self._best()):
            for old, new in best:
                self.found[old] = new
                del self.lost[old], self.fresh[new]
        return self.found

    def _best(self) -> list[tuple[str, str]]:
        """Return the pairs that have most in common, each element once."""
        scored = sorted(
            (
                (score, old.id, new.id)
                for old in self.lost.values()
                for new in self.fresh.values()
                if old.kind == new.kind and (score := self._score(old, new)) >= _ENOUGH
            ),
            key=lambda one: -one[0],
        )
        pairs: dict[str, str] = {}
        for score, old_id, new_id in scored:
            if score < scored[0][0]:
                break
            if old_id not in pairs and new_id not in pairs.values():
                pairs[old_id] = new_id
        return list(pairs.items())

    def _score(self, old: Piece, new: Piece) -> int:
        if old.is_flow:
            same_ends = all(self._now(old.fact(n)) == new.fact(n) for n in ("source", "target"))
            return _ENOUGH + (old.fact("condition") == new.fact("condition")) if same_ends else 0
        label = old.name or old.fact("text")
        score = 3 if label and label == (new.name or new.fact("text")) else 0
        score += 2 * self._share(old, new)
        return score + self._neighbours(old, new)

    def _share(self, old: Piece, new: Piece) -> int:
        """Return 1 if all that the two say of themselves is the same."""
        own = [
            {name: text for name, text in piece.facts.items() if name not in REFERENCES}
            for piece in (old, new)
        ]
        return int(own[0] == own[1])

    def _neighbours(self, old: Piece, new: Piece) -> int:
        """Return how well the two are placed alike: up to 3, on either side and by their host."""
        if old.kind not in NODES:
            return 0
        if old.fact("host") or new.fact("host"):
            return 3 if self._now(old.fact("host")) == new.fact("host") else 0
        same = [
            _alike({self._now(one) for one in _ends(was, old.id, end)}, _ends(now, new.id, end))
            for was, now, end in (
                (self.before.entering, self.after.entering, "source"),
                (self.before.leaving, self.after.leaving, "target"),
            )
        ]
        if not any(same):
            return 0
        return 3 if all(alike is not False for alike in same) else 1

    def _now(self, key: str) -> str:
        return self.found.get(key, key)


def _ends(flows: Mapping[str, list[Piece]], key: str, end: str) -> set[str]:
    return {flow.fact(end) for flow in flows.get(key, ())}


def _alike(old: set[str], new: set[str]) -> bool | None:
    """Tell whether two sets meet; ``None`` if both are empty, which tells nothing."""
    return bool(old & new) if old or new else None
