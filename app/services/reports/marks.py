"""What a report counts: every figure is a mark that a case bears or not."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import and_, exists

from app.domain.case import Case, FollowUp
from app.domain.change import ChangeRequest
from app.domain.letter import Letter
from app.domain.tally import Flow
from app.domain.vocabulary import ChangeKind, ChangeState, FollowUpResult, Stage
from app.services._figure import Condition, local_day
from app.services.figures import FIGURES, day_of
from app.services.narrowing import Period
from app.services.reports.spans import Span
from app.services.statistics.indicators import BESIDE, INDICATORS

#: Figures of the cases issued in the base period: what the indicators are made of.
BASE = tuple(
    dict.fromkeys(key for one in INDICATORS.values() for key in (one.over, one.under))
) + tuple(key for key in BESIDE if key != "awaiting")
#: Figures of all that is in hand, whenever it was issued.
STOCK = (
    *("open", "within", "due_today", "overdue", "awaiting", "suspended"),
    *("red", "yellow", "blue", "green", "letters_out"),
)

#: What looking back finds when a problem has come back.
RELAPSES = (FollowUpResult.RELAPSE, FollowUpResult.FALSE)
_COUNTS = Case.stage != Stage.REVOKED


@dataclass(frozen=True, slots=True)
class Mark:
    """One figure: its key, what it is called, what exactly it counts, the condition on `Case`."""

    key: str
    label: str
    says: str
    holds: Condition


def _flow(flow: Flow) -> Callable[[Period], Condition]:
    return lambda days: and_(_COUNTS, day_of(flow).between(days.starts_on, days.ends_on))


def within(column: Any, days: Period) -> Condition:
    return and_(column.is_not(None), local_day(column).between(days.starts_on, days.ends_on))


def _letter(days: Period) -> Condition:
    dated = Letter.issued_on.between(days.starts_on, days.ends_on)
    return exists().where(Letter.case_id == Case.id, Letter.number.is_not(None), dated)


def _relapse(days: Period) -> Condition:
    found = FollowUp.result.in_(RELAPSES), within(FollowUp.settled_at, days)
    return exists().where(FollowUp.case_id == Case.id, *found)


def _extension(days: Period) -> Condition:
    granted = (
        ChangeRequest.kind == ChangeKind.EXTENSION,
        ChangeRequest.state == ChangeState.GRANTED,
        within(ChangeRequest.decided_at, days),
    )
    return exists().where(ChangeRequest.case_id == Case.id, *granted)


#: What may have happened to a case in the days of the report: name, meaning, condition.
HAPPENED: Mapping[str, tuple[str, str, Callable[[Period], Condition]]] = {
    "issued": ("新下达", "本期内下达。", _flow(Flow.ISSUED)),
    "reported": ("报结", "本期内报结，未被退回。", _flow(Flow.REPORTED)),
    "verified": (
        "办结",
        "本期内核查认定“完成”。",
        lambda days: and_(_COUNTS, within(Case.verified_at, days)),
    ),
    "closed_out": ("销号", "本期内销号，未反弹。", _flow(Flow.CLOSED_OUT)),
    "overdue": ("新逾期", "首个整改期限在本期内过而未报结。", _flow(Flow.OVERDUE)),
    "letters": ("印发督办函", "本期内印发过督办函。", _letter),
    "relapsed": ("反弹", "本期内回头看认定反弹或虚假整改。", _relapse),
    "extended": ("批准延期", "本期内批准过延期。", _extension),
}


def marks(span: Span, today: date) -> list[Mark]:
    """Return every mark of a report, in the order of their bits."""
    issued_in = Case.issued_on.between(span.base.starts_on, span.base.ends_on)
    return [
        *(_of_figure("base", key, today, issued_in) for key in BASE),
        *(_of_figure("stock", key, today) for key in STOCK),
        *(_happened("days", key, span.days) for key in HAPPENED),
        *(_happened("days_before", key, span.days_before) for key in HAPPENED),
    ]


def _of_figure(group: str, key: str, today: date, *more: Condition) -> Mark:
    one = FIGURES[key]
    return Mark(f"{group}.{key}", one.label, one.says, and_(one.holds(today), *more))


def _happened(group: str, key: str, days: Period) -> Mark:
    label, says, condition = HAPPENED[key]
    return Mark(f"{group}.{key}", label, says, condition(days))
