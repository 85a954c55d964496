"""What the pieces of the catalogue mean before the law, for the linter that only knows diagrams."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

from app.domain.form import components
from app.domain.vocabulary import Duty, Result
from app.engine import Law, Meaning
from app.services._calendar import current
from app.services._catalogue import ANSWERS

#: Whoever completes such a form has done this.
_DUTIES = {
    Duty.REPORT: frozenset({Meaning.REPORT}),
    Duty.VERIFY: frozenset({Meaning.VERIFICATION, Meaning.REVIEW}),
    Duty.APPROVE: frozenset({Meaning.REVIEW}),
}
#: Forms that make nothing a duty of the person's.
FORMS = {
    "review": frozenset({Meaning.REVIEW}),
    "first_review": frozenset({Meaning.REVIEW}),
    "public_notice": frozenset({Meaning.PUBLICATION}),
}
EFFECTS = {"close_out": frozenset({Meaning.CLOSE_OUT})}
#: Only R1 leads to close-out.
_UNFINISHED = frozenset(result.value for result in Result if result is not Result.R1)


def law(forms: Mapping[str, Any]) -> Law:
    """Return what the law is to know of a diagram with these *forms*."""
    duties = {key: _DUTIES[one.duty] for key, one in ANSWERS.items() if one.duty in _DUTIES}
    return Law(
        forms=FORMS | duties,
        effects=EFFECTS,
        unfinished=_UNFINISHED,
        laborious=frozenset(key for key, form in forms.items() if _asks_for_evidence(form)),
        is_workday=_is_workday,
    )


def choices(forms: Mapping[str, Any]) -> dict[str, dict[str, dict[str, str]]]:
    """Return what each form offers to choose from: form → variable → value → label."""
    return {key: dict(_choices(form)) for key, form in forms.items()}


def _choices(form: Mapping[str, Any]) -> Iterator[tuple[str, dict[str, str]]]:
    for field in components(form):
        variable = field.get("properties", {}).get("variable")
        if variable and field["type"] in ("radio", "select") and field.get("values"):
            yield variable, {one["value"]: one.get("label", "") for one in field["values"]}


def _asks_for_evidence(form: Mapping[str, Any]) -> bool:
    return any(field["type"] == "filepicker" for field in components(form))


def _is_workday(day: date) -> bool:
    return current().is_workday(day)
