"""What the shipped report templates say: heading by heading, with the variables of reports."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from app.domain.report import ReportKind


@dataclass(frozen=True, slots=True)
class Text:
    """A paragraph of the body."""

    text: str


@dataclass(frozen=True, slots=True)
class Figure:
    """A chart, centred in a line of its own."""

    name: str


@dataclass(frozen=True, slots=True)
class Table:
    """A table with a row for each of *rows*: heading, what stands there, width in mm."""

    rows: str
    columns: Sequence[tuple[str, str, int]]
    #: What stands there instead if there is no row.
    else_: str = "无。"


@dataclass(frozen=True, slots=True)
class Chapter:
    """A heading and what stands under it; its number comes by itself."""

    heading: str
    parts: Sequence[Text | Figure | Table]


_WHO = (
    ("单位", "行.名称", 46),
    ("下达", "行.下达", 15),
    ("办结", "行.办结", 15),
    ("在期内", "行.在期内未完成", 16),
    ("逾期", "行.逾期", 15),
    ("整改率", "行.整改率", 23),
    ("按期整改率", "行.按期整改率", 26),
)
_RANKED = (
    ("名次", "行.名次", 16),
    ("单位", "行.名称", 70),
    ("按期完成", "行.分子", 22),
    ("应完成", "行.分母", 22),
    ("比率", "行.比率", 26),
)
_SUMMARY = Chapter(
    "总体情况",
    (
        Text(
            "截至{{ 数据时间 }}，{{ 县名 }}在办整改事项{{ 存量.在办 }}件，其中在期内未完成"
            "{{ 存量.在期内未完成 }}件，逾期{{ 存量.逾期 }}件，已报结待核查"
            "{{ 存量.已报结待核查 }}件，中止{{ 存量.中止 }}件。亮红灯{{ 存量.红灯 }}件、"
            "黄灯{{ 存量.黄灯 }}件、蓝灯{{ 存量.蓝灯 }}件、绿灯{{ 存量.绿灯 }}件。"
        ),
        Text(
            "本期（{{ 期间 }}）新下达{{ 本期.新下达 }}件，报结{{ 本期.报结 }}件，办结"
            "{{ 本期.办结 }}件，销号{{ 本期.销号 }}件，新逾期{{ 本期.新逾期 }}件，印发督办函涉及"
            "{{ 本期.印发督办函 }}件，批准延期{{ 本期.批准延期 }}件，认定反弹{{ 本期.反弹 }}件。"
        ),
        Figure("趋势图"),
        Figure("预警灯图"),
        Table(
            "动态表",
            (
                ("本期动态", "行.名称", 30),
                ("本期", "行.本期", 18),
                ("上期", "行.前期", 18),
                ("变化", "行.变化", 30),
                ("说明", "行.说明", 60),
            ),
        ),
        Text("上期为{{ 上期 }}。"),
    ),
)
_INDICATORS = Chapter(
    "主要指标",
    (
        Text(
            "统计范围：{{ 统计范围 }}，共{{ 累计.下达 }}件；其中中止{{ 累计.中止 }}件、终结"
            "{{ 累计.终结 }}件。已撤销的{{ 累计.撤销 }}件不计入任何指标。"
            "比较范围：{{ 比较范围 }}，同为本报告统计时的数。"
        ),
        Table(
            "指标表",
            (
                ("指标", "行.名称", 34),
                ("公式", "行.公式", 40),
                ("分子", "行.分子", 12),
                ("分母", "行.分母", 12),
                ("比率", "行.比率", 17),
                ("比较期", "行.比较期", 17),
                ("变化", "行.变化", 24),
            ),
        ),
    ),
)
_PLACES = Chapter(
    "分单位情况",
    (
        Figure("单位图"),
        Text("（一）乡镇街道（含所属学校）"),
        Table("乡镇表", _WHO),
        Text("（二）学校、幼儿园和县直部门"),
        Table("单位表", _WHO),
        Text("（三）主管部门"),
        Table("部门表", _WHO),
    ),
)
_LATE = Chapter(
    "逾期事项",
    (
        Table(
            "逾期清单",
            (
                ("序号", "行.序号", 12),
                ("编号", "行.编号", 28),
                ("责任单位", "行.单位", 28),
                ("问题", "行.问题", 38),
                ("期限", "行.期限", 23),
                ("逾期天数", "行.逾期天数", 12),
                ("督办", "行.督办", 15),
            ),
        ),
    ),
)
_WARNED = Chapter(
    "红灯、黄灯事项（未逾期）",
    (
        Table(
            "预警清单",
            (
                ("序号", "行.序号", 12),
                ("编号", "行.编号", 28),
                ("责任单位", "行.单位", 32),
                ("问题", "行.问题", 45),
                ("期限", "行.期限", 23),
                ("预警灯", "行.预警灯", 16),
            ),
        ),
    ),
)
_LETTERS = Chapter(
    "督办函",
    (
        Table(
            "督办函清单",
            (
                ("序号", "行.序号", 12),
                ("文号", "行.文号", 40),
                ("印发日期", "行.印发日期", 32),
                ("主送", "行.主送", 40),
                ("状态", "行.状态", 32),
            ),
            "本期未印发督办函。",
        ),
    ),
)
_CLOSED = Chapter(
    "本期销号",
    (
        Table(
            "销号清单",
            (
                ("序号", "行.序号", 12),
                ("编号", "行.编号", 28),
                ("责任单位", "行.单位", 34),
                ("问题", "行.问题", 50),
                ("销号日期", "行.销号日期", 32),
            ),
        ),
    ),
)
_RELAPSES = Chapter(
    "反弹",
    (
        Table(
            "反弹清单",
            (
                ("序号", "行.序号", 12),
                ("编号", "行.编号", 28),
                ("责任单位", "行.单位", 34),
                ("问题", "行.问题", 52),
                ("认定", "行.认定", 30),
            ),
            "本期没有认定反弹。",
        ),
    ),
)
_RANKINGS = Chapter(
    "按期整改率排名",
    (
        Text("应完成不足{{ 最少件数 }}件的单位不排名，列于其后；比率相同的名次并列。"),
        Table("按期排名", _RANKED, "没有达到件数的单位。"),
        Text("不足{{ 最少件数 }}件、不排名的单位："),
        Table("不排名", _RANKED[1:]),
    ),
)
_MATTERS = Chapter(
    "问题类别和整改周期",
    (
        Table("类别表", (("类别", "行.名称", 46), *_WHO[1:])),
        Text("整改周期（天）："),
        Table(
            "周期表",
            (
                ("类别", "行.类别", 66),
                ("办结", "行.件数", 30),
                ("平均", "行.平均", 30),
                ("中位数", "行.中位数", 30),
            ),
            "还没有办结的事项。",
        ),
        Text("同一单位同一类别两件以上的问题："),
        Table(
            "重复问题表",
            (
                ("责任单位", "行.名称", 66),
                ("类别", "行.类别", 50),
                ("件数", "行.件数", 20),
                ("反弹", "行.反弹", 20),
            ),
        ),
    ),
)
APPENDIX = Table(
    "附录",
    (
        ("数字", "行.名称", 34),
        ("口径", "行.口径", 40),
        ("件数", "行.件数", 14),
        ("事项编号", "行.编号", 68),
    ),
)
_WHOLE = (_SUMMARY, _INDICATORS, _PLACES, _LATE, _LETTERS, _CLOSED, _RELAPSES)
CHAPTERS: dict[ReportKind, Sequence[Chapter]] = {
    ReportKind.WEEKLY: (_SUMMARY, _LATE, _WARNED, _LETTERS, _CLOSED, _RELAPSES, _INDICATORS),
    ReportKind.MONTHLY: (*_WHOLE, _RANKINGS),
    ReportKind.TERM: (*_WHOLE, _RANKINGS, _MATTERS),
    ReportKind.ANNUAL: (*_WHOLE, _RANKINGS, _MATTERS),
}
