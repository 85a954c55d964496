"""What the engine tells about one step. Plain values; nothing of SpiffWorkflow in them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Any, NamedTuple

#: Control variables only: booleans, numbers, short strings, lists of them, ``None``.
Variables = Mapping[str, Any]

#: Properties of a service task that name it, and are no parameters of its effect.
NOT_PARAMS = frozenset({"name_en"})


@dataclass(frozen=True, slots=True)
class Source:
    """All that one published version of a diagram is made of: text in, nothing else."""

    key: str
    xml: str
    #: Decision tables by the id that business rule tasks name in ``camunda:decisionRef``: DMN text.
    decisions: Mapping[str, str] = field(default_factory=dict)
    #: Diagrams that call activities name in ``calledElement``, by process id: BPMN text.
    called: Mapping[str, str] = field(default_factory=dict)


class Meaning(StrEnum):
    """What a step of a case is before the law, whatever it is called in the drawing."""

    REPORT = "report"  #: 报结: the unit reports what it has done
    REVIEW = "review"  #: 审核: somebody who answers for it looks before it goes out
    VERIFICATION = "verification"  #: 核查
    CLOSE_OUT = "close_out"  #: 销号
    PUBLICATION = "publication"  #: 公示、公开


@dataclass(frozen=True, slots=True)
class Law:
    """What the rules about the law must know of the pieces; see `app.engine.linting.law`."""

    forms: Mapping[str, frozenset[Meaning]]
    effects: Mapping[str, frozenset[Meaning]]
    #: The answers of a verification by which the case is not finished: 未整改.
    unfinished: frozenset[str]
    #: Forms that take more than a minute: they ask for evidence.
    laborious: frozenset[str]
    #: Whether people work on a day, asked only where a drawing names a date.
    is_workday: Callable[[date], bool]


@dataclass(frozen=True, slots=True)
class Catalogue:
    """The pieces a diagram may use; the linter checks against them."""

    roles: frozenset[str]
    #: Form key → names of the variables that completing it declares.
    forms: Mapping[str, frozenset[str]]
    #: Effect topic → (required parameters, optional parameters).
    effects: Mapping[str, tuple[frozenset[str], frozenset[str]]]
    #: Variables that the program itself puts in when it starts a process of this kind.
    variables: frozenset[str]
    #: Numbers of the rule book that timers may name, each with the length it has there, empty
    #: where it has none; nothing where there is no rule book.
    codes: Mapping[str, str] = field(default_factory=dict)
    #: Form key → variable → the values to choose from, each with its label.
    choices: Mapping[str, Mapping[str, Mapping[str, str]]] = field(default_factory=dict)
    #: ``None`` where nobody has told what the pieces mean before the law.
    law: Law | None = None
    #: Roles that act for the unit that a process runs for; all others for the whole county.
    unit_roles: frozenset[str] = frozenset()
    #: Keys of all fields of the forms; ``None`` where nobody has told.
    fields: frozenset[str] | None = None
    #: What people call the parameters of effects; one without words goes by its name.
    params: Mapping[str, str] = field(default_factory=dict)


class OpenTask(NamedTuple):
    """A task that waits for a person."""

    #: Stable for the life of the task, unique within its process.
    id: int
    #: The element's id in the diagram.
    key: str
    name: str
    #: ``camunda:candidateGroups``: one role.
    role: str
    form: str | None
    #: ``camunda:assignee``, evaluated: a username, or ``None`` for anyone who holds the role.
    assignee: str | None
    #: ``camunda:property`` name → value as written.
    properties: Mapping[str, str]


class ArmedTimer(NamedTuple):
    """A clock that the process now waits for. Only `fire` moves it."""

    id: int
    key: str
    name: str
    #: Canonical text of an `app.domain.rules.Rule`, variables replaced.
    rule: str
    #: The open task (its id) this timer sits on, if it is a boundary event of a user task.
    task: int | None
    #: Whether firing takes the task away.
    interrupting: bool
    properties: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Effect:
    """A service task passed on the way: what must now happen in the domain."""

    topic: str
    key: str
    #: ``camunda:property`` values but `NOT_PARAMS`; ``${…}`` evaluated, all else literal text.
    params: Mapping[str, Any]


class Step(NamedTuple):
    """What one move did, and what the process looks like after it."""

    state: str
    opened: tuple[OpenTask, ...] = ()
    #: Ids of tasks that no longer wait: completed, or taken away by an event.
    closed: tuple[int, ...] = ()
    armed: tuple[ArmedTimer, ...] = ()
    #: Ids of timers that no longer wait. A cycle timer that fired is armed anew under its id.
    disarmed: tuple[int, ...] = ()
    effects: tuple[Effect, ...] = ()
    #: Ids of the elements completed on the way, in order: the trail that a viewer draws.
    passed: tuple[str, ...] = ()
    #: The ways taken: from which element to which, in order; each stands for a sequence flow.
    taken: tuple[tuple[str, str], ...] = ()
    #: Decision tables asked on the way: the element, the table, and what the table read.
    decided: tuple[tuple[str, str, Mapping[str, Any]], ...] = ()
    #: Messages thrown, by name, with the variables they carry.
    sent: tuple[tuple[str, Mapping[str, Any]], ...] = ()
    finished: bool = False
    #: The element at which the process now waits for something that can never come: a join one of
    #: whose branches was not taken. Nobody can move it on; somebody must be told.
    stuck: str | None = None
