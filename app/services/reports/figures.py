"""The figures of a report, as they are frozen: plain JSON, with the rule by which each was counted.

``marks`` names every figure in the order of the bits in `ReportCase.marks`, with its label and
its rule in words; ``counts`` has how many cases bear each. All else is made of these, or a list.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import func, select

from app.clock import local_date
from app.db import db
from app.domain.case import Case
from app.domain.people import Unit
from app.domain.report import ReportKind
from app.domain.tally import Flow
from app.services import inspectors
from app.services.figures import FIGURES, day_of
from app.services.narrowing import Period
from app.services.reports import census as counting
from app.services.reports import lines
from app.services.reports.census import Census
from app.services.reports.marks import BASE, Mark, marks
from app.services.reports.spans import Span
from app.services.statistics import durations, rankings
from app.services.statistics.durations import Days, Lengths
from app.services.statistics.indicators import GROUPS, INDICATORS, Indicator
from app.services.statistics.rankings import LEAST, Entry, Ranking
from app.services.tallies import Counts

#: Version of the layout below.
LAYOUT = 1
#: By these units are ranked.
RANKED_BY = ("in_time", "rectified")
#: Numbers of cases that the appendix names for one figure; the system keeps them all.
APPENDED = 200
#: Stretches of time that the trend goes back, the present one among them.
WEEKS, MONTHS = 12, 12
_TABLE = ("issued", "verified", "closed_out", "within", "overdue", "relapsed", "in_time", "due")


def gather(county: Unit, span: Span, at: datetime) -> tuple[dict[str, Any], Census]:
    """Count everything once; return the figures and the cases behind them."""
    today = local_date(at)
    wanted = marks(span, today)
    census = counting.take(county.id, wanted)
    counts = census.counts()
    figures = {
        "layout": LAYOUT,
        "county": county.name,
        "kind": str(span.kind),
        "days": _period(span.days),
        "days_before": _period(span.days_before),
        "base": _period(span.base),
        "base_before": _period(span.base_before),
        "today": str(today),
        "marks": [_rule(mark) for mark in wanted],
        "counts": counts,
        "indicators": _indicators(counts, _before(county.id, span, today)),
        "lengths": _lengths(county.id, span),
        "trend": _trend(county.id, span, today),
        **_tables(census, county.id),
        **_lists(census, span, today),
        "cases": len(census.ids),
        "appendix": {key: lines.numbers(census.ids_of(key), APPENDED) for key in census.keys},
    }
    return figures, census


def _period(period: Period) -> dict[str, str]:
    return {
        "key": period.key,
        "starts_on": str(period.starts_on),
        "ends_on": str(period.ends_on),
    }


def _rule(mark: Mark) -> dict[str, str]:
    return {"key": mark.key, "label": mark.label, "says": mark.says}


def _before(county_id: int, span: Span, today: date) -> Counts:
    """Count the cases issued in the period that the indicators are compared with, as of now."""
    days = span.base_before
    issued = Case.issued_on.between(days.starts_on, days.ends_on)
    return counting.measured(BASE, Case.county_id == county_id, issued, day=today)


def _indicators(counts: Counts, before: Counts) -> list[dict[str, Any]]:
    return [
        _indicator(one, group.name, counts, before) for group in GROUPS for one in group.indicators
    ]


def _indicator(one: Indicator, group: str, counts: Counts, before: Counts) -> dict[str, Any]:
    then = one.of(before)
    return {
        "key": one.key,
        "group": group,
        "name": one.name,
        "formula": one.formula,
        "says": one.says,
        "good": one.good,
        "over": f"base.{one.over}",
        "under": f"base.{one.under}",
        "n": counts[f"base.{one.over}"],
        "of": counts[f"base.{one.under}"],
        "n_before": then.n,
        "of_before": then.of,
    }


def _lengths(county_id: int, span: Span) -> dict[str, Any]:
    issued = Case.issued_on.between(span.base.starts_on, span.base.ends_on)
    found = Lengths.of(durations.took(Case.county_id == county_id, issued))
    return {
        "rectified": _days(found.rectified),
        "by_category": [
            {"category": str(category), **(_days(days) or {})}
            for category, days in found.by_category.items()
        ],
    }


def _days(days: Days | None) -> dict[str, Any] | None:
    return {"cases": days.cases, "mean": days.mean, "median": days.median} if days else None


def _tables(census: Census, county_id: int) -> dict[str, Any]:
    """Return who stands where: units, towns, departments, inspectors, categories, repetitions."""
    units = lines.units(county_id)
    leads = census.by("lead_unit_id")
    entries = {
        "units": rankings.of_units(leads, units),
        "towns": rankings.of_towns(leads, units),
        "departments": rankings.of_departments(census.by("department_id"), units),
        "inspectors": rankings.of_inspectors(
            leads, units, {one.id: one.name for one in inspectors.of_county(county_id)}
        ),
    }
    tables: dict[str, Any] = {axis: _table(found) for axis, found in entries.items()}
    ranked = {
        by: _ranking(rankings.rank(entries["units"], INDICATORS[by], LEAST)) for by in RANKED_BY
    }
    return {
        **tables,
        "least": LEAST,
        "rankings": ranked,
        "categories": _categories(census.by("category")),
        "repeated": _repeated(census, {unit.id: unit.name for unit in units}),
    }


def _table(entries: Sequence[Entry]) -> list[dict[str, Any]]:
    told = [{"id": one.id, "name": one.name, **_few(one.counts)} for one in entries]
    busy = [line for line in told if line["issued"]]
    return sorted(busy, key=lambda line: (-line["overdue"], -line["issued"], line["name"]))


def _few(counts: Counts) -> dict[str, int]:
    return {key: counts[key] for key in _TABLE}


def _ranking(found: Ranking) -> dict[str, Any]:
    def told(ranked: Sequence[rankings.Ranked]) -> list[dict[str, Any]]:
        return [
            {"rank": one.rank, "name": one.entry.name, "n": one.share.n, "of": one.share.of}
            for one in ranked
        ]

    return {"ranked": told(found.ranked), "below": told(found.below)}


def _categories(found: Mapping[Any, Counts]) -> list[dict[str, Any]]:
    told = [{"category": str(category), **_few(counts)} for category, counts in found.items()]
    busy = [line for line in told if line["issued"]]
    return sorted(busy, key=lambda line: (-line["issued"], line["category"]))


def _repeated(census: Census, names: Mapping[int, str]) -> list[dict[str, Any]]:
    """Return where one unit has several problems of one category."""
    sums: dict[tuple[int, str], list[int]] = {}
    issued, relapsed = (census.keys.index(f"base.{key}") for key in ("issued", "relapsed"))
    for (lead, _, category, mark), n in census.alike.items():
        both = sums.setdefault((lead, category), [0, 0])
        both[0] += n * (mark >> issued & 1)
        both[1] += n * (mark >> relapsed & 1)
    found = [
        {"name": names[lead], "category": category, "issued": both[0], "relapsed": both[1]}
        for (lead, category), both in sums.items()
        if both[0] > 1
    ]
    return sorted(found, key=lambda line: (-line["issued"], line["name"], line["category"]))


def _lists(census: Census, span: Span, today: date) -> dict[str, Any]:
    return {
        "overdue": lines.overdue(census, today),
        "warned": lines.warned(census),
        "letters": lines.letters(census, span.days),
        "closed": lines.closed(census),
        "relapses": lines.relapses(census, span.days),
    }


def _trend(county_id: int, span: Span, today: date) -> list[dict[str, Any]]:
    """Return what happened in each of the last weeks, or months for all but a weekly report."""
    starts = _starts(span.kind, min(span.days.ends_on, today))
    rows: list[dict[str, Any]] = [
        {"since": str(day), **{str(flow): 0 for flow in Flow}} for day in starts
    ]
    for flow in Flow:
        for day, n in _flow(county_id, flow, starts[0], min(span.days.ends_on, today)):
            place = max(i for i, start in enumerate(starts) if start <= day)
            rows[place][str(flow)] += n
    return rows


def _starts(kind: ReportKind, last: date) -> list[date]:
    if kind is ReportKind.WEEKLY:
        friday = last - timedelta(days=(last.weekday() + 3) % 7)
        return [friday - timedelta(weeks=back) for back in range(WEEKS - 1, -1, -1)]
    months = [last.replace(day=1)]
    while len(months) < MONTHS:
        months.insert(0, (months[0] - timedelta(days=1)).replace(day=1))
    return months


def _flow(county_id: int, flow: Flow, since: date, until: date) -> list[tuple[date, int]]:
    day = day_of(flow)
    query = (
        select(day, func.count())
        .select_from(Case)
        .where(Case.county_id == county_id, FIGURES["issued"].holds(until))
        .where(day.between(since, until))
        .group_by(day)
    )
    return [(on, n) for on, n in db.session.execute(query)]
