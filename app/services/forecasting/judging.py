"""Holding what was foretold against what happened, once the period it was said in has ended."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.domain.forecast import ForecastRecord
from app.services.forecasting.runs import Run, runs_of
from app.services.forecasting.story import Story


def judge(session: Session, stories: Sequence[Story], now: datetime) -> None:
    """Judge what was foretold of these cases as far as its end is known."""
    of = {story.case_id: story for story in stories}
    query = select(ForecastRecord).where(
        ForecastRecord.case_id.in_(of), ForecastRecord.judged_at.is_(None)
    )
    told: dict[int, list[ForecastRecord]] = {}
    for record in session.scalars(query):
        told.setdefault(record.case_id, []).append(record)
    for case_id, records in told.items():
        runs = runs_of(of[case_id], now)
        for record in records:
            _judge(record, runs, now)


def _judge(record: ForecastRecord, runs: Sequence[Run], now: datetime) -> None:
    run = next((one for one in reversed(runs) if one.began_at <= record.made_at), None)
    if run is not None and run.end_at is None:
        return
    record.judged_at = now
    # Of what ended neither way, or cannot be found again, nothing is known.
    known = run is not None and run.end_at is not None and record.made_at < run.end_at
    record.missed = run.missed if known and run is not None else None
