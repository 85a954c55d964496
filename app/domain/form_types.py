"""The types of fields that a form may have, and the pieces that an analyst chooses for them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

#: What may be a field's key, an option's value or a form's key.
KEY = re.compile(r"[a-z][a-z0-9_]{0,62}")

#: Settings that every field has which a person answers.
_ASKED = ("label", "label_en", "key", "help", "help_en", "required")
_SHOWN = ("label", "label_en")
_CHOICE = ("options", "options_from", "default")


@dataclass(frozen=True, slots=True)
class FieldType:
    """One type of the form-js subset."""

    name: str
    label: str
    #: What an analyst may set, in the order of the page.
    settings: tuple[str, ...]
    #: Types it may be turned into without losing what is set.
    kin: tuple[str, ...] = ()
    #: Whether its answer may enter the process.
    enters: bool = True
    #: Whether it may be a column of a table.
    in_tables: bool = True

    @property
    def is_input(self) -> bool:
        """Whether it has an answer."""
        return "key" in self.settings


_TEXTS, _CHOICES = ("textfield", "textarea"), ("radio", "select")
TYPES: Mapping[str, FieldType] = {
    one.name: one
    for one in (
        FieldType(
            "textfield",
            "单行文字",
            (*_ASKED, "max_length", "min_length", "pattern", "default", "prefill"),
            _TEXTS,
        ),
        FieldType(
            "textarea",
            "多行文字",
            (*_ASKED, "max_length", "min_length", "default", "prefill"),
            _TEXTS,
            enters=False,
        ),
        FieldType("number", "数字", (*_ASKED, "min", "max", "digits", "default")),
        FieldType("datetime", "日期", (*_ASKED, "subtype", "not_before", "not_after", "prefill")),
        FieldType("radio", "单选", (*_ASKED, *_CHOICE), _CHOICES),
        FieldType("select", "下拉选择", (*_ASKED, *_CHOICE, "prefill"), _CHOICES),
        FieldType("checklist", "多选", (*_ASKED, "options", "options_from")),
        FieldType("checkbox", "勾选", _ASKED),
        FieldType(
            "filepicker", "附件", (*_ASKED, "multiple", "accept"), enters=False, in_tables=False
        ),
        FieldType("dynamiclist", "表格", (*_ASKED, "rows"), enters=False, in_tables=False),
        FieldType("expression", "计算结果（只读）", (*_ASKED[:-1], "expression"), enters=False),
        FieldType("group", "分组", _SHOWN, enters=False, in_tables=False),
        FieldType("text", "说明文字", _SHOWN, enters=False, in_tables=False),
        FieldType("separator", "分隔线", (), enters=False, in_tables=False),
    )
}
#: Types that hold others.
HOLDERS = frozenset({"group", "dynamiclist"})

#: What a condition may read beside the form's own answers, with what to call it.
SURROUNDINGS: Mapping[str, str] = {
    "severity": "问题程度",
    "mode": "整改方式",
    "category": "问题类别",
    "source_level": "督导层级",
    "cycle": "整改轮次",
    "percent": "整改进度",
    "due": "整改期限",
    "kind": "变更种类",
}

#: Where options may come from, beside those written into the form; ``users:<role>`` too.
SOURCES: Mapping[str, str] = {
    "units": "全部单位",
    "measures": "本事项整改方案的措施",
    "grounds:extension": "延期事由（本县期限规则）",
    "grounds:suspension": "中止事由（本县期限规则）",
}
PEOPLE = "users:"

#: What a field may show first; a date also ``today+15``.
PREFILLS: Mapping[str, str] = {
    "today": "当天日期",
    "user.name": "办理人姓名",
    "case.number": "事项编号",
    "case.problem": "问题",
    "case.requirement": "整改要求",
    "case.basis": "依据",
    "case.location": "地点",
    "case.responsible": "责任人",
    "case.co_units": "配合单位",
    "case.unit": "责任单位",
    "case.department": "主管部门",
    "case.due_on": "整改期限",
    "plan.cause": "方案：原因分析",
    "plan.goal": "方案：目标",
    "plan.leader": "方案：责任领导",
    "plan.progress": "方案：各项措施及完成情况（表格）",
    "letter.number": "督办函：文号",
    "letter.to": "督办函：主送",
    "letter.cc": "督办函：抄送",
    "letter.subject": "督办函：标题",
    "letter.demand": "督办函：要求",
    "letter.new_due": "督办函：新期限",
    "change.asked_until": "申请延至的日期",
    "change.to_unit": "拟接收单位",
}
#: A day that a form names: fixed, or counted from today or from the case's deadline.
DAY = re.compile(r"(today|due)\s*([+-]\s*\d{1,4})?|\d{4}-\d{2}-\d{2}")
