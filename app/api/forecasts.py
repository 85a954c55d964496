"""Forecasts: which open cases will probably be late, why, and how often that was right."""

from __future__ import annotations

from typing import Any

from flask import Response, g

from app import cursors
from app.api.calls import Call
from app.api.jobs import accepted
from app.api.narrowing import narrowing_of
from app.api.schemas.forecasts import ForecastOut, ForecastPage, ForecastQuery, ModelOut
from app.api.schemas.jobs import JobOut
from app.domain.errors import NotFound
from app.domain.forecast import Forecast
from app.services import cases
from app.services.forecasting import nightly, reading
from app.services.forecasting.card import Card
from app.services.forecasting.reading import Asked


@Call(
    method="GET", path="/forecasts", query=ForecastQuery(), answer=ForecastPage(), restricted=True
)
def list_forecasts(query: dict[str, Any]) -> dict[str, Any]:
    """List the open cases with the chance that each misses its due date, the likeliest first.

    For those who supervise; never for the unit that a case is about.
    """
    after, limit = cursors.number_after(query["cursor"], of="forecasts"), query["limit"]
    asked = Asked(narrowing_of(query), query["band"])
    found = reading.page(g.actor, asked, limit=limit + 1, after=after)
    items = found[:limit]
    end = (items[-1].chance, items[-1].case_id) if len(found) > limit else None
    return {"items": items, "next": cursors.encode(end, of="forecasts")}


@Call(method="GET", path="/cases/<number>/forecast", answer=ForecastOut())
def get_forecast(number: str) -> Forecast:
    """Get what is foretold of one case; there is nothing of what has been reported or is late."""
    found = reading.of_case(cases.get(number, g.actor), g.actor)
    if found is None:
        raise NotFound
    return found


@Call(method="GET", path="/forecasts/model", answer=ModelOut(), restricted=True)
def get_forecast_model() -> dict[str, Any]:
    """Get the model card: what was learned from what, what it weighs, how often it was right."""
    card = Card(reading.model_of(g.actor))
    names = ("state", "made_at", "ended", "missed", "enough", "enough_each", "trial", "weights")
    told = {name: getattr(card, name) for name in (*names, "lacks")}
    return {**told, "lived": reading.lived(g.actor)}


@Call(method="POST", path="/forecasts/learn", answer=JobOut(), status=202, writes=True)
def learn_forecasts() -> Response:
    """Learn from the county's history anew, by a job; for the office."""
    return accepted(nightly.learn_now(g.actor))
