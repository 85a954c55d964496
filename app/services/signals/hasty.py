"""Work that is done before it can have begun: minutes after the plan, or all at once."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import func, select

from app.domain.case import Case
from app.domain.errors import Sentence
from app.domain.people import Unit
from app.domain.process import Process, Submission, Task
from app.domain.vocabulary import Mode
from app.services.signals._kinds import Fact, Finding, Look, signal

PORTION = 500
#: Who reports sooner after his plan was approved has not worked by it.
SOON = timedelta(hours=1)
#: Who has less time may well have nothing to tell on the way.
SHORT = timedelta(days=15)
#: The tasks that settle the plan.
_SETTLING = ("review_plan", "approve_plan")


@signal(
    "方案刚审定就报结",
    innocent="问题在方案审定前已经边查边改；方案审批滞后于实际工作。",
)
def at_once(look: Look) -> Iterator[Finding]:
    """Find reports that were signed minutes after the plan was approved."""
    of_case = Process.case_id == Submission.case_id
    settled = (
        select(func.max(Task.closed_at))
        .join(Task.process)
        .where(of_case, Task.key.in_(_SETTLING), Task.closed_at <= Submission.at)
    )
    approved = settled.correlate(Submission).scalar_subquery().label("approved_at")
    for row in _submitted(look, "sign_report", approved):
        approved_at: datetime | None = row.approved_at
        if approved_at is None or row.at - approved_at >= SOON:
            continue
        minutes = int((row.at - approved_at).total_seconds() // 60)
        question = Sentence(
            "%(number)s（%(unit)s）方案审定后 %(minutes)s 分钟就签字报结，"
            "整改是在方案之前就完成的吗？",
            number=row.number,
            unit=row.unit,
            minutes=minutes,
        )
        told = Sentence("方案审定后 %(minutes)s 分钟报结", minutes=minutes)
        yield _finding(row, question, told)


@signal(
    "进度一步到位",
    innocent="整改一次完成，中间没有可报的阶段；此前的进展已用其他方式报告。",
)
def one_leap(look: Look) -> Iterator[Finding]:
    """Find cases whose first word on progress is that all is done."""
    for row in _submitted(look, "rectify"):
        earlier = select(Submission.id).where(
            *(Submission.case_id == row.case_id, Submission.cycle == row.cycle),
            *(Submission.form_key == "rectify", Submission.id < row.id),
        )
        long = row.mode is not Mode.IMMEDIATE and row.due_on - row.counted_from > SHORT
        done = row.answers.get("percent") == 100
        if not (long and done) or look.session.scalar(earlier.limit(1)) is not None:
            continue
        question = Sentence(
            "%(number)s（%(unit)s）第一次填报进展就是 100%%，整改过程中的材料在哪里？",
            number=row.number,
            unit=row.unit,
        )
        yield _finding(row, question, Sentence("首次填报即为 100%"))


def _submitted(look: Look, form_key: str, *more: Any) -> Sequence[Any]:
    """Return the next forms of that kind that were handed in, with *more* columns."""
    query = (
        select(
            *(Submission.id, Submission.case_id, Submission.cycle, Submission.at),
            *(Submission.answers, Case.number, Case.county_id, Case.lead_unit_id),
            *(Case.mode, Case.due_on, Case.counted_from, Unit.name.label("unit"), *more),
        )
        .join_from(Submission, Case, Case.id == Submission.case_id)
        .join(Unit, Unit.id == Case.lead_unit_id)
        .where(Submission.form_key == form_key)
    )
    return look.portion(query, Submission.id, PORTION)


def _finding(row: Any, question: Sentence, told: Sentence) -> Finding:
    fact = Fact(row.case_id, row.number, row.unit, told, row.id)
    key = f"case:{row.case_id}:{row.cycle}"
    return Finding(row.county_id, key, question, [fact], row.lead_unit_id)
