"""Why what the linters of forms and decision tables find matters to people, by its code."""

from __future__ import annotations

from collections.abc import Mapping

_UNREAD = "读不了的内容无法显示，也无法办理。"
_SAME = "重复的内容会互相覆盖，填的东西会丢失。"
_SHOWN = "字段显示不出来，或者显示了也填不了。"
_STOPS = "流程走到这张表就会出错停住。"
_WRONG_ROW = "判断会落到不想要的那一条规则上，或者没有结果。"

_WHY: Mapping[str, str] = {
    "form/shape": _UNREAD,
    "form/empty": "办理人打开后没有可填的内容，只能直接提交。",
    "form/duplicate_key": _SAME,
    "form/duplicate_variable": "后填的会覆盖先填的，流程会按错误的内容走。",
    "form/type": _SHOWN,
    "form/place": _SHOWN,
    "form/key": "流程、公文和统计按标识取用填写的内容。",
    "form/label": "办理人只能猜，填写的内容会不一致。",
    "form/options": "办理人无从选择，或者选了也分不清选的是哪一项。",
    "form/columns": "办理人在这张表格里什么也填不了。",
    "form/limits": "怎样填都通不过，办理人无法提交。",
    "form/pattern": "怎样填都通不过，办理人无法提交。",
    "form/condition": "该填的字段可能不出现，不该填的却要求填写。",
    "form/expression": "算不出结果，办理人会看到空白。",
    "form/variable": "流程取不到这项内容，后面的判断无从进行。",
    "form/prefill": "办理人要重新填写系统已有的内容。",
    "catalogue/form_fields": "系统办理时要读这些字段，缺少就无法提交。",
    "decision/one_table": _UNREAD,
    "decision/id": "流程按 id 找决策表，找不到就会停住。",
    "decision/asked": "系统找不到结果，相应的功能就会失效。",
    "decision/hit_policy": _STOPS,
    "decision/empty": _STOPS,
    "decision/input": _STOPS,
    "decision/output_name": _STOPS,
    "decision/cell": _STOPS,
    "decision/name": _STOPS,
    "decision/type": _WRONG_ROW,
    "decision/repeated": "重复的规则永远用不到，多半是写错了条件。",
    "decision/no_otherwise": "没有一条规则符合时，流程会停住。",
    "decision/unreachable": "前面的规则已经全部包括，这一条永远用不到。",
}


def why(code: str) -> str:
    """Return what happens to people if it is left so; empty for what no such linter finds."""
    return _WHY.get(code, "")
