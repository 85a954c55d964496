"""The separation of duties: reporter, verifier, approver and follow-up verifier are four people."""

from collections.abc import Collection

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.domain.case import Case, Part
from app.domain.errors import Sentence, SeparationOfDuties
from app.domain.people import User
from app.domain.vocabulary import Duty


def conflict(session: Session, case: Case, duty: Duty, users: Collection[int]) -> Sentence | None:
    """Say why one of *users* must not take *duty* in this cycle; ``None`` if all may."""
    query = (
        select(User.name, Part.duty)
        .join(User, User.id == Part.user_id)
        .where(Part.case_id == case.id, Part.cycle == case.cycle, Part.user_id.in_(users))
        .where(Part.duty != duty)
        .order_by(Part.id)
    )
    row = session.execute(query).first()
    if row is None:
        return None
    return Sentence("%(name)s（%(duty)s）", name=row.name, duty=Sentence(Duty(row.duty).label))


def take(session: Session, case: Case, duty: Duty, users: Collection[int]) -> None:
    """Note that *users* do this duty in this cycle.

    Raises:
        SeparationOfDuties: one of them has already done another.
    """
    require(session, case, duty, users)
    query = select(Part.user_id).where(
        Part.case_id == case.id, Part.cycle == case.cycle, Part.duty == duty
    )
    known = set(session.scalars(query))
    session.add_all(
        Part(case_id=case.id, cycle=case.cycle, duty=duty, user_id=user)
        for user in sorted(set(users) - known)
    )
    session.flush()


def require(session: Session, case: Case, duty: Duty, users: Collection[int]) -> None:
    """Raise SeparationOfDuties unless all *users* may take *duty* in this cycle."""
    if reason := conflict(session, case, duty, users):
        raise SeparationOfDuties(
            "%(who)s在本轮已办理其他职责，依规不得再办理“%(duty)s”：报结、核查、审定、回头看须由不同人员办理。",
            who=reason,
            duty=Sentence(duty.label),
        )
