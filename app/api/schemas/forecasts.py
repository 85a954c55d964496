"""Forecasts: the chance that an open case misses its date, why, and how often that was right."""

from __future__ import annotations

from marshmallow import fields

from app.api.schemas.cases import Paging
from app.api.schemas.fields import Out, Word, absent, moment, name_of, told
from app.api.schemas.narrowing import Narrowed
from app.domain.forecast import Forecast, ModelState
from app.services.forecasting.reading import Band
from app.texts import said_in, sentence


class ReasonOut(Out):
    """One of the strongest contributions to a chance."""

    group = fields.String(metadata={"description": "What it is about: `lag`, `step`, `unit` …"})
    told = told(lambda one: said_in(one["told"]), "string")
    share = fields.Integer(metadata={"description": "Of all that moves the chance, in percent."})
    up = fields.Boolean(metadata={"description": "Whether it raises the chance."})


def _advice(one: Forecast) -> str:
    return said_in(one.advice)


class ForecastOut(Out):
    """What is foretold of one case."""

    case = name_of("case.number")
    lead_unit = name_of("case.lead_unit.name")
    due_on = fields.Date()
    chance = told(
        lambda one: one.chance / 1000, "number", description="That it misses its due date, of 1."
    )
    band = told(lambda one: str(Band.of(one.chance)), "string")
    why = fields.List(fields.Nested(ReasonOut))
    advice = told(_advice, "string", description="What would help.")
    made_at = moment()
    model = fields.Integer(attribute="model_id")


class ForecastQuery(Narrowed, Paging):
    """Which forecasts."""

    band = Word(Band, load_default=absent)


class ForecastPage(Out):
    """A stretch of the list, the likeliest to be late first."""

    items = fields.List(fields.Nested(ForecastOut))
    next = fields.String(allow_none=True)


class BinOut(Out):
    """Of those called about so likely: how many, and how many came late."""

    tenth = fields.Integer(metadata={"description": "7: called 70 to 80 %."})
    called = fields.Float(metadata={"description": "The average that was called, of 1."})
    rate = fields.Float(metadata={"description": "The part that came late, of 1."})
    n = fields.Integer()
    missed = fields.Integer()


class TrialOut(Out):
    """How it did on later cases than those it was learned from."""

    n = fields.Integer()
    missed = fields.Integer()
    brier = fields.Float(metadata={"description": "Mean square error of the chances."})
    base = fields.Float(
        metadata={"description": "The same of the plain rate of cases in that third of their time."}
    )
    plain = fields.Float(metadata={"description": "The same of one rate for all."})
    clearly = fields.Float(metadata={"description": "Standard errors by which it is better."})
    is_better = fields.Boolean()
    bins = fields.List(fields.Nested(BinOut))


class WeightOut(Out):
    """One feature of the model."""

    label = told(lambda one: sentence(one.label), "string")
    times = fields.Float(
        metadata={"description": "Factor of the odds of being late for one standard deviation."}
    )
    says = told(lambda one: sentence(one.says), "string")


class LivedOut(Out):
    """What was really foretold, week by week, against what came of it."""

    bins = fields.List(fields.Nested(BinOut))
    n = fields.Integer(metadata={"description": "Judged so far."})
    missed = fields.Integer()
    waiting = fields.Integer(metadata={"description": "Whose cases have not ended."})
    void = fields.Integer(metadata={"description": "Whose cases ended in neither way."})


class ModelOut(Out):
    """The model card."""

    state = Word(ModelState, allow_none=True)
    made_at = moment()
    ended = fields.Integer(metadata={"description": "Periods whose end is known."})
    missed = fields.Integer()
    enough = fields.Integer(metadata={"description": "How many it takes."})
    enough_each = fields.Integer(metadata={"description": "Overdue, and in time, at least."})
    lacks = told(
        lambda card: [sentence(one) for one in card["lacks"]],
        "array",
        items={"type": "string"},
        description="What is missing before anything is foretold.",
    )
    trial = fields.Nested(TrialOut, allow_none=True)
    weights = fields.List(fields.Nested(WeightOut))
    lived = fields.Nested(LivedOut)
