"""Who may ask for which change of a case, when, and for how much. Shared by the services.

The county's rule set holds the figures. What is refused here is refused on every way in.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from app.clock import local_date
from app.domain.case import Case
from app.domain.change import ChangeRequest, Objection
from app.domain.deadlines import due
from app.domain.errors import Conflict, DomainError, Invalid, NotAllowed, Sentence, WrongStage
from app.domain.people import Actor
from app.domain.rule_sets import ExtensionPolicy, RuleSet
from app.domain.rules import Anchor, Rule
from app.domain.vocabulary import ChangeKind, ChangeState, Mode, Role, Stage
from app.services import calendars, rule_sets
from app.services._answer_rules import DANGEROUS

#: Who may ask, of the unit that answers for the case; the office may ask for the others' sake.
ASKS = dict.fromkeys(ChangeKind, Role.UNIT_OWNER) | {ChangeKind.REASSIGNMENT: Role.UNIT_HEAD}
OFFICE_ASKS = frozenset({ChangeKind.SUSPENSION, ChangeKind.RESUMPTION, ChangeKind.REASSIGNMENT})
#: These move the due date, and say to when.
DATED = frozenset({ChangeKind.EXTENSION, ChangeKind.STANDING})

_PLANNED = frozenset({Stage.PLANNING, Stage.PLAN_REVIEW, Stage.RECTIFYING, Stage.CONTINUING})
_UNREPORTED = _PLANNED | {Stage.REPORTING}
#: From where each kind may be asked for.
_STAGES: Mapping[ChangeKind, frozenset[Stage]] = {
    ChangeKind.EXTENSION: _UNREPORTED,
    ChangeKind.STANDING: _UNREPORTED,
    ChangeKind.SUSPENSION: _UNREPORTED | {Stage.FIRST_REVIEW, Stage.VERIFICATION},
    ChangeKind.RESUMPTION: frozenset({Stage.SUSPENDED}),
    ChangeKind.TERMINATION: frozenset({Stage.RECTIFYING, Stage.CONTINUING}),
    ChangeKind.REASSIGNMENT: _UNREPORTED | {Stage.ISSUED},
}


@dataclass(frozen=True, slots=True)
class Asking:
    """Somebody asks for a change of a case."""

    session: Session
    case: Case
    actor: Actor
    at: datetime

    @property
    def rules(self) -> RuleSet:
        """By which rules the case runs."""
        return rule_sets.of_county(self.session, self.case.county_id)

    @property
    def by_office(self) -> bool:
        """Whether the office asks, not the unit."""
        return not self.for_unit and self.actor.has(Role.OFFICE)

    @property
    def for_unit(self) -> bool:
        """Whether the person belongs to the unit that answers for the case."""
        own = self.actor.unit_id == self.case.lead_unit_id
        return own and self.actor.has(Role.UNIT_CLERK, Role.UNIT_OWNER, Role.UNIT_HEAD)


def refusal(asking: Asking, kind: ChangeKind) -> DomainError | None:
    """Return why the change can't be asked for now; ``None`` if it can."""
    checks: tuple[Callable[[Asking, ChangeKind], DomainError | None], ...] = (
        _of_person,
        _of_stage,
        _of_safety,
        _of_number,
        _of_window,
        _of_pending,
    )
    return next((found for check in checks if (found := check(asking, kind))), None)


def require(asking: Asking, kind: ChangeKind) -> None:
    """Raise what `refusal` returns."""
    if (found := refusal(asking, kind)) is not None:
        raise found


def _of_person(asking: Asking, kind: ChangeKind) -> DomainError | None:
    if asking.by_office and kind in OFFICE_ASKS:
        return None
    if asking.for_unit and asking.actor.has(ASKS[kind]):
        return None
    return NotAllowed("由%(role)s提出。", role=Sentence(ASKS[kind].label))


def _of_stage(asking: Asking, kind: ChangeKind) -> DomainError | None:
    case = asking.case
    if case.stage.is_over:
        return WrongStage("该事项已经结束。")
    if case.stage in _STAGES[kind]:
        return None
    if kind is ChangeKind.RESUMPTION:
        return WrongStage("该事项没有中止。")
    if case.stage is Stage.SUSPENDED:
        return WrongStage("该事项已经中止，请先申请恢复。")
    stage = Sentence(case.stage.label)
    return WrongStage("当前环节（%(stage)s）不能提出。", stage=stage)


def _of_safety(asking: Asking, kind: ChangeKind) -> DomainError | None:
    """Refuse more time where people are in danger, or where time was given once before."""
    case = asking.case
    if kind not in DATED:
        return None
    if case.mode is Mode.IMMEDIATE and case.category in DANGEROUS:
        return WrongStage("立行立改的安全、食品类问题不得延期，只能在有临时防护措施时申请中止。")
    if case.cycle > 1:
        return WrongStage("反弹重开的整改不得延期。")
    if kind is ChangeKind.STANDING and case.mode is Mode.STANDING:
        return WrongStage("该事项已经是长期坚持。")
    return None


def _of_number(asking: Asking, kind: ChangeKind) -> DomainError | None:
    if kind is not ChangeKind.EXTENSION:
        return None
    most = asking.rules.extension.most_times
    if occasion(asking, kind) > most:
        return WrongStage("已经延期%(times)s次，不得再延。", times=most)
    return None


def _of_window(asking: Asking, kind: ChangeKind) -> DomainError | None:
    """Refuse a unit that asks for reassignment before or long after it signed for the case."""
    if kind is not ChangeKind.REASSIGNMENT or asking.by_office:
        return None
    if asking.case.acknowledged_at is None:
        return WrongStage("签收后方可提出。")
    last = last_day(asking, "T03", asking.case.acknowledged_at)
    if local_date(asking.at) > last:
        return WrongStage("转办须在签收后提出，已于%(day)s截止。", day=last.isoformat())
    return None


def _of_pending(asking: Asking, kind: ChangeKind) -> DomainError | None:
    waiting = ChangeRequest.state == ChangeState.PENDING
    if _count(asking, waiting, ChangeRequest.kind == kind):
        return Conflict("已有一件“%(kind)s”申请正在审批。", kind=Sentence(kind.label))
    return None


def last_day(asking: Asking, code: str, start: datetime) -> date:
    """Return the last day of a period of the rule book that began at *start*."""
    limit = asking.rules.limit(code)
    if limit is None or limit.span is None:
        return date.max
    calendar = calendars.current(asking.case.county_id)
    return due(Rule(Anchor.AFTER, limit.span), start, calendar).on


def occasion(asking: Asking, kind: ChangeKind) -> int:
    """Return the how-manieth change of that kind this would be in this cycle."""
    granted = ChangeRequest.state == ChangeState.GRANTED
    return 1 + _count(asking, granted, ChangeRequest.kind == kind)


def _count(asking: Asking, *conditions: ColumnElement[bool]) -> int:
    case = asking.case
    query = select(func.count(ChangeRequest.id)).filter_by(case_id=case.id, cycle=case.cycle)
    return asking.session.scalar(query.where(*conditions)) or 0


def total_days(asking: Asking, until: date) -> int:
    """Return by how many days all extensions of this cycle together move the date."""
    case = asking.case
    query = select(ChangeRequest.granted_until, ChangeRequest.due_on).filter_by(
        case_id=case.id,
        cycle=case.cycle,
        kind=ChangeKind.EXTENSION,
        state=ChangeState.GRANTED,
    )
    days: int = (until - case.due_on).days
    for granted_until, due_on in asking.session.execute(query):
        days += (granted_until - due_on).days if granted_until else 0
    return days


def decider(asking: Asking, kind: ChangeKind, until: date | None) -> Role:
    """Return who decides by the county's rules; of some kinds the decision table says more.

    Raises:
        WrongStage: nobody may grant it.
    """
    rules, severity = asking.rules, asking.case.severity
    if kind is not ChangeKind.EXTENSION or until is None:
        return rules.suspension.decides(severity)
    number, days = occasion(asking, kind), total_days(asking, until)
    found = rules.extension.approver(number, total_days=days, severity=severity)
    if found is None:
        raise WrongStage("已经延期%(times)s次，不得再延。", times=number - 1)
    return found


def is_late(asking: Asking) -> bool:
    """Tell whether the time to ask for an extension is over."""
    calendar = calendars.current(asking.case.county_id)
    before = asking.rules.extension.file_before
    last = calendar.add_workdays(asking.case.due_on, -before)
    return local_date(asking.at) > last


def check_until(asking: Asking, kind: ChangeKind, until: date, field: str) -> None:
    """Raise Invalid unless the due date may be moved to *until*."""
    case, today = asking.case, local_date(asking.at)
    if until <= case.due_on:
        raise _wrong(field, Sentence("须晚于现在的期限%(day)s。", day=case.due_on.isoformat()))
    if until < today:
        raise _wrong(field, Sentence("不能早于今天。"))
    if kind is ChangeKind.EXTENSION:
        _check_length(asking.rules.extension, case, until, field)


def _check_length(policy: ExtensionPolicy, case: Case, until: date, field: str) -> None:
    period = (case.original_due_on - case.issued_on).days
    if policy.within_original and (until - case.due_on).days > period:
        last = case.due_on + timedelta(days=period)
        sentence = "每次延期不得超过原整改期限（%(days)s日），最晚至%(day)s。"
        raise _wrong(field, Sentence(sentence, days=period, day=last.isoformat()))


def _wrong(field: str, sentence: Sentence) -> Invalid:
    return Invalid(fields={field: [sentence]})


def objection_refusal(asking: Asking) -> DomainError | None:
    """Return why no objection can be raised now; ``None`` if it can."""
    case = asking.case
    if not (asking.for_unit and asking.actor.has(Role.UNIT_HEAD)):
        return NotAllowed("由%(role)s提出。", role=Sentence(Role.UNIT_HEAD.label))
    if case.stage.is_over:
        return WrongStage("该事项已经结束。")
    if case.acknowledged_at is None:
        return WrongStage("签收后方可提出。")
    last = last_day(asking, asking.rules.objection.window.code, case.acknowledged_at)
    if local_date(asking.at) > last:
        return WrongStage("申请复查的期限已于%(day)s届满。", day=last.isoformat())
    return _objected_before(asking)


def _objected_before(asking: Asking) -> DomainError | None:
    query = select(Objection).filter_by(case_id=asking.case.id, cycle=asking.case.cycle)
    found = asking.session.scalars(query.order_by(Objection.id.desc())).all()
    if any(one.state.is_open for one in found):
        return Conflict("异议正在复查。")
    if any(one.state.is_concluded for one in found):
        return WrongStage("对该事项已经作出复查结论。")
    return None
