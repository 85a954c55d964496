"""The catalogue: every named piece that a diagram may use and what it means here.

An *effect* is what a service task does to the domain; an *answer* is what a completed form does.
Each is one decorated function. The modeler offers them, the linter checks against them, and
`_progress` and `inbox` call them; so a diagram can never ask for what the program lacks.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, bindparam, select
from sqlalchemy.orm import Session
from sqlalchemy.orm.attributes import instance_state
from sqlalchemy.orm.util import identity_key

from app.domain.case import Case
from app.domain.errors import Invalid
from app.domain.people import Actor
from app.domain.vocabulary import Duty, ProcessStatus, Role
from app.services._later import Later
from app.services._prepared import Prepared
from app.services._rows import HOLD_PROCESS, RUNNING


@dataclass(slots=True)
class Running:
    """A process as a step sees it: the columns that a step reads, not the mapped row."""

    case_id: int | None = None
    cycle: int = 1
    #: Of the case, or of a process about none: who must act in which role.
    lead_unit_id: int | None = None
    department_id: int | None = None
    county_id: int | None = None
    diagram_id: int = 0
    letter_id: int | None = None
    follow_up_id: int | None = None
    change_request_id: int | None = None
    objection_id: int | None = None
    status: ProcessStatus = ProcessStatus.RUNNING
    #: Zero, empty until the process has begun.
    id: int = 0
    revision: int = 0
    state: str = ""


def about(case: Case) -> Running:
    """Return a process yet to begin about *case*."""
    return Running(case.id, case.cycle, case.lead_unit_id, case.department_id, case.county_id)


def running(session: Session, process_id: int) -> Running:
    """Read a process for a step."""
    row = RUNNING.row(session.connection(), {"of_id": process_id})
    return Running(**row._asdict())


def hold(session: Session, process_id: int | None) -> None:
    """Hold a process, and its case before: until the end of the transaction nobody else moves them.

    What is read from now on is as they stand; nothing of theirs may be held or changed before.
    """
    HOLD_PROCESS.row(session.connection(), {"of_id": process_id})


@dataclass(slots=True)
class Chain:
    """The end of the history of a case or process, to which the next line is sealed."""

    of_id: int
    head: str
    length: int
    #: How long it is in the row that it was read from.
    written: int = field(init=False)

    def __post_init__(self) -> None:
        """Take it as it was read."""
        self.written = self.length

    def move(self) -> dict[str, Any]:
        """Return what moves the end in the row to where it is now."""
        before, self.written = self.written, self.length
        named = {"of_id": self.of_id, "of_length": before}
        return named | {"head": self.head, "length": self.length}


@dataclass(slots=True)
class Context:
    """Where an effect or an answer takes place."""

    session: Session
    process: Running
    at: datetime
    #: ``None`` when a timer moved the process.
    by: Actor | None
    #: The engine's number of the task that was completed.
    task: int | None = None
    #: Shared by the contexts of one step; read when the first line of history is written.
    chain: Chain | None = None
    #: The element whose effect is being run: what to name when it fails.
    doing: str = ""
    #: Known beforehand of a case that has no plan, which many have not: one question less.
    without_plan: bool = False
    #: Where the plain statements of a step wait for those of others; ``None``: nowhere.
    later: Later | None = None
    _case: Case | None = None
    _connection: Connection | None = None

    @property
    def connection(self) -> Connection:
        """The connection of the transaction, for plain statements."""
        if self._connection is None:
            self._connection = self.session.connection()
        return self._connection

    def write(self, statement: Prepared, *rows: Mapping[str, Any]) -> None:
        """Send a plain statement once for each of *rows*, now or together with other steps'.

        Raises:
            Conflict: it guards a row that somebody else changed first.
        """
        if self.later is not None:
            self.later.add(statement, rows)
        elif len(rows) == 1:
            statement.run(self.connection, rows[0])
        else:
            statement.run_all(self.connection, rows)

    def settle(self) -> None:
        """Send what waits, and from now on at once: what comes next reads what was written."""
        if self.later is not None:
            self.later.send()
            self.later = None

    @property
    def case(self) -> Case:
        """The case this process is about.

        Raises:
            LookupError: it is about none; the linter keeps such diagrams out.
        """
        if self._case is None:
            if self.process.case_id is None:
                raise LookupError(f"process {self.process.id} is about no case")
            self._case = self._read_case(self.process.case_id)
        return self._case

    def _read_case(self, case_id: int) -> Case:
        """Return the case; one that is not at hand is read by a statement that is built once."""
        known = self.session.identity_map.get(identity_key(Case, case_id))
        if known is not None and not instance_state(known).expired:
            return known
        return self.session.scalars(_CASE, {"of_id": case_id}).one()

    @property
    def touched(self) -> bool:
        """Whether this step had to do with its case at all."""
        return self._case is not None

    @property
    def person(self) -> Actor:
        """Who completed the form."""
        if self.by is None:
            raise LookupError("a form is completed by a person")
        return self.by

    def beside(self, **of: Any) -> Context:
        """Return the context of another process about the same case, begun by this step."""
        return replace(self, process=replace(about(self.case), **of), task=None)


_CASE = select(Case).where(Case.id == bindparam("of_id"))

EffectFunction = Callable[..., None]
AnswerFunction = Callable[[Context, Mapping[str, Any]], None]


@dataclass(frozen=True, slots=True)
class EffectEntry:
    """One effect of the catalogue."""

    topic: str
    label: str
    run: EffectFunction
    #: Whether it reads no rows that steps write.
    plain: bool = False
    #: Whether a process about no case can do it, too.
    anywhere: bool = False

    @property
    def required(self) -> frozenset[str]:
        """Names of the parameters that a diagram must give."""
        return frozenset(p.name for p in self._parameters() if p.default is p.empty)

    @property
    def optional(self) -> frozenset[str]:
        """Names of the parameters that a diagram may give."""
        return frozenset(p.name for p in self._parameters() if p.default is not p.empty)

    def _parameters(self) -> list[inspect.Parameter]:
        return list(inspect.signature(self.run).parameters.values())[1:]


@dataclass(frozen=True, slots=True)
class AnswerEntry:
    """What completing one form means, and the duty it makes the person's."""

    form: str
    run: AnswerFunction
    #: Keys of the fields that it reads and that any form of this name must ask for.
    needs: frozenset[str]
    duty: Duty | None
    #: Who may take it over from whoever has let its deadline pass.
    left_to: Role | None = None


class Given(dict[str, Any]):
    """What a form was answered with; a field that is asked for and missing is named."""

    def __missing__(self, key: str) -> Any:
        """Raise Invalid for the field."""
        raise Invalid(fields={key: ["请填写。"]})


EFFECTS: dict[str, EffectEntry] = {}
ANSWERS: dict[str, AnswerEntry] = {}


def effect(
    label: str, *, plain: bool = False, anywhere: bool = False
) -> Callable[[EffectFunction], EffectFunction]:
    """Enter a function into the catalogue under its own name.

    One that is *plain* reads neither processes nor their tasks and timers; one for *anywhere* does
    not touch the case, so that a process about none can ask for it.
    """

    def enter(function: EffectFunction) -> EffectFunction:
        topic = function.__name__
        EFFECTS[topic] = EffectEntry(topic, label, function, plain, anywhere)
        return function

    return enter


def answer(
    form: str, *needs: str, duty: Duty | None = None, left_to: Role | None = None
) -> Callable[[AnswerFunction], AnswerFunction]:
    """Make a function what completing *form* means; it needs the fields *needs*."""

    def enter(function: AnswerFunction) -> AnswerFunction:
        ANSWERS[form] = AnswerEntry(form, function, frozenset(needs), duty, left_to)
        return function

    return enter
