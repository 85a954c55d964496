"""A deadline in words: what is due, how long and from when, in which days, and by which article.

「整改情况报告：整改结束之日起十日内（自然日，遇休息日顺延）——依据……」
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime

from flask_babel import gettext, lazy_gettext, ngettext

from app.clock import local_date
from app.domain.deadlines import last_day
from app.domain.process import Timer
from app.domain.rule_sets import DEFAULT, TimeLimit, Words
from app.domain.rules import Anchor, Rule, Span, Unit
from app.services import rule_sets
from app.texts import language, local_moment, timer_article, timer_name

_DIGITS = "零一二三四五六七八九"
_PLACES = ("", "十", "百", "千")

_SPANS: dict[Unit, Callable[[int], str]] = {
    Unit.WORKDAYS: lambda n: ngettext("%(num)s 个工作日", "%(num)s 个工作日", n),
    Unit.DAYS: lambda n: ngettext("%(num)s 日", "%(num)s 日", n),
    Unit.MONTHS: lambda n: ngettext("%(num)s 个月", "%(num)s 个月", n),
    Unit.YEARS: lambda n: ngettext("%(num)s 年", "%(num)s 年", n),
    Unit.HOURS: lambda n: ngettext("%(num)s 小时", "%(num)s 小时", n),
    Unit.MINUTES: lambda n: ngettext("%(num)s 分钟", "%(num)s 分钟", n),
}
_IN_WORDS: dict[Unit, Callable[[int, str], str]] = {
    Unit.WORKDAYS: lambda n, w: ngettext("%(words)s个工作日", "%(words)s个工作日", n, words=w),
    Unit.DAYS: lambda n, w: ngettext("%(words)s日", "%(words)s日", n, words=w),
    Unit.MONTHS: lambda n, w: ngettext("%(words)s个月", "%(words)s个月", n, words=w),
    Unit.YEARS: lambda n, w: ngettext("%(words)s年", "%(words)s年", n, words=w),
    Unit.HOURS: lambda n, w: ngettext("%(words)s小时", "%(words)s小时", n, words=w),
    Unit.MINUTES: lambda n, w: ngettext("%(words)s分钟", "%(words)s分钟", n, words=w),
}
_KINDS = {
    Unit.WORKDAYS: lazy_gettext("休息日不计入"),
    Unit.DAYS: lazy_gettext("自然日"),
    Unit.MONTHS: lazy_gettext("按月计算"),
    Unit.YEARS: lazy_gettext("按年计算"),
}
_RELATIONS = {
    Anchor.AFTER: lazy_gettext("%(day)s 之后 %(span)s"),
    Anchor.BEFORE: lazy_gettext("%(day)s 之前 %(span)s"),
}


def said(words: Words) -> str:
    """Return a text of a rule set in the reader's language."""
    return words.en if language() == "en" else words.zh


def limit_text(limit: TimeLimit) -> str:
    """Say a limit of the rule book in one sentence, with its law."""
    how = _within(said(limit.start), limit.span) if limit.span else said(limit.limit)
    return _with_law(said(limit.name), how, said(limit.article))


def timer_text(timer: Timer) -> str:
    """Say the rule by which a running clock is due in one sentence, with its law."""
    limit, rule = limit_of(timer), _rule(timer.rule)
    name = said(limit.name) if limit else timer_name(timer)
    if rule is not None and rule.span is not None and rule.anchor is Anchor.AFTER:
        how = _within(_start(timer, rule, limit), rule.span)
    else:
        how = _as_drawn(timer, rule, limit)
    return _with_law(name, how, timer_article(timer))


def _start(timer: Timer, rule: Rule, limit: TimeLimit | None) -> str:
    """Say what happened on the day that isn't counted yet, and which day that was."""
    at = rule.on or local_date(timer.base)
    day = (last_day(at) if isinstance(at, datetime) else at).isoformat()
    if limit is None:
        return day
    return gettext("%(start)s（%(day)s）", start=said(limit.start), day=day)


def _as_drawn(timer: Timer, rule: Rule | None, limit: TimeLimit | None) -> str:
    """Say a rule that is no mere length; the rule book may know what its date is."""
    text = rule_text(timer.rule)
    if rule is not None and rule.span is not None:
        return gettext("%(rule)s（%(manner)s）", rule=text, manner=manner(rule.span, rule))
    if limit is not None and limit.limit:
        return gettext("%(rule)s（%(manner)s）", rule=text, manner=said(limit.limit))
    return text


def _within(start: str, span: Span) -> str:
    return gettext(
        "%(start)s起%(span)s内（%(manner)s）",
        start=start,
        span=_IN_WORDS[span.unit](span.number, _number(span)),
        manner=manner(span),
    )


def _with_law(name: str, how: str, article: str) -> str:
    if not article:
        return gettext("%(name)s：%(how)s", name=name, how=how)
    if "《" not in article:  # a default or a custom, which is no law to rest on
        return gettext("%(name)s：%(how)s——%(article)s", name=name, how=how, article=article)
    return gettext("%(name)s：%(how)s——依据%(article)s", name=name, how=how, article=article)


def manner(span: Span, rule: Rule | None = None) -> str:
    """Say in which days a span is counted, and whether its end moves off a day of rest."""
    kind = str(_KINDS.get(span.unit, ""))
    if not kind:
        return gettext("按时刻计算")
    if span.unit is Unit.WORKDAYS or (rule is not None and rule.anchor is Anchor.BEFORE):
        return kind
    if span.rolls:
        return gettext("%(kind)s，遇休息日顺延", kind=kind)
    return gettext("%(kind)s，遇休息日不顺延", kind=kind)


def limit_of(timer: Timer) -> TimeLimit | None:
    """Return what the rule book says of a timer: the set that ruled it, else the default."""
    sets = rule_sets.all_sets()
    found = sets.get(timer.ruled_by) or sets[DEFAULT]
    return found.limit(timer.code)


def unit_of(timer: Timer) -> Unit | None:
    """Return what a timer is counted in; a plain date counts natural days."""
    rule = _rule(timer.rule)
    if rule is None:
        return None
    return rule.span.unit if rule.span else Unit.DAYS


def rule_text(text: str) -> str:
    """Say the rule of a deadline in words: ``workdays(10)`` is 10 个工作日."""
    rule = _rule(text)
    if rule is None:
        return text
    if rule.anchor is Anchor.EVERY and rule.span:
        return gettext("每 %(span)s", span=span_text(rule.span))
    if rule.on is not None and rule.span:
        return str(_RELATIONS[rule.anchor]) % {"day": _day(rule.on), "span": span_text(rule.span)}
    return span_text(rule.span) if rule.span else _day(rule.on)


def span_text(span: Span) -> str:
    """Write a span with its number in digits."""
    return _SPANS[span.unit](span.number)


def _rule(text: str) -> Rule | None:
    try:
        return Rule.parse(text)
    except ValueError:
        return None


def _day(on: date | datetime | None) -> str:
    if isinstance(on, datetime):
        return local_moment(on)
    return on.isoformat() if on else ""


def _number(span: Span) -> str:
    """Write a number as the language's laws do: 十五日, 两个月; 15 in English."""
    if language() == "en":
        return str(span.number)
    if span.number == 2 and span.unit in (Unit.WORKDAYS, Unit.MONTHS, Unit.HOURS):
        return "两"
    return in_chinese(span.number)


def in_chinese(number: int) -> str:
    """Write a whole number below ten thousand in Chinese characters.

    >>> in_chinese(15), in_chinese(105)
    ('十五', '一百零五')
    """
    if not 0 < number < 10_000:
        return str(number) if number else _DIGITS[0]
    written, gap = "", False
    digits = str(number)
    for place, digit in zip(range(len(digits) - 1, -1, -1), digits, strict=True):
        if digit == "0":
            gap = True
            continue
        written += (_DIGITS[0] if gap and written else "") + _DIGITS[int(digit)] + _PLACES[place]
        gap = False
    return written.removeprefix("一") if 10 <= number < 20 else written
