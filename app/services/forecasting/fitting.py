"""Weighing the features: a regularised logistic regression, tried on later cases than its own.

How much history is enough: there are about thirty weights, and a ridge holds them together, so that
two endings of each kind per weight do where ten are asked for without one; and the last third, on
which it is tried, then has some twenty of each, with which a rate is known to about ten points.
Whether that was enough is not believed but measured: what does no better than the plain rate on
the later cases is not used.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from app.domain.forecast import ModelState
from app.services.forecasting import features
from app.services.forecasting.calibration import Called, Trial, trial
from app.services.forecasting.samples import Samples

#: Periods that must have ended: in all; overdue; in time.
ENOUGH, ENOUGH_EACH = 300, 60
#: Of each kind among the later ones, on which it is tried.
ENOUGH_TRIED = 10
#: Which part of the periods it is learned from before it is tried on the rest.
LEARNED_FROM = 0.7
#: How hard the ridge pulls weights to zero: the inverse of its strength, as scikit-learn has it.
LOOSENESS = 0.1
#: What is rarer than one case in ten is not blown up to the scale of the rest: a handful of cases
#: with something unusual must not weigh as if it were a law.
LEAST_SPREAD = 0.3


@dataclass(frozen=True, slots=True)
class Fitted:
    """What was learned."""

    state: ModelState
    ended: int
    missed: int
    #: By key of the feature: its weight, in log odds for one unit of it, its mean and its spread.
    weights: dict[str, tuple[float, float, float]]
    #: Log odds of a case that is average in everything.
    intercept: float
    trial: Trial | None
    #: Up to when the cases had ended that the tried model was learned from.
    cut_at: datetime | None


def fit(samples: Samples) -> Fitted:
    """Learn from all periods, after trying on the later ones what the earlier ones teach."""
    ended, missed = len(samples.missed), sum(samples.missed)
    silent = Fitted(ModelState.SILENT, ended, missed, {}, 0.0, None, None)
    if ended < ENOUGH or min(missed, ended - missed) < ENOUGH_EACH:
        return silent
    data = Table(samples)
    tried, cut = _try(data)
    if min(tried.missed, tried.n - tried.missed) < ENOUGH_TRIED:
        return silent
    state = ModelState.IN_USE if tried.is_better else ModelState.NO_BETTER
    line = _learn(data.x, data.y, data.weight)
    each = zip(line.slopes, line.means, line.spreads, strict=True)
    weights = dict(zip(features.KEYS, each, strict=True))
    cut_at = datetime.fromtimestamp(cut, UTC)
    return Fitted(state, ended, missed, weights, line.intercept, tried, cut_at)


class Table:
    """The samples as arrays."""

    def __init__(self, samples: Samples) -> None:
        import numpy as np

        self.run = np.frombuffer(samples.run, dtype=np.int64)
        self.at = np.frombuffer(samples.at, dtype=np.float64)
        self.third = np.frombuffer(samples.third, dtype=np.int8)
        self.end_at = np.frombuffer(samples.end_at, dtype=np.float64)
        self.moments = np.frombuffer(samples.moments, dtype=np.int64)
        self.y = np.frombuffer(samples.missed, dtype=np.int8)[self.run]
        self.weight = 1.0 / self.moments[self.run]
        self.x = samples.matrix()


def _try(data: Table) -> tuple[Trial, float]:
    """Learn from the periods that ended first, and try it on later moments of the others."""
    import numpy as np

    earlier, rows, cut = split(data)
    line = _learn(data.x[earlier], data.y[earlier], data.weight[earlier])
    rates = _rates(data, earlier)
    plain = float(np.average(data.y[earlier], weights=data.weight[earlier]))
    chances = line.chances(data.x[rows])
    called = zip(chances, data.y[rows], data.third[rows], strict=True)
    return trial([Called(float(c), bool(y), rates[t], plain) for c, y, t in called]), cut


def split(data: Table) -> tuple[Any, Any, float]:
    """Part the moments in time: which are learned from, which are asked about, and the day between.

    Each later period is asked about once, at one of its moments in turn: cases are counted, not
    moments, and all parts of their lives are heard.
    """
    import numpy as np

    cut = float(np.quantile(data.end_at, LEARNED_FROM))
    return data.end_at[data.run] < cut, _one_each(data.run, data.at >= cut), cut


def _one_each(run: Any, later: Any) -> Any:
    """Return one row of each period, the first of one, the second of the next, in turn."""
    import numpy as np

    rows = np.flatnonzero(later)
    runs, first, number = np.unique(run[rows], return_index=True, return_counts=True)
    return rows[first + np.arange(len(runs)) % number]


def _rates(data: Table, earlier: Any) -> list[float]:
    """Return the rate of misses of the moments of each third of the time."""
    import numpy as np

    whole = np.average(data.y[earlier], weights=data.weight[earlier])
    parts = [earlier & (data.third == third) for third in range(3)]
    return [
        float(np.average(data.y[part], weights=data.weight[part]) if part.any() else whole)
        for part in parts
    ]


@dataclass(frozen=True, slots=True)
class _Line:
    """Slopes, means and spreads of the features, in their own units."""

    slopes: Sequence[float]
    means: Sequence[float]
    spreads: Sequence[float]
    intercept: float

    def chances(self, x: Any) -> Any:
        import numpy as np

        odds = (x - np.asarray(self.means)) @ np.asarray(self.slopes) + self.intercept
        return 1 / (1 + np.exp(-odds))


def _learn(x: Any, y: Any, weight: Any) -> _Line:
    """Weigh the features; each counts by its spread, so that the ridge treats all alike."""
    import numpy as np
    from sklearn.linear_model import LogisticRegression

    even = x.astype(np.float64)  # in place from here on: there are many rows
    means = np.average(even, axis=0, weights=weight)
    even -= means
    spread = np.sqrt(np.einsum("ij,ij,i->j", even, even, weight) / weight.sum())
    scale = np.maximum(spread, LEAST_SPREAD)
    even /= scale
    model = LogisticRegression(C=LOOSENESS, solver="newton-cholesky", max_iter=100)
    model.fit(even, y, sample_weight=weight)
    slopes = model.coef_[0] / scale
    return _Line(slopes.tolist(), means.tolist(), spread.tolist(), float(model.intercept_[0]))
