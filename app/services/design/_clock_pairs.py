"""The clocks of one version beside those of another: which belongs to which, and by which rule."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from app import engine
from app.domain.calendar import Calendar
from app.domain.deadlines import Due
from app.domain.errors import Sentence
from app.domain.recounting import recounted
from app.domain.rules import Rule
from app.engine import differing, drawn, foreseeing
from app.engine.foreseeing import Clock
from app.services import calendars, diagrams
from app.services._catalogue import Context, Running
from app.services._rules import Ruled, rule_of
from app.services.design._drawn_words import Words
from app.services.diagrams import Bundle


@dataclass(frozen=True, slots=True)
class Newer:
    """The version that running processes are held against."""

    bundle: Bundle
    clocks: Mapping[str, Clock]
    drawing: drawn.Drawn

    @classmethod
    def of(cls, bundle: Bundle) -> Newer:
        """Make a bundle ready.

        Raises:
            InvalidDiagram: it cannot run as drawn, so that it has no clocks.
        """
        program = engine.compile(bundle.source)
        return cls(bundle, foreseeing.clocks(program), drawn.read(bundle.xml))


@dataclass(frozen=True, slots=True)
class Pairs:
    """One older version beside the newer one."""

    version: int
    clocks: Mapping[str, Clock]
    newer: Newer
    #: Id before → id after, of elements whose id was changed.
    renamed: Mapping[str, str]
    was: Words
    now: Words

    @classmethod
    def of(cls, session: Session, diagram_id: int, newer: Newer, *, english: bool) -> Pairs:
        """Set a version on which processes run beside the newer one."""
        older = diagrams.compiled(session, diagram_id)
        bundle = diagrams.get(older.key, older.version)
        drawing = drawn.read(bundle.xml)
        return cls(
            older.version,
            foreseeing.clocks(older.program),
            newer,
            differing.compare(drawing, newer.drawing).renamed,
            Words(drawing, english=english),
            Words(newer.drawing, english=english),
        )

    def counterpart(self, key: str) -> Clock | None:
        """Return what became of a clock; ``None`` if it runs no more, or beside something else."""
        found = self.newer.clocks.get(self.renamed.get(key, key))
        own = self.clocks.get(key)
        if found is None or own is None:
            return found
        host = own.host and self.renamed.get(own.host, own.host)
        return found if found.host == host else None

    def added(self, task_key: str) -> list[Clock]:
        """Return the clocks that only the newer version has beside an activity."""
        host = self.renamed.get(task_key, task_key)
        beside = [clock for clock in self.newer.clocks.values() if clock.host == host]
        known = {one.key for key in self.clocks if (one := self.counterpart(key)) is not None}
        return [clock for clock in beside if clock.key not in known]

    def name(self, key: str) -> Sentence:
        """Say which clock of the older version is meant."""
        piece = self.was.drawn.get(key)
        return self.was.clock(piece) if piece else Sentence("%(text)s", text=key)

    def name_of_new(self, clock: Clock) -> Sentence:
        """Say which clock of the newer version is meant."""
        piece = self.now.drawn.get(clock.key)
        return self.now.clock(piece) if piece else Sentence("%(text)s", text=clock.key)


@dataclass(slots=True)
class Counting:
    """Counts rules and moments as arming a clock does; what is alike is counted once."""

    session: Session
    at: datetime
    _ruled: dict[Hashable, Ruled] = field(default_factory=dict)
    _due: dict[Hashable, Due] = field(default_factory=dict)
    _calendars: dict[int | None, Calendar] = field(default_factory=dict)

    def calendar(self, county_id: int | None) -> Calendar:
        """Return a county's calendar."""
        if county_id not in self._calendars:
            self._calendars[county_id] = calendars.current(county_id)
        return self._calendars[county_id]

    def ruled(self, clock: Clock, variables: Mapping[str, Any], county_id: int | None) -> Ruled:
        """Return by which rule a clock would be due in a process.

        Raises:
            ExpressionError: a variable that it reads is missing, or makes no rule.
        """
        values = tuple(str(variables.get(name)) for name in sorted(clock.reads))
        known = (id(clock), county_id, values)
        if known not in self._ruled:
            context = Context(self.session, Running(county_id=county_id), self.at, None)
            self._ruled[known] = rule_of(context, clock.armed(variables))
        return self._ruled[known]

    def due(self, rule: Rule, base: datetime, county_id: int | None) -> Due:
        """Return when a clock would be due that is counted from *base*; of a cycle, the next time.

        Raises:
            Uncountable: the rule leads beyond the year 9999.
        """
        known = (rule, base, county_id)
        if known not in self._due:
            if len(self._due) >= _REMEMBERED:
                self._due.clear()
            self._due[known] = recounted(rule, base, self.at, self.calendar(county_id))
        return self._due[known]


#: Moments kept at hand; cases of one inspection share a few.
_REMEMBERED = 4096
