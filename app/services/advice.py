"""What DMN-1 advises for a problem before a case is opened: the mode, the days, the date."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from app.clock import utcnow
from app.db import db
from app.domain.deadlines import due
from app.domain.rules import Anchor, Rule, Span, Unit
from app.domain.vocabulary import Mode
from app.services import calendars, opening


@dataclass(frozen=True, slots=True)
class Advice:
    """How a problem should be put right and by when."""

    mode: Mode
    days: int
    due_on: date
    due_at: datetime
    provisional: bool


def advise(feedback: opening.Feedback, county_id: int | None = None) -> Advice:
    """Return what the decision table says of *feedback*, by the calendar of a county."""
    found = opening.advise(db.session(), feedback)
    days = feedback.limit_days or int(found["days"])
    rule = Rule(Anchor.AFTER, Span(Unit.DAYS, days), feedback.issued_on)
    moment = due(rule, utcnow(), calendars.current(county_id))
    return Advice(Mode(found["mode"]), days, moment.on, moment.at, moment.provisional)
