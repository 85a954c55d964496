"""A case as it was known at one moment of a period: what all features are taken from."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from app.clock import local_date
from app.domain.vocabulary import Category, Mode, Severity, SourceLevel, Term
from app.services.forecasting.runs import THIRDS, Run
from app.services.forecasting.story import Line, Story, What


class Step(Term):
    """Where the unit's work stands."""

    UNSIGNED = "unsigned", "待签收"
    PLANNING = "planning", "制定方案"
    PLAN_REVIEW = "plan_review", "方案审核"
    RECTIFYING = "rectifying", "整改中"
    REPORTING = "reporting", "单位报结"


@dataclass(frozen=True, slots=True)
class View:
    """A case on one day of one of its periods."""

    on: date
    start: date
    due: date
    category: Category
    severity: Severity
    mode: Mode
    level: SourceLevel
    unit_id: int
    department_id: int
    step: Step
    percent: int
    #: Days since the unit last filed anything.
    quiet: int
    extensions: int
    rework: bool
    relapsed: bool
    missed_before: bool

    @property
    def period(self) -> int:
        """How many days the period has."""
        return max((self.due - self.start).days, 1)

    @property
    def left(self) -> int:
        """How many days are left."""
        return (self.due - self.on).days

    @property
    def elapsed(self) -> float:
        """The part of the period that has passed."""
        return min(max((self.on - self.start).days / self.period, 0.0), 1.0)

    @property
    def third(self) -> int:
        """In which third of the period: 0, 1 or 2."""
        return min(int(self.elapsed * THIRDS), THIRDS - 1)

    @property
    def lag(self) -> float:
        """By how much what was filed lags behind the time that has passed, of 1."""
        return self.elapsed - self.percent / 100

    @property
    def likes(self) -> dict[str, str]:
        """What it has in common with like cases, by kind of likeness."""
        return {
            "unit": str(self.unit_id),
            "department": str(self.department_id),
            "category": self.category.value,
            "month": str(self.due.month),
        }


def view_of(story: Story, run: Run, at: datetime) -> View:
    """Show a case as it was known at *at*, and as if nothing had happened since."""
    span, on = run.span_at(at), local_date(at)
    known = [line for line in story.lines if run.since <= line.at <= at]
    last = max((line.at for line in known if line.what in _FILED), default=run.began_at)
    return View(
        on=on,
        start=span.start,
        due=span.due,
        category=story.category,
        severity=story.severity,
        mode=story.mode,
        level=story.level,
        unit_id=story.unit_id,
        department_id=story.department_id,
        step=_step(story, run, known),
        percent=_percent(known),
        quiet=(on - local_date(max(last, run.began_at))).days,
        extensions=sum(line.what is What.EXTENDED for line in known),
        rework=run.rework,
        relapsed=run.relapsed,
        missed_before=run.missed_before,
    )


_FILED = frozenset({What.SIGNED, What.PLANNED, What.PROGRESS, What.APPLIED})


def _percent(known: Iterable[Line]) -> int:
    """Return what the unit last filed; what it had reported before it was sent back is void."""
    percent = 0
    for line in known:
        if line.what is What.PROGRESS:
            percent = line.value
        elif line.what is What.BACK:
            percent = 0
    return percent


def _step(story: Story, run: Run, known: Iterable[Line]) -> Step:
    """Follow the work from the notice to the report."""
    at_work = Step.RECTIFYING if story.mode is Mode.IMMEDIATE or run.relapsed else Step.PLANNING
    step = at_work if run.relapsed or run.rework else Step.UNSIGNED
    for line in known:
        if line.what is What.SIGNED and step is Step.UNSIGNED:
            step = at_work
        elif line.what is What.RETURNED:
            step = Step.RECTIFYING if step is Step.REPORTING else Step.PLANNING
        elif line.what in _LEADS_TO:
            step = _LEADS_TO[line.what]
    return step


_LEADS_TO = {
    What.PLANNED: Step.PLAN_REVIEW,
    What.APPROVED: Step.RECTIFYING,
    What.PROGRESS: Step.RECTIFYING,
    What.APPLIED: Step.REPORTING,
    What.BACK: Step.RECTIFYING,
}
