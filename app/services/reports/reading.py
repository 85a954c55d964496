"""Reading reports: their list, frozen figures, the cases behind, and what has changed since."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, and_, case, func, literal, select
from sqlalchemy.orm import joinedload, undefer

from app.clock import today
from app.db import db
from app.domain.case import Case
from app.domain.errors import Invalid, NotFound, Sentence
from app.domain.people import Actor
from app.domain.report import Report, ReportCase
from app.services.reports import making, wording
from app.services.reports.marks import Mark, marks
from app.services.reports.rights import require_reader

PAGE = 50
#: Cases that are named of what changed.
_NAMED = 100


def listing(actor: Actor, *, limit: int = PAGE, before: int | None = None) -> Sequence[Report]:
    """List the county's reports, the latest first, those before the cursor *before*.

    Raises:
        NotAllowed: reports are none of the actor's business.
    """
    require_reader(actor)
    query = (
        select(Report)
        .options(joinedload(Report.made_by))
        .filter_by(county_id=actor.county_id)
        .order_by(Report.id.desc())
        .limit(limit)
    )
    if before is not None:
        query = query.where(Report.id < before)
    return db.session.scalars(query).all()


def get(report_id: int, actor: Actor) -> Report:
    """Return one report with its figures.

    Raises:
        NotAllowed: reports are none of the actor's business.
        NotFound: there is none, or it is another county's.
    """
    require_reader(actor)
    query = (
        select(Report)
        .options(undefer(Report.figures), joinedload(Report.made_by))
        .filter_by(id=report_id, county_id=actor.county_id)
    )
    found = db.session.scalars(query).first()
    if found is None:
        raise NotFound
    return found


def title(report: Report) -> str:
    """Return what a report is called, by its kind and days alone."""
    days = {"starts_on": str(report.starts_on), "ends_on": str(report.ends_on)}
    return wording.title({"kind": str(report.kind), "days": days})


def document(report_id: int, actor: Actor) -> tuple[str, bytes]:
    """Return a report's Word file and what to call it.

    Raises:
        NotAllowed: reports are none of the actor's business.
        NotFound: there is none, or it was not written.
    """
    report = get(report_id, actor)
    if report.document is None:
        raise NotFound("这份报告的 Word 文件没有写成。")
    return f"{title(report)}.docx", report.document


def cases_of(
    report: Report, key: str, *, limit: int = PAGE, after: int | None = None
) -> Sequence[Case]:
    """Return the cases that stood behind a figure, those after the cursor *after*.

    Raises:
        Invalid: the report has no such figure.
    """
    query = (
        select(Case)
        .join(ReportCase, ReportCase.case_id == Case.id)
        .options(joinedload(Case.lead_unit))
        .where(ReportCase.report_id == report.id, _bears(ReportCase.marks, bit_of(report, key)))
        .order_by(Case.id)
        .limit(limit)
    )
    if after is not None:
        query = query.where(Case.id > after)
    return db.session.scalars(query).all()


def bit_of(report: Report, key: str) -> int:
    """Return with which bit a report marked the cases behind a figure.

    Raises:
        Invalid: it has no such figure.
    """
    keys = [one["key"] for one in report.figures["marks"]]
    if key not in keys:
        raise Invalid(fields={"figure": [Sentence("报告里没有“%(key)s”这个数字。", key=key[:60])]})
    return 1 << keys.index(key)


def _bears(column: Any, bit: int) -> ColumnElement[bool]:
    return column.op("&")(literal(bit)) != 0  # type: ignore[no-any-return]


@dataclass(frozen=True, slots=True)
class Since:
    """A figure as it was reported and as it would be now, and how many cases came and went."""

    key: str
    label: str
    then: int
    now: int
    came: int
    went: int


def since(report: Report) -> list[Since]:
    """Count anew by the same rules, and tell which figures have changed since the report."""
    wanted = [mark for mark in _marks_now(report) if _is_kept(report, mark.key)]
    sums: list[Any] = []
    for mark in wanted:
        was = _bears(func.coalesce(ReportCase.marks, 0), bit_of(report, mark.key))
        sums += [
            func.sum(case((and_(mark.holds, ~was), 1), else_=0)),
            func.sum(case((and_(was, ~mark.holds), 1), else_=0)),
        ]
    row = db.session.execute(_beside(report, *sums)).one()
    came_and_went = [int(n or 0) for n in row]
    counts: Mapping[str, int] = report.figures["counts"]
    return [
        _since(mark, counts[mark.key], came_and_went[2 * place], came_and_went[2 * place + 1])
        for place, mark in enumerate(wanted)
    ]


def _since(mark: Mark, then: int, came: int, went: int) -> Since:
    return Since(mark.key, mark.label, then, then + came - went, came, went)


def came_and_went(report: Report, key: str) -> tuple[list[str], list[str]]:
    """Return the numbers of cases that a figure would now count too, and no longer count."""
    mark = next((one for one in _marks_now(report) if one.key == key), None)
    bit = bit_of(report, key)
    if mark is None:
        return [], []
    was = _bears(func.coalesce(ReportCase.marks, 0), bit)
    came, went = and_(mark.holds, ~was), and_(was, ~mark.holds)
    return _numbers(report, came), _numbers(report, went)


def _numbers(report: Report, found: ColumnElement[bool]) -> list[str]:
    query = _beside(report, Case.number).where(found).order_by(Case.number).limit(_NAMED)
    return list(db.session.scalars(query))


def _beside(report: Report, *columns: Any) -> Any:
    """Return a query of the county's cases, each beside what the report kept of it."""
    kept = and_(ReportCase.case_id == Case.id, ReportCase.report_id == report.id)
    return (
        select(*columns)
        .select_from(Case)
        .outerjoin(ReportCase, kept)
        .where(Case.county_id == report.county_id)
    )


def _marks_now(report: Report) -> list[Mark]:
    return marks(making.span_of(report), today())


def _is_kept(report: Report, key: str) -> bool:
    """Tell whether the report has that figure: the program may have learnt it later."""
    return key in report.figures["counts"]
