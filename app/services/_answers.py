"""What completing a form means in the domain. See `_catalogue`.

A form that is not named here is only kept as submitted: enough for processes that an analyst draws.
"""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from sqlalchemy import select, update

from app.clock import local_date
from app.domain.case import Verification
from app.domain.errors import Invalid, Listing, Sentence, SeparationOfDuties
from app.domain.letter import Letter
from app.domain.people import Grant, User
from app.domain.plan import Plan
from app.domain.process import Process, Submission, Task
from app.domain.vocabulary import ChangeKind, Duty, LetterState, Result, Role
from app.services import (
    _answer_rules,
    _change_requests,
    _change_rules,
    _duties,
    _letters,
    _notices,
    _objections,
    _start,
    diagrams,
)
from app.services._catalogue import Context, answer

Answers = Mapping[str, Any]

#: So many reports are looked through for what was told before them.
_LOOKED_THROUGH = 12
#: Requests that mean nothing once the unit has said that it is done.
NEEDS_WORK = (*_change_rules.DATED, ChangeKind.TERMINATION, ChangeKind.REASSIGNMENT)


@answer("acknowledge")
def acknowledge(context: Context, answers: Answers) -> None:
    """Sign for the notice, or for the letter or conclusion that the process is about."""
    if context.process.letter_id is not None:
        _letters.of(context).served_at = context.at
    elif context.process.objection_id is not None:
        _objections.of(context).served_at = context.at
    else:
        context.case.acknowledge(context.at)


@answer("plan", "cause", "goal", "leader", "measures")
def plan(context: Context, answers: Answers) -> None:
    """File the plan with its measures."""
    made = Plan(
        case_id=context.case.id,
        cycle=context.case.cycle,
        cause=answers["cause"],
        goal=answers["goal"],
        leader=answers["leader"],
        created_at=context.at,
        created_by_id=context.person.id,
        measures=_answer_rules.measures(context.case, answers),
    )
    context.session.add(made)
    context.session.flush()


@answer("approve_plan")
def approve_plan(context: Context, answers: Answers) -> None:
    """Put the case on the list of key items if the office says so."""
    context.case.key_item = context.case.key_item or bool(answers.get("key_item"))


@answer("rectify", "percent", "next_step", "measure_progress")
def rectify(context: Context, answers: Answers) -> None:
    """File progress; whoever applies for the report is one of its reporters."""
    rows, reports = answers.get("measure_progress") or (), answers["next_step"] == "report"
    plan = _plan_of(context) if rows or reports else None
    if reports:
        _answer_rules.require_report(context.case, plan, answers)
        _duties.take(context.session, context.case, Duty.REPORT, [context.person.id])
    context.case.report_progress(int(answers["percent"]))
    _note_measures(plan, rows)


def _plan_of(context: Context) -> Plan | None:
    query = select(Plan).filter_by(case_id=context.case.id, cycle=context.case.cycle)
    return context.session.scalars(query.order_by(Plan.id.desc()).limit(1)).first()


def _note_measures(plan: Plan | None, rows: Sequence[Answers]) -> None:
    """Note how far each measure of the plan has come; a form names a measure by its number."""
    measures = {str(one.position): one for one in plan.measures} if plan and rows else {}
    for row in rows:
        if (measure := measures.get(str(row["measure"]))) is not None:
            measure.percent = int(row["percent"])


def _take_back(context: Context) -> None:
    """Take no report for done that was sent back: what the unit told before it holds again."""
    query = (
        select(Submission.answers)
        .join(Task, Task.id == Submission.task_id)
        .where(Task.process_id == context.process.id, Submission.form_key == "rectify")
        .order_by(Submission.id.desc())
        .limit(_LOOKED_THROUGH)
    )
    told = (int(answers.get("percent") or 0) for answers in context.session.scalars(query))
    context.case.report_progress(next((share for share in told if share < 100), 0))


@answer("sign_report", "signed", duty=Duty.REPORT)
def sign_report(context: Context, answers: Answers) -> None:
    """Sign the report: from here on the unit has said that it is done."""
    if answers["signed"] != "yes":
        _take_back(context)
        return
    _duties.take(context.session, context.case, Duty.REPORT, [context.person.id])
    context.case.report_done(context.at)
    _change_requests.lapse(context, *NEEDS_WORK)


@answer("first_review", "passed", left_to=Role.OFFICE)
def first_review(context: Context, answers: Answers) -> None:
    """Hand the case back to the unit if the department isn't satisfied, or advises a change."""
    passed = answers["passed"]
    if passed not in _answer_rules.SENT_BACK:
        return
    context.case.resume()
    _take_back(context)
    if passed in _answer_rules.ADVICE:
        notice, roles = _answer_rules.ADVICE[passed]
        _notices.tell(context, notice, roles, of=f"{context.process.id}:{context.task}", params={})


@answer("dispatch", "lead_verifier", "verify_method")
def dispatch(context: Context, answers: Answers) -> None:
    """Send verifiers out: on site at least two, none of whom reported."""
    names = _answer_rules.verifiers(answers)
    people = _people(context, names, field="verifiers")
    _duties.require(context.session, context.case, Duty.VERIFY, people)
    context.session.add(
        Verification(
            case_id=context.case.id,
            cycle=context.case.cycle,
            method=answers["verify_method"],
            verifiers=names,
            dispatched_at=context.at,
        )
    )


@answer("verify", "result", "opinion", duty=Duty.VERIFY)
def verify(context: Context, answers: Answers) -> None:
    """Record what verification found."""
    sent, today = _sent_out(context), local_date(context.at)
    since = local_date(sent.dispatched_at) if sent else context.case.issued_on
    _answer_rules.require_checked(answers, since=since, today=today)
    found = sent or _undispatched(context)
    people = _people(context, found.verifiers, field="result")
    _duties.take(context.session, context.case, Duty.VERIFY, {*people, context.person.id})
    found.result, found.opinion = Result(answers["result"]), answers["opinion"]
    found.verified_at, found.verified_by_id = context.at, context.person.id
    due_on = _answer_rules.new_due_on(answers, today)
    context.case.verify(found.result, context.at, due_on=due_on)
    if found.result is not Result.R1:
        _take_back(context)


def _sent_out(context: Context) -> Verification | None:
    """Return the look that verifiers were last sent to take, in this cycle."""
    query = select(Verification).filter_by(case_id=context.case.id, cycle=context.case.cycle)
    return context.session.scalars(query.order_by(Verification.id.desc())).first()


def _undispatched(context: Context) -> Verification:
    """Make a verification that a diagram without a dispatch step goes straight to."""
    made = Verification(
        case_id=context.case.id,
        cycle=context.case.cycle,
        method="written",
        verifiers=[context.person.username],
        dispatched_at=context.at,
    )
    context.session.add(made)
    return made


@answer("objection_heard", "upheld")
def objection_heard(context: Context, answers: Answers) -> None:
    """Void the verification if an objection of the public proved right."""
    if answers["upheld"] == "yes":
        context.case.verify_result = context.case.verified_at = None


@answer("approve", "approved", duty=Duty.APPROVE)
def approve(context: Context, answers: Answers) -> None:
    """Approve the close-out, or send the case back."""
    if answers["approved"] == "yes":
        _require_visit(context)
        _duties.take(context.session, context.case, Duty.APPROVE, [context.person.id])
        return
    context.case.verify_result = context.case.verified_at = None
    if answers.get("return_to") == "rectifying":
        context.case.resume()
        _take_back(context)


def _require_visit(context: Context) -> None:
    """Raise Invalid where DMN-4 asks for a visit on site and only papers were looked at."""
    table = diagrams.compiled(context.session, context.process.diagram_id).decisions["authority"]
    needs_visit = table.evaluate(_start.main_variables(context.case)).get("on_site")
    if needs_visit:
        found = _sent_out(context) or _undispatched(context)
        _answer_rules.require_visit(found.method)


@answer("expediting_letter", "decision", "subject", "demand", "to", "new_due")
def expediting_letter(context: Context, answers: Answers) -> None:
    """Take the office's wording of the letter."""
    letter = _letters.of(context)
    if answers["decision"] == "skip":
        return
    letter.subject, letter.demand = answers["subject"], answers["demand"]
    letter.to, letter.cc = answers["to"], answers.get("cc") or ""
    letter.new_due_on = date.fromisoformat(answers["new_due"])
    letter.state, letter.drafter_id = LetterState.DRAFT, context.person.id


@answer("sign", "signed")
def sign(context: Context, answers: Answers) -> None:
    """Sign a letter, if the process is about one; a plan's signature is kept as submitted."""
    if context.process.change_request_id is not None and answers["signed"] != "yes":
        _change_requests.of(context).decide(context.person.id, context.at, answers["opinion"])
    if context.process.letter_id is None or answers["signed"] != "yes":
        return
    letter: Letter = _letters.of(context)
    if letter.drafter_id == context.person.id:
        raise SeparationOfDuties("拟稿人不得审签自己拟的公文。")
    letter.sign(context.person.id, context.at)


@answer("letter_reply", "cause", "measures")
def letter_reply(context: Context, answers: Answers) -> None:
    """Take the unit's written answer."""
    letter = _letters.of(context)
    letter.reply = f"{answers['cause']}\n{answers['measures']}"
    letter.replied_at, letter.state = context.at, LetterState.REPLIED


@answer("assess_reply", "satisfied")
def assess_reply(context: Context, answers: Answers) -> None:
    """Draft another letter if the reply won't do; the first keeps its number and its reply."""
    if answers["satisfied"] == "no":
        made = _letters.draft(context, _letters.of(context).reason)
        context.process.letter_id = made.id
        context.session.execute(
            update(Process).where(Process.id == context.process.id).values(letter_id=made.id)
        )


@answer("follow_up_check", "second_checker", duty=Duty.FOLLOW_UP)
def follow_up_check(context: Context, answers: Answers) -> None:
    """Note who looked back: two people who had no other part in this cycle."""
    names = [context.person.username, answers["second_checker"]]
    if len(set(names)) < 2:
        raise Invalid(fields={"second_checker": ["回头看须由两人进行，请另选一人。"]})
    people = _people(context, names, field="second_checker")
    _duties.take(context.session, context.case, Duty.FOLLOW_UP, people)


def _people(context: Context, names: list[str], *, field: str) -> list[int]:
    """Return the ids of members of the team by username.

    Raises:
        Invalid: one of them isn't a member of the team.
    """
    query = (
        select(User.username, User.id)
        .join(Grant, Grant.user_id == User.id)
        .where(User.username.in_(names), User.active, Grant.role == Role.TEAM)
    )
    found = {row.username: row.id for row in context.session.execute(query)}
    if missing := [name for name in names if name not in found]:
        raise Invalid(
            fields={field: [Sentence("%(names)s不是督导组成员。", names=Listing(missing))]}
        )
    return list(found.values())
