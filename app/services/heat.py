"""The live diagram: how many tasks are open and overdue at each step, and how long each takes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, case, exists, func, select, text

from app.clock import utcnow
from app.db import db
from app.domain.errors import NotFound
from app.domain.people import Actor
from app.domain.process import Diagram, Process, Task
from app.domain.vocabulary import DiagramState
from app.engine import UserTask
from app.services import diagrams, dossier, dwell, tallies
from app.services._start import MAIN
from app.services._steps import Asked, of_tasks, way_to
from app.services.dwell import Dwell
from app.services.narrowing import Narrowing

__all__ = ["MAIN", "Asked"]

#: As the index has it.
_GOING = text("process.status IN ('running', 'suspended')")


@dataclass(frozen=True, slots=True)
class Kind:
    """A process that is drawn, and the versions of it that something still runs on."""

    #: What stands for all of them: the version in force, or else the newest.
    newest: Diagram
    #: The newest first.
    running: tuple[Diagram, ...]
    about_case: bool
    #: Ids of all versions that there ever were.
    ids: tuple[int, ...]

    @property
    def key(self) -> str:
        """The key of the diagram."""
        return self.newest.key


@dataclass(frozen=True, slots=True)
class Count:
    """How many tasks are open at a step, and how many of them overdue."""

    open: int = 0
    overdue: int = 0


@dataclass(frozen=True, slots=True)
class Line:
    """One step with its figures."""

    key: str
    #: What its drawing says of it; ``None`` if no version that is left has it.
    step: UserTask | None
    count: Count
    dwell: Dwell | None
    #: Whether it is in the drawing that is shown.
    is_drawn: bool


@dataclass(frozen=True, slots=True)
class Heat:
    """All steps of a process with their figures, as they were at a moment."""

    kind: Kind
    #: The drawing to show.
    diagram: Diagram
    #: The one version it is about; ``None``: all of them.
    version: int | None
    asked: Asked
    lines: tuple[Line, ...]
    at: datetime


def kinds(*conditions: ColumnElement[bool]) -> list[Kind]:
    """List what can be looked at: the main process first, then those of cases, then the others."""
    going = exists().where(Process.diagram_id == Diagram.id, _GOING)
    query = select(Diagram, going).where(*conditions)
    rows = db.session.execute(query.order_by(Diagram.key, Diagram.version.desc()))
    found: dict[str, list[tuple[Diagram, bool]]] = {}
    for diagram, runs in rows:
        found.setdefault(diagram.key, []).append((diagram, runs))
    known = [one for versions in found.values() if (one := _kind(versions)) is not None]
    return sorted(known, key=lambda one: (one.key != MAIN, not one.about_case, one.key))


def _kind(versions: list[tuple[Diagram, bool]]) -> Kind | None:
    """Return a process by its versions, the newest first; ``None`` if it was never in force."""
    running = tuple(diagram for diagram, runs in versions if runs)
    in_force = [diagram for diagram, _ in versions if diagram.state is DiagramState.PUBLISHED]
    shown = (*in_force, *running)
    if not shown:
        return None
    about_case = diagrams.compiled(db.session(), shown[0].id).terms.about_case
    return Kind(shown[0], running, about_case, tuple(diagram.id for diagram, _ in versions))


def kind_of(key: str) -> Kind:
    """Return one process that can be looked at.

    Raises:
        NotFound: there is none of that key.
    """
    found = next(iter(kinds(Diagram.key == key)), None)
    if found is None:
        raise NotFound("没有名为“%(key)s”的流程图。", key=key)
    return found


def step_of(key: str, step: str) -> UserTask | None:
    """Return what a drawing of the process says of a step; ``None`` if none has it.

    Raises:
        NotFound: there is no such process.
    """
    kind = kind_of(key)
    return {**_older(kind), **dossier.steps_of(kind.newest)}.get(step)


def version_of(kind: Kind, version: int | None) -> Diagram:
    """Return the drawing of one version, or the one that stands for all.

    Raises:
        NotFound: nothing runs on that version.
    """
    known = {one.version: one for one in (*kind.running, kind.newest)}
    if version is not None and version not in known:
        raise NotFound("没有流程在“%(key)s”第 %(n)s 版上运行。", key=kind.key, n=version)
    return known[version] if version is not None else kind.newest


def asked_of(
    actor: Actor, key: str, version: int | None = None, narrow: Narrowing | None = None
) -> Asked:
    """Return which tasks are meant: of a process or one version of it, narrowed down.

    Processes about no case are not narrowed down.

    Raises:
        NotFound: there is no such process, or nothing runs on that version.
    """
    return _asked(actor, kind_of(key), version, narrow or Narrowing())


def _asked(actor: Actor, kind: Kind, version: int | None, narrow: Narrowing) -> Asked:
    ids = kind.ids if version is None else (version_of(kind, version).id,)
    if not kind.about_case:
        return Asked(actor, kind.key, ids, ids == kind.ids, Narrowing(), None)
    way = way_to(db.session(), actor, narrow)
    return Asked(actor, kind.key, ids, ids == kind.ids, narrow, way)


def heat_of(
    actor: Actor, key: str, version: int | None = None, narrow: Narrowing | None = None
) -> Heat:
    """Count and measure each step of a process, as far as *actor* may see its tasks.

    Raises:
        NotFound: there is no such process, or nothing runs on that version.
    """
    kind = kind_of(key)
    asked = _asked(actor, kind, version, narrow or Narrowing())
    diagram = version_of(kind, version)
    drawn, counted = dossier.steps_of(diagram), counts(asked)
    keys = [*drawn, *(one for one in sorted(counted) if one not in drawn)]
    steps = drawn if len(keys) == len(drawn) else {**_older(kind), **drawn}
    took = dwell.of_steps(asked, keys)
    lines = (
        Line(one, steps.get(one), counted.get(one, Count()), took.get(one), one in drawn)
        for one in keys
    )
    return Heat(kind, diagram, version, asked, tuple(lines), utcnow())


def _older(kind: Kind) -> Mapping[str, UserTask]:
    """Return the steps of all versions that something runs on; the newest has the last word."""
    return {
        key: step for one in reversed(kind.running) for key, step in dossier.steps_of(one).items()
    }


def sum_of(them: Iterable[Count]) -> Count:
    """Add up counts."""
    known = list(them)
    return Count(sum(one.open for one in known), sum(one.overdue for one in known))


def counts(asked: Asked) -> Mapping[str, Count]:
    """Count what is open and what is overdue at each step; by the counters where they tell it."""
    if asked.is_whole and asked.way is not None:
        tallies.catch_up()
        found = tallies.steps(asked.actor, asked.narrow)
        return {one.step: Count(one.open, one.overdue) for one in found if one.diagram == asked.key}
    late = func.sum(case((Task.sort_at < utcnow(), 1), else_=0))
    query = select(Task.key, func.count(Task.id), late).where(Task.closed_at.is_(None))
    rows = db.session.execute(of_tasks(query, asked).group_by(Task.key))
    return {key: Count(number, overdue) for key, number, overdue in rows}
