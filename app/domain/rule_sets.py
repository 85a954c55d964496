"""期限规则: the time limits of one province, each with the article of law it rests on.

National rules leave most limits open, so every county works by one *rule set*: a file of
``config/rules`` that `app.domain.rule_set_reading` turns into the values below.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from app.domain.rules import Span, Unit
from app.domain.vocabulary import Role, Severity

#: The set that all others inherit from, and that a county has until it chooses.
DEFAULT = "default"


@dataclass(frozen=True, slots=True)
class Words:
    """A text of a rule set, which carries both languages itself."""

    zh: str = ""
    en: str = ""

    def __bool__(self) -> bool:
        return bool(self.zh)


#: What a limit rests on that no rule of law fixes.
BY_DESIGN = Words(
    "本办法默认（可由督导办调整）", "Default of these measures (the office may adjust)"
)


@dataclass(frozen=True, slots=True)
class TimeLimit:
    """One deadline of the rule book: how long, from when, and by which article."""

    #: Its number in the rule book, which timers of diagrams name: ``T05``.
    code: str
    name: Words
    #: How long; ``None`` where something else sets it, and `limit` says what.
    span: Span | None
    limit: Words
    #: 起算事件: what happened on the day that the period is counted from.
    start: Words
    article: Words
    #: What it is limited to; empty for all.
    applies: Words
    #: Who hears of it when it runs out, and what else happens then.
    told: tuple[Role, ...]
    effect: Words
    #: The rule set that fixed it; ``default`` where it was inherited.
    source: str

    @property
    def unit(self) -> Unit | None:
        """What it is counted in."""
        return self.span.unit if self.span else None

    @property
    def is_by_design(self) -> bool:
        """Whether no article fixes it."""
        return self.article == BY_DESIGN


@dataclass(frozen=True, slots=True)
class Ground:
    """One reason that may be given for a request."""

    key: str
    name: Words


@dataclass(frozen=True, slots=True)
class ExtensionPolicy:
    """延期: how long, how often, how early to ask, and who may grant it."""

    #: Days that the first approver may grant in total; beyond them the next one decides.
    max_days: int
    #: How often a case is extended without the last approver.
    max_times: int
    #: Workdays before the due date by which to file; later is late, and counts as overdue.
    file_before: int
    #: Whether one extension may not be longer than the original period.
    within_original: bool
    #: Who grants the first, the second, the third; a further one nobody may grant.
    approvers: tuple[Role, ...]
    #: Severities that always go to the last approver.
    last_for: tuple[Severity, ...]
    grounds: tuple[Ground, ...]
    article: Words

    @property
    def most_times(self) -> int:
        """How often a case may be extended at all."""
        return len(self.approvers)

    def approver(self, number: int, *, total_days: int, severity: Severity) -> Role | None:
        """Return who decides on the *number*-th extension (1, 2, 3); ``None``: nobody may.

        *total_days* counts all extensions of the case, this one included.
        """
        if not 1 <= number <= self.most_times:
            return None
        last = self.most_times - 1
        if severity in self.last_for or number > self.max_times:
            return self.approvers[last]
        beyond = 1 if total_days > self.max_days else 0
        return self.approvers[min(max(number - 1, beyond), last)]


@dataclass(frozen=True, slots=True)
class ObjectionPolicy:
    """异议: until when to file, until when to answer, and which clocks it stops meanwhile."""

    #: To file (T04), to admit (T04a), to answer (T04b).
    window: TimeLimit
    admission: TimeLimit
    answer: TimeLimit
    #: Codes of the timers that stand still while an objection is open; none by default.
    stops: tuple[str, ...]
    #: Who answers it: the issuing office, or the next-higher one.
    answered_by: Words
    article: Words


@dataclass(frozen=True, slots=True)
class SuspensionPolicy:
    """中止: on which grounds, and who decides."""

    grounds: tuple[Ground, ...]
    approver: Role
    #: Who decides where the severity is one of `last_for`.
    last_approver: Role
    last_for: tuple[Severity, ...]
    article: Words

    def decides(self, severity: Severity) -> Role:
        """Return who decides on suspending a case."""
        return self.last_approver if severity in self.last_for else self.approver


@dataclass(frozen=True, slots=True)
class RuleSet:
    """By which limits the cases of one county run."""

    #: The name of its file: ``chongqing``.
    key: str
    name: Words
    #: The rules of law it rests on.
    laws: tuple[Words, ...]
    limits: Mapping[str, TimeLimit]
    extension: ExtensionPolicy
    objection: ObjectionPolicy
    suspension: SuspensionPolicy

    def limit(self, code: str) -> TimeLimit | None:
        """Return the limit with that number, ``None`` if the rule book has none."""
        return self.limits.get(code)


@dataclass(frozen=True, slots=True)
class Difference:
    """One limit that two sets fix differently."""

    code: str
    before: TimeLimit
    after: TimeLimit


def differences(before: RuleSet, after: RuleSet) -> list[Difference]:
    """List the limits that change from one set to the other, in the order of the book."""
    return [
        Difference(code, old, new)
        for code, old in before.limits.items()
        if (new := after.limits[code]) != old and _said(new) != _said(old)
    ]


def _said(limit: TimeLimit) -> tuple[object, ...]:
    """Return what a limit says, wherever it comes from."""
    return (limit.span, limit.limit, limit.start, limit.article, limit.applies)
