"""统计指标: rates with both their numbers, how long things take, rankings."""

from __future__ import annotations

from collections.abc import Sequence

from flask_babel import gettext
from marshmallow import fields

from app.api.schemas.fields import Out, Text, Whole, Word, moment, told
from app.api.schemas.narrowing import Narrowed
from app.domain.vocabulary import Category
from app.services.statistics.board import Axis, Line
from app.services.statistics.indicators import INDICATORS, RANKABLE
from app.services.statistics.rankings import LEAST


class RateOut(Out):
    """So many of so many cases."""

    numerator = fields.Integer(attribute="n")
    denominator = fields.Integer(attribute="of")
    percent = fields.Float(
        allow_none=True, metadata={"description": "Null where the denominator is 0."}
    )


class IndicatorOut(Out):
    """One indicator; ``GET /cases?figure=`` lists the cases behind either number."""

    key = told(lambda line: line.indicator.key, "string", enum=sorted(INDICATORS))
    name = told(lambda line: gettext(line.indicator.name), "string")
    formula = told(lambda line: gettext(line.indicator.formula), "string")
    why = told(lambda line: gettext(line.indicator.says), "string")
    numerator_figure = told(lambda line: line.indicator.over, "string")
    denominator_figure = told(lambda line: line.indicator.under, "string")
    all = fields.Nested(RateOut, attribute="share")
    dated = fields.Nested(
        RateOut,
        attribute="plain",
        allow_none=True,
        metadata={"description": "Of cases that end by a date; null if narrowed by `lasting`."},
    )
    lasting = fields.Nested(
        RateOut, allow_none=True, metadata={"description": "Of staged and standing cases."}
    )
    before = fields.Nested(
        RateOut, allow_none=True, metadata={"description": "In the period before."}
    )


class LengthOut(Out):
    """How many days so many cases took."""

    cases = fields.Integer()
    mean = fields.Float()
    median = fields.Float()


class CategoryLengthOut(LengthOut):
    """The same of one category."""

    category = Word(Category)


class StatisticsOut(Out):
    """Every indicator of some cases."""

    as_of = moment(
        attribute="as_of.at", metadata={"description": "Up to when the counters have followed."}
    )
    behind = fields.Boolean(
        attribute="as_of.behind", metadata={"description": "Whether cases changed since."}
    )
    period = fields.String(allow_none=True)
    period_before = fields.String(allow_none=True)
    indicators = fields.List(fields.Nested(IndicatorOut))
    counts = told(
        lambda found: dict(found["counts"]),
        "object",
        additionalProperties={"type": "integer"},
        description="How many cases meet each figure; revoked ones are in no rate.",
    )
    letters = fields.Integer(metadata={"description": "Expediting letters sent about them."})
    rectified = fields.Nested(LengthOut, allow_none=True)
    rectified_by_category = fields.List(fields.Nested(CategoryLengthOut))
    overdue_for = fields.Nested(LengthOut, allow_none=True)


class RankingQuery(Narrowed):
    """Who is ranked, and by what."""

    axis = Word(Axis, load_default=Axis.UNITS)
    by = Text(
        32,
        load_default=RANKABLE[0],
        metadata={"enum": list(RANKABLE), "description": "Key of an indicator."},
    )
    least = Whole(
        1, 1000, load_default=LEAST, metadata={"description": "Cases in the denominator."}
    )


class RankedOut(Out):
    """Who, with which rank; ties share one."""

    rank = fields.Integer(allow_none=True)
    name = told(lambda one: one.entry.name, "string")
    rate = fields.Nested(RateOut, attribute="share")
    issued = told(lambda one: one.entry.counts["issued"], "integer")


class RankingOut(Out):
    """Those who are ranked, the best first, and those with too few cases."""

    least = fields.Integer()
    ranked = fields.List(fields.Nested(RankedOut))
    below = fields.List(fields.Nested(RankedOut))


def lines(groups: Sequence[tuple[str, Sequence[Line]]]) -> list[Line]:
    """Return the indicators of all groups, one after the other."""
    return [line for _, some in groups for line in some]
