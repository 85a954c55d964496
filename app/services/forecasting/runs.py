"""The periods of a case: each begins with a due date and ends by a report, or by its passing.

A period that was extended before it ran out goes on with the new date: what is foretold, and then
judged, is whether a due date in force passes unreported, just as `Case.note_overdue` has it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, NamedTuple

from app.clock import local_date
from app.domain.deadlines import end_of
from app.domain.vocabulary import Stage
from app.services.forecasting.story import Line, Story, What


class Span(NamedTuple):
    """From when to when a period is counted, as was known from a moment on."""

    known_at: datetime
    start: date
    due: date


@dataclass(slots=True)
class Run:
    """One period of a case."""

    #: When the unit's work began anew: the issue, a relapse, the hand-over to another unit.
    since: datetime
    spans: list[Span]
    #: Sent back after it had reported; opened again after a relapse; after a date was missed.
    rework: bool = False
    relapsed: bool = False
    missed_before: bool = False
    #: When clocks stood still: since when, until when.
    stops: list[tuple[datetime, datetime | None]] = field(default_factory=list)
    #: From when on the case's row says how it then was; ``None``: never, it was another's.
    known_from: datetime | None = None
    end_at: datetime | None = None
    #: ``None`` while it runs, and if it ended in neither way.
    missed: bool | None = None

    @property
    def began_at(self) -> datetime:
        """When it began to be known."""
        return self.spans[0].known_at

    @property
    def due(self) -> date:
        """The date now in force."""
        return self.spans[-1].due

    @property
    def is_stopped(self) -> bool:
        """Whether its clock stands still at the end of the story."""
        return bool(self.stops) and self.stops[-1][1] is None

    def span_at(self, at: datetime) -> Span:
        """Return what was in force at a moment of its life."""
        return next((one for one in reversed(self.spans) if one.known_at <= at), self.spans[0])

    def stood_still(self, at: datetime) -> bool:
        """Tell whether the clock stood still at a moment."""
        return any(since <= at and (until is None or at < until) for since, until in self.stops)


def runs_of(story: Story, now: datetime) -> list[Run]:
    """Cut the life of a case into its periods, the last perhaps still running."""
    walk = _Walk()
    for line in story.lines:
        if line.at > now:
            break
        walk.take(line)
    walk.let_pass(now)
    return walk.runs


def running(story: Story, now: datetime) -> Run | None:
    """Return the period that is to be foretold: the unit has not reported, the date is to come.

    The case's row has the last word on what is due when.
    """
    over = story.stage.is_over or story.stage is Stage.SUSPENDED
    if over or story.reported or now >= end_of(story.due_on):
        return None
    found = runs_of(story, now)
    run = found[-1] if found and found[-1].end_at is None else None
    if run is None:
        run = Run(now, [Span(now, story.counted_from, story.due_on)], known_from=now)
    elif run.due != story.due_on:
        run.spans.append(Span(now, run.spans[-1].start, story.due_on))
    return run


class _Walk:
    """Goes through the lines of a story."""

    def __init__(self) -> None:
        self.runs: list[Run] = []
        self._run: Run | None = None
        self._since: datetime
        self._start: date
        self._due: date
        self._reported = self._over = False

    def take(self, line: Line) -> None:
        """Take one line in; a date that has passed by then has passed."""
        if line.what is not What.MOVED or not line.value[1]:  # what stood still gets its new date
            self.let_pass(line.at)
        if (take := self._TAKES.get(line.what)) is not None and not self._over:
            take(self, line)

    def let_pass(self, at: datetime) -> None:
        """End the running period if its date has passed unreported."""
        run = self._run
        if run is not None and not run.is_stopped and at >= end_of(run.due):
            self._end(end_of(run.due), missed=True)

    def _begin(self, at: datetime, start: date) -> Run | None:
        """Begin a period, unless its date has passed by now."""
        self._start = start
        if at >= end_of(self._due):
            return None
        self._run = Run(self._since, [Span(at, start, self._due)], known_from=at)
        self.runs.append(self._run)
        return self._run

    def _end(self, at: datetime, *, missed: bool | None) -> None:
        if self._run is not None:
            self._run.end_at, self._run.missed = at, missed
            self._run = None

    def _forget(self) -> None:
        """Leave out what went before: the row does not say any more how it was."""
        for run in self.runs:
            run.known_from = None

    def _opened(self, line: Line) -> None:
        self._since, (start, self._due) = line.at, line.value
        self._begin(line.at, start)

    def _relapsed(self, line: Line) -> None:
        self._end(line.at, missed=None)
        self._forget()
        self._since, self._due, self._reported = line.at, line.value, False
        if (run := self._begin(line.at, local_date(line.at))) is not None:
            run.relapsed = True

    def _moved(self, line: Line) -> None:
        due, resumed = line.value
        if resumed:
            self._start += due - self._due
        self._due = due
        if self._run is not None:
            self._run.spans.append(Span(line.at, self._start, due))
        elif not self._reported and (run := self._begin(line.at, local_date(line.at))):
            run.missed_before = True

    def _standing(self, line: Line) -> None:
        self._forget()
        if self._run is not None:
            self._run.known_from = line.at

    def _stopped(self, line: Line) -> None:
        if self._run is not None:
            self._run.stops.append((line.at, None))

    def _resumed(self, line: Line) -> None:
        if self._run is not None and self._run.is_stopped:
            since, _ = self._run.stops[-1]
            self._run.stops[-1] = (since, line.at)

    def _handed(self, line: Line) -> None:
        self._end(line.at, missed=None)
        self._forget()
        self._since = line.at
        self._begin(line.at, local_date(line.at))

    def _ended(self, line: Line) -> None:
        self._end(line.at, missed=None)
        self._over = True

    def _reports(self, line: Line) -> None:
        self._end(line.at, missed=False)
        self._reported = True

    def _back(self, line: Line) -> None:
        due, rework = line.value
        self._reported, self._due = False, due or self._due
        if (run := self._begin(line.at, local_date(line.at))) is not None:
            run.rework = rework

    _TAKES: Mapping[What, Callable[[Any, Line], None]] = {
        What.OPENED: _opened,
        What.RELAPSED: _relapsed,
        What.MOVED: _moved,
        What.STANDING: _standing,
        What.STOPPED: _stopped,
        What.RESUMED: _resumed,
        What.HANDED: _handed,
        What.OVER: _ended,
        What.REPORTED: _reports,
        What.BACK: _back,
    }


#: Steps after which a case is looked at again.
_STEPS = frozenset({What.SIGNED, What.PLANNED, What.APPROVED, What.APPLIED})
THIRDS = 3


def landmarks(story: Story, run: Run, now: datetime) -> list[datetime]:
    """Return the moments of a period's life from which there is something to be learned.

    Its beginning, each third of it, a new due date, each step: one a day at most, none after its
    end, none at which the clock stood still, none of which the case's row no longer tells.
    """
    known_from, until = run.known_from, run.end_at or now
    if known_from is None:
        return []
    steps = (line.at for line in story.lines if line.what in _STEPS and line.at >= run.began_at)
    found = {local_date(at): at for at in sorted((*_thirds(run, until), *steps))}
    return [at for at in found.values() if known_from <= at < until and not run.stood_still(at)]


def _thirds(run: Run, until: datetime) -> Iterator[datetime]:
    for place, span in enumerate(run.spans):
        end = run.spans[place + 1].known_at if place + 1 < len(run.spans) else until
        yield span.known_at
        for part in range(1, THIRDS):
            at = end_of(span.start + (span.due - span.start) * part // THIRDS)
            if span.known_at < at < end:
                yield at
