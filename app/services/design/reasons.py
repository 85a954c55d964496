"""What the linters of forms and decision tables look for, and why each matters to people."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

_UNREAD = "读不了的内容无法显示，也无法办理。"
_SAME = "重复的内容会互相覆盖，填的东西会丢失。"
_SHOWN = "字段显示不出来，或者显示了也填不了。"
_STUCK = "怎样填都通不过，办理人无法提交。"
_STOPS = "流程走到这张表就会出错停住。"
_WRONG_ROW = "判断会落到不想要的那一条规则上，或者没有结果。"


@dataclass(frozen=True, slots=True)
class SheetRule:
    """One kind of finding: its code, its sentence, and what happens to people if it is left so."""

    code: str
    sentence: str
    why: str
    severity: str = "error"
    #: None of them is mended by the program.
    fix: None = None


SHEET_RULES = (
    SheetRule("form/shape", "表单的结构有误，无法读取。", _UNREAD),
    SheetRule(
        "form/empty",
        "表单“%(form)s”没有要填写的字段。",
        "办理人打开后没有可填的内容，只能直接提交。",
        "warning",
    ),
    SheetRule("form/duplicate_key", "标识“%(name)s”与“%(other)s”重复。", _SAME),
    SheetRule(
        "form/duplicate_variable",
        "流程变量“%(name)s”与“%(other)s”重复。",
        "后填的会覆盖先填的，流程会按错误的内容走。",
    ),
    SheetRule("form/type", "不支持“%(type)s”这种组件，请删除或换成：%(known)s。", _SHOWN),
    SheetRule("form/place", "“%(type)s”不能放在表格里，请移出。", _SHOWN),
    SheetRule(
        "form/key",
        "标识用小写英文字母、数字和下划线，以字母开头。",
        "流程、公文和统计按标识取用填写的内容。",
    ),
    SheetRule(
        "form/label",
        "没有名称，办理人不知道要填什么。",
        "办理人只能猜，填写的内容会不一致。",
        "warning",
    ),
    SheetRule(
        "form/options",
        "选项有误：没有选项，选项没有值或值重复，或者没有所写的选项来源。",
        "办理人无从选择，或者选了也分不清选的是哪一项。",
    ),
    SheetRule("form/columns", "表格没有列，请至少加一列。", "办理人在这张表格里什么也填不了。"),
    SheetRule("form/limits", "限制有误：最小的大于最大的，或者日期写法不对。", _STUCK),
    SheetRule("form/pattern", "格式（正则表达式）“%(pattern)s”写法有误或过长。", _STUCK),
    SheetRule(
        "form/condition",
        "显示条件有误：%(reason)s",
        "该填的字段可能不出现，不该填的却要求填写。",
    ),
    SheetRule("form/expression", "算式有误：%(reason)s", "算不出结果，办理人会看到空白。"),
    SheetRule(
        "form/variable",
        "流程变量的名称有误，或者取自表格、附件。",
        "流程取不到这项内容，后面的判断无从进行。",
    ),
    SheetRule(
        "form/prefill",
        "没有“%(name)s”这项内容，字段起初会是空的。",
        "办理人要重新填写系统已有的内容。",
        "warning",
    ),
    SheetRule(
        "catalogue/form_fields",
        "表单“%(form)s”在系统中有固定含义，缺少字段：%(fields)s。请补上，或改用别的表单名。",
        "系统办理时要读这些字段，缺少就无法提交。",
    ),
    SheetRule("decision/one_table", "一个文件须恰好有一张决策表（decision），且有 id。", _UNREAD),
    SheetRule(
        "decision/id",
        "决策表的 id 须是“%(key)s”，现为“%(other)s”。",
        "流程按 id 找决策表，找不到就会停住。",
    ),
    SheetRule(
        "decision/asked",
        "系统要用输出列“%(name)s”，请不要删除或改名。",
        "系统找不到结果，相应的功能就会失效。",
    ),
    SheetRule(
        "decision/hit_policy", "命中策略须为 UNIQUE、FIRST、ANY 或不带汇总的 COLLECT。", _STOPS
    ),
    SheetRule("decision/empty", "决策表须有输出列和 1 至 %(most)d 条规则。", _STOPS),
    SheetRule("decision/input", "输入列的写法有误。", _STOPS),
    SheetRule("decision/output_name", "输出列“%(name)s”的名称须是变量名。", _STOPS),
    SheetRule("decision/cell", "单元格的写法有误。", _STOPS),
    SheetRule(
        "decision/name",
        '没有变量“%(name)s”。如果是文字，请加英文双引号，写成 "%(name)s"。',
        _STOPS,
    ),
    SheetRule("decision/type", "这一列是%(type)s，%(value)s是%(kind)s，永远不会符合。", _WRONG_ROW),
    SheetRule("decision/word", "没有这样的值，永远不会符合。可以写：%(words)s。", _WRONG_ROW),
    SheetRule(
        "decision/repeated",
        "第 %(rule)d 条规则与第 %(first)d 条的条件完全相同，请合并或删除。",
        "重复的规则永远用不到，多半是写错了条件。",
        "warning",
    ),
    SheetRule(
        "decision/no_otherwise",
        "没有兜底规则（条件全部为空的最后一条）；都不符合时流程会出错。",
        "没有一条规则符合时，流程会停住。",
        "warning",
    ),
    SheetRule(
        "decision/unreachable",
        "第 %(rule)d 条规则在兜底规则之后，永远不会用到。",
        "前面的规则已经全部包括，这一条永远用不到。",
        "warning",
    ),
)
_WHY: Mapping[str, str] = {rule.code: rule.why for rule in SHEET_RULES}


def why(code: str) -> str:
    """Return what happens to people if it is left so; empty for what no such linter finds."""
    return _WHY.get(code, "")
