"""What a task's form is filled in against: choices and first values from the case at hand."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from fnmatch import fnmatch
from functools import cached_property
from pathlib import PurePath
from typing import Any

from app.domain.case import Case
from app.domain.change import ChangeRequest
from app.domain.errors import Invalid, Listing, Sentence
from app.domain.evidence import Evidence
from app.domain.letter import Letter
from app.domain.people import Actor, User
from app.domain.plan import Measure, Plan
from app.domain.process import Task
from app.domain.vocabulary import Role, Term
from app.forms.components import Component, Option, inputs_in
from app.forms.setting import OnDemand, Setting
from app.forms.wording import _
from app.services import cases, changes, dossier

#: Variables of a process that conditions may read.
_PROCESS = ("severity", "mode", "category", "source_level", "cycle")
#: What else of a case a form may show.
_FIGURES = ("percent",)
#: What a form may show first, as it stands in the database.
_SHOWN = {
    "case": frozenset(
        {"number", "problem", "requirement", "basis", "location", "responsible", "co_units"}
    ),
    "plan": frozenset({"cause", "goal", "leader"}),
    "letter": frozenset({"to", "cc", "subject", "demand", "number"}),
}
#: And what takes a step more.
_LOOKED_UP: dict[str, Callable[[_Facts], Any]] = {
    "case.unit": lambda facts: facts.case and facts.case.lead_unit.name,
    "case.department": lambda facts: facts.case and facts.case.department.name,
    "case.due_on": lambda facts: facts.case and facts.case.due_on.isoformat(),
    "plan.progress": lambda facts: progress_of(facts.plan),
    "change.asked_until": lambda facts: facts.change and _day(facts.change.asked_until),
    "change.to_unit": lambda facts: (
        facts.change and facts.change.to_unit and facts.change.to_unit.name
    ),
    "letter.new_due": lambda facts: (
        facts.letter and facts.letter.new_due_on and facts.letter.new_due_on.isoformat()
    ),
}


def setting_for(task: Task, actor: Actor, *, language: str = "zh") -> Setting:
    """Return the setting in which *actor* fills in the form of *task*."""
    facts = _Facts(task.case, actor, language, task)
    context = known_of(task.case) if task.case is not None else {}
    if facts.change is not None:
        context["kind"] = facts.change.kind.value
    return Setting(OnDemand(facts.options), context, OnDemand(facts.prefill), language)


def setting_about(case: Case, actor: Actor, *, kind: str = "", language: str = "zh") -> Setting:
    """Return the setting of a form about a case that no task asks for yet."""
    facts = _Facts(case, actor, language)
    context = known_of(case) | {"kind": kind}
    return Setting(OnDemand(facts.options), context, OnDemand(facts.prefill), language)


class _Facts:
    """What the database knows for one form, asked for only when a field needs it."""

    def __init__(
        self, case: Case | None, actor: Actor, language: str, task: Task | None = None
    ) -> None:
        self.case: Case | None = case
        self.task: Task | None = task
        self.actor, self.language = actor, language

    @cached_property
    def plan(self) -> Plan | None:
        return dossier.plan_of(self.case) if self.case is not None else None

    @cached_property
    def letter(self) -> Letter | None:
        return dossier.letter_of(self.task) if self.task is not None else None

    @cached_property
    def change(self) -> ChangeRequest | None:
        return changes.of_task(self.task) if self.task is not None else None

    def options(self, source: str) -> list[Option]:
        """Return the choices that *source* offers: ``users:team``, ``units``, ``measures``."""
        name, _colon, argument = source.partition(":")
        if name == "users" and argument in list(Role):
            people = dossier.people_with(Role(argument), self.actor.county_id)
            return [Option(one.username, _person(one)) for one in people]
        if name == "grounds":
            grounds = changes.grounds(argument, self.actor)
            return [Option(one.key, getattr(one.name, self.language)) for one in grounds]
        if name == "units":
            return [Option(unit.name, unit.name) for unit in cases.units(self.actor)]
        if name == "measures" and self.plan is not None:
            return [Option(str(one.position), _measure(one)) for one in self.plan.measures]
        return []

    def prefill(self, name: str) -> Any:
        """Return what ``case.problem`` and the like show first; ``None`` if that is unknown."""
        source, _dot, field = name.partition(".")
        if name == "user.name":
            return self.actor.name
        if name in _LOOKED_UP:
            return _LOOKED_UP[name](self)
        holder = getattr(self, source, None) if field in _SHOWN.get(source, ()) else None
        return getattr(holder, field, None)


def progress_of(plan: Plan | None) -> list[dict[str, Any]] | None:
    """Return the rows of a table that tells how far each measure has come."""
    measures = plan.measures if plan else ()
    return [{"measure": str(one.position), "percent": one.percent} for one in measures] or None


def _person(user: User) -> str:
    return _("%(name)s（%(unit)s）", name=user.name, unit=user.unit.name)


def _measure(measure: Measure) -> str:
    return f"{measure.position}. {measure.text[:40]}"


def known_of(case: Case) -> dict[str, Any]:
    """Return what conditions and limits of dates may ask for."""
    facts: dict[str, Any] = {name: _plain(getattr(case, name)) for name in _PROCESS + _FIGURES}
    return facts | {"due": case.due_on.isoformat()}


def _day(on: date | None) -> str | None:
    return on.isoformat() if on else None


def _plain(value: Any) -> Any:
    return str(value) if isinstance(value, Term) else value


def require_files(
    case: Case | None, form: Mapping[str, Any], answers: Mapping[str, Any], actor: Actor
) -> None:
    """Raise Invalid unless every file is the actor's own or the case's, and of a type asked for."""
    uploads = [item for item in inputs_in(form) if item.type == "filepicker"]
    wanted = {item.key: answers.get(item.key) or [] for item in uploads}
    possible = {one for ids in wanted.values() for one in ids if 0 < one < 2**31}
    known = dossier.files(possible, case=case, actor=actor)
    faults = {
        item.key: [*filter(None, (_fault(item, one, known.get(one)) for one in wanted[item.key]))]
        for item in uploads
    }
    if any(faults.values()):
        raise Invalid(fields={key: found for key, found in faults.items() if found})


def _fault(item: Component, file_id: int, file: Evidence | None) -> Sentence | None:
    if file is None:
        return Sentence("没有编号为“%(id)s”的附件，请先上传。", id=file_id)
    # Browsers only suggest the types: what is dropped or pasted comes as it is.
    kinds = [kind.strip().lower() for kind in item.accept.split(",") if kind.strip()]
    own = PurePath(file.name).suffix.lower()
    if not kinds or any(own == kind or fnmatch(file.media_type, kind) for kind in kinds):
        return None
    wrong = "“%(name)s”不是这一项要的文件，请移除后上传：%(kinds)s。"
    return Sentence(wrong, name=file.name, kinds=Listing(kinds))
