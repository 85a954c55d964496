"""The model card: what a forecast was learned from, what it weighs, how it did, what it lacks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from math import exp

from app.domain.errors import Sentence
from app.domain.forecast import ForecastModel, ModelState
from app.services.forecasting import features
from app.services.forecasting.calibration import Trial
from app.services.forecasting.fitting import ENOUGH, ENOUGH_EACH

#: Log odds below which a weight moves no chance by a percent.
SLIGHT = 0.04


@dataclass(frozen=True, slots=True)
class Weight:
    """What one feature does, all else alike."""

    label: Sentence
    #: By what it multiplies the odds of being late where it is larger by a usual amount.
    times: float
    says: Sentence


class Card:
    """What is said of a model; of none, that there was no attempt yet."""

    def __init__(self, model: ForecastModel | None) -> None:
        self.model = model
        self.made_at = model.made_at if model else None
        self.ended, self.missed = (model.ended, model.missed) if model else (0, 0)
        self.enough, self.enough_each = ENOUGH, ENOUGH_EACH

    @property
    def state(self) -> ModelState | None:
        """Whether anything is foretold."""
        return self.model.state if self.model else None

    @property
    def speaks(self) -> bool:
        """Whether forecasts are shown."""
        return self.state is ModelState.IN_USE

    @property
    def in_time(self) -> int:
        """How many periods ended in time."""
        return self.ended - self.missed

    @property
    def percent(self) -> float:
        """The plain rate of misses, in percent."""
        return 100 * self.missed / self.ended if self.ended else 0.0

    @cached_property
    def trial(self) -> Trial | None:
        """How it did on cases that it had not seen."""
        kept = self.model.facts["trial"] if self.model else None
        return Trial.of_kept(kept) if kept else None

    @property
    def cut_on(self) -> str:
        """Up to which day the cases had ended that the tried model was learned from."""
        return str(self.model.facts["cut_at"] or "")[:10] if self.model else ""

    @cached_property
    def lacks(self) -> Sequence[Sentence]:
        """What is missing before anything is foretold; nothing if something is, or is no use."""
        if self.model is not None and self.state is not ModelState.SILENT:
            return ()
        wants = (
            ("有结果的整改期限还差 %(n)s 个", ENOUGH - self.ended),
            ("其中逾期的还差 %(n)s 个", ENOUGH_EACH - self.missed),
            ("其中按期的还差 %(n)s 个", ENOUGH_EACH - self.in_time),
        )
        found = [Sentence(words, n=short) for words, short in wants if short > 0]
        few = "较近一段时间里，逾期或者按期的太少，还无法检验预测是否可信"
        return found or [Sentence(few)]

    @cached_property
    def weights(self) -> Sequence[Weight]:
        """What each feature does, the strongest first."""
        kept = self.model.facts["weights"] if self.model else {}
        known = [(key, w * spread) for key, (w, _, spread) in kept.items()]
        known.sort(key=lambda one: -abs(one[1]))
        return [
            Weight(Sentence(features.LABELS[key]), round(exp(slope), 3), _says(slope))
            for key, slope in known
            if key in features.LABELS
        ]


def _says(slope: float) -> Sentence:
    if abs(slope) < SLIGHT:
        return Sentence("几乎没有影响")
    return Sentence("更容易逾期") if slope > 0 else Sentence("更不容易逾期")
