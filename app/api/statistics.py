"""统计指标: the indicators of domain §9.1 with both their numbers, and rankings by them."""

from __future__ import annotations

from typing import Any

from flask import g

from app.api.calls import Call
from app.api.narrowing import narrowing_of
from app.api.schemas.narrowing import Narrowed
from app.api.schemas.statistics import RankingOut, RankingQuery, StatisticsOut, lines
from app.services.statistics import board
from app.services.statistics.board import Axis


@Call(method="GET", path="/statistics", query=Narrowed(), answer=StatisticsOut())
def get_statistics(query: dict[str, Any]) -> dict[str, Any]:
    """Get every indicator of the cases that the caller sees and the parameters leave."""
    narrow = narrowing_of(query)
    found = board.board(g.actor, narrow)
    lengths = found.lengths
    return {
        "as_of": found.as_of,
        "period": narrow.period.key if narrow.period else None,
        "period_before": found.before.key if found.before else None,
        "indicators": lines(found.groups),
        "counts": found.counts,
        "letters": found.letters,
        "rectified": lengths.rectified,
        "rectified_by_category": [
            {"category": category, "cases": one.cases, "mean": one.mean, "median": one.median}
            for category, one in lengths.by_category.items()
        ],
        "overdue_for": found.late,
    }


@Call(
    method="GET",
    path="/statistics/rankings",
    query=RankingQuery(),
    answer=RankingOut(),
    restricted=True,
)
def get_ranking(query: dict[str, Any]) -> dict[str, Any]:
    """Rank units, towns, departments or inspectors by one indicator; the county and departments."""
    asked = board.Asked(Axis(query["axis"]), query["by"], query["least"])
    found = board.ranking(g.actor, narrowing_of(query), asked)
    return {"least": query["least"], "ranked": found.ranked, "below": found.below}
