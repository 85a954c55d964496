"""What completing the forms of a diagram comes to in a play. See `app.services._answers`.

Here the same verbs of the case are used and the same rules asked; what hangs on real people
(separation of duties, who is in the team) and on real files is left out, and said to be.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

from app.clock import local_date
from app.domain.case import Case
from app.domain.design_terms import LineKind
from app.domain.errors import Invalid
from app.domain.plan import Measure, Plan
from app.domain.vocabulary import LetterState, Result
from app.services import _start
from app.services._answers import DANGEROUS, PICTURED, SHORT
from app.services._catalogue import ANSWERS, Given
from app.services.design._paper import Paper, day_or_none, letter_of

Answers = Mapping[str, Any]
_ON_PAPER: dict[str, Callable[[Paper, Case, Answers], None]] = {}


def take(paper: Paper, element: str, form: str, answers: Answers) -> None:
    """Let a completed form mean what it means, as far as a play can.

    Raises:
        Invalid: the case itself refuses these answers.
    """
    if paper.case is None or form not in ANSWERS:
        return
    act = _ON_PAPER.get(form)
    if act is not None:
        act(paper, paper.case, Given(answers))
    else:
        paper.note(LineKind.NOTE, element, what="not_imitated", form=form)


def _on_paper(form: str) -> Callable[[Callable[..., None]], Callable[..., None]]:
    def enter(function: Callable[..., None]) -> Callable[..., None]:
        _ON_PAPER[form] = function
        return function

    return enter


@_on_paper("acknowledge")
def _acknowledge(paper: Paper, case: Case, answers: Answers) -> None:
    if paper.letter is not None:
        paper.letter.served_at = paper.at
    else:
        case.acknowledge(paper.at)


@_on_paper("plan")
def _plan(paper: Paper, case: Case, answers: Answers) -> None:
    if case.category in DANGEROUS and not answers.get("emergency_plan"):
        raise Invalid(fields={"emergency_plan": ["安全、食品类问题须附应急预案。"]})
    rows = enumerate(answers["measures"], start=1)
    paper.plan = Plan(
        cycle=case.cycle,
        cause=answers["cause"],
        goal=answers["goal"],
        leader=answers["leader"],
        created_at=paper.at,
        measures=[_measure(number, row) for number, row in rows],
    )


def _measure(position: int, row: Answers) -> Measure:
    starts, ends = date.fromisoformat(row["starts_on"]), date.fromisoformat(row["ends_on"])
    if ends < starts:
        raise Invalid(fields={f"measures.{position - 1}.ends_on": ["止期不能早于起期。"]})
    return Measure(
        position=position,
        text=row["text"],
        owner=row["owner"],
        starts_on=starts,
        ends_on=ends,
        weight=row.get("weight") or 100,
        percent=0,
    )


@_on_paper("approve_plan")
def _approve_plan(paper: Paper, case: Case, answers: Answers) -> None:
    case.key_item = case.key_item or bool(answers.get("key_item"))


@_on_paper("rectify")
def _rectify(paper: Paper, case: Case, answers: Answers) -> None:
    case.report_progress(int(answers["percent"]))
    if answers["next_step"] != "report" or case.category not in PICTURED:
        return
    missing = [key for key in ("photos_before", "photos_after") if not answers.get(key)]
    if missing:
        wrong = "安全、食品、办学条件类问题报结须附整改前后对比照片。"
        raise Invalid(fields={key: [wrong] for key in missing})


@_on_paper("sign_report")
def _sign_report(paper: Paper, case: Case, answers: Answers) -> None:
    if answers["signed"] == "yes":
        case.report_done(paper.at)


@_on_paper("first_review")
def _first_review(paper: Paper, case: Case, answers: Answers) -> None:
    if answers["passed"] == "no":
        case.resume()


@_on_paper("dispatch")
def _dispatch(paper: Paper, case: Case, answers: Answers) -> None:
    people = {answers["lead_verifier"], *(answers.get("verifiers") or ())}
    if answers["verify_method"] != "written" and len(people) < 2:
        raise Invalid(fields={"verifiers": ["实地核查须有两名以上核查人员。"]})
    paper.method = answers["verify_method"]


@_on_paper("verify")
def _verify(paper: Paper, case: Case, answers: Answers) -> None:
    result, due_on = Result(answers["result"]), day_or_none(answers.get("due"))
    if result is Result.R2 and due_on and due_on > local_date(paper.at) + SHORT:
        raise Invalid(fields={"due": ["个别尾项的新期限不得超过15日。"]})
    case.verify(result, paper.at, due_on=due_on)


@_on_paper("objection_heard")
def _objection_heard(paper: Paper, case: Case, answers: Answers) -> None:
    if answers["upheld"] == "yes":
        case.verify_result = case.verified_at = None


@_on_paper("approve")
def _approve(paper: Paper, case: Case, answers: Answers) -> None:
    if answers["approved"] == "yes":
        _require_visit(paper, case)
        return
    case.verify_result = case.verified_at = None
    if answers.get("return_to") == "rectifying":
        case.resume()


def _require_visit(paper: Paper, case: Case) -> None:
    table = paper.decisions.get("authority")
    if table is None or paper.method != "written":
        return
    if table.evaluate(_start.main_variables(case)).get("on_site"):
        wrong = "该问题须经实地核查方可销号，请退回核查。"
        raise Invalid(fields={"approved": [wrong]})


@_on_paper("expediting_letter")
def _expediting_letter(paper: Paper, case: Case, answers: Answers) -> None:
    if paper.letter is None or answers["decision"] == "skip":
        return
    for name in ("subject", "demand", "to"):
        setattr(paper.letter, name, answers[name])
    paper.letter.new_due_on = date.fromisoformat(answers["new_due"])
    paper.letter.state = LetterState.DRAFT


@_on_paper("sign")
def _sign(paper: Paper, case: Case, answers: Answers) -> None:
    if paper.letter is not None and answers["signed"] == "yes":
        paper.letter.state, paper.letter.signed_at = LetterState.SIGNED, paper.at


@_on_paper("letter_reply")
def _letter_reply(paper: Paper, case: Case, answers: Answers) -> None:
    if paper.letter is not None:
        paper.letter.replied_at, paper.letter.state = paper.at, LetterState.REPLIED


@_on_paper("assess_reply")
def _assess_reply(paper: Paper, case: Case, answers: Answers) -> None:
    if paper.letter is not None and answers["satisfied"] == "no":
        paper.letter = letter_of(case, paper.at, paper.letter.reason)
        paper.note(LineKind.LETTER, act="drafted", reason=paper.letter.reason)


@_on_paper("follow_up_check")
def _follow_up_check(paper: Paper, case: Case, answers: Answers) -> None:
    if not answers["second_checker"]:
        raise Invalid(fields={"second_checker": ["回头看须由两人进行，请另选一人。"]})
