"""Spans in words, for sentences about rules: ``workdays(10)`` is 10个工作日."""

from __future__ import annotations

from collections.abc import Callable

from app.domain.errors import Sentence
from app.domain.rules import Span, Unit

SPANS: dict[str, Callable[[object], Sentence]] = {
    Unit.WORKDAYS: lambda n: Sentence("%(n)s个工作日", n=n),
    Unit.DAYS: lambda n: Sentence("%(n)s日（自然日）", n=n),
    Unit.MONTHS: lambda n: Sentence("%(n)s个月", n=n),
    Unit.YEARS: lambda n: Sentence("%(n)s年", n=n),
    Unit.HOURS: lambda n: Sentence("%(n)s小时", n=n),
    Unit.MINUTES: lambda n: Sentence("%(n)s分钟", n=n),
}


def said(span: Span) -> Sentence:
    """Return a span in words, and whether it stays on a day of rest."""
    told = SPANS[span.unit](span.number)
    if span.rolls or span.unit not in (Unit.DAYS, Unit.MONTHS, Unit.YEARS):
        return told
    return Sentence("%(span)s（遇休息日不顺延）", span=told)
