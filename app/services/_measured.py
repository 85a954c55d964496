"""Figures that only statistics show: signing, plans and reviews in time, letters. For `figures`.

Some change with the day, without a line in the history of the case: a deadline passes, a case has
rested for `RESTS_FOR` days. `app.services._counting` has those cases counted anew.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, time, timedelta

from sqlalchemy import and_, exists, func, or_, select

from app.clock import LOCAL
from app.domain.case import Case
from app.domain.letter import Letter
from app.domain.process import Process, Task
from app.domain.vocabulary import Mode, Outcome, Stage
from app.services._figure import Condition, Figure, always, local_day

#: A case may be looked back at from so many days after its close-out (domain §6, T19).
RESTS_FOR = 30

_COUNTS = Case.stage != Stage.REVOKED
_CLOSED = Case.stage.in_([stage for stage in Stage if stage.is_closed_out])
_PASSES = Case.mode != Mode.STANDING
_EVER_CLOSED = and_(_COUNTS, or_(_CLOSED, Case.cycle > 1))
_SENT = (Letter.case_id == Case.id, Letter.number.is_not(None))
#: How many expediting letters were sent about a case.
LETTERS = select(func.count()).select_from(Letter).where(*_SENT).correlate(Case).scalar_subquery()
_LATE_LOOK = timedelta(days=RESTS_FOR)


def _task(key: str, *conditions: Condition) -> Condition:
    """Return the condition on `Case` that it has had such a task *key*."""
    of_case = and_(Process.case_id == Case.id, Task.process_id == Process.id)
    return exists().where(of_case, Task.key == key, *conditions)


def _late(today: date) -> Condition:
    """Return the condition on `Task` that it was done after its deadline, lapsed, or is overdue.

    Deadlines end with a day, so those of yesterday and before have passed.
    """
    began = datetime.combine(today, time.min, LOCAL)
    return and_(
        Task.due_at.is_not(None),
        or_(
            Task.closed_at >= Task.due_at,
            and_(Task.closed_at.is_(None), Task.due_at <= began),
        ),
    )


def _judged(today: date) -> Condition:
    """Return the condition on `Task` that it can be said whether it was done in time."""
    return or_(Task.outcome == Outcome.DONE, _late(today))


def _was_due(key: str) -> Callable[[date], Condition]:
    return lambda today: and_(_COUNTS, _task(key, _judged(today)))


def _was_late(key: str) -> Callable[[date], Condition]:
    return lambda today: and_(_COUNTS, _task(key, _late(today)))


def _was_in_time(key: str) -> Callable[[date], Condition]:
    return lambda today: and_(_COUNTS, _task(key, _judged(today)), ~_task(key, _late(today)))


def _to_look_back_at(today: date) -> Condition:
    rested = and_(_CLOSED, local_day(Case.closed_out_at) <= today - _LATE_LOOK)
    return and_(_COUNTS, or_(rested, Case.followed_up_at.is_not(None)))


MEASURED = (
    Figure("to_sign", "应签收", "已签收，或者签收期限已过。", _was_due("acknowledge")),
    Figure(
        "signed_in_time",
        "按时签收",
        "每次都在签收期限内由单位签收；逾期视为送达的不算。",
        _was_in_time("acknowledge"),
    ),
    Figure("to_plan", "应报送方案", "已报送整改方案，或者报送期限已过。", _was_due("draft_plan")),
    Figure(
        "planned_in_time", "按时报送方案", "每次都在期限内报送方案。", _was_in_time("draft_plan")
    ),
    Figure("to_review", "应初审", "主管部门已初审，或者初审期限已过。", _was_due("first_review")),
    Figure(
        "reviewed_late", "超期初审", "主管部门至少有一次初审超过期限。", _was_late("first_review")
    ),
    Figure(
        "ever_overdue",
        "曾逾期",
        "曾有一个整改期限过而未报结；事后批准延期的也算。",
        always(and_(_COUNTS, Case.overdue_at.is_not(None))),
    ),
    Figure("passing", "非长期坚持", "已下达，且不是长期坚持的。", always(and_(_COUNTS, _PASSES))),
    Figure(
        "passing_closed_out",
        "非长期坚持已销号",
        "现已销号，且不是长期坚持的。",
        always(and_(_CLOSED, _PASSES)),
    ),
    Figure("ever_closed_out", "曾销号", "现已销号，或者销号后反弹。", always(_EVER_CLOSED)),
    Figure(
        "to_look_back_at",
        "应回头看",
        "销号满30日，或者已经回头看过。",
        _to_look_back_at,
    ),
    Figure(
        "got_letter",
        "被督办",
        "至少印发过一份督办函。",
        always(and_(_COUNTS, exists().where(*_SENT))),
    ),
)
