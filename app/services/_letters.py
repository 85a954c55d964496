"""Drafting and numbering letters. Shared by the services; what is signed, people sign."""

from sqlalchemy import select

from app.clock import local_date
from app.domain.errors import NotFound
from app.domain.letter import Letter, LetterCounter
from app.domain.vocabulary import LetterKind
from app.services._catalogue import Context

#: 机关代字 of each kind of letter; the year and a running number follow.
PREFIXES = {LetterKind.EXPEDITING: "教督办函"}

REASONS = {
    "overdue": "截至%(today)s仍未报送整改情况报告，已逾期%(days)s日",
    "plan_overdue": "截至%(today)s仍未报送整改方案",
    "plan_returned": "整改方案两次审核未通过",
    "not_done": "经核查，整改未达到要求",
    "false_report": "经核查，整改情况与报告不符，涉嫌虚假整改",
    "relapse": "经回头看复查，问题出现反弹",
}


def of(context: Context) -> Letter:
    """Return the letter that the context's process is about.

    Raises:
        NotFound: it is about none.
    """
    letter = context.session.get(Letter, context.process.letter_id or 0)
    if letter is None:
        raise NotFound("该流程没有对应的公文。")
    return letter


def draft(context: Context, reason: str) -> Letter:
    """Write the text that the office will correct and the chief inspector sign."""
    case = context.case
    today = local_date(context.at)
    why = REASONS[reason] % {"today": day(today), "days": max((today - case.due_on).days, 0)}
    origin = f"（{case.letter_number}）" if case.letter_number else ""
    letter = Letter(
        kind=LetterKind.EXPEDITING,
        case_id=case.id,
        cycle=case.cycle,
        reason=reason,
        missed_due_on=case.due_on,
        to=case.lead_unit.name,
        cc=case.department.name,
        subject=(
            f"{day(case.issued_on)}，我办向你单位下达整改通知{origin}，要求就“{_inner(case.problem)}”"
            f"（问题编号{case.number}）于{day(case.due_on)}前完成整改。{why}。"
        ),
        demand=(
            f"请你单位对照整改要求“{_inner(case.requirement)}”，查明原因，落实责任，限期完成整改，"
            "并于收到本函之日起5个工作日内书面回复整改进展、存在困难和完成时限。"
            "逾期不落实的，将依规约谈、通报，直至提请问责。"
        ),
        drafted_at=context.at,
    )
    context.session.add(letter)
    context.session.flush()
    return letter


def _inner(text: str) -> str:
    """Fit a sentence into quotation marks: without its full stop, its own marks single."""
    return text.strip().rstrip("。；;").translate(_SINGLE)


_SINGLE = str.maketrans("“”", "‘’")


def next_number(context: Context, kind: LetterKind) -> str:
    """Allocate the next number of the year: no gaps, no leading zeros."""
    prefix, year = PREFIXES[kind], local_date(context.at).year
    query = select(LetterCounter).filter_by(prefix=prefix, year=year).with_for_update()
    counter = context.session.scalars(query).first()
    if counter is None:
        counter = LetterCounter(prefix=prefix, year=year, last=0)
        context.session.add(counter)
    counter.last += 1
    context.session.flush()
    return f"{prefix}〔{year}〕{counter.last}号"


def day(on: object) -> str:
    """Write a date as letters do: 2026年9月3日."""
    year, month, number = str(on).split("-")
    return f"{year}年{int(month)}月{int(number)}日"
