"""Conditions, loops, timers and scripts of another modeler in our expression language."""

from __future__ import annotations

from typing import Any

from app.domain.errors import Sentence
from app.engine.converting.conversion import NOT_SAID, Conversion
from app.engine.converting.languages import from_feel, from_juel, timer_of
from app.engine.expressions import ExpressionError
from app.engine.linting.model import text_of
from app.engine.parsing import bpmn
from app.engine.scripting import Script

_CONDITIONS = {
    "conditionExpression": Sentence("流转条件"),
    "condition": Sentence("条件"),
    "completionCondition": Sentence("多实例结束条件"),
    "loopCardinality": Sentence("多实例个数"),
    "loopCondition": Sentence("循环条件"),
}
_TIMERS = {
    "timeDate": Sentence("定时日期"),
    "timeDuration": Sentence("定时时长"),
    "timeCycle": Sentence("定时周期"),
}
_NO_TIMER = Sentence("请改为日期、时长、周期或期限规则，如 P3D、workdays(3)。")


def convert(conversion: Conversion) -> None:
    """Put every formula that BPMN itself has a place for into our language."""
    for element in list(conversion.root.iter(*map(bpmn, _CONDITIONS))):
        word = element.tag.removeprefix(bpmn(""))
        text = text_of(element)
        if text.startswith("="):
            conversion.rewrite(element, _CONDITIONS[word], from_feel, wrap=True)
        elif text.startswith(("${", "#{")):
            conversion.rewrite(element, _CONDITIONS[word], from_juel, wrap=True)
    for element in list(conversion.root.iter(*map(bpmn, _TIMERS))):
        _timer(conversion, element)
    for task in conversion.root.iter(bpmn("scriptTask")):
        _script(conversion, task)


def _timer(conversion: Conversion, element: Any) -> None:
    text, what = text_of(element), _TIMERS[element.tag.removeprefix(bpmn(""))]
    try:
        now = timer_of(text)
    except ValueError:
        conversion.changes.unconverted(element, what, was=text, why=_NO_TIMER)
        return
    if now != " ".join(text.split()):
        element.text = now
        conversion.changes.converted(element, what, was=text, now=now)


def _script(conversion: Conversion, task: Any) -> None:
    """Note a script that only another engine can run."""
    for script in task.findall(bpmn("script")):
        lines = [line.strip() for line in text_of(script).splitlines() if line.strip()]
        try:
            for line in lines:
                Script(line)
        except ExpressionError:
            conversion.changes.unconverted(
                task, Sentence("脚本"), was=" ".join(lines), why=NOT_SAID
            )
