"""What a template may name, and what stands there in the report. The document is a Chinese one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum


class Sort(StrEnum):
    """How a variable is written in a template."""

    TEXT = "text"
    RECORD = "record"
    ROWS = "rows"
    CHART = "chart"


@dataclass(frozen=True, slots=True)
class Variable:
    """A name that templates may use, what it stands for, and the names of its parts."""

    name: str
    says: str
    sort: Sort = Sort.TEXT
    fields: Mapping[str, str] = field(default_factory=dict)


#: Figures by the name that a template calls them: the key of the mark.
STOCK: Mapping[str, str] = {
    "在办": "open",
    "在期内未完成": "within",
    "今日到期": "due_today",
    "逾期": "overdue",
    "已报结待核查": "awaiting",
    "中止": "suspended",
    "红灯": "red",
    "黄灯": "yellow",
    "蓝灯": "blue",
    "绿灯": "green",
    "督办函在途": "letters_out",
}
HAPPENED: Mapping[str, str] = {
    "新下达": "issued",
    "报结": "reported",
    "办结": "verified",
    "销号": "closed_out",
    "新逾期": "overdue",
    "印发督办函": "letters",
    "反弹": "relapsed",
    "批准延期": "extended",
}
BASE: Mapping[str, str] = {
    "下达": "issued",
    "办结": "verified",
    "销号": "closed_out",
    "应完成": "due",
    "按期完成": "in_time",
    "在期内未完成": "within",
    "逾期": "overdue",
    "曾逾期": "ever_overdue",
    "延期": "extended",
    "反弹": "relapsed",
    "被督办": "got_letter",
    "中止": "suspended",
    "终结": "terminated",
    "撤销": "revoked",
}
RATES: Mapping[str, str] = {
    "整改率": "rectified",
    "序时进度率": "progressed",
    "销号率": "closed",
    "销号率不含长期坚持": "closed_passing",
    "在期内率": "within",
    "按期整改率": "in_time",
    "按期整改率不含延期": "in_time_as_first_set",
    "逾期率": "overdue",
    "曾逾期率": "ever_overdue",
    "延期率": "extended",
    "签收及时率": "signed",
    "方案按时报送率": "planned",
    "超期初审率": "reviewed_late",
    "一次通过率": "right_at_once",
    "回头看覆盖率": "looked_back",
    "反弹率": "relapsed",
    "反弹率按销号": "relapsed_of_closed",
    "督办率": "expedited",
}


def _counts(names: Mapping[str, str], unit: str = "件数") -> dict[str, str]:
    return dict.fromkeys(names, unit)


_WHO = {
    "名称": "单位或人的名称",
    "下达": "件数",
    "办结": "件数",
    "销号": "件数",
    "在期内未完成": "件数",
    "逾期": "件数",
    "反弹": "件数",
    "整改率": "办结 ÷ 下达",
    "按期整改率": "按期完成 ÷ 应完成",
}
_CASE = {
    "序号": "1、2、3……",
    "编号": "问题编号",
    "单位": "责任单位",
    "问题": "具体问题",
    "类别": "问题类别",
    "程度": "严重程度",
    "期限": "整改期限",
    "预警灯": "绿、蓝、黄、红",
    "阶段": "所处环节",
}
_PLACE = {"名次": "并列的相同", "名称": "单位", "分子": "件数", "分母": "件数", "比率": "百分比"}

VARIABLES: Sequence[Variable] = (
    Variable("报告名称", "如“2026年第47周教育督导问题整改周报”"),
    Variable("县名", "县（市、区）名称"),
    Variable("编制单位", "编制报告的机构"),
    Variable("编制日期", "编制之日"),
    Variable("数据时间", "统计的时刻；此后的变化不影响本报告"),
    Variable("期间", "本期的起止日期"),
    Variable("上期", "上一期的起止日期"),
    Variable("统计范围", "各项指标统计哪段时间下达的事项"),
    Variable("比较范围", "各项指标与哪段时间下达的事项比较"),
    Variable("最少件数", "不足几件不排名"),
    Variable("存量", "现在在办的全部事项，不论何时下达", Sort.RECORD, _counts(STOCK)),
    Variable("本期", "本期内发生的", Sort.RECORD, _counts(HAPPENED)),
    Variable("前期", "上一期内发生的", Sort.RECORD, _counts(HAPPENED)),
    Variable("累计", "统计范围内下达的事项", Sort.RECORD, _counts(BASE)),
    Variable(
        "比率", "统计范围内的各项指标；没有分母的为“—”", Sort.RECORD, _counts(RATES, "百分比")
    ),
    Variable("趋势图", "新下达、报结、销号、新逾期的走势（Word 图表）", Sort.CHART),
    Variable("预警灯图", "在办事项的预警灯（Word 图表）", Sort.CHART),
    Variable("单位图", "逾期最多的单位（Word 图表）", Sort.CHART),
    Variable(
        "动态表",
        "本期动态，与上期比较",
        Sort.ROWS,
        {
            "名称": "如“销号”",
            "本期": "件数",
            "前期": "件数",
            "变化": "如“增加3件”",
            "说明": "怎么算",
        },
    ),
    Variable(
        "指标表",
        "各项指标，有公式、分子、分母",
        Sort.ROWS,
        {
            "分组": "如“按期与逾期”",
            "名称": "指标名称",
            "公式": "怎么算",
            "分子": "件数",
            "分母": "件数",
            "比率": "百分比",
            "比较期": "比较期的百分比",
            "变化": "如“上升2.1个百分点”",
            "说明": "为什么这样算",
        },
    ),
    Variable("单位表", "学校、幼儿园、县直部门，逾期多的在前", Sort.ROWS, _WHO),
    Variable("乡镇表", "乡镇街道，含所属学校", Sort.ROWS, _WHO),
    Variable("部门表", "主管部门", Sort.ROWS, _WHO),
    Variable("督学表", "责任督学", Sort.ROWS, _WHO),
    Variable("类别表", "问题类别，件数多的在前", Sort.ROWS, _WHO),
    Variable(
        "重复问题表",
        "同一单位同一类别两件以上",
        Sort.ROWS,
        {"名称": "责任单位", "类别": "问题类别", "件数": "件数", "反弹": "件数"},
    ),
    Variable("按期排名", "单位按期整改率排名", Sort.ROWS, _PLACE),
    Variable("整改排名", "单位整改率排名", Sort.ROWS, _PLACE),
    Variable("不排名", "按期整改率分母不足最少件数的单位", Sort.ROWS, _PLACE),
    Variable(
        "周期表",
        "整改周期，按类别，最后一行是合计",
        Sort.ROWS,
        {"类别": "问题类别", "件数": "办结的件数", "平均": "天", "中位数": "天"},
    ),
    Variable(
        "逾期清单",
        "逾期的事项，最久的在前",
        Sort.ROWS,
        {**_CASE, "逾期天数": "天", "督办": "已采取的督办措施"},
    ),
    Variable("预警清单", "未逾期而亮红灯、黄灯的", Sort.ROWS, _CASE),
    Variable("销号清单", "本期销号的", Sort.ROWS, {**_CASE, "销号日期": "日期"}),
    Variable("反弹清单", "本期认定反弹的", Sort.ROWS, {**_CASE, "认定": "结论", "轮次": "第几轮"}),
    Variable(
        "督办函清单",
        "本期印发的督办函",
        Sort.ROWS,
        {
            "序号": "1、2、3……",
            "文号": "督办函文号",
            "印发日期": "日期",
            "主送": "主送单位",
            "编号": "问题编号",
            "状态": "办理状态",
        },
    ),
    Variable(
        "附录",
        "各项数字背后的事项编号",
        Sort.ROWS,
        {"名称": "数字的名称", "口径": "怎么算", "件数": "件数", "编号": "事项编号，以顿号隔开"},
    ),
)
BY_NAME: Mapping[str, Variable] = {one.name: one for one in VARIABLES}
