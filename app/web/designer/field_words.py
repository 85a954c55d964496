"""What the settings of a field are called, and what may be chosen for them."""

from __future__ import annotations

from collections.abc import Iterable

from flask_babel import gettext, lazy_gettext

from app.domain.form_types import PEOPLE, PREFILLS, SOURCES
from app.domain.vocabulary import (
    Category,
    ChangeKind,
    Mode,
    Role,
    Severity,
    SourceLevel,
    Term,
)
from app.texts import label

Choices = list[tuple[str, str]]

LABELS = {
    "label": lazy_gettext("名称"),
    "label_en": lazy_gettext("英文名称"),
    "key": lazy_gettext("标识"),
    "help": lazy_gettext("填写说明"),
    "help_en": lazy_gettext("英文填写说明"),
    "required": lazy_gettext("必填"),
    "min_length": lazy_gettext("最少字数"),
    "max_length": lazy_gettext("最多字数"),
    "pattern": lazy_gettext("格式（正则表达式）"),
    "min": lazy_gettext("最小值"),
    "max": lazy_gettext("最大值"),
    "digits": lazy_gettext("小数位数"),
    "default": lazy_gettext("默认值"),
    "subtype": lazy_gettext("填写到"),
    "not_before": lazy_gettext("不早于"),
    "not_after": lazy_gettext("不晚于"),
    "multiple": lazy_gettext("可以传多个文件"),
    "accept": lazy_gettext("文件类型"),
    "options_from": lazy_gettext("选项来源"),
    "variable": lazy_gettext("流程变量"),
    "prefill": lazy_gettext("起初显示"),
    "rows": lazy_gettext("起初几行"),
    "expression": lazy_gettext("算式"),
}
HELP = {
    "key": lazy_gettext("小写英文。数据按它保存，启用后不要再改。"),
    "variable": lazy_gettext(
        "填写后，答案以此名进入流程，网关条件和决策表可以用它；留空则不进入。"
    ),
    "not_before": lazy_gettext("today 为当天，due 为整改期限；可加减天数，如 today+15。"),
    "accept": lazy_gettext("如 .pdf,.jpg；留空则不限。"),
    "expression": lazy_gettext("用字段标识计算，如 present / total * 100。"),
    "pattern": lazy_gettext("整段文字须符合；留空则不限。"),
}
#: Settings in the order of the page, by the heading they stand under.
SECTIONS = (
    (
        "",
        ("label", "key", "required", "options_from", "subtype", "expression", "rows", "multiple"),
    ),
    (
        lazy_gettext("限制"),
        (
            "min_length",
            "max_length",
            "min",
            "max",
            "digits",
            "pattern",
            "not_before",
            "not_after",
            "accept",
        ),
    ),
    (lazy_gettext("说明与默认值"), ("help", "default", "prefill", "variable")),
    (lazy_gettext("英文"), ("label_en", "help_en")),
)
LONG = frozenset({"help", "help_en"})
FLAGS = frozenset({"required", "multiple"})
#: Settings of few characters, two beside each other.
NARROW = frozenset(
    {"min_length", "max_length", "min", "max", "digits", "not_before", "not_after", "rows"}
)
DAYS = ("today", "today+15", "today-30", "due", "due+1")

_VOCABULARIES: dict[str, type[Term]] = {
    "severity": Severity,
    "mode": Mode,
    "category": Category,
    "source_level": SourceLevel,
    "kind": ChangeKind,
}


def choices_for(setting: str) -> Choices:
    """Return what may be chosen for a setting; nothing where it is typed."""
    if setting == "subtype":
        kinds = (
            ("date", gettext("日期")),
            ("time", gettext("时间")),
            ("datetime", gettext("日期和时间")),
        )
        return list(kinds)
    if setting == "options_from":
        people = ((PEOPLE + role, gettext("%(role)s的人员", role=label(role))) for role in Role)
        return [("", gettext("写在下面")), *_said(SOURCES.items()), *people]
    if setting == "prefill":
        return [("", gettext("空白")), *_said(PREFILLS.items())]
    return []


def _said(pairs: Iterable[tuple[str, str]]) -> Choices:
    return [(value, gettext(text)) for value, text in pairs]


def words_of(name: str) -> Choices:
    """Return the values of what conditions may read beside the form, where they are words."""
    vocabulary = _VOCABULARIES.get(name, ())
    return [(str(term), label(term)) for term in vocabulary]
