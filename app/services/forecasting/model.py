"""A county's model as it is kept, and what it says of a case: plain sums, no library."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import exp
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.domain.forecast import ForecastModel, ModelState
from app.services.forecasting import features
from app.services.forecasting.fitting import Fitted
from app.services.forecasting.records import Records
from app.services.forecasting.views import View


@dataclass(frozen=True, slots=True)
class Push:
    """What one group of features adds to the log odds of a case, against an average one."""

    group: str
    by: float


@dataclass(frozen=True, slots=True)
class Said:
    """What the model says of a case."""

    chance: float
    #: The strongest first.
    pushes: Sequence[Push]


class Model:
    """The weights that are in force."""

    def __init__(self, row: ForecastModel) -> None:
        facts = row.facts
        self.id, self.county_id = row.id, row.county_id
        self.weights: dict[str, tuple[float, float, float]] = facts["weights"]
        self.intercept: float = facts["intercept"]
        self.records = Records(facts["records"])

    def say(self, view: View) -> Said:
        """Reckon the chance that a case misses its date, and what it comes from."""
        pushes: dict[str, float] = {}
        values = (*features.own(view), *features.like(view, self.records))
        for key, value in zip(features.KEYS, values, strict=True):
            slope, mean, _ = self.weights[key]
            group = features.GROUPS[key]
            pushes[group] = pushes.get(group, 0.0) + slope * (value - mean)
        odds = self.intercept + sum(pushes.values())
        ordered = sorted(pushes.items(), key=lambda one: -abs(one[1]))
        return Said(1 / (1 + exp(-odds)), [Push(group, by) for group, by in ordered])


def latest(session: Session, county_id: int) -> ForecastModel | None:
    """Return the county's latest model, whether it is used or not."""
    query = select(ForecastModel).filter_by(county_id=county_id).order_by(ForecastModel.id.desc())
    return session.scalars(query.limit(1)).first()


def in_use(session: Session, county_id: int) -> Model | None:
    """Return what foretells the county's cases; ``None`` while nothing does."""
    row = latest(session, county_id)
    if row is None or row.state is not ModelState.IN_USE:
        return None
    # A model of an earlier version of the program knows other features: the next night mends it.
    return Model(row) if tuple(row.facts["weights"]) == features.KEYS else None


def facts_of(fitted: Fitted, records: Records) -> dict[str, Any]:
    """Return what is kept of what was learned."""
    return {
        "weights": fitted.weights,
        "intercept": fitted.intercept,
        "trial": fitted.trial.kept() if fitted.trial else None,
        "cut_at": fitted.cut_at.isoformat() if fitted.cut_at else None,
        "records": records.kept(),
    }
