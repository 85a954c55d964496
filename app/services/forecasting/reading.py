"""Forecasts for those who watch: the list, one case's, the model card with its record.

They are shown to those who supervise, never to the unit that the case is about: it would work by
the number instead of by the date, or argue from it, and it tells of other units' records, too.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from sqlalchemy import ColumnElement, Integer, and_, case, cast, func, or_, select
from sqlalchemy.orm import contains_eager, joinedload

from app.clock import today
from app.db import db
from app.domain.case import Case
from app.domain.errors import NotAllowed
from app.domain.forecast import Forecast, ForecastModel, ForecastRecord
from app.domain.people import Actor
from app.domain.vocabulary import Role, Term
from app.services.forecasting import model as models
from app.services.forecasting.calibration import Bin
from app.services.forecasting.predicting import foretold
from app.services.narrowing import Narrowing


class Band(Term):
    """How likely a case is to be late, in words."""

    LIKELY = "likely", "很可能逾期（≥70%）"
    PERHAPS = "perhaps", "可能逾期（30%～70%）"
    HARDLY = "hardly", "多半按期（<30%）"

    @classmethod
    def of(cls, chance: int) -> Band:
        """Return the band of a chance in thousandths."""
        return next(band for band, (least, _) in BOUNDS.items() if chance >= least)


#: From which chance on, and below which, in thousandths.
BOUNDS = {Band.LIKELY: (700, 1001), Band.PERHAPS: (300, 700), Band.HARDLY: (0, 300)}


def sees(actor: Actor) -> bool:
    """Tell whether forecasts are this person's business."""
    return actor.sees_county or actor.has(Role.DEPARTMENT)


def require(actor: Actor) -> None:
    """Raise NotAllowed unless forecasts are this person's business."""
    if not sees(actor):
        raise NotAllowed("逾期预测供督导部门和主管部门使用，不向责任单位显示。")


def _scope(actor: Actor) -> ColumnElement[bool]:
    """Return the condition on `Case`: the county's people see all, a department what it oversees.

    A department that must put something right itself is the unit then.
    """
    if actor.sees_county:
        return Case.county_id == actor.county_id
    own = actor.unit_id
    return and_(Case.department_id == own, Case.lead_unit_id != own, Case.unit_id != own)


@dataclass(frozen=True, slots=True)
class Asked:
    """Which of the forecasts."""

    narrow: Narrowing = field(default_factory=Narrowing)
    band: Band | None = None

    @property
    def within(self) -> ColumnElement[bool]:
        """The condition on `Forecast` that it lies in the band."""
        least, below = BOUNDS[self.band] if self.band else (0, 1001)
        return and_(Forecast.chance >= least, Forecast.chance < below)

    def conditions(self) -> list[ColumnElement[bool]]:
        """Translate into conditions on `Forecast` and its `Case`."""
        return [self.within, *self.narrow.conditions()]


def page(
    actor: Actor, asked: Asked, *, limit: int = 50, after: tuple[int, int] | None = None
) -> list[Forecast]:
    """List what is foretold of open cases, the likeliest to be late first.

    Raises:
        NotAllowed: forecasts are none of the actor's business.
    """
    require(actor)
    query = (
        select(Forecast)
        .join(Forecast.case)
        .options(contains_eager(Forecast.case).joinedload(Case.lead_unit))
        .where(Forecast.county_id == actor.county_id, *_shown(actor), *asked.conditions())
        .order_by(Forecast.chance.desc(), Forecast.case_id.desc())
    )
    if after is not None:
        chance, case_id = after
        same = and_(Forecast.chance == chance, Forecast.case_id < case_id)
        query = query.where(or_(Forecast.chance < chance, same))
    return list(db.session.scalars(query.limit(limit)))


def _shown(actor: Actor) -> tuple[ColumnElement[bool], ...]:
    """Leave out what has been done, or has become late, since it was foretold."""
    return (_scope(actor), *foretold(today()))


@dataclass(frozen=True, slots=True)
class Counts:
    """How many open cases there are of each likelihood, and how many are to be expected late."""

    of: Mapping[Band, int]
    #: The sum of all chances.
    expected: float

    @property
    def all(self) -> int:
        """How many are foretold."""
        return sum(self.of.values())


def counts(actor: Actor, narrow: Narrowing) -> Counts:
    """Count what `page` lists of all bands."""
    bands = [func.coalesce(func.sum(cast(Asked(band=band).within, Integer)), 0) for band in BOUNDS]
    query = (
        select(func.coalesce(func.sum(Forecast.chance), 0), *bands)
        .select_from(Forecast)
        .join(Case, Case.id == Forecast.case_id)
        .where(Forecast.county_id == actor.county_id, *_shown(actor), *narrow.conditions())
    )
    chances, *found = (int(one) for one in db.session.execute(query).one())
    return Counts(dict(zip(BOUNDS, found, strict=True)), round(chances / 1000, 1))


def of_case(of: Case, actor: Actor) -> Forecast | None:
    """Return what is foretold of one case that *actor* may see; ``None`` if nothing is."""
    if not sees(actor):
        return None
    query = (
        select(Forecast)
        .join(Forecast.case)
        .options(joinedload(Forecast.case))
        .where(Forecast.case_id == of.id, *_shown(actor))
    )
    return db.session.scalars(query).first()


def model_of(actor: Actor) -> ForecastModel | None:
    """Return the county's latest model.

    Raises:
        NotAllowed: forecasts are none of the actor's business.
    """
    require(actor)
    return models.latest(db.session(), actor.county_id)


@dataclass(frozen=True, slots=True)
class Lived:
    """What was really foretold, week by week, and came true or not."""

    bins: Sequence[Bin]
    #: Foretold and not yet to be judged; judged, but ended in neither way.
    waiting: int
    void: int

    @property
    def n(self) -> int:
        """How many were judged."""
        return sum(one.n for one in self.bins)

    @property
    def missed(self) -> int:
        """How many of them came late."""
        return sum(one.missed for one in self.bins)


def lived(actor: Actor) -> Lived:
    """Hold all that was foretold of the county's cases against what came of it.

    Raises:
        NotAllowed: forecasts are none of the actor's business.
    """
    require(actor)
    mine = ForecastRecord.county_id == actor.county_id
    tenth = case((ForecastRecord.chance >= 1000, 9), else_=ForecastRecord.chance // 100)
    query = (
        select(
            tenth,
            func.sum(ForecastRecord.chance),
            func.count(),
            func.sum(cast(ForecastRecord.missed, Integer)),
        )
        .where(mine, ForecastRecord.missed.is_not(None))
        .group_by(tenth)
        .order_by(tenth)
    )
    bins = [
        Bin(int(place), float(chances) / 1000 / n, n, int(missed))
        for place, chances, n, missed in db.session.execute(query)
    ]
    unknown = select(func.count()).where(mine, ForecastRecord.missed.is_(None))
    judged = ForecastRecord.judged_at.is_not(None)
    void = db.session.scalar(unknown.where(judged)) or 0
    return Lived(bins, (db.session.scalar(unknown) or 0) - void, void)
