"""Words that only pages need: rules of deadlines, sizes of files, stages of the road."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime

from flask import Flask
from flask_babel import gettext, lazy_gettext, ngettext

from app import texts
from app.domain.case import Case
from app.domain.rules import Anchor, Rule, Span, Unit
from app.texts import label, local_moment
from app.web import due, pictures

_SPANS: dict[Unit, Callable[[int], str]] = {
    Unit.WORKDAYS: lambda n: ngettext("%(num)s 个工作日", "%(num)s 个工作日", n),
    Unit.DAYS: lambda n: ngettext("%(num)s 日", "%(num)s 日", n),
    Unit.MONTHS: lambda n: ngettext("%(num)s 个月", "%(num)s 个月", n),
    Unit.YEARS: lambda n: ngettext("%(num)s 年", "%(num)s 年", n),
    Unit.HOURS: lambda n: ngettext("%(num)s 小时", "%(num)s 小时", n),
    Unit.MINUTES: lambda n: ngettext("%(num)s 分钟", "%(num)s 分钟", n),
}
_RELATIONS = {
    Anchor.AFTER: lazy_gettext("%(day)s 之后 %(span)s"),
    Anchor.BEFORE: lazy_gettext("%(day)s 之前 %(span)s"),
}


def rule_text(text: str) -> str:
    """Say the rule of a deadline in words: ``workdays(10)`` is 10 个工作日."""
    try:
        rule = Rule.parse(text)
    except ValueError:
        return text
    if rule.anchor is Anchor.EVERY and rule.span:
        return gettext("每 %(span)s", span=_span(rule.span))
    if rule.on is not None and rule.span:
        return str(_RELATIONS[rule.anchor]) % {"day": _day(rule.on), "span": _span(rule.span)}
    return _span(rule.span) if rule.span else _day(rule.on)


def _span(span: Span) -> str:
    return _SPANS[span.unit](span.number)


def _day(on: date | datetime | None) -> str:
    if isinstance(on, datetime):
        return local_moment(on)
    return on.isoformat() if on else ""


def file_size(size: int) -> str:
    """Write a number of bytes as people do."""
    amount, units = float(size), ["B", "KB", "MB", "GB"]
    while amount >= 1024 and len(units) > 1:
        amount, units = amount / 1024, units[1:]
    return (
        f"{amount:.1f} {units[0]}"
        if amount < 10 and units[0] != "B"
        else f"{amount:.0f} {units[0]}"
    )


def stage_label(case: Case) -> str:
    """Name the stage of a case, and the round if it isn't the first."""
    name = label(case.stage)
    return name if case.cycle == 1 else gettext("%(stage)s（第%(n)s轮）", stage=name, n=case.cycle)


def init_app(app: Flask) -> None:
    """Give templates the words."""
    app.jinja_env.globals.update(
        rule_text=rule_text,
        file_size=file_size,
        stage_label=stage_label,
        due_of_task=due.due_of_task,
        due_of_case=due.due_of_case,
        due_of_timer=due.due_of_timer,
        step_name=texts.step_name,
        timer_title=pictures.timer_title,
        timer_article=texts.timer_article,
        diagram_name=texts.diagram_name,
        who_has=pictures.who_has,
    )
