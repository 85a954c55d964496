"""Saying of each open case how likely it misses its date, and keeping what was said each week."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, delete, select
from sqlalchemy.orm import Session

from app.clock import local_date
from app.domain.case import Case
from app.domain.forecast import Forecast, ForecastRecord
from app.domain.vocabulary import Stage
from app.services.forecasting import wording
from app.services.forecasting.judging import judge
from app.services.forecasting.model import Model
from app.services.forecasting.runs import running
from app.services.forecasting.story import Story
from app.services.forecasting.views import view_of
from app.services.sentences import packed

_OVER = [stage for stage in Stage if stage.is_over or stage is Stage.SUSPENDED]


def foretold(today: date) -> tuple[ColumnElement[bool], ...]:
    """Return the conditions on `Case` that it is to be foretold: unreported, its date to come."""
    return (
        Case.stage.not_in(_OVER),
        Case.reported_done_at.is_(None),
        Case.due_on >= today,
    )


@dataclass(frozen=True, slots=True)
class _Kept:
    """What stands in the tables of some cases."""

    forecasts: Mapping[int, Forecast]
    #: Cases of which something was kept this week.
    this_week: Collection[int]


def renew(session: Session, stories: Sequence[Story], model: Model | None, now: datetime) -> int:
    """Write anew what is foretold of some cases, and judge what was; return how many there are.

    Without a model nothing is foretold any more, but what was is judged.
    """
    kept = _kept(session, [story.case_id for story in stories], now)
    judge(session, stories, now)
    told = 0
    for story in stories:
        facts = _facts(story, model, now) if model else None
        before = kept.forecasts.get(story.case_id)
        if facts is not None:
            told += 1
            _write(session, story, facts, before)
            if story.case_id not in kept.this_week:
                _keep(session, story, facts)
        elif before is not None:
            session.delete(before)
    session.flush()
    return told


def _kept(session: Session, ids: Sequence[int], now: datetime) -> _Kept:
    forecasts = session.scalars(select(Forecast).where(Forecast.case_id.in_(ids)))
    told = select(ForecastRecord.case_id).where(
        ForecastRecord.case_id.in_(ids), ForecastRecord.week == week_of(now)
    )
    return _Kept({one.case_id: one for one in forecasts}, set(session.scalars(told)))


def week_of(at: datetime) -> date:
    """Return the Monday of a moment's week."""
    day = local_date(at)
    return day - timedelta(days=day.weekday())


def _facts(story: Story, model: Model, now: datetime) -> dict[str, Any] | None:
    """Return what is foretold of a case; ``None`` if nothing is to be foretold."""
    run = running(story, now)
    if run is None:
        return None
    view = view_of(story, run, now)
    said = model.say(view)
    return {
        "model_id": model.id,
        "made_at": now,
        "due_on": run.due,
        "chance": round(1000 * said.chance),
        "why": wording.reasons(said, view, model.records),
        "advice": packed(wording.advice(said, view)),
        "history_length": story.history_length,
    }


def _write(
    session: Session, story: Story, facts: Mapping[str, Any], before: Forecast | None
) -> None:
    if before is None:
        session.add(Forecast(case_id=story.case_id, county_id=story.county_id, **facts))
        return
    for name, value in facts.items():
        setattr(before, name, value)


def _keep(session: Session, story: Story, facts: Mapping[str, Any]) -> None:
    """Take down what was said this week; it stays as it is whatever comes."""
    said = {name: facts[name] for name in ("model_id", "made_at", "due_on", "chance")}
    about = {"case_id": story.case_id, "county_id": story.county_id}
    session.add(ForecastRecord(**about, **said, week=week_of(facts["made_at"])))


def withdraw(session: Session, county_id: int) -> None:
    """Say nothing of any case of the county any more; what was said each week stays."""
    session.execute(delete(Forecast).where(Forecast.county_id == county_id))
