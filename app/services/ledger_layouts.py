"""The sheets that offices know, as views of the ledger: columns, headings, head and foot."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from app.domain.errors import Invalid, Sentence
from app.services.ledger_fields import BY_KEY, COLUMNS, Column, chosen

#: So many of `COLUMNS` are those of 问题整改台账.
_OF_THE_LEDGER = 27


@dataclass(frozen=True, slots=True)
class Layout:
    """One sheet: what it is called, its columns, what stands above and below the table."""

    key: str
    name: str
    english: str
    columns: tuple[str, ...]
    #: What it calls columns that have another heading elsewhere: Chinese and English.
    headings: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    #: Above the table, a line each.
    head: tuple[str, ...] = ()
    #: Who signs below it.
    foot: tuple[str, ...] = ()

    def heading(self, column: Column) -> str:
        """Return what this sheet calls a column."""
        return self.headings.get(column.key, (column.heading, ""))[0]

    def heading_in_english(self, column: Column) -> str:
        """Return what an English reader finds above it."""
        return self.headings.get(column.key, ("", column.english))[1]


_DEMAND = "经督导检查，发现你单位存在下列问题。请按整改要求和期限逐项整改，并书面报送整改情况。"
_APPLICATION = "下列问题已整改到位，申请销号。"
_ISSUED_AND_RECEIVED = ("签发单位负责人：", "接收单位负责人：")
_UNIT_AND_DEPARTMENT = ("整改单位负责人：", "主管部门负责人：")
_UNIT = {"unit": ("被检查单位", "Unit looked at")}
_PROBLEM = {"problem": ("存在问题", "Problem found"), "category": ("隐患类别", "Kind of hazard")}
_LIMIT = {
    "due_on": ("整改期限", "Due on"),
    "responsible": ("整改责任人", "Person responsible"),
}

LAYOUTS: tuple[Layout, ...] = (
    Layout(
        "ledger",
        "问题整改台账",
        "Rectification ledger",
        tuple(column.key for column in COLUMNS[:_OF_THE_LEDGER]),
    ),
    Layout(
        "notice",
        "整改通知单",
        "Notice to rectify",
        (
            *("place", "unit", "location", "category", "problem", "photos_before", "measures"),
            *("due_on", "responsible", "fund", "verified_on", "completion", "verifiers", "remark"),
        ),
        {
            **_UNIT,
            **_PROBLEM,
            **_LIMIT,
            "photos_before": ("问题图片", "Photographs"),
            "fund": ("整改资金", "Funds"),
            "verified_on": ("复查时间", "Looked at again on"),
            "verifiers": ("复查人", "Looked at again by"),
        },
        (_DEMAND,),
        _ISSUED_AND_RECEIVED,
    ),
    Layout(
        "application",
        "销号申请单",
        "Application to close out",
        (
            *("place", "unit", "location", "category", "problem", "measures", "due_on"),
            *("responsible", "report", "done_on", "verifiers", "photos_before", "photos_after"),
        ),
        {
            **_UNIT,
            **_PROBLEM,
            **_LIMIT,
            "measures": ("采取的整改措施", "Measures taken"),
            "verifiers": ("复查人", "Looked at again by"),
        },
        (_APPLICATION,),
        _UNIT_AND_DEPARTMENT,
    ),
    Layout(
        "control",
        "治理台账",
        "Control ledger",
        (
            *("place", "issued_on", "issuer", "category", "problem", "measures", "done_on"),
            *("responsible", "verified_on", "verifiers", "verify_result"),
        ),
        {
            "issued_on": ("检查时间", "Looked at on"),
            "issuer": ("检查人", "Looked at by"),
            "category": ("类别", "Category"),
            "problem": ("问题", "Problem"),
            "measures": ("措施", "Measures"),
            "verified_on": ("复查时间", "Looked at again on"),
            "verifiers": ("复查人", "Looked at again by"),
            "verify_result": ("复查结果", "Result"),
        },
    ),
)
_BY_KEY = {layout.key: layout for layout in LAYOUTS}


@dataclass(frozen=True, slots=True)
class Shape:
    """What a ledger looks like: a sheet, and which columns in which order."""

    layout: Layout
    columns: tuple[Column, ...]

    @classmethod
    def of(cls, layout: str = "", columns: Sequence[str] = ()) -> Shape:
        """Return the sheet of that name with its own columns, or with those that are named.

        Raises:
            Invalid: there is no such sheet or column.
        """
        found = _BY_KEY.get(layout or LAYOUTS[0].key)
        if found is None:
            told = Sentence("没有“%(key)s”这种表式。", key=layout[:40])
            raise Invalid(fields={"layout": [told]})
        return cls(found, chosen(columns or found.columns))

    @property
    def is_its_own(self) -> bool:
        """Whether the sheet has just the columns it is known by."""
        return tuple(column.key for column in self.columns) == self.layout.columns

    @property
    def keys(self) -> tuple[str, ...]:
        """The names of the columns."""
        return tuple(column.key for column in self.columns)

    @property
    def absent(self) -> tuple[Column, ...]:
        """The columns that it could have besides."""
        return tuple(column for key, column in BY_KEY.items() if key not in self.keys)
