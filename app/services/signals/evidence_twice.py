"""The same file handed in as evidence for different cases."""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import select

from app.domain.case import Case
from app.domain.errors import Sentence
from app.domain.evidence import Evidence
from app.domain.people import Unit
from app.domain.process import Submission
from app.services.signals._kinds import MOST_LISTED, Fact, Finding, Look, signal

PORTION = 500


@signal(
    "同一佐证用于多件",
    innocent="一份制度、会议纪要或合同确实同时管着几个问题；几件事项是同一次整改。",
)
def evidence_twice(look: Look) -> Iterator[Finding]:
    """Find files that stand as evidence in more than one case."""
    handed_in = select(Submission.id, Submission.task_id).where(Submission.case_id.is_not(None))
    rows = look.portion(handed_in, Submission.id, PORTION)
    of_tasks = Evidence.task_id.in_([row.task_id for row in rows])
    files = select(Evidence.sha256, Case.county_id).join_from(
        Evidence, Case, Case.id == Evidence.case_id
    )
    for sha256, county_id in look.session.execute(files.where(of_tasks).distinct()).all():
        if (found := _of_file(look, sha256, county_id)) is not None:
            yield found


def _of_file(look: Look, sha256: str, county_id: int) -> Finding | None:
    query = (
        select(Case.id, Case.number, Case.lead_unit_id, Unit.name.label("unit"), Evidence.name)
        .join_from(Evidence, Case, Case.id == Evidence.case_id)
        .join(Unit, Unit.id == Case.lead_unit_id)
        .where(Evidence.sha256 == sha256, Case.county_id == county_id)
        .order_by(Evidence.id)
    )
    first = {row.id: row for row in reversed(look.session.execute(query).all())}
    if len(first) < 2:
        return None
    units = {row.lead_unit_id for row in first.values()}
    question = Sentence(
        "同一份佐证材料“%(name)s”用在 %(count)s 件事项中，它确实同时证明这些问题都已整改吗？",
        name=next(reversed(first.values())).name,
        count=len(first),
    )
    facts = [
        Fact(row.id, row.number, row.unit, Sentence("文件名：%(name)s", name=row.name))
        for row in list(reversed(first.values()))[:MOST_LISTED]
    ]
    unit_id = units.pop() if len(units) == 1 else None
    return Finding(county_id, f"sha:{sha256}", question, facts, unit_id)
