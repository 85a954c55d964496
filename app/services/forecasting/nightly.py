"""The work behind the forecast: learning anew by a job, each day or when the office asks for it,
and looking again at cases that have changed since.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.orm import Session

from app.clock import today, utcnow
from app.db import db, transaction
from app.domain.case import Case
from app.domain.errors import NotAllowed, Sentence
from app.domain.forecast import Forecast, ForecastModel, ForecastRecord, ModelState
from app.domain.job import Job
from app.domain.people import Actor, Unit
from app.domain.vocabulary import Role, UnitKind
from app.services import jobs
from app.services.forecasting import model as models
from app.services.forecasting.fitting import Fitted, fit
from app.services.forecasting.model import Model, facts_of
from app.services.forecasting.predicting import foretold, renew, withdraw
from app.services.forecasting.samples import Samples
from app.services.forecasting.story import stories
from app.services.jobs import Order, Progress, Result

KIND = "forecast"
#: Older cases than so many of the latest are not learned from: habits change.
LATEST = 100_000
#: Changed cases that are looked at in one go.
AT_ONCE = 200


def may_learn(actor: Actor) -> bool:
    """Tell whether the person may have the county's history learned from anew."""
    return actor.has(Role.OFFICE, Role.OFFICE_HEAD)


def learn_now(actor: Actor) -> Job:
    """Have the county's history learned from anew.

    Raises:
        NotAllowed: only the office may.
    """
    if not may_learn(actor):
        raise NotAllowed("由督导办重新计算预测。")
    return jobs.start(Order(kind=KIND, params={"county_id": actor.county_id}, actor=actor))


def daily() -> None:
    """Have the history of every county learned from, unless it was today."""
    query = select(Unit.id).where(Unit.kind == UnitKind.COUNTY, Unit.active)
    for county_id in list(db.session.scalars(query)):
        key = f"{KIND}:{county_id}:{today().isoformat()}"
        jobs.start_once(Order(kind=KIND, params={"county_id": county_id}, key=key))


@jobs.job(KIND, label="逾期预测", counted="已读取 %(amount)s 件")
def learn(params: Mapping[str, Any], progress: Progress) -> Result:
    """Learn from a county's history, foretell its open cases, judge what was foretold before."""
    county_id, now = params["county_id"], utcnow()
    samples = _samples(county_id, now, progress)
    fitted = fit(samples)
    kept = _keep(county_id, fitted, samples, now)
    told = _foretell(county_id, kept, progress)
    return Result(_told(fitted, told), {"county_id": county_id})


def _samples(county_id: int, now: datetime, progress: Progress) -> Samples:
    samples, read = Samples(), 0
    oldest = (
        select(Case.id)
        .where(Case.county_id == county_id)
        .order_by(Case.id.desc())
        .offset(LATEST)
        .limit(1)
    )
    after = db.session.scalar(oldest) or 0
    for batch in stories(db.session(), Case.county_id == county_id, after=after):
        for story in batch:
            samples.take(story, now)
        read += len(batch)
        db.session.rollback()  # a snapshot held for long keeps the database from tidying up
        progress(read)
    return samples


def _keep(county_id: int, fitted: Fitted, samples: Samples, now: datetime) -> int:
    with transaction() as session:
        made = ForecastModel(
            county_id=county_id,
            made_at=now,
            state=fitted.state,
            ended=fitted.ended,
            missed=fitted.missed,
            facts=facts_of(fitted, samples.records()),
        )
        session.add(made)
        if fitted.state is not ModelState.IN_USE:
            withdraw(session, county_id)
        session.flush()
        return made.id


def _told(fitted: Fitted, told: int) -> Sentence:
    words = {
        ModelState.SILENT: "历史记录还不够，暂不作预测。",
        ModelState.NO_BETTER: "对没有见过的事项，预测不优于平均逾期率，暂不采用。",
        ModelState.IN_USE: "已更新 %(n)s 件在办事项的预测。",
    }
    template = words[fitted.state]
    return Sentence(template, n=told) if fitted.state is ModelState.IN_USE else Sentence(template)


def _foretell(county_id: int, model_id: int, progress: Progress) -> int:
    """Look at all open cases of the county, and at those of which something was foretold."""
    row = db.session.get_one(ForecastModel, model_id)
    model = Model(row) if row.state is ModelState.IN_USE else None
    seen = read = 0
    while batch := _batch(county_id, seen):
        with transaction() as session:
            told = _look(session, batch, model)
        seen, read = batch[-1], read + told
        progress(read)
    return read


def _batch(county_id: int, after: int) -> list[int]:
    """Return the ids of the next cases that something was, or is to be, foretold of."""
    open_now = select(Case.id).where(Case.county_id == county_id, *foretold(today()))
    unjudged = select(ForecastRecord.case_id).where(
        ForecastRecord.county_id == county_id, ForecastRecord.judged_at.is_(None)
    )
    shown = select(Forecast.case_id).where(Forecast.county_id == county_id)
    found: set[int] = set()
    for query, column in (
        (open_now, Case.id),
        (unjudged, ForecastRecord.case_id),
        (shown, Forecast.case_id),
    ):
        found |= set(_some(query.where(column > after).order_by(column)))
    return sorted(found)[:AT_ONCE]


def _some(query: Any) -> Iterator[int]:
    yield from db.session.scalars(query.limit(AT_ONCE))


def _look(session: Session, ids: list[int], model: Model | None) -> int:
    if model is not None:  # the job and the sweep take turns: both may meet a new case
        session.get_one(ForecastModel, model.id, with_for_update={"key_share": True})
    now, told = utcnow(), 0
    for batch in stories(session, Case.id.in_(ids)):
        told += renew(session, batch, model, now)
    return told


def changed() -> None:
    """Look again at cases that changed, came, or were done with since they were foretold."""
    query = select(Unit.id).where(Unit.kind == UnitKind.COUNTY)
    for county_id in list(db.session.scalars(query)):
        model = models.in_use(db.session(), county_id)
        ids = _changed_ids(county_id) if model else []
        if ids:
            with transaction() as session:
                _look(session, ids, model)


def _changed_ids(county_id: int) -> list[int]:
    stale = or_(Case.history_length != Forecast.history_length, Case.due_on < today())
    known = (
        select(Forecast.case_id)
        .join(Case, Case.id == Forecast.case_id)
        .where(Forecast.county_id == county_id, stale)
        .limit(AT_ONCE)
    )
    return [*db.session.scalars(known), *_new(county_id)][:AT_ONCE]


def _new(county_id: int) -> Iterator[int]:
    missing: ColumnElement[bool] = (
        ~select(Forecast.case_id).where(Forecast.case_id == Case.id).exists()
    )
    query = select(Case.id).where(Case.county_id == county_id, *foretold(today()), missing)
    yield from db.session.scalars(query.limit(AT_ONCE))
