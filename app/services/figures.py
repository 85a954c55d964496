"""Figures: each is one condition on a case, with a name.

Counters, statistics and the lists behind the numbers all take it from here, so that a number and
the cases behind it cannot differ. The indicators are those of domain §9.1.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

from sqlalchemy import and_, exists, func, or_, select
from sqlalchemy.orm import aliased

from app.domain.case import Case, Verification
from app.domain.change import ChangeRequest
from app.domain.errors import Invalid, Sentence
from app.domain.letter import Letter
from app.domain.tally import Flow
from app.domain.vocabulary import ChangeKind, ChangeState, LetterState, Light, Result, Stage
from app.services._figure import Condition, Figure, always, local_day
from app.services._measured import MEASURED

_OVER = Case.stage.in_([stage for stage in Stage if stage.is_over])
_OPEN = ~_OVER
_RUNS = and_(_OPEN, Case.stage != Stage.SUSPENDED)
_UNREPORTED = and_(_RUNS, Case.reported_done_at.is_(None))
_CLOSED_OUT = Case.stage.in_([stage for stage in Stage if stage.is_closed_out])
#: Revoked cases were never problems; they stand beside all figures.
_ISSUED = Case.stage != Stage.REVOKED
_VERIFIED = and_(_ISSUED, Case.verified_at.is_not(None))
_DONE = and_(_ISSUED, Case.reported_done_at.is_not(None))
_REPORTED_ON = local_day(Case.reported_done_at)

_letter = aliased(Letter)
_LETTERS_OUT = exists().where(
    _letter.case_id == Case.id, _letter.state.in_((LetterState.ISSUED, LetterState.REPLIED))
)
_look, _earlier = aliased(Verification), aliased(Verification)
#: Of the present cycle: what was found before a relapse was revoked by it.
_LOOKED_AT = exists().where(
    _look.case_id == Case.id, _look.cycle == Case.cycle, _look.result.is_not(None)
)
_FIRST = (
    select(func.min(_earlier.id))
    .where(_earlier.case_id == Case.id, _earlier.cycle == Case.cycle)
    .where(_earlier.result.is_not(None))
    .correlate(Case)
    .scalar_subquery()
)
_RIGHT_AT_ONCE = exists().where(
    _look.case_id == Case.id, _look.result == Result.R1, _look.id == _FIRST
)
_asked = aliased(ChangeRequest)
_DAYS = {
    Flow.ISSUED: Case.issued_on,
    Flow.REPORTED: _REPORTED_ON,
    Flow.CLOSED_OUT: local_day(Case.closed_out_at),
    Flow.OVERDUE: local_day(Case.overdue_at),
}
_EXTENDED = exists().where(
    _asked.case_id == Case.id,
    _asked.kind == ChangeKind.EXTENSION,
    _asked.state == ChangeState.GRANTED,
)


def _light(light: Light) -> Callable[[date], Condition]:
    return always(and_(_RUNS, Case.light == light))


def _due(column: Any) -> Callable[[date], Condition]:
    return lambda today: and_(
        _ISSUED,
        Case.stage != Stage.SUSPENDED,
        or_(column < today, Case.verified_at.is_not(None)),
    )


def _in_time(column: Any) -> Condition:
    return and_(_DONE, column >= _REPORTED_ON, _RIGHT_AT_ONCE)


_ALL = (
    Figure("issued", "下达", "已下达的问题，不含已撤销的。", always(_ISSUED)),
    Figure("open", "在办", "没有销号、终结或撤销。", always(_OPEN)),
    Figure(
        "within",
        "在期内未完成",
        "尚未报结，整改期限未到。",
        lambda today: and_(_UNREPORTED, Case.due_on >= today),
    ),
    Figure(
        "due_today",
        "今日到期",
        "尚未报结，整改期限是今天。",
        lambda today: and_(_UNREPORTED, Case.due_on == today),
    ),
    Figure(
        "overdue",
        "逾期",
        "尚未报结，整改期限已过。",
        lambda today: and_(_UNREPORTED, Case.due_on < today),
    ),
    Figure(
        "awaiting",
        "已报结待核查",
        "单位已报结，尚未销号。",
        always(and_(_RUNS, Case.reported_done_at.is_not(None))),
    ),
    Figure(
        "suspended", "中止", "经批准中止，期限暂停计算。", always(Case.stage == Stage.SUSPENDED)
    ),
    Figure("green", "绿灯", "在办且亮绿灯。", _light(Light.GREEN)),
    Figure("blue", "蓝灯", "在办且亮蓝灯。", _light(Light.BLUE)),
    Figure("yellow", "黄灯", "在办且亮黄灯。", _light(Light.YELLOW)),
    Figure("red", "红灯", "在办且亮红灯。", _light(Light.RED)),
    Figure("letters_out", "督办函在途", "督办函已印发，尚未办结。", always(_LETTERS_OUT)),
    Figure("reported", "已报结", "单位负责人已签字报结。", always(_DONE)),
    Figure("verified", "办结", "核查认定“完成”，反弹的除外。", always(_VERIFIED)),
    Figure(
        "stage_passed",
        "达到序时进度",
        "最近一次核查认定“达到序时进度”。",
        always(and_(_ISSUED, Case.verify_result == Result.R3)),
    ),
    Figure("closed_out", "已销号", "现已销号，反弹的除外。", always(_CLOSED_OUT)),
    Figure("terminated", "终结", "经批准无法整改而终结。", always(Case.stage == Stage.TERMINATED)),
    Figure("revoked", "已撤销", "异议成立等原因撤销，不计入各项指标。", always(~_ISSUED)),
    Figure("due", "应完成", "整改期限已过，或者已经办结；中止的除外。", _due(Case.due_on)),
    Figure(
        "due_as_first_set",
        "应完成（按原截止）",
        "最初的整改期限已过，或者已经办结；中止的除外。",
        _due(Case.original_due_on),
    ),
    Figure(
        "in_time",
        "按期完成",
        "在整改期限内报结，且首次核查认定“完成”。",
        always(_in_time(Case.due_on)),
    ),
    Figure(
        "in_time_as_first_set",
        "按期完成（按原截止）",
        "在最初的整改期限内报结，且首次核查认定“完成”。",
        always(_in_time(Case.original_due_on)),
    ),
    Figure("looked_at", "已核查", "本轮整改至少核查过一次。", always(and_(_ISSUED, _LOOKED_AT))),
    Figure(
        "right_at_once",
        "一次通过",
        "本轮整改首次核查即认定“完成”。",
        always(and_(_ISSUED, _RIGHT_AT_ONCE)),
    ),
    Figure(
        "looked_back",
        "已回头看",
        "至少回头看过一次。",
        always(and_(_ISSUED, Case.followed_up_at.is_not(None))),
    ),
    Figure("relapsed", "反弹", "至少认定过一次反弹。", always(and_(_ISSUED, Case.cycle > 1))),
    Figure("extended", "曾延期", "至少批准过一次延期。", always(and_(_ISSUED, _EXTENDED))),
)
FIGURES: Mapping[str, Figure] = {figure.key: figure for figure in (*_ALL, *MEASURED)}


def condition(key: str, today: date) -> Condition:
    """Return what the cases behind a figure have in common.

    Raises:
        Invalid: there is no figure of that name.
    """
    if key not in FIGURES:
        raise Invalid(fields={"figure": [Sentence("没有指标“%(key)s”。", key=key)]})
    return FIGURES[key].holds(today)


def day_of(flow: Flow) -> Any:
    """Return the day on which it happened to a case; null if it did not, or was taken back."""
    return _DAYS[flow]
