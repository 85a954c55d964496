"""Help: the words of the trade, the lights, the keys; and what the linters can find."""

from __future__ import annotations

import re
from itertools import groupby
from typing import Any

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from app.engine.linting import RULES
from app.engine.linting.fixes import LABELS
from app.engine.linting.registry import LintRule
from app.http import help_with
from app.services.design.reasons import SHEET_RULES, SheetRule

bp = Blueprint("guide", __name__, url_prefix="/help")
bp.add_app_template_global(help_with, "help_with")

#: The families of rules, in the order in which an analyst meets them.
FAMILIES = {
    "law": "法规",
    "catalogue": "角色、表单、动作、决策表",
    "start": "流程的发起",
    "flow": "分支与走向",
    "timer": "计时",
    "event": "事件",
    "activity": "活动",
    "loop": "循环与会签",
    "call": "调用",
    "expression": "条件与表达式",
    "structure": "图的结构",
    "form": "表单",
    "decision": "决策表",
}
_BLANK = re.compile(r"%\(\w+\)[sd]")


@bp.get("")
def page() -> ResponseReturnValue:
    """Show the help page."""
    return render_template("guide/page.html", here="guide")


@bp.get("/findings")
def findings() -> ResponseReturnValue:
    """Explain every rule that a drawing, its forms and its decision tables are checked by."""
    order = list(FAMILIES)
    every: list[LintRule | SheetRule] = [*RULES, *SHEET_RULES]
    rules = sorted(every, key=lambda rule: order.index(_family(rule.code)))
    grouped = {
        family: [_told(rule) for rule in some]
        for family, some in groupby(rules, key=lambda rule: _family(rule.code))
    }
    return render_template(
        "guide/findings.html", here="guide", families=FAMILIES, grouped=grouped, count=len(rules)
    )


def _family(code: str) -> str:
    return code.partition("/")[0]


def _told(rule: LintRule | SheetRule) -> dict[str, Any]:
    """Return what the page says of one rule; what each drawing would fill in is left open."""
    said = _BLANK.sub("…", gettext(rule.sentence)).replace("%%", "%")
    return {
        "code": rule.code,
        "anchor": rule.code.replace("/", "-"),
        "is_error": rule.severity == "error",
        "sentence": said if said != "…" else gettext("表达式写法有误，请按所示改正。"),
        "why": gettext(rule.why),
        "fix": gettext(LABELS[rule.fix]) if rule.fix else "",
    }
