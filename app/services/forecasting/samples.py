"""What there is to learn from: moments of periods whose end is known, each as it was then seen."""

from __future__ import annotations

from array import array
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from app.services.forecasting import features
from app.services.forecasting.records import KINDS, Records
from app.services.forecasting.runs import landmarks, runs_of
from app.services.forecasting.story import Story
from app.services.forecasting.views import view_of

WIDTH = len(features.OWN)


@dataclass(slots=True)
class Samples:
    """Moments row by row, and periods by their number; packed, for there are many."""

    #: Of each moment: what the case showed, when, in which period, in which third of it.
    own: array[float] = field(default_factory=lambda: array("f"))
    at: array[float] = field(default_factory=lambda: array("d"))
    run: array[int] = field(default_factory=lambda: array("q"))
    third: array[int] = field(default_factory=lambda: array("b"))
    likes: list[tuple[str, ...]] = field(default_factory=list)
    #: Of each period: when it ended, overdue or not, with which likes, how many moments it has.
    end_at: array[float] = field(default_factory=lambda: array("d"))
    missed: array[int] = field(default_factory=lambda: array("b"))
    ended_like: list[tuple[str, ...]] = field(default_factory=list)
    moments: array[int] = field(default_factory=lambda: array("q"))
    _shared: dict[tuple[str, ...], tuple[str, ...]] = field(default_factory=dict)

    def take(self, story: Story, now: datetime) -> None:
        """Take in the periods of a case whose end is known, and whose moments can be rebuilt."""
        for run in runs_of(story, now):
            moments = landmarks(story, run, now) if run.missed is not None else []
            if run.missed is None or run.end_at is None or not moments:
                continue
            for at in moments:
                view = view_of(story, run, at)
                likes = self._one_of(view.likes.values())
                self.own.extend(features.own(view))
                self.at.append(at.timestamp())
                self.run.append(len(self.end_at))
                self.third.append(view.third)
                self.likes.append(likes)
            self.end_at.append(run.end_at.timestamp())
            self.missed.append(run.missed)
            self.ended_like.append(likes)
            self.moments.append(len(moments))

    def _one_of(self, likes: Iterable[str]) -> tuple[str, ...]:
        found = tuple(likes)
        return self._shared.setdefault(found, found)

    def records(self) -> Records:
        """Return how all of the periods ended."""
        found = Records()
        for run, likes in enumerate(self.ended_like):
            found.add(dict(zip(KINDS, likes, strict=True)), missed=bool(self.missed[run]))
        return found

    def like(self) -> array[float]:
        """Return, for each moment, how like cases had ended by then, and by then only."""
        rows = array("f", bytes(4 * len(KINDS) * len(self.at)))
        ends = sorted(range(len(self.end_at)), key=self.end_at.__getitem__)
        records, taken = Records(), 0
        for row in sorted(range(len(self.at)), key=self.at.__getitem__):
            while taken < len(ends) and self.end_at[ends[taken]] < self.at[row]:
                run = ends[taken]
                likes = dict(zip(KINDS, self.ended_like[run], strict=True))
                records.add(likes, missed=bool(self.missed[run]))
                taken += 1
            for place, kind in enumerate(KINDS):
                found = records.stands_out(kind, self.likes[row][place])
                rows[row * len(KINDS) + place] = found
        return rows

    def matrix(self) -> Any:
        """Return all features of all moments, an array of numpy."""
        import numpy as np

        own = np.frombuffer(self.own, dtype=np.float32).reshape(-1, WIDTH)
        like = np.frombuffer(self.like(), dtype=np.float32).reshape(-1, len(KINDS))
        return np.hstack((own, like))
