"""Cases sent back at verification again and again: by whom they come, and who let them through."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sqlalchemy import case, func, select

from app.domain.case import Case, Verification
from app.domain.errors import Sentence
from app.domain.people import Unit
from app.domain.vocabulary import Result
from app.services.signals._kinds import MOST_LISTED, Fact, Finding, Look, signal
from app.services.signals._shares import Share, outstanding

#: What sends a case back; R3 is a stage that was reached on time.
_BACK = (Result.R2, Result.R4, Result.R5)
_IS_BACK = Verification.result.in_(_BACK)


@signal(
    "核查退回多",
    innocent="所报问题本身复杂；核查标准在此期间收紧；退回的都是个别尾项。",
)
def returned(look: Look) -> Iterator[Finding]:
    """Find units whose reports are often found wanting."""
    template = (
        "%(unit)s近一年被核查 %(total)s 次，退回 %(count)s 次（%(share)s%%），"
        "全县其他单位为 %(rest)s%%。报结前的自查是否到位？"
    )
    for share in outstanding(_rows(look, Case.lead_unit_id)):
        yield _finding(look, share, Case.lead_unit_id, template)


@signal(
    "初审放行后被退回多",
    innocent="主管部门管的单位多、问题难；书面初审看不出现场情况。",
)
def let_through(look: Look) -> Iterator[Finding]:
    """Find departments whose first review lets through what verification sends back."""
    template = (
        "经%(unit)s初审的事项近一年被核查 %(total)s 次，退回 %(count)s 次（%(share)s%%），"
        "其他主管部门为 %(rest)s%%。初审是否看过材料？"
    )
    for share in outstanding(_rows(look, Case.department_id)):
        yield _finding(look, share, Case.department_id, template)


def _rows(look: Look, whose: Any) -> list[Any]:
    back = func.sum(case((_IS_BACK, 1), else_=0))
    query = (
        select(Case.county_id, whose, back, func.count())
        .join_from(Verification, Case, Case.id == Verification.case_id)
        .where(Verification.verified_at >= look.since, Verification.result.is_not(None))
        .group_by(Case.county_id, whose)
    )
    return list(look.session.execute(query).all())


def _finding(look: Look, share: Share, whose: Any, template: str) -> Finding:
    name = look.session.get_one(Unit, share.unit_id).name
    listed = (
        select(Case.id, Case.number, Unit.name, Verification.result, Verification.opinion)
        .join_from(Verification, Case, Case.id == Verification.case_id)
        .join(Unit, Unit.id == Case.lead_unit_id)
        .where(Verification.verified_at >= look.since, _IS_BACK, whose == share.unit_id)
        .order_by(Verification.verified_at.desc())
        .limit(MOST_LISTED)
    )
    facts = [Fact(row.id, row.number, row.name, _told(row)) for row in look.session.execute(listed)]
    return share.asks(template, name, facts)


def _told(row: Any) -> Sentence:
    result = Sentence(row.result.label)
    return Sentence("核查结论“%(result)s”：%(opinion)s", result=result, opinion=row.opinion[:80])
