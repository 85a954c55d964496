"""What the service tasks of a diagram do to the domain. See `_catalogue`."""

from typing import Any

from sqlalchemy import select

from app.clock import local_date
from app.domain.case import FollowUp
from app.domain.deadlines import due
from app.domain.letter import Letter
from app.domain.rules import Anchor, Rule, Span, Unit
from app.domain.vocabulary import (
    FollowUpResult,
    LetterState,
    Mode,
    Role,
    Rung,
)
from app.services import _letters, _lights, _notices, _start, calendars, diagrams
from app.services._catalogue import Context, effect
from app.services._history import record


@effect("视为送达", plain=True)
def deem_served(context: Context) -> None:
    """Take the notice as served because the unit let the time to sign lapse."""
    context.case.acknowledge(context.at)
    record(context, "deemed_served")


@effect("督办函视为送达", plain=True)
def deem_letter_served(context: Context) -> None:
    """Take the expediting letter as served because the unit let the time to sign lapse."""
    letter = _letters.of(context)
    letter.served_at = context.at
    record(context, "letter_deemed_served", {"letter": letter.number})


@effect("提醒", plain=True, anywhere=True)
def remind(context: Context, notice: str, to: str) -> None:
    """Tell the holders of the roles in *to*, comma-separated, of a deadline."""
    of = f"{context.process.id}:{local_date(context.at).isoformat()}"
    _notices.tell(context, notice, _roles(to), of=of, params={})


def _roles(to: str) -> list[Role]:
    return [Role(role.strip()) for role in to.split(",") if role.strip()]


#: Nobody reads a longer sentence.
LONGEST_NOTICE = 200


@effect("发送通知", plain=True, anywhere=True)
def notify(context: Context, text: str, to: str) -> None:
    """Tell the holders of the roles in *to* what the diagram says, in its own words."""
    of = f"{context.process.id}:{context.doing[:40]}:{local_date(context.at).isoformat()}"
    params = {"text": str(text)[:LONGEST_NOTICE]}
    _notices.tell(context, "notify", _roles(to), of=of, params=params)


@effect("更新预警灯", plain=True)
def update_light(context: Context) -> None:
    """Look at the light anew and tell those responsible when it got worse."""
    before = context.case.light
    _lights.refresh(context)
    after = context.case.light
    if after is not before:
        record(context, "light_changed", {"from": before, "to": after})
        roles = (Role.UNIT_OWNER, Role.UNIT_HEAD, Role.OFFICE)
        _notices.tell(context, "light_changed", roles, of=after, params={"light": after})


#: Reasons that lie in a date: of these there is one letter for one date.
FOR_A_DATE = ("overdue", "plan_overdue")


@effect("起草督办函")
def start_expediting(context: Context, reason: str) -> None:
    """Have the office asked for an expediting letter; a person signs it or lets it be.

    For one missed date there is one letter, however often the unit comes back to its task.
    """
    case = context.case
    query = select(Letter.id).filter_by(
        case_id=case.id, cycle=case.cycle, reason=reason, missed_due_on=case.due_on
    )
    if reason in FOR_A_DATE and context.session.scalar(query.limit(1)):
        return
    letter = _letters.draft(context, reason)
    record(context, "expediting_drafted", {"reason": reason})
    variables = {"reason": reason, "round": 1}
    _start.beside(context, "expediting", variables, letter_id=letter.id)


@effect("登记问责线索", plain=True)
def record_clue(context: Context, kind: str) -> None:
    """Note a matter that may lead to accountability; whether it does, people decide."""
    record(context, "clue_recorded", {"kind": kind})
    roles = (Role.OFFICE_HEAD, Role.CHIEF)
    _notices.tell(context, "clue_recorded", roles, of=kind, params={"kind": kind})


@effect("销号登记")
def close_out(context: Context) -> None:
    """Strike the case off the ledger and tell the unit and its department."""
    context.case.close_out(context.at)
    record(context, "closed_out", {"cycle": context.case.cycle})
    roles = (Role.UNIT_CLERK, Role.UNIT_HEAD, Role.DEPARTMENT)
    _notices.tell(context, "closed_out", roles, of="closed_out", params={})


@effect("印发督办函")
def issue_letter(context: Context) -> None:
    """Give the signed letter its number and send it out."""
    letter = _letters.of(context)
    letter.issue(_letters.next_number(context), local_date(context.at))
    context.case.escalate(Rung.EXPEDITING_LETTER)
    record(context, "letter_issued", {"letter": letter.number})
    roles = (Role.UNIT_CLERK, Role.UNIT_OWNER, Role.UNIT_HEAD, Role.DEPARTMENT)
    _notices.tell(
        context, "letter_issued", roles, of=str(letter.number), params={"letter": letter.number}
    )


@effect("督办函办结")
def settle_letter(context: Context, outcome: str) -> None:
    """Finish with the letter: answered to the office's satisfaction, or never sent."""
    letter = _letters.of(context)
    letter.state = LetterState.SKIPPED if outcome == "skipped" else LetterState.SETTLED
    record(context, f"letter_{letter.state}", {"letter": letter.number})


@effect("回头看结论")
def settle_follow_up(context: Context, result: str) -> None:
    """Note what looking back found; the case stays closed out."""
    _settle(context, FollowUpResult(result))
    context.case.settle_follow_up(context.at)
    record(context, "followed_up", {"result": result})


@effect("反弹重开")
def relapse(context: Context, kind: str) -> None:
    """Open the case anew as its next cycle, as DMN-1 says, and urge the unit at once."""
    case = context.case
    _settle(context, FollowUpResult(kind))
    advised = _advised(context)
    rule = Rule(Anchor.AFTER, Span(Unit.DAYS, int(advised["days"])))
    moment = due(rule, context.at, calendars.current(case.county_id))
    case.relapse(context.at, local_date(context.at), mode=Mode(advised["mode"]), due=moment)
    record(context, "relapsed", {"kind": kind, "cycle": case.cycle, "due_on": str(moment.on)})
    _start.rectification(context)
    start_expediting(context, "relapse")


def _advised(context: Context) -> dict[str, Any]:
    """Return what DMN-1 says of the context's case now that it relapsed."""
    case = context.case
    facts = {
        "category": case.category.value,
        "severity": case.severity.value,
        "danger": False,
        "construction": False,
        "staged": False,
        "relapse": True,
        "original_days": (case.original_due_on - case.issued_on).days,
    }
    table = diagrams.published(context.session, _start.MAIN).decisions["time_limit"]
    return table.evaluate(facts)


def _settle(context: Context, result: FollowUpResult) -> None:
    follow_up = context.session.get_one(FollowUp, context.process.follow_up_id)
    follow_up.result, follow_up.settled_at = result, context.at
