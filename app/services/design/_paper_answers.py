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
from app.domain.plan import Plan
from app.domain.vocabulary import LetterState, Result
from app.services import _answer_rules, _start
from app.services._catalogue import ANSWERS, Given
from app.services.design._paper import Paper, letter_of

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
    paper.plan = Plan(
        cycle=case.cycle,
        cause=answers["cause"],
        goal=answers["goal"],
        leader=answers["leader"],
        created_at=paper.at,
        measures=_answer_rules.measures(case, answers),
    )


@_on_paper("approve_plan")
def _approve_plan(paper: Paper, case: Case, answers: Answers) -> None:
    case.key_item = case.key_item or bool(answers.get("key_item"))


@_on_paper("rectify")
def _rectify(paper: Paper, case: Case, answers: Answers) -> None:
    if answers["next_step"] == "report":
        _answer_rules.require_report(case, paper.plan, answers)
    case.report_progress(int(answers["percent"]))
    if case.percent < 100:
        paper.short_of_done = case.percent


@_on_paper("sign_report")
def _sign_report(paper: Paper, case: Case, answers: Answers) -> None:
    if answers["signed"] == "yes":
        case.report_done(paper.at)
    else:
        case.report_progress(paper.short_of_done)


@_on_paper("first_review")
def _first_review(paper: Paper, case: Case, answers: Answers) -> None:
    passed = answers["passed"]
    if passed not in _answer_rules.SENT_BACK:
        return
    case.resume()
    case.report_progress(paper.short_of_done)
    if passed in _answer_rules.ADVICE:
        notice, roles = _answer_rules.ADVICE[passed]
        paper.tell("", notice, roles, of=str(paper.at))


@_on_paper("dispatch")
def _dispatch(paper: Paper, case: Case, answers: Answers) -> None:
    _answer_rules.verifiers(answers)
    paper.method, paper.dispatched_on = answers["verify_method"], local_date(paper.at)


@_on_paper("verify")
def _verify(paper: Paper, case: Case, answers: Answers) -> None:
    since, today = paper.dispatched_on or case.issued_on, local_date(paper.at)
    _answer_rules.require_checked(answers, since=since, today=today)
    due_on = _answer_rules.new_due_on(answers, today)
    case.verify(Result(answers["result"]), paper.at, due_on=due_on)
    if case.verify_result is not Result.R1:
        case.report_progress(paper.short_of_done)


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
        case.report_progress(paper.short_of_done)


def _require_visit(paper: Paper, case: Case) -> None:
    table = paper.decisions.get("authority")
    if table is not None and table.evaluate(_start.main_variables(case)).get("on_site"):
        _answer_rules.require_visit(paper.method)


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
