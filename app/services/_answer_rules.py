"""What must hold of the answers to the forms of a case, in a real step and in a play alike."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, timedelta
from typing import Any

from app.domain.case import Case
from app.domain.errors import Invalid, Listing, Sentence
from app.domain.plan import Measure, Plan
from app.domain.vocabulary import Category, Mode, Result, Role

Answers = Mapping[str, Any]
Faults = Mapping[str, Sequence[str]]

#: Safety and food need an emergency plan; these and buildings show the place before and after.
DANGEROUS = frozenset({Category.C04, Category.C05})
_PICTURED = DANGEROUS | {Category.C07}
#: Modes of a case that is put right in stages.
_LASTING = frozenset({Mode.STAGED, Mode.STANDING})
#: What a first review may advise: who is told, and how, for these can ask for the change.
ADVICE: Mapping[str, tuple[str, list[Role]]] = {
    "advise_extension": ("extension_advised", [Role.UNIT_OWNER, Role.UNIT_HEAD]),
    "advise_reassignment": ("reassignment_advised", [Role.OFFICE, Role.UNIT_HEAD]),
}
#: Conclusions of a first review with which the case goes back to the unit.
SENT_BACK = frozenset({"no", *ADVICE})
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


def require_report(case: Case, plan: Plan | None, answers: Answers) -> None:
    """Raise Invalid unless a report says of all that it is done, and shows it.

    A case of lasting effort may be reported with one stage of it done.
    """
    if faults := {**_undone(case, plan, answers), **_unpictured(case, answers)}:
        raise Invalid(fields=faults)


def _undone(case: Case, plan: Plan | None, answers: Answers) -> Faults:
    faults = dict(_unnamed(plan, answers))
    if answers.get("conclusion") != "stage":
        return faults | dict(_short_of_done(plan, answers))
    if case.mode not in _LASTING:
        wrong = "只有分阶段整改、长期坚持的问题可以按“阶段完成”报结；未完成的请先填报进展。"
        faults["conclusion"] = [wrong]
    return faults


def _unnamed(plan: Plan | None, answers: Answers) -> Iterator[tuple[str, list[str]]]:
    """Yield what is wrong if a measure of the plan is passed over in silence."""
    named = {str(row["measure"]) for row in answers.get("measure_progress") or ()}
    all_of_them = [str(one.position) for one in plan.measures] if plan else []
    if missing := [number for number in all_of_them if number not in named]:
        wrong = "报结须对照方案逐项填写措施完成情况，还缺第%(numbers)s项措施。"
        yield "measure_progress", [Sentence(wrong, numbers=Listing(missing))]


def _short_of_done(plan: Plan | None, answers: Answers) -> Iterator[tuple[str, list[str]]]:
    """Yield what is wrong with each share below the whole."""
    if (total := int(answers["percent"])) < 100:
        wrong = "报结时总体完成须为100%%，现为%(percent)s%%；未完成的请先填报进展。"
        yield "percent", [Sentence(wrong, percent=total)]
    rows = answers.get("measure_progress") or () if plan else ()
    for number, row in enumerate(rows):
        if (share := int(row["percent"])) < 100:
            wrong = "第%(number)s项措施只完成%(percent)s%%，报结须达到100%%。"
            found = Sentence(wrong, number=row["measure"], percent=share)
            yield f"measure_progress.{number}.percent", [found]


def _unpictured(case: Case, answers: Answers) -> Faults:
    """Return what is wrong where a report must show the place before and after, and doesn't."""
    if case.category not in _PICTURED:
        return {}
    missing = [key for key in ("photos_before", "photos_after") if not answers.get(key)]
    return {key: ["安全、食品、办学条件类问题报结须附整改前后对比照片。"] for key in missing}


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


def require_checked(answers: Answers, *, since: date, today: date) -> None:
    """Raise Invalid unless the checklist bears the result out and the day can be true.

    *since* is the day from which anybody could have gone.
    """
    checks = [value for key, value in answers.items() if key.startswith("check_")]
    faults: dict[str, list[str]] = {}
    if answers["result"] == Result.R1 and "no" in checks:
        wrong = "销号检查表有%(count)s项“不符合”，不能认定“完成”；请核对检查表，或改选其他结论。"
        faults["result"] = [Sentence(wrong, count=checks.count("no"))]
    if {"no", "na"} & set(checks) and not str(answers.get("checks_note") or "").strip():
        faults["checks_note"] = ["检查表有“不符合”或“不适用”的项目，请逐项说明情况。"]
    on = date.fromisoformat(answers["verified_on"]) if answers.get("verified_on") else since
    if not since <= on <= today:
        wrong = "核查时间应在%(since)s（派出核查之日）至%(today)s（今天）之间。"
        faults["verified_on"] = [Sentence(wrong, since=str(since), today=str(today))]
    if faults:
        raise Invalid(fields=faults)


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
