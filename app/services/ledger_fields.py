"""The columns of the ledger (domain §2.1): one definition for pages, workbooks, CSV and programs.

The first 27 are those of 问题整改台账, in its order; the rest belong to other sheets or to choice.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from app.domain.errors import Invalid, Sentence
from app.domain.vocabulary import Role
from app.services import ledger_values as values
from app.services.ledger_entries import Entry
from app.services.ledger_values import Value

_OFFICE = frozenset({Role.OFFICE, Role.OFFICE_HEAD})
_UNIT = frozenset({Role.UNIT_CLERK, Role.UNIT_OWNER, Role.UNIT_HEAD})


class Kind(StrEnum):
    """What the values of a column are."""

    TEXT = "text"
    DATE = "date"
    NUMBER = "number"


@dataclass(frozen=True, slots=True)
class Column:
    """One column: how it is headed, what stands in it, who may change that in a workbook."""

    key: str
    heading: str
    english: str
    value: Callable[[Entry], Value]
    #: In characters of half width.
    width: int = 12
    kind: Kind = Kind.TEXT
    #: What has to be gathered for it, names of `ledger_entries.SOURCES`.
    needs: frozenset[str] = frozenset()
    #: Who may change it; nobody: it follows from the steps of the process.
    editors: frozenset[Role] = frozenset()
    #: Of a column that may be changed: how much it holds.
    longest: int = 0
    #: Of a date that nobody may change here: where one asks for it instead.
    instead: str = ""


def _needs(*names: str) -> frozenset[str]:
    return frozenset(names)


_DATE, _NUMBER = Kind.DATE, Kind.NUMBER
_LOOK = _needs("look")
_CHANGE = "整改时限不能在台账中修改，请通过“变更与异议”申请延期。"

COLUMNS: tuple[Column, ...] = (
    Column("place", "序号", "No.", lambda entry: entry.place, 6, _NUMBER),
    Column("number", "问题编号", "Case", values.of("number"), 20),
    Column("inspection", "督导项目/来源", "Inspection", values.of("inspection"), 24),
    Column("issued_on", "反馈（下达）日期", "Issued on", values.of("issued_on"), 12, _DATE),
    Column("unit", "被督导单位", "Supervised unit", values.unit("unit_id"), 20),
    Column("category", "问题类别", "Category", values.of("category"), 16),
    Column("problem", "具体问题", "Problem", values.of("problem"), 44),
    Column("basis", "依据", "Basis", values.of("basis"), 26),
    Column("requirement", "整改要求", "Requirement", values.of("requirement"), 40),
    Column("measures", "整改措施", "Measures", values.measures, 40, needs=_needs("plan")),
    Column(
        "goal", "整改目标/验收标准", "Goal and standard",
        lambda entry: entry.plan.goal if entry.plan else "", 30, needs=_needs("plan"),
    ),
    Column("lead_unit", "牵头责任单位", "Lead unit", values.unit("lead_unit_id"), 20),
    Column(
        "leader", "责任领导", "Leader",
        lambda entry: entry.plan.leader if entry.plan else "", 12, needs=_needs("plan"),
    ),
    Column(
        "responsible", "责任人", "Person responsible", values.of("responsible"), 12,
        editors=_OFFICE | _UNIT, longest=60,
    ),
    Column(
        "co_units", "配合单位", "Units that assist", values.of("co_units"), 22,
        editors=_OFFICE, longest=200,
    ),
    Column("department", "主管部门", "Competent department", values.unit("department_id"), 18),
    Column("mode", "整改方式", "Mode", values.of("mode"), 12),
    Column("due_on", "整改时限", "Due on", values.of("due_on"), 12, _DATE, instead=_CHANGE),
    Column(
        "progress", "进展情况（序时进度）", "Progress", values.progress, 26, needs=_needs("report")
    ),
    Column("completion", "完成情况", "Completion", values.completion, 14),
    Column("done_on", "完成时间", "Reported done on", values.day("reported_done_at"), 12, _DATE),
    Column(
        "evidence", "佐证材料目录", "Evidence", values.evidence, 30, needs=_needs("files", "report")
    ),
    Column(
        "verification", "复核人/时间/结论", "Verified by, on, result", values.verification, 24,
        needs=_LOOK,
    ),
    Column("closed_out", "是否销号", "Closed out", values.closed_out, 9),
    Column("closed_out_on", "销号时间", "Closed out on", values.day("closed_out_at"), 12, _DATE),
    Column(
        "follow_up", "回头看时间/结论", "Follow-up on, result", values.follow_up, 20,
        needs=_needs("follow_up"),
    ),
    Column("remark", "备注", "Remark", values.of("remark"), 24, editors=_OFFICE, longest=500),
    Column(
        "location", "具体地点", "Location", values.of("location"), 18, editors=_OFFICE, longest=120
    ),
    Column("severity", "程度", "Severity", values.of("severity"), 8),
    Column("source_level", "级别", "Level", values.of("source_level"), 10),
    Column("external_number", "上级编号", "Higher number", values.of("external_number"), 18),
    Column("letter_number", "文号", "Letter", values.of("letter_number"), 24),
    Column("stage", "阶段", "Stage", values.of("stage"), 12),
    Column("light", "预警灯", "Light", values.of("light"), 8),
    Column("percent", "完成比例（%）", "Done, %", values.of("percent"), 10, _NUMBER),
    Column("cycle", "轮次", "Cycle", values.of("cycle"), 6, _NUMBER),
    Column(
        "original_due_on", "原整改时限", "Due on, as first set",
        values.of("original_due_on"), 12, _DATE, instead=_CHANGE,
    ),
    Column("days_over", "逾期天数", "Days overdue", values.days_over, 10, _NUMBER),
    Column(
        "fund", "整改资金（万元）", "Funds, 10,000 yuan",
        values.fund, 12, _NUMBER, _needs("plan"),
    ),
    Column(
        "report", "整改情况", "What was done",
        lambda entry: str(entry.report.get("report") or ""), 40, needs=_needs("report"),
    ),
    Column(
        "photos_before", "整改前图片", "Photographs before", values.photos("photos_before"), 20,
        needs=_needs("report", "files"),
    ),
    Column(
        "photos_after", "整改后图片", "Photographs after", values.photos("photos_after"), 20,
        needs=_needs("report", "files"),
    ),
    Column("verifiers", "复核人", "Verified by", values.verifiers, 14, needs=_LOOK),
    Column("verified_on", "复核时间", "Verified on", values.verified_on, 12, _DATE, _LOOK),
    Column("verify_result", "复核结论", "Result", values.verify_result, 12, needs=_LOOK),
    Column("issuer", "下达人", "Issued by", lambda entry: entry.issuer, 10, needs=_needs("issuer")),
    Column(
        "inspector", "责任督学", "Inspector", lambda entry: entry.inspector, 10,
        needs=_needs("inspector"),
    ),
)  # fmt: skip
BY_KEY: Mapping[str, Column] = {column.key: column for column in COLUMNS}


def chosen(keys: Iterable[str]) -> tuple[Column, ...]:
    """Return the columns of those names, in that order, each once.

    Raises:
        Invalid: there is no column of a name; it is told.
    """
    asked = dict.fromkeys(keys)
    unknown = [key for key in asked if key not in BY_KEY]
    if unknown:
        told = [Sentence("台账没有“%(key)s”这一列。", key=key[:40]) for key in unknown]
        raise Invalid(fields={"columns": told})
    return tuple(BY_KEY[key] for key in asked)


def needs_of(columns: Iterable[Column]) -> frozenset[str]:
    """Return what has to be gathered for all of *columns*."""
    return frozenset().union(*(column.needs for column in columns))
