"""The columns of a ledger: what offices call them, and how each is read."""

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass

from app.services import ledger_cells as cells

_BRACKETS = re.compile(r"\([^)]*\)")
_NOISE = re.compile(r"[\s*:“”\"]")


@dataclass(frozen=True, slots=True)
class Column:
    """One column: the field of `Feedback` it fills, and all names it goes by."""

    #: ``limit`` is no field: it tells `limit_days` or `due_on`.
    field: str
    heading: str
    read: Callable[[object], object]
    #: Other headings in use, keys of JSON files among them.
    synonyms: tuple[str, ...] = ()
    required: bool = False
    note: str = ""
    example: str = ""


COLUMNS = (
    Column(
        "number",
        "问题编号",
        cells.number,
        ("编号", "事项编号", "台账编号", "item_code", "number"),
        note="留空则由系统编号。",
        example="QL-2026-ZX-03-001",
    ),
    Column(
        "inspection",
        "督导项目",
        cells.words(120),
        ("来源", "问题来源", "督导名称", "督导项目名称", "检查项目", "project", "inspection"),
        example="2026年秋季开学专项督导",
    ),
    Column(
        "letter_number",
        "文号",
        cells.words(60),
        ("下达文号", "反馈文号", "督导意见书文号", "通知书文号", "doc_no", "letter_number"),
        example="青政教督办函〔2026〕41号",
    ),
    Column(
        "issued_on",
        "下达日期",
        cells.day,
        ("反馈日期", "下达时间", "反馈时间", "交办日期", "交办时间", "issued_on"),
        required=True,
        note="如 2026-09-03、2026年9月3日。",
        example="2026-09-03",
    ),
    Column(
        "unit",
        "被督导单位",
        cells.words(80),
        ("单位", "学校", "单位名称", "学校名称", "被检查单位", "受检单位", "org", "unit"),
        required=True,
        note="写系统中的全称。",
        example="柳塬镇中心小学",
    ),
    Column(
        "category",
        "问题类别",
        cells.category,
        ("类别", "问题分类", "问题类型", "隐患类别", "category"),
        required=True,
        note="编号或名称，如“C04”“校园安全”。",
        example="C04 校园安全",
    ),
    Column(
        "problem",
        "具体问题",
        cells.words(4000),
        ("问题", "存在问题", "存在的问题", "主要问题", "问题描述", "问题内容", "problem"),
        required=True,
        example="教学楼西侧安全出口加装铁栅栏并上锁。",
    ),
    Column(
        "basis",
        "依据",
        cells.words(2000),
        ("政策依据", "法规依据", "问题依据", "定性依据", "basis"),
        example="《消防法》第十六条",
    ),
    Column(
        "requirement",
        "整改要求",
        cells.words(4000),
        ("整改意见", "整改建议", "整改任务", "requirement"),
        required=True,
        example="立即拆除栅栏，清空疏散通道。",
    ),
    Column(
        "mode",
        "整改方式",
        cells.mode,
        ("整改类型", "整改类别", "mode"),
        note="立行立改、限期整改、分阶段整改或长期坚持；留空则按决策表确定。",
        example="立行立改",
    ),
    Column(
        "limit",
        "整改时限",
        cells.limit,
        ("整改期限", "期限", "时限", "完成时限", "整改完成时限", "limit", "limit_days"),
        note="自然日天数或日期，如“30日”；留空则按决策表确定。",
        example="3日",
    ),
    Column(
        "due_on",
        "截止日期",
        cells.day,
        ("整改时限日期", "整改截止日期", "截止时间", "应完成日期", "到期日", "due_on"),
        note="与整改时限都填写时，以截止日期为准。",
        example="2026-09-07",
    ),
    Column(
        "severity",
        "程度",
        cells.severity,
        ("严重程度", "问题程度", "问题等级", "问题性质", "severity"),
        required=True,
        note="一般、较重或重大。",
        example="重大",
    ),
    Column(
        "lead_unit",
        "牵头责任单位",
        cells.words(80),
        ("责任单位", "牵头单位", "整改责任单位", "整改单位", "lead_unit"),
        note="留空则为被督导单位自己。",
        example="柳塬镇中心小学",
    ),
    Column(
        "responsible",
        "责任人",
        cells.words(60),
        ("整改责任人", "责任人姓名", "responsible"),
        example="校长",
    ),
    Column(
        "department",
        "主管部门",
        cells.words(80),
        ("业务主管部门", "行业主管部门", "competent_dept", "department"),
        note="留空则为该单位在系统中的主管部门。",
        example="青岚县教育局",
    ),
    Column(
        "co_units",
        "配合单位",
        cells.words(200),
        ("协同单位", "协办单位", "协助单位", "配合部门", "co_units"),
        note="多个单位用“、”隔开。",
        example="青岚县公安局、青岚县消防救援大队",
    ),
    Column(
        "source_level",
        "级别",
        cells.source_level,
        ("督导级别", "来源级别", "问题来源级别", "source_level"),
        note="本级或上级；留空为本级。",
        example="本级",
    ),
    Column(
        "external_number",
        "上级编号",
        cells.words(60),
        ("上级问题编号", "external_no", "external_number"),
        note="上级督导发现的问题，写上级的编号。",
    ),
    Column(
        "location",
        "地点",
        cells.words(120),
        ("具体地点", "问题地点", "位置", "location"),
        example="教学楼西侧",
    ),
    Column("danger", "危及生命安全", cells.flag, ("危及安全", "danger"), note="是或否。"),
    Column("construction", "需建设或采购", cells.flag, ("construction",), note="是或否。"),
    Column("staged", "只能分阶段完成", cells.flag, ("staged",), note="是或否。"),
)

REQUIRED = tuple(column for column in COLUMNS if column.required)


def _folded(heading: object) -> str:
    text = unicodedata.normalize("NFKC", "" if heading is None else str(heading))
    return _NOISE.sub("", text).lower()


_BY_NAME = {
    _folded(name): column for column in COLUMNS for name in (column.heading, *column.synonyms)
}


def recognise(heading: object) -> Column | None:
    """Return the column that *heading* names: “整改时限（日）”, “督导项目/来源”, “* 单 位”."""
    text = _folded(heading)
    bare = _BRACKETS.sub("", text)
    for name in (text, bare, *re.split(r"[/、或]", bare)):
        if column := _BY_NAME.get(name):
            return column
    return None


def heading_of(field: str) -> str:
    """Return what we call the column that fills *field*; empty if there is none."""
    return next((column.heading for column in COLUMNS if column.field == field), "")
