"""Drafting and numbering letters. Shared by the services; what is signed, people sign."""

from sqlalchemy import select

from app.clock import local_date
from app.domain.errors import NotFound
from app.domain.letter import Letter, LetterCounter
from app.domain.rules import Unit
from app.domain.vocabulary import LetterKind
from app.services import _numbers, rule_sets
from app.services._catalogue import Context

#: By which rule the answer to a letter is due, and how a letter writes lengths of time.
_REPLY = "T10b"
_UNITS = {
    Unit.WORKDAYS: "个工作日",
    Unit.DAYS: "日",
    Unit.MONTHS: "个月",
    Unit.YEARS: "年",
    Unit.HOURS: "小时",
    Unit.MINUTES: "分钟",
}

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
            f"并{_within(context)}书面回复整改进展、存在困难和完成时限。"
            "逾期不落实的，将依规约谈、通报，直至提请问责。"
        ),
        drafted_at=context.at,
    )
    context.session.add(letter)
    context.session.flush()
    return letter


def _within(context: Context) -> str:
    """Say how long the unit has to answer, by the county's rules: the clock runs by them too."""
    limit = rule_sets.in_force(context.connection, context.case.county_id).limit(_REPLY)
    if limit is None or limit.span is None:
        return "在规定期限内"
    return f"于收到本函之日起{limit.span.number}{_UNITS[limit.span.unit]}内"


def _inner(text: str) -> str:
    """Fit a sentence into quotation marks: without its full stop, its own marks single."""
    return text.strip().rstrip("。；;").translate(_SINGLE)


_SINGLE = str.maketrans("“”", "‘’")


def next_number(context: Context) -> str:
    """Allocate the county's next number of the year: no gaps, no leading zeros."""
    prefix = _numbers.letter_prefix(context.session, context.case.county_id)
    year = local_date(context.at).year
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
