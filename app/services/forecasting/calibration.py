"""How good forecasts were: called against came true, and the Brier score against plain rates."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from math import sqrt
from typing import Any

#: Forecasts are told by tenths.
TENTHS = 10
#: How many standard errors better than the plain rate it must be: chance does that once in forty.
CLEARLY = 2.0


@dataclass(frozen=True, slots=True)
class Bin:
    """Of those called about so likely: how many there were, and how many came true."""

    tenth: int
    #: What was called on average.
    called: float
    n: int
    missed: int

    @property
    def rate(self) -> float:
        """Which part came true."""
        return self.missed / self.n


@dataclass(frozen=True, slots=True)
class Trial:
    """How forecasts did on cases that they had not been learned from."""

    n: int
    missed: int
    #: Mean square error of the chances; of the rate of cases in the same third of their time; and
    #: of one rate for all.
    brier: float
    base: float
    plain: float
    #: By how many standard errors it is better than the base.
    clearly: float
    bins: tuple[Bin, ...]

    @property
    def is_better(self) -> bool:
        """Whether it is better than the base, and hardly by luck."""
        return self.brier < self.base and self.clearly >= CLEARLY

    @property
    def off_by(self) -> float:
        """By how much chances are off on average, over all bins."""
        return sum(abs(one.called - one.rate) * one.n for one in self.bins) / max(self.n, 1)

    def kept(self) -> dict[str, Any]:
        """Return it as JSON holds it."""
        return asdict(self)

    @classmethod
    def of_kept(cls, kept: dict[str, Any]) -> Trial:
        """Read it back."""
        return cls(**{**kept, "bins": tuple(Bin(**one) for one in kept["bins"])})


@dataclass(frozen=True, slots=True)
class Called:
    """One forecast with what came of it, and what plain rates would have said."""

    chance: float
    missed: bool
    base: float
    plain: float


def trial(called: Sequence[Called]) -> Trial:
    """Hold forecasts against what came of them."""
    n = max(len(called), 1)
    errors = [(one.chance - one.missed) ** 2 for one in called]
    bases = [(one.base - one.missed) ** 2 for one in called]
    return Trial(
        n=len(called),
        missed=sum(one.missed for one in called),
        brier=sum(errors) / n,
        base=sum(bases) / n,
        plain=sum((one.plain - one.missed) ** 2 for one in called) / n,
        clearly=_clearly([base - error for base, error in zip(bases, errors, strict=True)]),
        bins=bins((one.chance, one.missed) for one in called),
    )


def _clearly(gains: Sequence[float]) -> float:
    """Return the mean of *gains* in units of its own standard error."""
    n = len(gains)
    if n < 2:
        return 0.0
    mean = sum(gains) / n
    spread = sqrt(sum((gain - mean) ** 2 for gain in gains) / (n - 1))
    return mean / (spread / sqrt(n)) if spread else 0.0


def bins(called: Iterable[tuple[float, bool]]) -> tuple[Bin, ...]:
    """Count forecasts by the tenth they fall into."""
    sums: dict[int, list[float]] = {}
    for chance, missed in called:
        tenth = min(int(chance * TENTHS), TENTHS - 1)
        one = sums.setdefault(tenth, [0, 0, 0])
        one[0] += chance
        one[1] += 1
        one[2] += missed
    return tuple(
        Bin(tenth, called_in / n, int(n), int(missed))
        for tenth, (called_in, n, missed) in sorted(sums.items())
    )
