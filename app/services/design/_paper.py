"""What a played process is about: a case, its plan and its letter, on paper only.

They are the mapped classes themselves with their own verbs, made without a session: what a real
case would refuse, this one refuses too, and nothing of it can come into the database.
"""

from __future__ import annotations

from collections.abc import Mapping
from copy import copy
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any, TypeVar

from app.clock import LOCAL, local_date
from app.domain.calendar import Calendar
from app.domain.case import Case
from app.domain.deadlines import due
from app.domain.design_terms import LineKind
from app.domain.letter import Letter
from app.domain.people import Unit
from app.domain.plan import Plan
from app.domain.rule_sets import RuleSet
from app.domain.rules import Anchor, Rule, Span
from app.domain.rules import Unit as Counted
from app.domain.vocabulary import (
    Category,
    LetterKind,
    LetterState,
    Light,
    Mode,
    Result,
    Role,
    Severity,
    SourceLevel,
    Stage,
    UnitKind,
)
from app.engine import Decision
from app.services import _lights
from app.services.design.timeline import Line

#: How long a case has where nothing else is said.
USUAL_DAYS = 30


@dataclass(frozen=True, slots=True)
class World:
    """What deadlines are counted by."""

    calendar: Calendar
    rules: RuleSet


@dataclass(slots=True)
class Paper:
    """The case of a play with what lies in its file, and the timeline that is being written."""

    world: World
    decisions: Mapping[str, Decision]
    at: datetime
    lines: list[Line]
    case: Case | None = None
    plan: Plan | None = None
    letter: Letter | None = None
    #: The share that the unit last told short of done.
    short_of_done: int = 0
    #: The method of the last verification, and the day on which verifiers were sent out.
    method: str = "written"
    dispatched_on: date | None = None
    kind_of_change: str = ""
    #: Notices and letters by their occasion: of one occasion there is one.
    told: set[tuple[str, ...]] = field(default_factory=set)
    numbers: int = 0
    #: Until when the light was looked at.
    looked_at: datetime | None = None

    def fork(self) -> Paper:
        """Return a paper on which one can go on without changing this one."""
        made = copy(self)
        made.lines, made.told = [], set(self.told)
        made.case, made.letter = _copied(self.case), _copied(self.letter)
        return made

    def note(self, kind: LineKind, element: str = "", **facts: Any) -> None:
        """Write a line at the present moment."""
        self.lines.append(Line(self.at, kind, element, facts))

    def tell(
        self, element: str, what: str, roles: list[Role], *, of: str = "", **said: Any
    ) -> None:
        """Note a notice, unless it was given on this occasion before."""
        cycle = str(self.case.cycle if self.case else 1)
        if self.once("notice", what, cycle, of):
            to = [str(role) for role in roles]
            self.note(LineKind.NOTICE, element, what=what, to=to, said=said)

    def once(self, *occasion: str) -> bool:
        """Tell whether this is the first time of its kind."""
        first = occasion not in self.told
        self.told.add(occasion)
        return first

    def look_at_light(self) -> None:
        """Set the light as it shows now, by the very rule of real cases."""
        if self.case is not None and "light" in self.decisions:
            _lights.show(self.case, self.at, lambda: self.plan, lambda: self.decisions["light"])
            self.looked_at = self.at

    def pass_days(self, until: datetime) -> None:
        """Let the light change by the days that pass before *until*, as the daily look does."""
        midnight = datetime.combine(local_date(until), time.min, LOCAL)
        if midnight == until:
            midnight -= timedelta(days=1)
        if self.case is None or self.case.light_at is None or midnight < self.case.light_at:
            return
        now, self.at = self.at, midnight
        self.look_at_light()
        self.at = now


Row = TypeVar("Row", Case, Letter)


def _copied(row: Row | None) -> Row | None:
    """Return another row with the same columns, and units; neither belongs to a session."""
    if row is None:
        return None
    known = {key: value for key, value in vars(row).items() if not key.startswith("_")}
    return type(row)(**known)


def case_of(facts: Mapping[str, Any], paper: Paper) -> Case:
    """Make the case that these facts describe, issued on the paper's day."""
    on = local_date(paper.at)
    government = bool(facts.get("government"))
    unit = Unit(name="试走单位", kind=UnitKind.TOWN if government else UnitKind.SCHOOL)
    case = Case(
        **_texts(),
        number="试走",
        unit=unit,
        lead_unit=unit,
        department=Unit(name="试走主管部门", kind=UnitKind.DEPARTMENT),
        category=Category(facts.get("category") or Category.C01),
        severity=Severity(facts.get("severity") or Severity.GENERAL),
        source_level=SourceLevel(facts.get("source_level") or SourceLevel.OWN),
        cycle=int(facts.get("cycle") or 1),
        stage=Stage.ISSUED,
        key_item=False,
        percent=0,
        light=Light.GREEN,
        issued_on=on,
        counted_from=on,
        created_at=paper.at,
    )
    _set_limit(case, facts, paper)
    return case


def _texts() -> dict[str, str]:
    names = ("inspection", "letter_number", "co_units", "responsible", "basis", "location")
    return {**dict.fromkeys(names, ""), "problem": "试走的问题", "requirement": "限期整改到位"}


def _set_limit(case: Case, facts: Mapping[str, Any], paper: Paper) -> None:
    """Set how and by when the problem is to be put right: as told, or as DMN-1 says."""
    advised: dict[str, Any] = {"mode": Mode.DATED, "days": USUAL_DAYS}
    table = paper.decisions.get("time_limit")
    if table is not None and not (facts.get("mode") and facts.get("days")):
        known = advice_facts(case, relapse=False)
        advised = table.evaluate(known)
        said = {key: advised[key] for key in ("mode", "days")}
        paper.note(LineKind.DECIDED, name=table.name, rows=table.hits(known), said=said)
    case.mode = Mode(facts.get("mode") or advised["mode"])
    case.limit_days = int(facts.get("days") or advised["days"])
    rule = Rule(Anchor.AFTER, Span(Counted.DAYS, case.limit_days), case.issued_on)
    moment = due(rule, paper.at, paper.world.calendar)
    case.due_on = case.original_due_on = moment.on
    case.due_provisional = moment.provisional


def advice_facts(case: Case, *, relapse: bool) -> dict[str, Any]:
    """Return what DMN-1 asks of a case."""
    original = (case.original_due_on - case.issued_on).days if relapse else 0
    return {
        "category": case.category.value,
        "severity": case.severity.value,
        "danger": False,
        "construction": False,
        "staged": False,
        "relapse": relapse,
        "original_days": original,
    }


def letter_of(case: Case, at: datetime, reason: str) -> Letter:
    """Draft a letter about the case."""
    return Letter(
        kind=LetterKind.EXPEDITING,
        state=LetterState.DRAFT,
        cycle=case.cycle,
        reason=reason,
        missed_due_on=case.due_on,
        to="试走单位",
        cc="",
        subject="（试走）",
        demand="（试走）",
        drafted_at=at,
        reply="",
    )


def close_beforehand(case: Case, at: datetime) -> None:
    """Bring a case to where looking back begins."""
    case.verify(Result.R1, at, due_on=None)
    case.close_out(at)
    case.draw_for_follow_up()
