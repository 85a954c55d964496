"""What a version would make of the deadlines that run: for each real case the old and new date.

Nothing moves here. Running processes stay on their version until somebody migrates them; this
tells beforehand what that would do, counted by the very functions that arm clocks.
"""

from __future__ import annotations

from collections.abc import Iterator

from app.clock import utcnow
from app.db import db
from app.domain.errors import Invalid
from app.domain.people import Actor
from app.services.design import _running_clocks, comparing
from app.services.design._clock_fates import Fates
from app.services.design._clock_pairs import Counting, Newer, Pairs
from app.services.design._running_clocks import Running
from app.services.design.deadline_lines import Found, Group, Line, Place, Wanted

__all__ = ["Found", "Group", "Line", "Wanted", "difference"]


def difference(
    to: comparing.Side,
    actor: Actor,
    wanted: Wanted,
    *,
    only: int | None = None,
    english: bool = False,
) -> Found:
    """Hold every running deadline against a version; with *only*, those of one older version.

    Raises:
        InvalidDiagram: the version cannot run as drawn.
        Invalid: `Wanted.after` is no place.
    """
    after = _place(wanted.after)
    groups: dict[str, Group] = {}
    told: list[Line] = []
    processes = 0
    for lines in _Pass(to, actor, only=only, english=english).processes():
        processes += 1
        for line in lines:
            group = groups.setdefault(line.key, Group(line.key, line.name))
            group.enter(line)
            if len(told) <= wanted.limit and line.place > after and wanted.takes(line):
                told.append(line)
    rest = len(told) > wanted.limit
    told = told[: wanted.limit]
    ordered = sorted(groups.values(), key=lambda one: (-one.changed, one.key))
    return Found(ordered, told, _written(told[-1].place) if rest else None, processes)


def _place(text: str | None) -> Place:
    """Read where a list goes on."""
    if text is None:
        return 0, 0
    process, _, number = text.partition("-")
    if not (process.isdecimal() and number.isdecimal() and len(text) <= 40 and text.isascii()):
        raise Invalid(fields={"cursor": ["翻页位置无效，请从第一页重新开始。"]})
    return int(process), int(number)


def _written(place: Place) -> str:
    return f"{place[0]}-{place[1]}"


class _Pass:
    """One pass over all running processes; what a version needs is made ready once."""

    def __init__(
        self, to: comparing.Side, actor: Actor, *, only: int | None, english: bool
    ) -> None:
        self.session, self.english = db.session(), english
        self.newer = Newer.of(to.bundle)
        self.scope = _running_clocks.Scope(to.bundle.key, to.version, only, actor)
        self.counting = Counting(self.session, utcnow())
        self.pairs: dict[int, Pairs] = {}

    def processes(self) -> Iterator[Iterator[Line]]:
        """Yield the processes one after the other, each as its lines."""
        for running in _running_clocks.stream(self.session, self.scope):
            yield self._lines(running)

    def _lines(self, running: Running) -> Iterator[Line]:
        if running.diagram_id not in self.pairs:
            self.pairs[running.diagram_id] = Pairs.of(
                self.session, running.diagram_id, self.newer, english=self.english
            )
        one = Fates(running, self.pairs[running.diagram_id], self.counting)
        number = 0
        for number, timer in enumerate(running.timers, start=1):
            yield one.line(timer, number)
        for task in running.tasks:
            for clock in one.pairs.added(task):
                number += 1
                yield one.new(clock, number)
