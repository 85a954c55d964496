"""What completing the forms of objections means in the domain. See `_catalogue`."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from sqlalchemy import select

from app.clock import local_date
from app.domain.change import Objection
from app.domain.errors import Invalid
from app.domain.people import Grant, Unit, User
from app.domain.vocabulary import ObjectionState, Role
from app.services import _notices, _objections
from app.services._catalogue import Context, answer
from app.services._history import record

Answers = Mapping[str, Any]


@answer("objection_request", "matter", "reason")
def objection_request(context: Context, answers: Answers) -> None:
    """Take down what is objected to, and why."""
    objection = _objections.of(context)
    objection.matter, objection.reason = answers["matter"], answers["reason"]
    context.session.flush()
    record(context, "objection_filed", {"matter": objection.matter})
    told = {"by": context.person.name}
    _notices.tell(
        context, "objection_filed", (Role.OFFICE,), of=f"objection:{objection.id}", params=told
    )


@answer("admit_objection", "admitted", "examiner", "reasons")
def admit_objection(context: Context, answers: Answers) -> None:
    """Admit the objection and name who examines it, or say why not."""
    objection = _objections.of(context)
    if answers["admitted"] != "yes":
        _decide(context, objection, answers["reasons"])
        return
    examiner = _examiner(context, answers["examiner"])
    _objections.require_fresh_eyes(context, examiner)
    objection.state, objection.admitted_at = ObjectionState.HEARING, context.at
    context.session.flush()
    name = context.session.get_one(User, examiner).name
    record(context, "objection_admitted", {"examiner": name})


def _examiner(context: Context, username: str) -> int:
    county = Unit.path.startswith(f"/{context.case.county_id}/")
    query = (
        select(User.id)
        .join(Grant, Grant.user_id == User.id)
        .join(Unit, Unit.id == User.unit_id)
        .where(User.username == username, User.active, Grant.role == Role.TEAM, county)
    )
    found = context.session.scalar(query)
    if found is None:
        raise Invalid(fields={"examiner": ["请选择督导组成员。"]})
    return found


@answer("examine_objection", "finding", "proposal")
def examine_objection(context: Context, answers: Answers) -> None:
    """See that whoever examines had no part in the matter; the finding stays as submitted."""
    _objections.require_fresh_eyes(context, context.person.id)


@answer("conclude_objection", "outcome", "reasons", "requirement", "new_due")
def conclude_objection(context: Context, answers: Answers) -> None:
    """Take the conclusion, with what it changes."""
    objection = _objections.of(context)
    _objections.require_fresh_eyes(context, context.person.id)
    if answers["outcome"] == ObjectionState.CHANGED:
        _take_change(context, objection, answers)
    _decide(context, objection, answers["reasons"])


def _take_change(context: Context, objection: Objection, answers: Answers) -> None:
    case, new_due = context.case, answers.get("new_due")
    requirement = (answers.get("requirement") or "").strip()
    objection.new_requirement = "" if requirement == case.requirement else requirement
    objection.new_due_on = date.fromisoformat(new_due) if new_due else None
    if not objection.new_requirement and objection.new_due_on in (None, case.due_on):
        wrong = "整改要求和期限至少变更一项。"
        raise Invalid(fields={"requirement": [wrong], "new_due": [wrong]})
    if objection.new_due_on and objection.new_due_on < local_date(context.at):
        raise Invalid(fields={"new_due": ["不能早于今天。"]})


def _decide(context: Context, objection: Objection, reasons: str) -> None:
    objection.decided_by_id, objection.decided_at = context.person.id, context.at
    objection.conclusion = reasons
    context.session.flush()


@answer("note_appeal", "body", "appealed_on")
def note_appeal(context: Context, answers: Answers) -> None:
    """Note that the unit went further."""
    objection = _objections.of(context)
    objection.appeal_body = answers["body"]
    objection.appealed_on = date.fromisoformat(answers["appealed_on"])
    context.session.flush()


@answer("note_appeal_result", "result")
def note_appeal_result(context: Context, answers: Answers) -> None:
    """Note what the other body decided."""
    _objections.of(context).appeal_result = answers["result"]
    context.session.flush()
