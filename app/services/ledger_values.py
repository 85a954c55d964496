"""What the columns of the ledger say of an entry, each value as it is: words come later."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime

from app.clock import local_date, today
from app.domain.vocabulary import FollowUpResult, Result, Stage, Term
from app.services.ledger_entries import Entry

#: What a cell holds: several things in one are told one after the other.
Piece = str | int | float | date | Term | None
Value = Piece | tuple[Piece, ...]

#: No cell of a workbook holds more than 32,767 characters.
LONGEST = 32_000


class Completion(Term):
    """完成情况: what has come of a case, in one word."""

    GOING_ON = "going_on", "未完成"
    LATE = "late", "逾期未完成"
    REPORTED = "reported", "已报结待核查"
    VERIFIED = "verified", "已完成"
    CLOSED_OUT = "closed_out", "已销号"
    SUSPENDED = "suspended", "中止"
    TERMINATED = "terminated", "终结"
    REVOKED = "revoked", "已撤销"


class YesNo(Term):
    """是否."""

    YES = "yes", "是"
    NO = "no", "否"


_ENDED = {
    Stage.SUSPENDED: Completion.SUSPENDED,
    Stage.TERMINATED: Completion.TERMINATED,
    Stage.REVOKED: Completion.REVOKED,
}


def of(name: str) -> Callable[[Entry], Value]:
    """Return a reader of a column of the case."""
    return lambda entry: getattr(entry.case, name)


def unit(name: str) -> Callable[[Entry], Value]:
    """Return a reader of the name of one of its units."""
    return lambda entry: entry.units.get(getattr(entry.case, name), "")


def day(name: str) -> Callable[[Entry], Value]:
    """Return a reader of the day of a moment, as Beijing counts."""
    return lambda entry: _on(getattr(entry.case, name))


def _on(at: datetime | None) -> date | None:
    return local_date(at) if at else None


def measures(entry: Entry) -> Value:
    """Tell the measures of the plan; numbered, if there are several."""
    lines = entry.plan.measures if entry.plan else []
    if len(lines) < 2:
        return "".join(lines)
    return "\n".join(f"{place}. {line}" for place, line in enumerate(lines, start=1))


def progress(entry: Entry) -> Value:
    """Tell the stage, how much is done, and what the unit last said of it."""
    said = str(entry.report.get("progress") or "")
    return (entry.case.stage, f"{entry.case.percent}%", said)


def completion(entry: Entry) -> Value:
    """Tell in a word what has come of it."""
    case = entry.case
    if case.stage in _ENDED:
        return _ENDED[case.stage]
    if case.stage.is_closed_out:
        return Completion.CLOSED_OUT
    if case.verified_at is not None:
        return Completion.VERIFIED
    if case.reported_done_at is not None:
        return Completion.REPORTED
    return Completion.LATE if case.due_on < today() else Completion.GOING_ON


def days_over(entry: Entry) -> Value:
    """Count the days past the date until the unit reported, or until today."""
    case = entry.case
    if case.stage in _ENDED:
        return None
    until = _on(case.reported_done_at) or today()
    days = (until - case.due_on).days
    return days if days > 0 else None


def verification(entry: Entry) -> Value:
    """Tell who verified it, when, and with what result."""
    return (verifiers(entry), verified_on(entry), verify_result(entry))


def verifiers(entry: Entry) -> str:
    """Tell who was sent."""
    return "、".join(entry.look.verifiers) if entry.look else ""


def verified_on(entry: Entry) -> date | None:
    """Return the day on which they looked."""
    return _on(entry.look.at) if entry.look else None


def verify_result(entry: Entry) -> Result | None:
    """Return what they found."""
    return entry.look.result if entry.look else None


def fund(entry: Entry) -> float | None:
    """Return the money that the plan takes, without what adding up leaves behind."""
    found = entry.plan.fund if entry.plan else None
    if found is None:
        return None
    return int(found) if found == int(found) else round(found, 2)


def closed_out(entry: Entry) -> Value:
    """Tell whether it is off the ledger."""
    return YesNo.YES if entry.case.stage.is_closed_out else YesNo.NO


def follow_up(entry: Entry) -> Value:
    """Tell when it was looked back at, and with what result."""
    found = entry.follow_up
    if found is None:
        return None
    known = {str(term): term for term in FollowUpResult}
    return (_on(found.settled_at), known.get(found.result, found.result))


def photos(name: str) -> Callable[[Entry], Value]:
    """Return a reader of the names of the pictures that the report holds under *name*."""

    def tell(entry: Entry) -> Value:
        ids = entry.report.get(name) or ()
        return "\n".join(entry.files[one] for one in ids if one in entry.files)

    return tell


def evidence(entry: Entry) -> Value:
    """Tell the list that the unit wrote, else the names of all files."""
    return str(entry.report.get("evidence_list") or "") or "\n".join(entry.files.values())


def in_chinese(value: Value) -> str:
    """Return what a cell says as Chinese text; what stands together is parted by a stroke."""
    if isinstance(value, tuple):
        return "／".join(text for piece in value if (text := in_chinese(piece)))[:LONGEST]
    if isinstance(value, Term):
        return value.label
    return "" if value is None else str(value)[:LONGEST]
