"""Follow-ups: drawing closed-out cases to look at again."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select

from app.clock import utcnow
from app.db import transaction
from app.domain.case import Case, FollowUp
from app.domain.errors import Invalid, NotAllowed, NotFound
from app.domain.people import Actor, Grant, User
from app.domain.vocabulary import Duty, Role
from app.services import _duties, _start
from app.services._catalogue import Context, about
from app.services._history import record
from app.services._scope import case_of


@dataclass(frozen=True, slots=True)
class Draw:
    """Which cases are looked at again, why, and who leads."""

    numbers: Sequence[str]
    reason: str
    #: Username of the member of the team who leads.
    lead_verifier: str


def draw(what: Draw, actor: Actor) -> list[FollowUp]:
    """Draw closed-out cases for 回头看 and start the process of each; all of them or none.

    Raises:
        NotAllowed: only the office draws.
        SeparationOfDuties: the lead had another part in the case.
        WrongStage: a case is not closed out.
    """
    if not actor.has(Role.OFFICE, Role.OFFICE_HEAD):
        raise NotAllowed("只有督导办可以抽取回头看。")
    if not what.reason.strip():
        raise Invalid(fields={"reason": ["请填写抽取理由。"]})
    with transaction() as session:
        query = case_of(actor, Case.number.in_(what.numbers)).order_by(Case.id)
        held = session.scalars(query.with_for_update(of=Case, key_share=True))
        found = sorted(held, key=lambda case: case.number)
        if len(found) != len(set(what.numbers)) or not found:
            raise NotFound
        lead = session.scalar(
            select(User.id)
            .join(Grant, Grant.user_id == User.id)
            .where(User.username == what.lead_verifier, User.active, Grant.role == Role.TEAM)
        )
        if lead is None:
            raise Invalid(fields={"lead_verifier": ["请选择督导组成员。"]})
        at = utcnow()
        return [_draw(Context(session, about(one), at, actor), what, lead) for one in found]


def _draw(context: Context, what: Draw, lead: int) -> FollowUp:
    case = context.case
    _duties.require(context.session, case, Duty.FOLLOW_UP, [lead])
    case.draw_for_follow_up()
    made = FollowUp(
        case_id=case.id,
        cycle=case.cycle,
        reason=what.reason,
        drawn_at=context.at,
        drawn_by_id=context.person.id,
    )
    context.session.add(made)
    context.session.flush()
    record(context, "follow_up_drawn", {"reason": what.reason})
    variables = {"severity": case.severity.value, "lead_verifier": what.lead_verifier}
    _start.beside(context, "follow_up", variables, follow_up_id=made.id)
    return made
