"""What carrying one process over into another version would do. Shared by the services.

Planning writes nothing: a rehearsal tells by the very plan that a migration then carries out.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from sqlalchemy.orm import Session

from app import engine
from app.domain.calendar import Calendar
from app.domain.errors import Sentence
from app.domain.form import variables_in
from app.domain.process import Timer
from app.domain.recounting import recounted
from app.domain.rules import Anchor, Rule
from app.domain.vocabulary import ProcessStatus, TimerState
from app.engine import ArmedTimer, Refusal, Step
from app.services import _progress, diagrams
from app.services._catalogue import Context
from app.services._remaining import Place
from app.services._rules import rule_of
from app.services.design import drafts


@dataclass(frozen=True, slots=True)
class Target:
    """The drawing that processes are to go on by: a version, or one not yet numbered."""

    program: engine.Diagram
    forms: Mapping[str, Any]
    #: ``None`` for a draft.
    version: int | None = None
    diagram_id: int | None = None


def target_of(session: Session, key: str, version: int | None) -> Target:
    """Return a version, or what is being drawn, ready to be run.

    Raises:
        NotFound: there is no such version.
        InvalidDiagram: what is being drawn cannot run.
    """
    if version is not None:
        compiled = diagrams.compiled(session, diagrams.get(key, version).id)
        return Target(compiled.program, compiled.forms, version, compiled.id)
    bundle = drafts.bundle(key)
    return Target(engine.compile(bundle.source), bundle.forms)


@dataclass(frozen=True, slots=True)
class Way:
    """How processes are carried: where to, what goes where, and what of their clocks."""

    target: Target
    #: Old element → new element, by the number of the old version.
    mapping: Mapping[str, Mapping[str, str]]
    keeps_timers: bool
    #: Which variables the forms of a version set, by its id; read once.
    _set_by: dict[int, Mapping[str, frozenset[str]]] = field(default_factory=dict)

    def engine_step(self, before: diagrams.Compiled, state: str) -> Step | Refusal:
        """Ask the engine to carry one process."""
        mapping, after = self.mapping.get(str(before.version), {}), self.target.program
        step = engine.migrate(before.program, after, state, mapping, keeps_timers=self.keeps_timers)
        if isinstance(step, Refusal):
            return step
        asked, will_ask = self._sets(before), self._sets(self.target)
        known = {name for name, *_ in engine.lacks(before.program, state, asked)}
        for name, key, called in engine.lacks(after, step.state, will_ask):
            if name not in known:
                return Refusal("lacks", key, called, Sentence(_LACKS, element=called, name=name))
        return step

    def _sets(self, of: diagrams.Compiled | Target) -> Mapping[str, frozenset[str]]:
        number = of.id if isinstance(of, diagrams.Compiled) else 0
        if number not in self._set_by:
            forms = of.forms.items()
            self._set_by[number] = {key: frozenset(variables_in(form)) for key, form in forms}
        return self._set_by[number]


_LACKS = (
    "新版本在“%(element)s”处要用“%(name)s”，而该事项已走过填写它的环节，到那里会无法继续；"
    "请待该事项走过此处再迁移，或对应到填写之前的环节。"
)


@dataclass(frozen=True, slots=True)
class Crossing:
    """What becomes of one process and its clocks."""

    step: Step
    #: Clocks that are no more.
    lost: Sequence[Timer]
    #: Clocks that begin, each with the row to be written for it.
    planted: Sequence[tuple[ArmedTimer, Mapping[str, Any]]]
    #: Clocks that go on by another rule.
    moved: Sequence[tuple[Timer, Place]]
    #: Of those two, what has run out already: name, element and moment.
    at_once: Sequence[tuple[str, str, Any]]


@dataclass(frozen=True, slots=True)
class Candidate:
    """One process that may be carried over, as it stands, with a context of its own."""

    context: Context
    diagram: diagrams.Compiled
    #: Its clocks, running or suspended: rows, or for mere telling their columns.
    timers: Sequence[Timer]
    calendar: Calendar


def cross(one: Candidate, way: Way) -> Crossing | Refusal:
    """Tell what carrying a process over does, or why it cannot be."""
    step = way.engine_step(one.diagram, one.context.process.state)
    if isinstance(step, Refusal):
        return step
    rows = {timer.engine_id: timer for timer in one.timers}
    planted = [
        (armed, _progress.timer_row(one.context, armed, one.calendar))
        for armed in step.armed
        if armed.id not in rows
    ]
    moved = [] if way.keeps_timers else list(_moved(one, way, step, rows))
    lost = [rows[number] for number in step.disarmed if number in rows]
    return Crossing(step, lost, planted, moved, _at_once(one, planted, moved))


def _moved(one: Candidate, way: Way, step: Step, rows: Mapping[int, Timer]) -> Any:
    """Yield each clock that goes on by another rule, and where it comes to stand."""
    before = engine.waiting(one.diagram.program, one.context.process.state)
    drawn = {armed.id: armed for armed in before.armed}
    for armed in engine.waiting(way.target.program, step.state).armed:
        timer = rows.get(armed.id)
        if timer is None:
            continue
        was = rule_of(one.context, drawn[armed.id]).rule
        rule = rule_of(one.context, armed).rule
        if rule != was and (kept := _left_of(rule, was, timer)) is not None:
            due = recounted(kept, timer.base, one.context.at, one.calendar)
            yield timer, Place(str(kept), timer.base, due)


def _left_of(rule: Rule, was: Rule, timer: Timer) -> Rule | None:
    """Return the rule for a clock that counts by *rule* now; ``None``: it stays as it is.

    One that stood still goes on with what was left (`what_remains`): its span becomes longer or
    shorter by as much as the drawn one did. Where the units differ nobody can say by how much.
    """
    if timer.base == timer.armed_at or rule.on is not None or rule.anchor is Anchor.EVERY:
        return rule
    left = Rule.parse(timer.rule).span
    if not (left and was.span and rule.span and left.unit is was.span.unit is rule.span.unit):
        return None
    number = max(0, left.number + rule.span.number - was.span.number)
    return replace(rule, span=replace(rule.span, number=number))


def _at_once(one: Candidate, planted: Any, moved: Any) -> list[tuple[str, str, Any]]:
    if one.context.process.status is ProcessStatus.SUSPENDED:
        return []
    at = one.context.at
    fresh = [
        (row["name"], armed.key, row["due_at"])
        for armed, row in planted
        if row["state"] is TimerState.ARMED and row["due_at"] <= at
    ]
    return fresh + [
        (timer.name, timer.key, place.due.at)
        for timer, place in moved
        if timer.state is TimerState.ARMED and place.due.at <= at < timer.due_at
    ]
