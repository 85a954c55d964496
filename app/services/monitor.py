"""监控总览: how a county stands, for those who look once and know."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import Select, select, union_all

from app.clock import today
from app.db import db
from app.domain.case import Case
from app.domain.people import Actor
from app.domain.process import Diagram
from app.domain.tally import Flow
from app.domain.vocabulary import Stage
from app.services import axes, elements, figures, tallies
from app.services._figure import Condition
from app.services._scope import visible_by_index
from app.services.axes import Axis, Group
from app.services.narrowing import Narrowing
from app.services.tallies import AsOf, Counts, StepCount, Week

#: The figures of the lights, the worst first; with `suspended` they add up to `open`.
LIGHTS = ("red", "yellow", "blue", "green")
#: The figures that add up to `open`.
PARTS = ("within", "overdue", "awaiting", "suspended")


@dataclass(frozen=True, slots=True)
class Longest:
    """The case that has been overdue longest."""

    number: str
    due_on: date

    @property
    def days(self) -> int:
        """By how many days; the period of a case is counted in natural days."""
        return (today() - self.due_on).days


@dataclass(frozen=True, slots=True)
class Share:
    """A rate, with what it is made of."""

    part: int
    whole: int


@dataclass(frozen=True, slots=True)
class BusyStep:
    """A step at which cases wait, and the latest version of the diagram that has it."""

    count: StepCount
    name: str
    diagram: Diagram | None


@dataclass(frozen=True, slots=True)
class Overview:
    """How the cases stand that one person sees and asked for."""

    as_of: AsOf
    counts: Counts
    #: Of the present month.
    closed_out: int
    longest: Longest | None
    #: The worst first.
    groups: Sequence[Group]
    weeks: Sequence[Week]
    #: The busiest first.
    steps: Sequence[BusyStep]

    @property
    def relapses(self) -> Share:
        """反弹率: the cases that relapsed among those looked back at."""
        return Share(self.counts["relapsed"], self.counts["looked_back"])


def overview(actor: Actor, narrow: Narrowing, axis: Axis) -> Overview:
    """Return how everything stands now: figures from counters, and the one case overdue longest."""
    as_of = tallies.catch_up()
    counts = tallies.totals(actor, narrow)
    return Overview(
        as_of=as_of,
        counts=counts,
        closed_out=tallies.this_month(actor, narrow, Flow.CLOSED_OUT),
        longest=_longest(actor, narrow) if counts["overdue"] else None,
        groups=worst_first(actor, narrow, axis),
        weeks=tallies.weekly(actor, narrow),
        steps=_named(tallies.steps(actor, narrow)),
    )


def worst_first(actor: Actor, narrow: Narrowing, axis: Axis) -> list[Group]:
    """Return the groups of *axis* that have open cases: most red lights first, then most yellow."""
    found = [one for one in axes.groups(actor, narrow, axis) if one.counts["open"]]
    worse = (*LIGHTS[:3], "open")
    return sorted(found, key=lambda one: (*(-one.counts[key] for key in worse), one.name))


def _longest(actor: Actor, narrow: Narrowing) -> Longest | None:
    """Find the case that has been overdue longest.

    It is asked for stage by stage: each is a short walk along the index of stages and due dates,
    where all at once would begin with the due dates of a million closed cases.
    """
    day = today()
    seen = (visible_by_index(db.session(), actor), *narrow.conditions())
    overdue = (figures.condition("overdue", day), Case.due_on < day)
    first = [_first(Case.stage == stage, *seen, *overdue) for stage in _RUNNING]
    rows = db.session.execute(union_all(*(select(one.subquery()) for one in first))).all()
    earliest = min(rows, key=lambda row: (row.due_on, row.id), default=None)
    return Longest(earliest.number, earliest.due_on) if earliest else None


_RUNNING = [stage for stage in Stage if not stage.is_over and stage is not Stage.SUSPENDED]


def _first(*conditions: Condition) -> Select[int, str, date]:
    query = select(Case.id, Case.number, Case.due_on).where(*conditions)
    return query.order_by(Case.due_on, Case.id).limit(1)


def _named(counts: Iterable[StepCount]) -> list[BusyStep]:
    counts = list(counts)
    versions = _versions({one.diagram for one in counts})
    return [_step(one, versions.get(one.diagram, ())) for one in counts]


def _step(count: StepCount, versions: Sequence[Diagram]) -> BusyStep:
    for diagram in versions:
        element = elements.drawing_of_version(diagram).elements.get(count.step)
        if element is not None and element.name:
            return BusyStep(count, element.name, diagram)
    return BusyStep(count, count.step, None)


def _versions(keys: Iterable[str]) -> Mapping[str, list[Diagram]]:
    """Return the versions of each diagram, the latest first."""
    query = select(Diagram).where(Diagram.key.in_(keys)).order_by(Diagram.version.desc())
    found: dict[str, list[Diagram]] = {}
    for diagram in db.session.scalars(query):
        found.setdefault(diagram.key, []).append(diagram)
    return found
