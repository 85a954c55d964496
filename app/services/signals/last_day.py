"""Cases reported on the very last day, and extensions asked for on it."""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import ColumnElement, case, func, select

from app.domain.case import Case
from app.domain.change import ChangeRequest
from app.domain.errors import Sentence
from app.domain.people import Unit
from app.domain.vocabulary import ChangeKind
from app.services._figure import local_day
from app.services.signals._kinds import MOST_LISTED, Fact, Finding, Look, signal
from app.services.signals._shares import outstanding


@signal(
    "最后一天报结",
    innocent="期限本身较紧；工程、采购类整改按合同在期末完工；单位习惯于做完再统一报送。",
)
def last_day(look: Look) -> Iterator[Finding]:
    """Find units that report unusually many cases on the last day."""
    on_it = local_day(Case.reported_done_at) == Case.due_on
    within = Case.reported_done_at >= look.since
    rows = select(Case.county_id, Case.lead_unit_id, _sum(on_it), func.count()).where(within)
    rows = rows.group_by(Case.county_id, Case.lead_unit_id)
    for share in outstanding(look.session.execute(rows).all()):
        unit = look.session.get_one(Unit, share.unit_id)
        listed = select(Case.id, Case.number, Case.due_on, Case.lead_unit_id)
        listed = listed.where(within, on_it, Case.lead_unit_id == unit.id)
        listed = listed.order_by(Case.reported_done_at.desc()).limit(MOST_LISTED)
        facts = [
            Fact(row.id, row.number, unit.name, Sentence("%(day)s到期，当天报结", day=row.due_on))
            for row in look.session.execute(listed)
        ]
        question = (
            "%(unit)s近一年报结 %(total)s 件，其中 %(count)s 件（%(share)s%%）在期限最后一天报结，"
            "全县其他单位为 %(rest)s%%。是当天才做完，还是赶在期限前补材料？"
        )
        yield share.asks(question, unit.name, facts)


@signal(
    "最后一天申请延期",
    innocent="困难确实在最后阶段才出现；此前已口头沟通，最后一天补交书面申请。",
)
def late_extension(look: Look) -> Iterator[Finding]:
    """Find units that ask for more time when there is none left."""
    on_it = local_day(ChangeRequest.filed_at) >= ChangeRequest.due_on
    within = (ChangeRequest.kind == ChangeKind.EXTENSION) & (ChangeRequest.filed_at >= look.since)
    rows = select(Case.county_id, Case.lead_unit_id, _sum(on_it), func.count())
    rows = rows.join_from(ChangeRequest, Case, Case.id == ChangeRequest.case_id).where(within)
    rows = rows.group_by(Case.county_id, Case.lead_unit_id)
    for share in outstanding(look.session.execute(rows).all()):
        unit = look.session.get_one(Unit, share.unit_id)
        listed = select(Case.id, Case.number, ChangeRequest.due_on)
        listed = listed.join_from(ChangeRequest, Case, Case.id == ChangeRequest.case_id)
        listed = listed.where(within, on_it, Case.lead_unit_id == unit.id)
        listed = listed.order_by(ChangeRequest.filed_at.desc()).limit(MOST_LISTED)
        template = "%(day)s到期，当天或之后申请延期"
        facts = [
            Fact(row.id, row.number, unit.name, Sentence(template, day=row.due_on))
            for row in look.session.execute(listed)
        ]
        question = (
            "%(unit)s近一年申请延期 %(total)s 次，其中 %(count)s 次（%(share)s%%）到期限最后一天"
            "或之后才提出，全县其他单位为 %(rest)s%%。完不成是否早已知道？"
        )
        yield share.asks(question, unit.name, facts)


def _sum(condition: ColumnElement[bool]) -> ColumnElement[int]:
    return func.sum(case((condition, 1), else_=0))
