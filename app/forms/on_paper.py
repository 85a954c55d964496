"""The form of a task that is only played: the very form, with people and files that don't exist.

A play is about no real case, so names come from a paper cast, and instead of a file one says that
there is one. All else, from conditions to limits, is checked as it is for everybody.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from app.clock import local_date
from app.domain.vocabulary import Role
from app.forms.answers import answers_of
from app.forms.components import Option
from app.forms.filling import known_of, progress_of
from app.forms.memory import Remembered
from app.forms.setting import OnDemand, Setting
from app.forms.view import FormView, view_of
from app.forms.wording import _
from app.services.design.playing import Sheet


def check_on_paper(
    sheet: Sheet, answers: Mapping[str, Any], *, language: str = "zh"
) -> Mapping[str, Any]:
    """Return the checked answers to a played task.

    Raises:
        Invalid: something is missing, unknown or out of range; its ``fields`` say what.
    """
    return answers_of(form_on_paper(sheet.form), dict(answers), setting_on_paper(sheet, language))


def view_on_paper(
    sheet: Sheet,
    answers: Mapping[str, Any] | None = None,
    errors: Mapping[str, Sequence[str]] | None = None,
    *,
    language: str = "zh",
) -> FormView:
    """Return the form of a played task to draw."""
    form, setting = form_on_paper(sheet.form), setting_on_paper(sheet, language)
    return view_of(form, setting, answers=answers, errors=errors)


def setting_on_paper(sheet: Sheet, language: str) -> Setting:
    """Return the setting in which the form of a played task is filled in."""
    facts = _Facts(sheet, language)
    context: dict[str, Any] = {"today": local_date(sheet.at).isoformat()}
    if sheet.case is not None:
        context |= known_of(sheet.case)
    if sheet.kind_of_change:
        context["kind"] = sheet.kind_of_change
    return Setting(OnDemand(facts.options), context, OnDemand(facts.prefill), language)


class _Facts:
    """What a played task knows of its surroundings."""

    def __init__(self, sheet: Sheet, language: str) -> None:
        self.sheet, self.language = sheet, language

    def options(self, source: str) -> list[Option]:
        """Return the choices that *source* offers."""
        name, _colon, argument = source.partition(":")
        if name == "users" and argument in list(Role):
            return people(Role(argument))
        if name == "grounds":
            rules = self.sheet.rules
            part = rules.suspension if argument == "suspension" else rules.extension
            return [Option(one.key, getattr(one.name, self.language)) for one in part.grounds]
        if name == "units":
            return [Option(unit, unit) for unit in ("试走单位", "另一单位")]
        if name == "measures" and self.sheet.plan is not None:
            return [Option(str(m.position), m.text[:40]) for m in self.sheet.plan.measures]
        return []

    def prefill(self, name: str) -> Any:
        """Return what ``case.problem`` and the like show first."""
        case, (source, _dot, field) = self.sheet.case, name.partition(".")
        known: dict[str, Any] = {"user.name": _("试走人员")}
        known["plan.progress"] = progress_of(self.sheet.plan)
        if case is not None:
            known["case.unit"] = case.lead_unit.name
            known["case.department"] = case.department.name
            known["case.due_on"] = case.due_on.isoformat()
        if name in known:
            return known[name]
        holder = {"case": case, "plan": self.sheet.plan}.get(source)
        found = getattr(holder, field, None)
        return found if isinstance(found, str) else None


def people(role: Role) -> list[Option]:
    """Return the paper cast of a post."""
    return [Option(f"{role}{number}", f"{_(role.label)} {number}") for number in (1, 2, 3)]


def _without_files(form: Mapping[str, Any]) -> Mapping[str, Any]:
    return {**form, "components": [_played(item) for item in form.get("components") or ()]}


def _played(item: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return a component as it is played: a file becomes the word that there is one."""
    if item.get("type") == "filepicker":
        words = {"label": f"{item.get('label', '')}（试走：勾选即视为已附）"}
        return {**item, "type": "checkbox", "properties": _words(item), **words}
    if "components" in item:
        return {**item, "components": [_played(one) for one in item["components"]]}
    return item


def _words(item: Mapping[str, Any]) -> dict[str, Any]:
    extra = dict(item.get("properties") or {})
    if "label_en" in extra:
        extra["label_en"] += " (play: tick for attached)"
    return extra


#: Built once for each form, so that what is remembered of it stays good.
form_on_paper = Remembered(_without_files)
