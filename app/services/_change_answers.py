"""What completing the forms of change requests means in the domain. See `_catalogue`."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from sqlalchemy import select

from app.domain.case import Case
from app.domain.change import ChangeRequest
from app.domain.errors import Invalid, Sentence, WrongStage
from app.domain.people import Unit
from app.domain.vocabulary import ChangeKind
from app.services import _change_requests, _change_rules
from app.services._catalogue import Context, answer
from app.services._history import record

Answers = Mapping[str, Any]


@answer("change_application", "reason", "done_so_far", "safeguards", "asked_until")
def change_application(context: Context, answers: Answers) -> None:
    """Take down what is asked for and why, within the limits of the county's rules."""
    change, asking = _change_requests.of(context), _change_requests.asking(context)
    change.ground = ground_of(change.kind, answers)
    change.reason = answers["reason"]
    change.done_so_far = answers.get("done_so_far") or ""
    change.safeguards = answers.get("safeguards") or answers.get("alternatives") or ""
    change.asked_until = until_of(change.kind, answers)
    change.late = change.kind in _change_rules.DATED and _change_rules.is_late(asking)
    _check_ground(asking, change)
    if change.asked_until is not None and change.kind in _change_rules.DATED:
        field = UNTIL[change.kind]
        _change_rules.check_until(asking, change.kind, change.asked_until, field)
    _file(context, change)


def _file(context: Context, change: ChangeRequest) -> None:
    context.session.flush()
    until = change.asked_until.isoformat() if change.asked_until else ""
    line = _change_requests.told(change) | {"until": until, "reasons": change.reason}
    record(context, f"{change.kind}_filed{'_late' if change.late else ''}", line)


#: Where each kind's form asks until when.
UNTIL = {
    ChangeKind.EXTENSION: "asked_until",
    ChangeKind.STANDING: "next_review_on",
    ChangeKind.SUSPENSION: "expected_resume_on",
}


def until_of(kind: ChangeKind, answers: Answers) -> date | None:
    """Return until when is asked for.

    Raises:
        Invalid: it must be said and is not.
    """
    field = UNTIL.get(kind, "")
    given = answers[field] if kind in _change_rules.DATED else answers.get(field)
    return date.fromisoformat(given) if given else None


def ground_of(kind: ChangeKind, answers: Answers) -> str:
    """Return the ground, as a word of the rule set; what needs none is its own."""
    if kind is ChangeKind.SUSPENSION:
        return str(answers["suspension_ground"])
    if kind in _change_rules.DATED:
        return str(answers["extension_ground"])
    return str(kind)


def _check_ground(asking: _change_rules.Asking, change: ChangeRequest) -> None:
    rules = asking.rules
    known = {
        ChangeKind.EXTENSION: ("extension_ground", rules.extension.grounds),
        ChangeKind.STANDING: ("extension_ground", rules.extension.grounds),
        ChangeKind.SUSPENSION: ("suspension_ground", rules.suspension.grounds),
    }
    field, grounds = known.get(change.kind, ("", ()))
    if field and change.ground not in {one.key for one in grounds}:
        raise Invalid(fields={field: ["请选择所列的事由。"]})


@answer("decide_change", "granted", "granted_until", "opinion", "reasons")
def decide_change(context: Context, answers: Answers) -> None:
    """Take the decision; what is granted within what was asked for, with its date."""
    change = _change_requests.of(context)
    granted = answers["granted"] == "yes"
    change.decide(
        context.person.id, context.at, answers["opinion"] if granted else answers["reasons"]
    )
    if granted:
        _require_use(context.case, change.kind)
        if change.kind in _change_rules.DATED:
            change.granted_until = _granted(context, change, answers)
    context.session.flush()


def _granted(context: Context, change: ChangeRequest, answers: Answers) -> date:
    until = date.fromisoformat(answers["granted_until"])
    if change.asked_until is not None and until > change.asked_until:
        asked = change.asked_until.isoformat()
        sentence = Sentence("不能晚于申请的日期%(day)s。", day=asked)
        raise Invalid(fields={"granted_until": [sentence]})
    asking = _change_requests.asking(context)
    _change_rules.check_until(asking, change.kind, until, "granted_until")
    return until


def _require_use(case: Case, kind: ChangeKind) -> None:
    """Raise WrongStage where the case has gone on so far that the change would do nothing."""
    if kind in _change_rules.DATED and (case.reported_done_at or case.stage.is_over):
        raise WrongStage("该事项已经报结或结束，无需再延。")


@answer("reassignment_request", "to_unit", "reason")
def reassignment_request(context: Context, answers: Answers) -> None:
    """Take down which unit should take the case over, and why."""
    change = _change_requests.of(context)
    change.ground, change.reason = str(change.kind), answers["reason"]
    _propose(context, change, answers["to_unit"])
    _file(context, change)


@answer("coordinate_reassignment", "forwarded", "to_unit", "reasons")
def coordinate_reassignment(context: Context, answers: Answers) -> None:
    """Have the office put the request to the unit that it holds competent, or refuse it."""
    change = _change_requests.of(context)
    if answers["forwarded"] == "yes":
        _propose(context, change, answers["to_unit"])
        record(context, "reassignment_forwarded", _change_requests.told(change))
    else:
        change.decide(context.person.id, context.at, answers["reasons"])
        context.session.flush()


def _propose(context: Context, change: ChangeRequest, name: str) -> None:
    case = context.case
    query = select(Unit).filter_by(name=name, active=True)
    county = Unit.path.startswith(f"/{case.county_id}/")
    unit = context.session.scalars(query.where(county, Unit.id != case.lead_unit_id)).first()
    if unit is None:
        raise Invalid(fields={"to_unit": ["请选择本县的另一个单位。"]})
    change.to_unit = unit
    context.session.flush()


@answer("answer_reassignment", "accepted", "reasons")
def answer_reassignment(context: Context, answers: Answers) -> None:
    """Note what the proposed unit says to taking the case over."""
    change = _change_requests.of(context)
    what = "accepted" if answers["accepted"] == "yes" else "declined"
    line = _change_requests.told(change) | {"reasons": answers.get("reasons") or ""}
    record(context, f"reassignment_{what}", line)


@answer("decide_reassignment", "granted", "reasons")
def decide_reassignment(context: Context, answers: Answers) -> None:
    """Settle the dispute between the two units."""
    change = _change_requests.of(context)
    change.decide(context.person.id, context.at, answers["reasons"])
    context.session.flush()
