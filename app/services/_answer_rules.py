"""What must hold of the answers to the forms of a case, in a real step and in a play alike."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from app.domain.case import Case
from app.domain.errors import Invalid
from app.domain.plan import Measure
from app.domain.vocabulary import Category, Result

Answers = Mapping[str, Any]

#: Safety and food need an emergency plan; these and buildings show the place before and after.
DANGEROUS = frozenset({Category.C04, Category.C05})
_PICTURED = DANGEROUS | {Category.C07}
#: Remaining trifles are to be done in so many days.
_SHORT = timedelta(days=15)


def measures(case: Case, answers: Answers) -> list[Measure]:
    """Return the measures of a plan.

    Raises:
        Invalid: a measure ends before it starts, or a dangerous case has no emergency plan.
    """
    if case.category in DANGEROUS and not answers.get("emergency_plan"):
        raise Invalid(fields={"emergency_plan": ["安全、食品类问题须附应急预案。"]})
    return [_measure(n, row) for n, row in enumerate(answers["measures"], start=1)]


def _measure(position: int, row: Answers) -> Measure:
    starts, ends = date.fromisoformat(row["starts_on"]), date.fromisoformat(row["ends_on"])
    if ends < starts:
        key = f"measures.{position - 1}.ends_on"
        raise Invalid(fields={key: ["止期不能早于起期。"]})
    return Measure(
        position=position,
        text=row["text"],
        owner=row["owner"],
        fund=row.get("fund"),
        starts_on=starts,
        ends_on=ends,
        weight=row.get("weight") or 100,
        percent=0,
    )


def require_photos(case: Case, answers: Answers) -> None:
    """Raise Invalid where a report must show the place before and after, and doesn't."""
    if case.category not in _PICTURED:
        return
    missing = [key for key in ("photos_before", "photos_after") if not answers.get(key)]
    if missing:
        wrong = "安全、食品、办学条件类问题报结须附整改前后对比照片。"
        raise Invalid(fields={key: [wrong] for key in missing})


def verifiers(answers: Answers) -> list[str]:
    """Return the names of those who are sent out, the lead first.

    Raises:
        Invalid: only one goes to the place.
    """
    lead = answers["lead_verifier"]
    names = [lead, *(name for name in answers.get("verifiers") or () if name != lead)]
    if answers["verify_method"] != "written" and len(names) < 2:
        raise Invalid(fields={"verifiers": ["实地核查须有两名以上核查人员。"]})
    return names


def new_due_on(answers: Answers, today: date) -> date | None:
    """Return the date that verification sets for what is left, if it sets one.

    Raises:
        Invalid: it gives too long for mere trifles.
    """
    due_on = date.fromisoformat(answers["due"]) if answers.get("due") else None
    if answers["result"] == Result.R2 and due_on and due_on > today + _SHORT:
        raise Invalid(fields={"due": ["个别尾项的新期限不得超过15日。"]})
    return due_on


def require_visit(method: str) -> None:
    """Raise Invalid unless somebody was at the place."""
    if method == "written":
        raise Invalid(fields={"approved": ["该问题须经实地核查方可销号，请退回核查。"]})
