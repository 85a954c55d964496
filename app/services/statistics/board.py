"""Everything that the page of statistics shows, put together."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from sqlalchemy import select

from app.db import db
from app.domain.errors import Invalid, NotAllowed, Sentence
from app.domain.people import Actor, Unit
from app.domain.tally import COUNTED
from app.domain.vocabulary import Category, Role
from app.services import inspectors, tallies
from app.services._scope import visible
from app.services.narrowing import Narrowing, Period
from app.services.statistics import comparing, durations, rankings
from app.services.statistics.durations import Days, Lengths
from app.services.statistics.indicators import (
    BESIDE,
    GROUPS,
    INDICATORS,
    RANKABLE,
    Indicator,
    Share,
)
from app.services.statistics.rankings import LEAST, Entry, Ranking
from app.services.tallies import AsOf, Counts


@dataclass(frozen=True, slots=True)
class Line:
    """One indicator: of all cases, of both sorts apart, and in the period before."""

    indicator: Indicator
    share: Share
    plain: Share | None
    lasting: Share | None
    before: Share | None


@dataclass(frozen=True, slots=True)
class Repeated:
    """Problems of one category that one unit has more than once."""

    unit: Unit
    category: Category
    issued: int
    relapsed: int


@dataclass(frozen=True, slots=True)
class Board:
    """The figures of one narrowing."""

    groups: Sequence[tuple[str, Sequence[Line]]]
    counts: Counts
    lengths: Lengths
    #: For how long what is overdue has been so.
    late: Days | None
    letters: int
    before: Period | None
    #: How far the counters are that most of it is read from.
    as_of: AsOf


def board(actor: Actor, narrow: Narrowing) -> Board:
    """Work out every indicator for the cases that *actor* sees and *narrow* leaves."""
    as_of = tallies.catch_up()
    plain, lasting, counts = _counts(actor, narrow)
    before = comparing.before(narrow.period) if narrow.period else None
    then = tallies.totals(actor, replace(narrow, period=before), COUNTED) if before else None

    def line(one: Indicator) -> Line:
        parts = [one.of(part) if part else None for part in (plain, lasting, then)]
        return Line(one, one.of(counts), *parts)

    return Board(
        groups=[(group.name, [line(one) for one in group.indicators]) for group in GROUPS],
        counts=counts,
        lengths=tallies.lengths(actor, narrow),
        late=durations.late(visible(actor), *narrow.conditions()),
        letters=tallies.letters(actor, narrow),
        before=before,
        as_of=as_of,
    )


def _counts(actor: Actor, narrow: Narrowing) -> tuple[Counts | None, Counts | None, Counts]:
    """Return what is counted of plain cases, of lasting ones, and of all that is asked for."""
    if narrow.lasting is not None:
        return None, None, tallies.totals(actor, narrow, COUNTED)
    plain, lasting = (
        tallies.totals(actor, replace(narrow, lasting=sort), COUNTED) for sort in (False, True)
    )
    return plain, lasting, {key: plain[key] + lasting[key] for key in COUNTED}


def beside(counts: Counts) -> list[tuple[str, int]]:
    """Return what stands beside all rates, with how many cases."""
    return [(key, counts[key]) for key in BESIDE]


#: Nobody asks for more cases before somebody is ranked.
_MOST_LEAST = 1000


class Axis(StrEnum):
    """Who or what is ranked."""

    UNITS = "units"
    TOWNS = "towns"
    DEPARTMENTS = "departments"
    INSPECTORS = "inspectors"


@dataclass(frozen=True, slots=True)
class Asked:
    """Who is to be ranked, by which indicator, and how many cases the denominator must have.

    Raises:
        Invalid: that is nothing to rank by, or no sensible minimum.
    """

    axis: Axis = Axis.UNITS
    by: str = RANKABLE[0]
    least: int = LEAST

    def __post_init__(self) -> None:
        """Refuse what cannot be asked."""
        if self.by not in RANKABLE:
            told = Sentence("不能按“%(key)s”排名。", key=self.by[:40])
            raise Invalid(fields={"by": [told]})
        if not 1 <= self.least <= _MOST_LEAST:
            told = Sentence("最少件数应在 1 到 %(most)s 之间。", most=_MOST_LEAST)
            raise Invalid(fields={"least": [told]})


def may_rank(actor: Actor) -> bool:
    """Tell whether the person sees how units stand beside each other."""
    return actor.sees_county or actor.has(Role.DEPARTMENT)


def ranking(actor: Actor, narrow: Narrowing, asked: Asked) -> Ranking:
    """Rank who stands on an axis by one indicator.

    Raises:
        NotAllowed: the actor sees no unit beside another.
    """
    if not may_rank(actor):
        raise NotAllowed("排名由督导机构和主管部门查看。")
    tallies.catch_up()
    entries = _entries(actor, narrow, asked.axis)
    return rankings.rank(entries, INDICATORS[asked.by], asked.least)


def _entries(actor: Actor, narrow: Narrowing, axis: Axis) -> list[Entry]:
    units = _units(actor)
    if axis is Axis.DEPARTMENTS:
        return rankings.of_departments(tallies.by(actor, narrow, "department_id"), units)
    counts = tallies.by(actor, narrow, "lead_unit_id")
    if axis is Axis.INSPECTORS:
        names = {one.id: one.name for one in inspectors.of_county(actor.county_id)}
        return rankings.of_inspectors(counts, units, names)
    return (rankings.of_towns if axis is Axis.TOWNS else rankings.of_units)(counts, units)


def _units(actor: Actor) -> Sequence[Unit]:
    query = select(Unit).where(Unit.path.startswith(f"/{actor.county_id}/")).order_by(Unit.path)
    return db.session.scalars(query).all()


def categories(actor: Actor, narrow: Narrowing) -> list[tuple[Category, Counts]]:
    """Return the categories, those with most cases first."""
    found = tallies.by(actor, narrow, "category")
    told = [(Category(key), counts) for key, counts in found.items() if counts["issued"]]
    return sorted(told, key=lambda pair: (-pair[1]["issued"], pair[0]))


def repeated(actor: Actor, narrow: Narrowing, *, most: int = 20) -> list[Repeated]:
    """Return where one unit has several problems of one category, the most first."""
    found: list[tuple[int, Category, Counts]] = []
    wanted = [narrow.category] if narrow.category else list(Category)
    for category in wanted:
        counts = tallies.by(actor, replace(narrow, category=category), "lead_unit_id")
        found += [(unit, category, n) for unit, n in counts.items() if n["issued"] > 1]
    found.sort(key=lambda one: (-one[2]["issued"], -one[2]["relapsed"], one[1], one[0]))
    units: Mapping[int, Unit] = {unit.id: unit for unit in _units(actor)}
    return [
        Repeated(units[of], category, counts["issued"], counts["relapsed"])
        for of, category, counts in found[:most]
        if of in units
    ]
